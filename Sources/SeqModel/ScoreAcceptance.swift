// ScoreAcceptance: which generated pairs are kept, so that their scores are spread more like those of the data.

import Kernels

/// Rejection sampling by the classifier's score, after Azadi et al. 2019: a generator's pairs come out cleaner than those
/// of the data, so where a pair's score is too common among them its strand B is drawn again now and then.
///
/// The probability to keep a pair is the data's share of its logit's bin over the generator's, times a number that makes
/// it `meanKept` on average, and at most 1; a pair that the classifier would not give the label asked for is never kept
/// while there are draws left.
public struct ScoreAcceptance: Sendable {
    /// Bins of the logit less that of the threshold: below -6, each half up to 6, and above.
    static let bins = 26
    /// Share of the draws that is kept: what the spread of scores may cost in speed.
    static let meanKept = 0.65
    /// Draws of a pair at most; the last is kept.
    public static let mostDraws = 8

    /// The probability for each label and bin.
    let kept: [[Float]]
    /// The logit of the classifier's threshold.
    private let center: Float

    /// Keeps every pair.
    static let everything = ScoreAcceptance(
        kept: [[Float]](repeating: [Float](repeating: 1, count: bins), count: 2), threshold: 0.5)

    init(kept: [[Float]], threshold: Float) {
        self.kept = kept
        center = ScoreAcceptance.center(threshold)
    }

    private static func center(_ threshold: Float) -> Float {
        let held = min(max(threshold, 1e-4), 1 - 1e-4)
        return logarithm(held / (1 - held))
    }

    /// The probabilities from logits of the data's and of generated pairs, for each label; a label without either keeps
    /// every pair.
    init(real: [[Float]], generated: [[Float]], threshold: Float) {
        let center = ScoreAcceptance.center(threshold)
        self.center = center
        kept = zip(real, generated).enumerated().map { label, logits in
            let (real, generated) = logits
            // A classifier that refuses most pairs of the data has nothing to say.
            let agreeing = real.count { ($0 >= center) == (label == 1) }
            guard !generated.isEmpty, agreeing * 2 > real.count else {
                return [Float](repeating: 1, count: ScoreAcceptance.bins)
            }
            let made = ScoreAcceptance.shares(generated, center)
            let ratios = zip(ScoreAcceptance.shares(real, center), made).enumerated().map { bin, shares in
                (bin >= ScoreAcceptance.bins / 2) == (label == 1) ? shares.0 / shares.1 : 0
            }
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
    private static func shares(_ logits: [Float], _ center: Float) -> [Double] {
        var counts = [Double](repeating: 0.5, count: bins)
        for logit in logits { counts[bin(logit - center)] += 1 }
        return counts.map { $0 / (Double(logits.count) + 0.5 * Double(bins)) }
    }

    /// The bin of a logit less the threshold's.
    private static func bin(_ logit: Float) -> Int {
        Int(min(max(2 * logit + Float(bins) / 2, 0), Float(bins - 1)))
    }

    /// The probability to keep a pair of `label` with this logit.
    public func probability(label: Int, logit: Float) -> Float { kept[label][ScoreAcceptance.bin(logit - center)] }
}
