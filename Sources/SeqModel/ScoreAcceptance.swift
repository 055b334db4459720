// ScoreAcceptance: which generated pairs are kept, so that their scores are spread more like those of the data.

import Kernels

/// Rejection sampling by the classifier's score, after Azadi et al. 2019: a generator's pairs come out cleaner than those
/// of the data, so pairs with a score that is too common among them are drawn again now and then.
///
/// The probability to keep a pair is the data's share of its logit's bin over the generator's, times a number that makes
/// it `meanKept` on average, and at most 1.
public struct ScoreAcceptance: Sendable {
    /// Bins of the logit: below -6, each half up to 6, and above.
    static let bins = 26
    /// Share of the draws that is kept: what the spread of scores may cost in speed.
    static let meanKept = 0.65
    /// Draws of a pair at most; the last is kept.
    public static let mostDraws = 8

    /// The probability for each label and bin.
    let kept: [[Float]]

    /// Keeps every pair.
    static let everything = ScoreAcceptance(kept: [[Float]](repeating: [Float](repeating: 1, count: bins), count: 2))

    init(kept: [[Float]]) { self.kept = kept }

    /// The probabilities from logits of the data's and of generated pairs, for each label; a label without either keeps
    /// every pair.
    init(real: [[Float]], generated: [[Float]]) {
        kept = zip(real, generated).map { real, generated in
            guard !real.isEmpty, !generated.isEmpty else { return [Float](repeating: 1, count: ScoreAcceptance.bins) }
            let made = ScoreAcceptance.shares(generated)
            let ratios = zip(ScoreAcceptance.shares(real), made).map { $0 / $1 }
            func probabilities(_ factor: Double) -> [Double] { ratios.map { min(1, factor * $0) } }
            // The mean grows with the factor: halving the interval finds it.
            var (low, high) = (0.0, 1e6)
            for _ in 0..<80 {
                let middle = (low + high) / 2
                let mean = zip(probabilities(middle), made).reduce(0) { $0 + $1.0 * $1.1 }
                if mean < ScoreAcceptance.meanKept { low = middle } else { high = middle }
            }
            return probabilities(high).map(Float.init)
        }
    }

    /// Shares of the bins, each seen half a time more than it was.
    private static func shares(_ logits: [Float]) -> [Double] {
        var counts = [Double](repeating: 0.5, count: bins)
        for logit in logits { counts[bin(logit)] += 1 }
        return counts.map { $0 / (Double(logits.count) + 0.5 * Double(bins)) }
    }

    private static func bin(_ logit: Float) -> Int {
        Int(min(max(2 * logit + Float(bins) / 2, 0), Float(bins - 1)))
    }

    /// The probability to keep a pair of `label` with this logit.
    public func probability(label: Int, logit: Float) -> Float { kept[label][ScoreAcceptance.bin(logit)] }
}
