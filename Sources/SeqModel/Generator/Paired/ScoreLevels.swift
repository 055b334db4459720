// ScoreLevels: how strongly a pair is to interact, a number that a generator's models see beside the conditions.

import Kernels

/// Levels of the classifier's logit, and how frequent they are at given conditions.
///
/// The pairs of each label are divided by logit into levels of about as many pairs each. A generator draws a level
/// first, then strand A, then strand B, which both depend on it: so weak and strong pairs are about as frequent as in
/// the data before any is rejected.
struct ScoreLevels: Sendable, Equatable {
    /// Number of levels of each label.
    static let count = 4
    /// The most pairs of a label that the frequencies are fitted to.
    private static let mostPairs = 16_384

    /// By label, the frequency of each level.
    let frequencies: [BinShares]

    init(_ frequencies: [BinShares]) {
        precondition(frequencies.count == 2 && frequencies.allSatisfy { $0.bins == ScoreLevels.count })
        self.frequencies = frequencies
    }

    /// The levels of pairs with these logits, of which `chosen[label]` have a label, and how frequent they are;
    /// `inputs` are the numbers of the pairs' conditions.
    static func found(
        _ logits: [Float], chosen: [[Int]], inputs: PairConditions, _ random: inout RandomSource
    ) -> (levels: ScoreLevels, ofPairs: [Int]) {
        var ofPairs = [Int](repeating: 0, count: logits.count)
        let frequencies = chosen.map { members in
            let sorted = members.map { logits[$0] }.sorted()
            let bounds = (1..<count).compactMap { members.isEmpty ? nil : sorted[$0 * members.count / count] }
            for p in members { ofPairs[p] = bounds.count { $0 <= logits[p] } }
            let sample = (0..<min(members.count, mostPairs)).map { _ in members[random.index(below: members.count)] }
            return BinShares(bins: count, of: sample.map { ofPairs[$0] }, inputs: inputs.gathered(sample[...]))
        }
        return (ScoreLevels(frequencies), ofPairs)
    }

    /// The same levels as frequent as makes generated pairs more like the data: a step of expectation maximisation of
    /// the shares of a mixture (Dempster et al. 1977).
    ///
    /// By label, `levels` are those that pairs were drawn for, `inputs` the numbers of their conditions and `ratios`
    /// how much more frequent such pairs are in the data.
    func fitted(_ levels: [[Int]], inputs: [PairConditions], ratios: [[Float]]) -> ScoreLevels {
        ScoreLevels(
            frequencies.indices.map { label in
                let mean = ratios[label].reduce(0, +) / Float(max(1, ratios[label].count))
                guard mean > 0 else { return frequencies[label] }
                return BinShares(
                    bins: ScoreLevels.count, of: levels[label], inputs: inputs[label],
                    frequencies: ratios[label].map { $0 / mean })
            })
    }

    /// The number that models see for a level, about as large as those for conditions.
    static func number(_ level: Int) -> Float { 1.7 * (Float(2 * level + 1) / Float(count) - 1) }

    /// The level of a number.
    static func level(of number: Float) -> Int {
        (0..<count).min { abs(ScoreLevels.number($0) - number) < abs(ScoreLevels.number($1) - number) } ?? 0
    }

    /// Draws a level by its frequencies `shares`.
    static func draw(_ shares: [Float], _ source: inout RandomSource) -> Int {
        var (level, rest) = (0, source.uniform())
        while level < count - 1 {
            rest -= shares[level]
            if rest < 0 { break }
            level += 1
        }
        return level
    }
}

extension PairConditions {
    /// The numbers of the conditions of each pair, and that of its level behind them.
    func with(levels: [Int]) -> PairConditions {
        precondition(width == 0 || count == levels.count)
        var result = PairConditions(width: width + 1)
        for (p, level) in levels.enumerated() { result.append(self[p] + [ScoreLevels.number(level)]) }
        return result
    }
}
