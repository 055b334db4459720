// RejectionSampler: the probability with which a generated pair is kept, by its score and the k-mers of strand B.

import Kernels

/// Rejection sampling of generated pairs, after Azadi et al. 2019 (Discriminator Rejection Sampling).
///
/// Compared with the data, a generator's pairs have some scores and some k-mers too often. A pair that is too common is
/// rejected with some probability, and its strand B is drawn again.
///
/// The acceptance probability is min(1, f r(logit) r(B)). r(logit) is the ratio of the data's frequency to the
/// generator's in the logit's bin, r(B) the density ratio of strand B by its k-mers and ends (see `KmerDensityRatio`).
/// r is 0 if the classifier does not predict the requested label, or so weakly that it is often wrong (see
/// `reliableBins`): such a pair is kept only where `mostDraws` draws of B for each of `mostStrands` strands A have
/// found no other. The factor f is the largest for which the limit of 1 removes at most `mostClipped` of the sum of
/// all ratios and the mean acceptance is at most `meanAcceptance.upperBound`.
///
/// Where pairs have conditions, frequencies, ratios and f are functions of these: `at` gives the sampler at a point.
public struct RejectionSampler: Sendable {
    /// Number of bins of (logit - threshold's logit): one below -6, 24 of width 0.5 up to 6, one above.
    static let bins = 26
    /// Bounds of the mean acceptance probability. The lower one limits the cost in speed.
    static let meanAcceptance = 0.2...0.65
    /// The largest part of the sum of the ratios that is lost because a probability is at most 1.
    static let mostClipped = 0.15
    /// The maximum number of draws of strand B for a strand A.
    public static let mostDraws = 16
    /// The maximum number of strands A for a place; the last one's last pair is kept in any case.
    public static let mostStrands = 8

    /// By label and bin, f r(logit): the acceptance probability if r(B) is 1. May exceed 1. Where pairs have
    /// conditions, what f r(logit) is multiplied by: 0, or a number that makes the mean of r(B) 1.
    let factors: [[Float]]
    /// By label, r(B).
    let kmerRatios: [KmerDensityRatio]
    /// By label, the frequencies of the logits in the data and among generated pairs, as functions of the conditions;
    /// nil where there are none to compare.
    let profiles: [Profile?]
    /// The logit of the classifier's threshold.
    private let center: Float

    /// The frequencies of the bins at any conditions.
    struct Profile: Sendable, Equatable {
        var data: BinShares, generated: BinShares
    }

    /// A sampler that accepts every pair.
    static func everything(letters: Int) -> RejectionSampler {
        RejectionSampler(
            factors: [[Float]](repeating: [Float](repeating: 1, count: bins), count: 2),
            kmerRatios: [KmerDensityRatio](repeating: KmerDensityRatio(letters: letters), count: 2), threshold: 0.5)
    }

    /// Creates a sampler from `bins` factors and a ratio for each label; `threshold` is a score.
    init(
        factors: [[Float]], kmerRatios: [KmerDensityRatio], profiles: [Profile?] = [nil, nil], threshold: Float
    ) {
        self.init(
            factors: factors, kmerRatios: kmerRatios, profiles: profiles,
            center: PairClassifier.logit(ofThreshold: threshold))
    }

    private init(factors: [[Float]], kmerRatios: [KmerDensityRatio], profiles: [Profile?], center: Float) {
        (self.factors, self.kmerRatios, self.profiles, self.center) = (factors, kmerRatios, profiles, center)
    }

    /// Pairs without ambiguous letters, their logits by the classifier, and the numbers of their conditions.
    struct Scored: Sendable {
        let pairs: Pairs
        let logits: [Float]
        var inputs = PairConditions.none
        /// Pairs of the data for which each of them stands.
        var weight = 1.0
    }

    /// Estimates the probabilities from pairs of the data and of the generator, by label. If a label has no pairs in
    /// either, all its pairs are accepted.
    init(real: [Scored], generated: [Scored], threshold: Float) {
        let center = PairClassifier.logit(ofThreshold: threshold)
        let estimates = (0...1).map { label in
            RejectionSampler.estimate(real, generated[label], label: label, center: center)
        }
        self.init(
            factors: estimates.map(\.factors), kmerRatios: estimates.map(\.kmerRatios),
            profiles: estimates.map(\.profile), center: center)
    }

    private struct Estimate {
        var factors: [Float]
        var kmerRatios: KmerDensityRatio
        var profile: Profile?
    }

    private static func estimate(_ both: [Scored], _ generated: Scored, label: Int, center: Float) -> Estimate {
        let real = both[label]
        let letters = real.pairs.letters
        // The scores are no guide if the classifier predicts the other label for most pairs of the data.
        let agreeing = real.logits.count { ($0 >= center) == (label == 1) }
        guard !generated.logits.isEmpty, agreeing * 2 > real.logits.count else {
            return Estimate(
                factors: [Float](repeating: 1, count: bins), kmerRatios: KmerDensityRatio(letters: letters))
        }
        func binned(_ scored: Scored) -> [Int] { scored.logits.map { bin($0 - center) } }
        let isReliable = reliableBins(label: label, both.map { (binned($0), $0.weight) })
        let mask: [Float] = isReliable.map { $0 ? 1 : 0 }
        let hasConditions = real.inputs.width > 0
        let profile =
            hasConditions
            ? Profile(
                data: BinShares(bins: bins, of: binned(real), inputs: real.inputs),
                generated: BinShares(bins: bins, of: binned(generated), inputs: generated.inputs)) : nil
        let usual = ratios(real: shares(binned(real)), made: shares(binned(generated)), mask)
        func samples(_ scored: Scored) -> [(strand: ArraySlice<UInt8>, offset: Float)] {
            scored.logits.indices.compactMap { p in
                let ratios = profile?.ratios(at: scored.inputs[p], mask) ?? usual
                let ratio = ratios[bin(scored.logits[p] - center)]
                return ratio > 0 ? (scored.pairs.b(p), Float(logarithm(ratio))) : nil
            }
        }
        let made = samples(generated)
        let kmerRatio = KmerDensityRatio(letters: letters, real: samples(real), generated: made)
        guard !hasConditions else {
            // The density ratio is known up to a factor: its mean over generated strands is to be 1.
            let mean =
                made.reduce(0.0) { $0 + Double(exponential(kmerRatio.logarithm($1.strand))) } / Double(made.count)
            let scale = made.isEmpty ? 1 : Float(1 / mean)
            return Estimate(
                factors: mask.map { min($0 * scale, ModelFile.largestWeight) }, kmerRatios: kmerRatio, profile: profile)
        }
        let values = made.map { Double(exponential($0.offset + kmerRatio.logarithm($0.strand))) }
        let factor = factor(values.map { ($0, 1 / Double(generated.logits.count)) })
        return Estimate(
            factors: usual.map { min(Float(factor * $0), ModelFile.largestWeight) }, kmerRatios: kmerRatio)
    }

    /// The largest factor within the bounds, for ratios that occur with these shares.
    private static func factor(_ ratios: [(ratio: Double, share: Double)]) -> Double {
        let whole = ratios.reduce(0) { $0 + $1.ratio * $1.share }
        // Mean acceptance and clipped part grow with the factor, so bisection finds it.
        var (low, high) = (0.0, 1e6)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            let mean = ratios.reduce(0) { $0 + min(1, middle * $1.ratio) * $1.share }
            let clipped = 1 - mean / (middle * whole)
            let isMore =
                mean < meanAcceptance.lowerBound
                || (mean < meanAcceptance.upperBound && clipped < mostClipped)
            if isMore { low = middle } else { high = middle }
        }
        return low
    }

    /// The part of the data's pairs with a label that may be given up so that nearly all that is kept has it, and how
    /// many of these may have the other label.
    private static let mostGivenUp = 0.05, mostWrong = 0.005

    /// The bins in which pairs are kept: those on the label's side of the threshold, but for the weakest, as long as
    /// more than `mostWrong` of the data's pairs in the rest have the other label, and at most `mostGivenUp` of those
    /// with the label are given up. `real` are the bins of the data's pairs of each label and the weight of a pair.
    private static func reliableBins(label: Int, _ real: [(bins: [Int], weight: Double)]) -> [Bool] {
        let side = label == 1 ? Array(bins / 2..<bins) : (0..<bins / 2).reversed()
        let counts = real.map { bins, weight in
            side.map { bin in weight * Double(bins.count { $0 == bin }) }
        }
        let (right, wrong) = (counts[label], counts[1 - label])
        let all = right.reduce(0, +)
        var first = 0
        while first + 1 < side.count {
            let rest = (right: right[first...].reduce(0, +), wrong: wrong[first...].reduce(0, +))
            let isPure = rest.wrong <= mostWrong * (rest.right + rest.wrong)
            guard !isPure, all - rest.right + right[first] <= mostGivenUp * all else { break }
            first += 1
        }
        let kept = Set(side[first...])
        return (0..<bins).map(kept.contains)
    }

    /// Frequencies of the bins, with a pseudocount of 0.5.
    private static func shares(_ pairs: [Int]) -> [Double] {
        var counts = [Double](repeating: 0.5, count: bins)
        for bin in pairs { counts[bin] += 1 }
        return counts.map { $0 / (Double(pairs.count) + 0.5 * Double(bins)) }
    }

    /// The ratio of both frequencies in the bins of the mask.
    fileprivate static func ratios(real: [Double], made: [Double], _ mask: [Float]) -> [Double] {
        (0..<bins).map { mask[$0] > 0 ? real[$0] / max(made[$0], 1e-6) : 0 }
    }

    /// The sampler at conditions with the numbers `inputs`; the same where there are none.
    func at(_ inputs: ArraySlice<Float>) -> RejectionSampler {
        let factors = zip(factors, profiles).map { factors, profile in
            guard let profile else { return factors }
            let ratios = profile.ratios(at: inputs, factors)
            let factor = RejectionSampler.factor(
                Array(zip(ratios, profile.generated.shares(at: inputs).map(Double.init))))
            return zip(ratios, factors).map { min(Float(factor * $0) * $1, ModelFile.largestWeight) }
        }
        return RejectionSampler(factors: factors, kmerRatios: kmerRatios, profiles: [nil, nil], center: center)
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

extension RejectionSampler.Profile {
    /// The ratio of the data's frequency to the generator's in the bins of `mask`, at these conditions.
    fileprivate func ratios(at inputs: ArraySlice<Float>, _ mask: [Float]) -> [Double] {
        RejectionSampler.ratios(
            real: data.shares(at: inputs).map(Double.init), made: generated.shares(at: inputs).map(Double.init), mask)
    }
}
