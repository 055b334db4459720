// RejectionSampler: the probability with which a generated pair is kept, by its score, its k-mers and facing letters.

import Kernels

/// Rejection sampling of generated pairs, after Azadi et al. 2019 (Discriminator Rejection Sampling).
///
/// Compared with the data, a generator's pairs have some scores, some k-mers and some relations too often. A pair that
/// is too common is rejected with some probability, and another is drawn (see `replacesPairs`); for a given strand A,
/// another strand B.
///
/// The acceptance probability is min(1, f r(logit) r(B) r(A, B)). r(logit) is the ratio of the data's frequency to the
/// generator's in the logit's bin, r(B) the density ratio of strand B by its k-mers and ends (see `KmerDensityRatio`),
/// r(A, B) what is left of the ratio by facing letters (see `FacingRatio`).
/// r is 0 if the classifier does not predict the requested label, or so weakly that it is often wrong (see
/// `reliableBins`): such a pair is kept only where `mostAttempts` times `mostDraws` draws have found no other. The
/// factor f is the largest for which the limit of 1 removes at most `mostClipped` of the sum of all ratios
/// (`mostClippedAtConditions` where the generator's frequencies are fitted) and the mean acceptance is at most
/// `meanAcceptance.upperBound`.
///
/// Where pairs have conditions, the data's frequencies are functions of these, fitted to its pairs. The generator's are
/// counted among some pairs that it makes at a point, from which the sampler for that point follows, see
/// `TrainedGenerator.acceptance`. In early model files, they are fitted functions as well.
public struct RejectionSampler: Sendable {
    /// Bounds of the mean acceptance probability. The lower one limits the cost in speed.
    static let meanAcceptance = 0.2...0.65
    /// The largest part of the sum of the ratios that is lost because a probability is at most 1, where the generator's
    /// pairs are counted and where their frequencies are fitted.
    static let mostClipped = 0.05, mostClippedAtConditions = 0.1
    /// The maximum number of pairs that are drawn for a place in one attempt. Where all have the same strand A, the
    /// last one is kept unless its probability is 0.
    public static let mostDraws = 16
    /// The maximum number of attempts for a place; the last one's last pair is kept in any case.
    public static let mostAttempts = 8

    /// By label and bin, f r(logit): the acceptance probability if the other ratios are 1. May exceed 1. Where pairs
    /// have conditions, what f r(logit) is multiplied by: 0 or 1 or, where the generator's frequencies are fitted, a
    /// number that makes the mean of the other ratios 1.
    var factors: [[Float]]
    /// By label, r(B).
    let kmerRatios: [KmerDensityRatio]
    /// r(A, B); nil: 1.
    var facing: FacingRatio?
    /// By label, the frequencies of the logits in the data and among generated pairs, as functions of the conditions;
    /// nil where there are none to compare.
    var profiles: [Profile?]
    let bins: LogitBins

    /// The frequencies of the bins at any conditions.
    struct Profile: Sendable, Equatable {
        var data: BinShares
        /// Nil where they are to be counted.
        var generated: BinShares?

        /// The same frequencies in both.
        static func equal(_ bins: Int, conditions: Int) -> Profile {
            let shares = BinShares(bins: bins, conditions: conditions)
            return Profile(data: shares, generated: shares)
        }
    }

    /// Whether the generator's pairs of a label are to be counted.
    func counts(label: Int) -> Bool { profiles[label].map { $0.generated == nil } ?? false }

    /// A sampler that accepts every pair.
    static func everything(letters: Int) -> RejectionSampler {
        RejectionSampler(
            factors: [[Float]](repeating: [Float](repeating: 1, count: LogitBins.count), count: 2),
            kmerRatios: [KmerDensityRatio](repeating: KmerDensityRatio(letters: letters), count: 2),
            bins: LogitBins(threshold: 0.5))
    }

    /// Creates a sampler from a factor of each bin and a ratio by k-mers, of each label.
    init(
        factors: [[Float]], kmerRatios: [KmerDensityRatio], facing: FacingRatio? = nil,
        profiles: [Profile?] = [nil, nil], bins: LogitBins
    ) {
        (self.factors, self.kmerRatios, self.facing) = (factors, kmerRatios, facing)
        (self.profiles, self.bins) = (profiles, bins)
    }

    /// Pairs without ambiguous letters, their logits by the classifier, and the numbers of their conditions.
    struct Scored: Sendable {
        let pairs: Pairs
        let logits: [Float]
        var inputs = PairConditions.none
        /// Pairs of the data for which each of them stands.
        var weight = 1.0
    }

    /// The largest factor within the bounds, for ratios that occur with these shares.
    static func factor(_ ratios: [(ratio: Double, share: Double)], mostClipped: Double = mostClipped) -> Double {
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

    /// The ratio of both frequencies in the bins of the mask.
    static func ratios(real: [Double], made: [Double], _ mask: [Float]) -> [Double] {
        mask.indices.map { mask[$0] > 0 ? real[$0] / max(made[$0], 1e-6) : 0 }
    }

    /// Whether another pair takes the place of a rejected one. Otherwise it is another strand B for the same A: so in
    /// early model files, which have no ratio by facing letters, and which are to make the same pairs for ever.
    public var replacesPairs: Bool { facing != nil }

    /// The sampler at conditions with the numbers `inputs`; the same where there are none. Of a label whose pairs are
    /// to be counted, every pair that may be kept is.
    func at(_ inputs: ArraySlice<Float>) -> RejectionSampler {
        let factors = zip(factors, profiles).map { factors, profile in
            guard let profile, profile.generated != nil else { return factors }
            let (ratios, factor) = (profile.ratios(at: inputs, factors), profile.factor(at: inputs, factors))
            return zip(ratios, factors).map { min(Float(factor * $0) * $1, ModelFile.largestWeight) }
        }
        return RejectionSampler(
            factors: factors, kmerRatios: kmerRatios, facing: facing?.at(inputs), bins: bins)
    }

    /// The probability (0 to 1) with which a pair generated for `label` is kept.
    ///
    /// `logit` is its logit by the classifier; its strands have no ambiguous letters.
    public func probability(label: Int, logit: Float, a: ArraySlice<UInt8>, b: ArraySlice<UInt8>) -> Float {
        min(1, ratio(label: label, logit: logit, a: a, b: b))
    }

    /// The most that `probability` can be for these strands, whatever their logit.
    ///
    /// It costs much less than the logit, so that many pairs can be rejected before they are scored.
    public func highestProbability(label: Int, a: ArraySlice<UInt8>, b: ArraySlice<UInt8>) -> Float {
        min(1, ratio(label: label, factor: factors[label].reduce(0, max), a: a, b: b))
    }

    /// `probability` before it is limited to 1, of each of several pairs at their own conditions.
    func ratios(label: Int, of scored: Scored) -> [Float] {
        scored.logits.indices.map { p in
            at(scored.inputs[p]).ratio(
                label: label, logit: scored.logits[p], a: scored.pairs.a(p), b: scored.pairs.b(p))
        }
    }

    /// The same of one pair.
    func ratio(label: Int, logit: Float, a: ArraySlice<UInt8>, b: ArraySlice<UInt8>) -> Float {
        ratio(label: label, factor: factors[label][bins(logit)], a: a, b: b)
    }

    /// The same, given the factor of the logit's bin: as products are rounded, never smaller for a larger factor.
    private func ratio(label: Int, factor: Float, a: ArraySlice<UInt8>, b: ArraySlice<UInt8>) -> Float {
        guard factor > 0 else { return 0 }
        return factor * exponential(kmerRatios[label].logarithm(b)) * (facing?.ratio(label: label, a, b) ?? 1)
    }
}

extension RejectionSampler.Profile {
    /// The ratio of the data's frequency to the generator's in the bins of `mask`, at these conditions.
    func ratios(at inputs: ArraySlice<Float>, _ mask: [Float]) -> [Double] {
        RejectionSampler.ratios(real: data.shares(at: inputs).map(Double.init), made: made(at: inputs), mask)
    }

    /// The generator's frequencies, which must be known.
    private func made(at inputs: ArraySlice<Float>) -> [Double] {
        guard let generated else { preconditionFailure("pairs are to be counted") }
        return generated.shares(at: inputs).map(Double.init)
    }

    /// The factor f of these ratios.
    fileprivate func factor(at inputs: ArraySlice<Float>, _ mask: [Float]) -> Double {
        RejectionSampler.factor(
            Array(zip(ratios(at: inputs, mask), made(at: inputs))),
            mostClipped: RejectionSampler.mostClippedAtConditions)
    }
}
