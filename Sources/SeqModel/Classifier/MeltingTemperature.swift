// MeltingTemperature: the temperature at which the score of a pair is one half.

import Kernels

extension PairClassifier {
    /// The index of the condition that is a temperature; nil if there is none.
    public var temperatureIndex: Int? { conditions.firstIndex { $0.unit == .celsius } }

    /// The melting temperatures of the pairs `range` in degrees Celsius: the temperature, from 0 to 100, above which
    /// the score falls below one half, the other conditions being those of `points`, which has the conditions of all
    /// pairs; nil for a pair whose score does not do so. There must be a condition that is a temperature.
    ///
    /// Bisection on a grid of 128 intervals, then linear interpolation of the logit. Where bisection finds no score of
    /// one half, temperatures 6.25 C apart are tried as well, from the highest: a strand that folds may bind only in
    /// between.
    public func meltingTemperatures(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, workspace: Workspace,
        ambiguity: AmbiguityScore = .mean
    ) -> [Float?] {
        guard let temperature = temperatureIndex, !range.isEmpty else { return range.map { _ in nil } }
        var search = MeltingSearch(count: range.count)
        var points = points
        var logits: [Float] = []
        func evaluate(_ chosen: [Int]) {
            guard !chosen.isEmpty else { return }
            var part = Pairs(like: pairs)
            for k in chosen {
                points.set(temperature, of: range.lowerBound + k, to: MeltingSearch.celsius(search.next[k]))
                part.append(pair: range.lowerBound + k, of: pairs)
            }
            let own = points.gathered(chosen.map { range.lowerBound + $0 }[...])
            self.logits(part, 0..<part.count, at: own, workspace: workspace, ambiguity: ambiguity, into: &logits)
            for (k, logit) in zip(chosen, logits) { search.take(logit, of: k) }
        }
        while case let open = search.open, !open.isEmpty { evaluate(open) }
        return search.temperatures
    }
}

/// The search for the melting temperatures of some pairs: for each a bracket on a grid of temperatures, of which the
/// lower end has a logit above 0 and the upper end one that is not.
private struct MeltingSearch {
    /// Intervals between 0 and 100 C, and those between the temperatures of the scan.
    private static let intervals = 128, step = 8
    /// The grid temperature that a pair is to be evaluated at; -1 if its search has ended.
    private(set) var next: [Int]
    private(set) var temperatures: [Float?]
    private var low: [Int], high: [Int]
    /// The logits at both ends; NaN where they are not known.
    private var lowLogit: [Float], highLogit: [Float]
    /// Whether the bracket comes from a scan.
    private var isScanned: [Bool]

    init(count: Int) {
        func all<T>(_ value: T) -> [T] { Array(repeating: value, count: count) }
        (low, high) = (all(0), all(MeltingSearch.intervals))
        (lowLogit, highLogit, isScanned) = (all(.nan), all(.nan), all(false))
        (next, temperatures) = (all(MeltingSearch.intervals / 2), all(nil))
    }

    static func celsius(_ place: Int) -> Float { 100 * Float(place) / Float(intervals) }

    /// The pairs that are to be evaluated.
    var open: [Int] { next.indices.filter { next[$0] >= 0 } }

    /// Takes the logit of pair `k` at `next[k]`.
    mutating func take(_ logit: Float, of k: Int) {
        let place = next[k]
        if logit > 0 {
            (low[k], lowLogit[k]) = (place, logit)
            if place == MeltingSearch.intervals { return end(k, nil) }
        } else {
            (high[k], highLogit[k]) = (place, logit)
            // The bracket's lower end is not above one half after all, or the scan has not found such a temperature.
            if place == 0 { return scan(k, below: MeltingSearch.intervals) }
            if isScanned[k], lowLogit[k].isNaN { return scan(k, below: place) }
        }
        if high[k] - low[k] > 1 {
            next[k] = (low[k] + high[k]) / 2
        } else if lowLogit[k].isNaN {
            next[k] = low[k]
        } else if highLogit[k].isNaN {
            next[k] = high[k]
        } else {
            let part = lowLogit[k] / (lowLogit[k] - highLogit[k])
            end(k, MeltingSearch.celsius(low[k]) + part * MeltingSearch.celsius(1))
        }
    }

    /// Goes on with the next temperature of the scan below `place`; there is no melting where it ends at 0 C, which has
    /// been tried.
    private mutating func scan(_ k: Int, below place: Int) {
        if !isScanned[k] {
            isScanned[k] = true
            (high[k], highLogit[k]) = (MeltingSearch.intervals, .nan)
        }
        next[k] = place - MeltingSearch.step
        if next[k] == 0 { end(k, nil) }
    }

    private mutating func end(_ k: Int, _ temperature: Float?) {
        (next[k], temperatures[k]) = (-1, temperature)
    }
}
