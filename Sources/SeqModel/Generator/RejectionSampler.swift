// RejectionSampler: the probability with which a generated pair is kept, by its score, its k-mers and facing letters.

import Kernels

/// Rejection sampling of generated pairs, after Azadi et al. 2019 (Discriminator Rejection Sampling).
///
/// Compared with the data, a generator's pairs have some scores, some k-mers and some relations too often. A pair that
/// is too common is rejected with some probability, and its strand B is drawn again.
///
/// The acceptance probability is min(1, f r(logit) r(B) r(A, B)). r(logit) is the ratio of the data's frequency to the
/// generator's in the logit's bin, r(B) the density ratio of strand B by its k-mers and ends (see `KmerDensityRatio`),
/// r(A, B) what is left of the ratio by facing letters (see `FacingRatio`).
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

    /// By label and bin, f r(logit): the acceptance probability if the other ratios are 1. May exceed 1. Where pairs
    /// have conditions, what f r(logit) is multiplied by: 0, or a number that makes the mean of the other ratios 1.
    let factors: [[Float]]
    /// By label, r(B).
    let kmerRatios: [KmerDensityRatio]
    /// r(A, B); nil: 1.
    let facing: FacingRatio?
    /// By label, the frequencies of the logits in the data and among generated pairs, as functions of the conditions;
    /// nil where there are none to compare.
    let profiles: [Profile?]
    /// The logit of the classifier's threshold.
    private let center: Float

    /// The frequencies of the bins at any conditions.
    struct Profile: Sendable, Equatable {
        var data: BinShares, generated: BinShares

        /// The same frequencies in both.
        static func equal(_ bins: Int, conditions: Int) -> Profile {
            let shares = BinShares(bins: bins, conditions: conditions)
            return Profile(data: shares, generated: shares)
        }
    }

    /// A sampler that accepts every pair.
    static func everything(letters: Int) -> RejectionSampler {
        RejectionSampler(
            factors: [[Float]](repeating: [Float](repeating: 1, count: bins), count: 2),
            kmerRatios: [KmerDensityRatio](repeating: KmerDensityRatio(letters: letters), count: 2), threshold: 0.5)
    }

    /// Creates a sampler from `bins` factors and a ratio for each label; `threshold` is a score.
    init(
        factors: [[Float]], kmerRatios: [KmerDensityRatio], facing: FacingRatio? = nil,
        profiles: [Profile?] = [nil, nil], threshold: Float
    ) {
        self.init(
            factors: factors, kmerRatios: kmerRatios, facing: facing, profiles: profiles,
            center: PairClassifier.logit(ofThreshold: threshold))
    }

    private init(
        factors: [[Float]], kmerRatios: [KmerDensityRatio], facing: FacingRatio?, profiles: [Profile?], center: Float
    ) {
        (self.factors, self.kmerRatios, self.facing, self.profiles, self.center) = (
            factors, kmerRatios, facing, profiles, center
        )
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
    /// either, all its pairs are accepted. `letters` are those that face each other; nil where none have partners.
    init(real: [Scored], generated: [Scored], letters: FacingLetters? = nil, threshold: Float) {
        let center = PairClassifier.logit(ofThreshold: threshold)
        let estimates = (0...1).map { label in
            RejectionSampler.estimate(real, generated[label], letters, label: label, center: center)
        }
        self.init(
            factors: estimates.map(\.factors), kmerRatios: estimates.map(\.kmerRatios),
            facing: letters.map { FacingRatio(letters: $0, profiles: estimates.map(\.facing)) },
            profiles: estimates.map(\.profile), center: center)
    }

    private struct Estimate {
        var factors: [Float]
        var kmerRatios: KmerDensityRatio
        var facing: Profile
        var profile: Profile?
    }

    private static func estimate(
        _ both: [Scored], _ generated: Scored, _ facing: FacingLetters?, label: Int, center: Float
    ) -> Estimate {
        let real = both[label]
        let letters = real.pairs.letters
        // The scores are no guide if the classifier predicts the other label for most pairs of the data.
        let agreeing = real.logits.count { ($0 >= center) == (label == 1) }
        guard !generated.logits.isEmpty, agreeing * 2 > real.logits.count else {
            return Estimate(
                factors: [Float](repeating: 1, count: bins), kmerRatios: KmerDensityRatio(letters: letters),
                facing: .equal(FacingLetters.bins, conditions: real.inputs.width))
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
        // The pairs in reliable bins, and the logarithms of r(logit).
        func samples(_ scored: Scored) -> [(pair: Int, offset: Float)] {
            scored.logits.indices.compactMap { p in
                let ratios = profile?.ratios(at: scored.inputs[p], mask) ?? usual
                let ratio = ratios[bin(scored.logits[p] - center)]
                return ratio > 0 ? (p, Float(logarithm(ratio))) : nil
            }
        }
        let (ofData, made) = (samples(real), samples(generated))
        let kmerRatio = KmerDensityRatio(
            letters: letters, real: ofData.map { (real.pairs.b($0.pair), $0.offset) },
            generated: made.map { (generated.pairs.b($0.pair), $0.offset) })
        // By generated pair, the product of the ratios so far.
        var ratios = made.map { Double(exponential($0.offset + kmerRatio.logarithm(generated.pairs.b($0.pair)))) }
        // What those of the logit alone are multiplied by: the mean of the others is to be 1.
        func unitMean() -> Double {
            let sum = zip(made, ratios).reduce(0.0) { $0 + $1.1 / exponential(Double($1.0.offset)) }
            return made.isEmpty ? 1 : Double(made.count) / sum
        }
        var ofFacing = Profile.equal(FacingLetters.bins, conditions: real.inputs.width)
        if let facing {
            // By what is kept with the other ratios, as their products are limited to 1.
            let (common, scale) = (factor(evenly(ratios, of: generated)), unitMean())
            let kept = zip(made, ratios).map { sample, ratio in
                min(1, ratio * (profile.map { $0.factor(at: generated.inputs[sample.pair], mask) * scale } ?? common))
            }
            let mean = kept.reduce(0, +) / Double(max(1, kept.count))
            func shares(_ scored: Scored, _ samples: [(pair: Int, offset: Float)], _ frequencies: [Float]?) -> BinShares
            {
                var inputs = PairConditions(width: scored.inputs.width)
                for sample in samples { inputs.append(scored.inputs[sample.pair]) }
                return BinShares(
                    bins: FacingLetters.bins,
                    of: samples.map { facing.bin(scored.pairs.a($0.pair), scored.pairs.b($0.pair)) }, inputs: inputs,
                    frequencies: frequencies)
            }
            ofFacing = Profile(
                data: shares(real, ofData, nil), generated: shares(generated, made, kept.map { Float($0 / mean) }))
            for (k, sample) in made.enumerated() {
                let bin = facing.bin(generated.pairs.a(sample.pair), generated.pairs.b(sample.pair))
                ratios[k] *= Double(FacingRatio.ratios(ofFacing, at: generated.inputs[sample.pair])[bin])
            }
        }
        guard !hasConditions else {
            let scale = Float(unitMean())
            return Estimate(
                factors: mask.map { min($0 * scale, ModelFile.largestWeight) }, kmerRatios: kmerRatio,
                facing: ofFacing, profile: profile)
        }
        let factor = factor(evenly(ratios, of: generated))
        return Estimate(
            factors: usual.map { min(Float(factor * $0), ModelFile.largestWeight) }, kmerRatios: kmerRatio,
            facing: ofFacing)
    }

    /// Ratios of some of the generated pairs, each with the share of one pair.
    private static func evenly(_ ratios: [Double], of generated: Scored) -> [(ratio: Double, share: Double)] {
        ratios.map { ($0, 1 / Double(generated.logits.count)) }
    }

    /// The largest factor within the bounds, for ratios that occur with these shares.
    fileprivate static func factor(_ ratios: [(ratio: Double, share: Double)]) -> Double {
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
            let (ratios, factor) = (profile.ratios(at: inputs, factors), profile.factor(at: inputs, factors))
            return zip(ratios, factors).map { min(Float(factor * $0) * $1, ModelFile.largestWeight) }
        }
        return RejectionSampler(
            factors: factors, kmerRatios: kmerRatios, facing: facing?.at(inputs), profiles: [nil, nil], center: center)
    }

    /// The bin of a logit relative to the threshold's.
    private static func bin(_ logit: Float) -> Int {
        Int(min(max(2 * logit + Float(bins) / 2, 0), Float(bins - 1)))
    }

    /// The probability (0 to 1) with which a pair generated for `label` is kept.
    ///
    /// `logit` is its logit by the classifier; its strands have no ambiguous letters.
    public func probability(label: Int, logit: Float, a: ArraySlice<UInt8>, b: ArraySlice<UInt8>) -> Float {
        let factor = factors[label][RejectionSampler.bin(logit - center)]
        guard factor > 0 else { return 0 }
        return min(1, factor * exponential(kmerRatios[label].logarithm(b)) * (facing?.ratio(label: label, a, b) ?? 1))
    }
}

extension RejectionSampler.Profile {
    /// The ratio of the data's frequency to the generator's in the bins of `mask`, at these conditions.
    fileprivate func ratios(at inputs: ArraySlice<Float>, _ mask: [Float]) -> [Double] {
        RejectionSampler.ratios(
            real: data.shares(at: inputs).map(Double.init), made: generated.shares(at: inputs).map(Double.init), mask)
    }

    /// The factor f of these ratios.
    fileprivate func factor(at inputs: ArraySlice<Float>, _ mask: [Float]) -> Double {
        RejectionSampler.factor(
            Array(zip(ratios(at: inputs, mask), generated.shares(at: inputs).map(Double.init))))
    }
}
