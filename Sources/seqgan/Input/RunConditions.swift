// RunConditions: the conditions of the pairs of a run: values for all pairs, and those that columns give.

import SeqIO
import SeqModel

/// Where the values of a model's conditions come from: from the command line, else from the column of that name, else
/// from the model.
struct RunConditions: Sendable {
    let conditions: [Condition]
    /// The value of each condition for the pairs without one of their own.
    let point: [Float]
    /// The conditions, by index, whose columns are read where there are some.
    let ofColumns: [Int]
    /// Whether these columns must exist.
    private let areRequired: Bool
    /// What the buffer has beside sodium. Its effects are added to sodium and temperature, in `point` as in columns.
    let buffer: Buffer
    /// What the buffer adds to each condition.
    private let added: [Float]

    /// No conditions.
    static let none = RunConditions([])

    /// The conditions of a model; the values `given`, by name, are for all pairs, and so is `buffer`.
    init(_ conditions: [Condition], given: [String: Float] = [:], buffer: Buffer = Buffer()) {
        (self.conditions, self.buffer) = (conditions, buffer)
        let added = conditions.map { Float(buffer.shift(of: $0)) }
        self.added = added
        point = conditions.enumerated().map { (given[$1.name] ?? Float($1.usual)) + added[$0] }
        ofColumns = conditions.indices.filter { given[conditions[$0].name] == nil }
        areRequired = false
    }

    /// The conditions of pairs to learn from, all in columns.
    init(required conditions: [Condition]) {
        self.conditions = conditions
        point = conditions.map { _ in 0 }
        ofColumns = Array(conditions.indices)
        areRequired = true
        (buffer, added) = (Buffer(), conditions.map { _ in 0 })
    }

    /// `columns` with those of the conditions.
    func added(to columns: PairColumns) -> PairColumns {
        var columns = columns
        columns.conditions = ofColumns.map { conditions[$0].name }
        columns.areConditionsRequired = areRequired
        return columns
    }

    /// Replaces in `point` the values that `entry`, a pair of a table, has in its columns. Throws where one is missing,
    /// no number, or not possible.
    func read(_ entry: PairEntry, of batch: PairBatch, into point: inout [Float]) throws(InputError) {
        for (column, isThere) in batch.hasConditions.enumerated() where isThere {
            let place = ofColumns[column]
            let field = batch.bytes[batch.conditions[entry.firstCondition + column]]
            guard let value = conditions[place].storedValue(field) else {
                throw .malformed(
                    Location(path: batch.path, line: entry.line),
                    seen: "the \(conditions[place].name) \(excerpt(field))"
                        + (MissingValue.matches(field) ? ", a missing value" : ""),
                    expected: conditions[place].expected)
            }
            point[place] = value + added[place]
        }
    }
}

extension Condition {
    /// The value that `text` gives, with or without a unit, as it is stored; nil where it is no number, has another
    /// unit or is not possible, also after rounding.
    func storedValue(_ text: ArraySlice<UInt8>) -> Float? {
        // Plain numbers, the usual case, are parsed several times as fast as those with units.
        guard let value = Double(shortDecimal: text) ?? value(String(decoding: text, as: UTF8.self)) else { return nil }
        return isPossible(value) && isPossible(Double(Float(value))) ? Float(value) : nil
    }

    /// Whether `value` is outside the values of the training.
    func isUnusual(_ value: Float) -> Bool { value < Float(trained.lowerBound) || value > Float(trained.upperBound) }
}

/// Counts of the pairs by their conditions, for the closing line and for a remark on unusual values.
struct ConditionRemarks: Sendable {
    /// All pairs.
    private var pairs = 0
    /// For each condition, the pairs with a value from a column, and those of them with a value outside the training's.
    private var read: [Int] = [], unusual: [Int] = []

    /// No pairs yet.
    init() {}

    /// Remarks on `pairs` pairs, all at the conditions of the run.
    init(atPointOf pairs: Int) { self.pairs = pairs }

    /// Counts `pairs` pairs at the conditions of the run.
    mutating func count(_ pairs: Int) { self.pairs += pairs }

    /// Counts a pair of `batch` at `point`.
    mutating func count(_ point: [Float], of batch: PairBatch, _ conditions: RunConditions) {
        guard !point.isEmpty else { return }
        pairs += 1
        if read.isEmpty {
            read = Array(repeating: 0, count: point.count)
            unusual = read
        }
        for (column, isThere) in batch.hasConditions.enumerated() where isThere {
            let place = conditions.ofColumns[column]
            read[place] += 1
            if conditions.conditions[place].isUnusual(point[place]) { unusual[place] += 1 }
        }
    }

    static func += (sum: inout ConditionRemarks, more: ConditionRemarks) {
        sum.pairs += more.pairs
        if sum.read.isEmpty {
            (sum.read, sum.unusual) = (more.read, more.unusual)
        } else {
            for place in more.read.indices {
                sum.read[place] += more.read[place]
                sum.unusual[place] += more.unusual[place]
            }
        }
    }

    private func readCount(_ place: Int) -> Int { read.isEmpty ? 0 : read[place] }

    /// Prints which conditions are outside those of the training.
    func report(_ conditions: RunConditions) {
        for (place, condition) in conditions.conditions.enumerated() {
            let range =
                "outside the values that the model was trained on (\(condition.text(condition.trained.lowerBound)) to "
                + "\(condition.text(condition.trained.upperBound)))"
            let count = unusual.isEmpty ? 0 : unusual[place]
            if count > 0 {
                printMessage(
                    "\(counted(count, "pairs")) \(count == 1 ? "has" : "have") a value of \(condition.name) \(range): "
                        + (count == 1 ? "its score is" : "their scores are") + " less certain")
            }
            if pairs > readCount(place), condition.isUnusual(conditions.point[place]) {
                let value = condition.text(Double(conditions.point[place]))
                printMessage("\(condition.name)=\(value) is \(range): scores are less certain")
            }
        }
    }

    /// The conditions of the run for its closing line, such as `at temperature=37C sodium=1M`; empty where the model
    /// has none.
    func text(_ conditions: RunConditions) -> String {
        var (fixed, columns): ([String], [String]) = ([], [])
        for (place, condition) in conditions.conditions.enumerated() {
            let buffer = conditions.buffer.text(for: condition)
            let value =
                "\(condition.name)=\(condition.text(Double(conditions.point[place])))"
                + (buffer.isEmpty ? "" : " (with \(buffer))")
            if readCount(place) < pairs || pairs == 0 { fixed.append(value) }
            if readCount(place) > 0 { columns.append(condition.name) }
        }
        let names = [columns.dropLast().joined(separator: ", "), columns.last ?? ""].filter { !$0.isEmpty }
        let parts = [
            fixed.isEmpty ? "" : "at \(fixed.joined(separator: " "))",
            columns.isEmpty
                ? "" : "\(names.joined(separator: " and ")) from the \(columns.count == 1 ? "column" : "columns")",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
