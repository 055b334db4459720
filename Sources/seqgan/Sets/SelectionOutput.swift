// SelectionOutput: writes what is kept and what is not, and counts why.

import SeqIO

/// The two outputs of a selection, and its counts.
struct SelectionOutput {
    private let sink: ByteSink
    private let rejections: ByteSink?
    private let delimiter: Delimiter
    /// The names of what can block a design: the strands to stay clear of, then the kept designs.
    private var names: [[UInt8]]
    private let owned: Int
    private var counts: [Rejection.Reason: Int] = [:]
    /// For each name, the designs that it blocked.
    private var blocked: [Int]
    /// Designs that were kept, and those looked at.
    private(set) var kept = 0, seen = 0

    /// Writes to `sink`, and the rejected designs to `rejections`. `owned` are the names of the strands to stay clear
    /// of.
    init(
        _ sink: ByteSink, rejections: ByteSink?, owned: [[UInt8]], _ delimiter: Delimiter
    ) throws(OutputError) {
        self.delimiter = delimiter
        (self.sink, self.rejections, names) = (sink, rejections, owned)
        self.owned = owned.count
        blocked = Array(repeating: 0, count: owned.count)
        try rejections?.write(delimiter.line(["design", "reason", "blocker", "score"]) + [10])
    }

    /// Writes text of the input and a line end.
    func write(_ text: ArraySlice<UInt8>) throws(OutputError) {
        try sink.write(text)
        try sink.write(CollectionOfOne(10))
    }

    /// Counts a design that is kept.
    mutating func keep(_ name: [UInt8]) {
        (kept, seen) = (kept + 1, seen + 1)
        names.append(name)
        blocked.append(0)
    }

    /// Counts and writes a design that is not kept.
    mutating func reject(_ name: [UInt8], _ rejection: Rejection) throws(OutputError) {
        seen += 1
        counts[rejection.reason, default: 0] += 1
        if let blocker = rejection.blocker { blocked[blocker] += 1 }
        guard let rejections else { return }
        var line: [UInt8] = []
        delimiter.append(name[...], to: &line)
        line.append(delimiter.byte)
        line.append(contentsOf: rejection.reason.rawValue.utf8)
        line.append(delimiter.byte)
        if let blocker = rejection.blocker { delimiter.append(names[blocker][...], to: &line) }
        line.append(delimiter.byte)
        if let score = rejection.score { writeFixed(score, decimals: 4, into: &line) }
        line.append(10)
        try rejections.write(line)
    }

    /// Completes both outputs.
    func finish() throws(OutputError) {
        try sink.finish()
        try rejections?.finish()
    }

    /// Writes what was found before a failure, as far as that is to standard output.
    func flush() throws(OutputError) { try sink.flush() }

    /// The reasons for which designs were not kept, with the number of designs of each, most first.
    var reasonCounts: [(reason: Rejection.Reason, count: Int)] {
        counts.map { (reason: $0.key, count: $0.value) }.sorted {
            ($0.count, $1.reason.rawValue) > ($1.count, $0.reason.rawValue)
        }
    }

    /// Up to `most` of those that blocked designs, with the number of designs that each blocked, most first.
    func blockers(most: Int) -> [(name: [UInt8], isOwned: Bool, count: Int)] {
        blocked.indices.filter { blocked[$0] > 0 }.sorted { (blocked[$0], $1) > (blocked[$1], $0) }.prefix(most)
            .map { (names[$0], $0 < owned, blocked[$0]) }
    }

    /// Why designs were not kept, such as `9120 crosstalk, 300 gc`, and which blocked most; empty where all were kept.
    var reasons: String {
        guard !counts.isEmpty else { return "" }
        let text = reasonCounts.map { "\($0.count) \($0.reason.rawValue)" }.joined(separator: ", ")
        guard let most = blocked.max(), most > 0, let name = blocked.firstIndex(of: most) else { return text }
        return "\(text); \(excerpt(names[name])) blocked most, \(counted(most, "designs"))"
    }
}
