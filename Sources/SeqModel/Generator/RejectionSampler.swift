// RejectionSampler: the probability with which a generated pair is kept, by its score and the k-mers of strand B.

import Kernels

/// Rejection sampling of generated pairs, after Azadi et al. 2019 (Discriminator Rejection Sampling).
///
/// Compared with the data, a generator's pairs have some scores and some k-mers too often. A pair that is too common is
/// rejected with some probability, and its strand B is drawn again.
///
/// The acceptance probability is min(1, f r(logit) r(B)). r(logit) is the ratio of the data's frequency to the
/// generator's in the logit's bin, r(B) the density ratio of strand B by its k-mers and ends (see `KmerDensityRatio`).
/// r is 0 if the classifier does not predict the requested label: such a pair is only kept after `mostDraws` draws. The
/// factor f is the largest for which the limit of 1 removes at most `mostClipped` of the sum of all ratios and the mean
/// acceptance is at most `meanAcceptance.upperBound`.
public struct RejectionSampler: Sendable {
    /// Number of bins of (logit - threshold's logit): one below -6, 24 of width 0.5 up to 6, one above.
    static let bins = 26
    /// Bounds of the mean acceptance probability. The lower one limits the cost in speed.
    static let meanAcceptance = 0.2...0.65
    /// The largest part of the sum of the ratios that is lost because a probability is at most 1.
    static let mostClipped = 0.15
    /// The maximum number of draws for a pair; the last one is kept in any case.
    public static let mostDraws = 16

    /// By label and bin, f r(logit): the acceptance probability if r(B) is 1. May exceed 1.
    let factors: [[Float]]
    /// By label, r(B).
    let kmerRatios: [KmerDensityRatio]
    /// The logit of the classifier's threshold.
    private let center: Float

    /// A sampler that accepts every pair.
    static func everything(letters: Int) -> RejectionSampler {
        RejectionSampler(
            factors: [[Float]](repeating: [Float](repeating: 1, count: bins), count: 2),
            kmerRatios: [KmerDensityRatio](repeating: KmerDensityRatio(letters: letters), count: 2), threshold: 0.5)
    }

    /// Creates a sampler from `bins` factors and a ratio for each label; `threshold` is a score.
    init(factors: [[Float]], kmerRatios: [KmerDensityRatio], threshold: Float) {
        (self.factors, self.kmerRatios) = (factors, kmerRatios)
        center = PairClassifier.logit(ofThreshold: threshold)
    }

    /// Pairs without ambiguous letters, and their logits by the classifier.
    struct Scored: Sendable {
        let pairs: Pairs
        let logits: [Float]
    }

    /// Estimates the probabilities from pairs of the data and of the generator, by label. If a label has no pairs in
    /// either, all its pairs are accepted.
    init(real: [Scored], generated: [Scored], threshold: Float) {
        let center = PairClassifier.logit(ofThreshold: threshold)
        let estimates = (0...1).map { label in
            RejectionSampler.estimate(real[label], generated[label], label: label, center: center)
        }
        self.init(
            factors: estimates.map(\.factors), kmerRatios: estimates.map(\.kmerRatios), threshold: threshold)
    }

    private static func estimate(_ real: Scored, _ generated: Scored, label: Int, center: Float) -> (
        factors: [Float], kmerRatios: KmerDensityRatio
    ) {
        let letters = real.pairs.letters
        // The scores are no guide if the classifier predicts the other label for most pairs of the data.
        let agreeing = real.logits.count { ($0 >= center) == (label == 1) }
        guard !generated.logits.isEmpty, agreeing * 2 > real.logits.count else {
            return ([Float](repeating: 1, count: bins), KmerDensityRatio(letters: letters))
        }
        let shares = (real: shares(real.logits, center), made: shares(generated.logits, center))
        let ratios = (0..<bins).map { bin in
            (bin >= bins / 2) == (label == 1) ? shares.real[bin] / shares.made[bin] : 0
        }
        func samples(_ scored: Scored) -> [(strand: ArraySlice<UInt8>, offset: Float)] {
            scored.logits.indices.compactMap { p in
                let ratio = ratios[bin(scored.logits[p] - center)]
                return ratio > 0 ? (scored.pairs.b(p), Float(logarithm(ratio))) : nil
            }
        }
        let made = samples(generated)
        let kmerRatio = KmerDensityRatio(letters: letters, real: samples(real), generated: made)
        let values = made.map { Double(exponential($0.offset + kmerRatio.logarithm($0.strand))) }
        let whole = values.reduce(0, +) / Double(generated.logits.count)
        // Mean acceptance and clipped part grow with the factor, so bisection finds it.
        var (low, high) = (0.0, 1e6)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            let mean = values.reduce(0) { $0 + min(1, middle * $1) } / Double(generated.logits.count)
            let clipped = 1 - mean / (middle * whole)
            let isMore =
                mean < meanAcceptance.lowerBound
                || (mean < meanAcceptance.upperBound && clipped < mostClipped)
            if isMore { low = middle } else { high = middle }
        }
        return (ratios.map { min(Float(low * $0), ModelFile.largestWeight) }, kmerRatio)
    }

    /// Frequencies of the bins, with a pseudocount of 0.5.
    private static func shares(_ logits: [Float], _ center: Float) -> [Double] {
        var counts = [Double](repeating: 0.5, count: bins)
        for logit in logits { counts[bin(logit - center)] += 1 }
        return counts.map { $0 / (Double(logits.count) + 0.5 * Double(bins)) }
    }

    /// The bin of a logit relative to the threshold's.
    private static func bin(_ logit: Float) -> Int {
        Int(min(max(2 * logit + Float(bins) / 2, 0), Float(bins - 1)))
    }

    /// The probability (0 to 1) with which a pair generated for `label` is kept.
    ///
    /// `logit` is its logit by the classifier, `b` its strand B without ambiguous letters.
    public func probability(label: Int, logit: Float, b: ArraySlice<UInt8>) -> Float {
        let factor = factors[label][RejectionSampler.bin(logit - center)]
        return factor > 0 ? min(1, factor * exponential(kmerRatios[label].logarithm(b))) : 0
    }
}
