// RejectionSampler+Fit: the ratios of a rejection sampler, from pairs of the data and of the generator.

import Kernels

extension RejectionSampler {
    /// Estimates the probabilities from pairs of the data and of the generator, by label. If a label has no pairs in
    /// either, all its pairs are accepted. `letters` are those that face each other; nil where none have partners.
    ///
    /// The ratios by score and by k-mers are estimated one after the other. What is kept with both is still not spread
    /// as the data: the second ratio changes what the first has set right, and probabilities are limited to 1. So that
    /// by score is multiplied by the ratio of the data's frequencies to those of the pairs that are kept, and that by
    /// facing letters is estimated from what is kept then. Doing so again brings the scores nearer to the data's, and
    /// takes the k-mers away from them.
    ///
    /// With `asked`, pairs of the data with their conditions, only the ratios by k-mers are estimated: the generator's
    /// pairs are to be counted at each point, to be as those are.
    init(
        real: [Scored], generated: [Scored], letters: FacingLetters? = nil, threshold: Float, asked: [Scored]? = nil
    ) {
        // Labels at conditions are yields as a rule, of which the bins within reach tell all but the last 0.2 %.
        let hasConditions = real.contains { $0.inputs.width > 0 }
        let bins =
            hasConditions
            ? LogitBins(threshold: threshold) : LogitBins(threshold: threshold, for: real.map(\.logits))
        let estimates = (0...1).map { label in
            RejectionSampler.estimate(real, generated[label], label: label, bins)
        }
        self.init(
            factors: estimates.map(\.factors), kmerRatios: estimates.map(\.kmerRatios),
            facing: letters.map { letters in
                FacingRatio(
                    letters: letters,
                    profiles: real.map { .equal(FacingLetters.bins, conditions: $0.inputs.width) })
            },
            profiles: estimates.map(\.profile), bins: bins)
        for label in 0...1 where estimates[label].isFitted {
            guard let target = target(label, (asked ?? real)[label]) else { continue }
            if asked != nil {
                count(label, target)
            } else {
                refine(label, target, generated[label], rounds: hasConditions ? RejectionSampler.facingRounds : 1)
            }
        }
    }

    /// Leaves the ratios of a label by score and facing letters to pairs that are counted at each point.
    private mutating func count(_ label: Int, _ target: Target) {
        factors[label] = factors[label].map { $0 > 0 ? 1 : 0 }
        profiles[label] = Profile(data: target.logits, generated: nil)
        if let own = target.facing { facing = facing?.with(Profile(data: own, generated: nil), label: label) }
    }

    /// The sampler at conditions with the numbers `inputs` for pairs of `label`, which are to be counted. `generated`
    /// are some that the generator makes there.
    func at(_ inputs: ArraySlice<Float>, label: Int, generated: Scored) -> RejectionSampler {
        guard let profile = profiles[label], !generated.logits.isEmpty else { return at(inputs) }
        var result = RejectionSampler(
            factors: factors, kmerRatios: kmerRatios,
            facing: facing.map { facing in
                FacingRatio(
                    letters: facing.letters,
                    profiles: [Profile](repeating: .equal(FacingLetters.bins, conditions: 0), count: 2))
            }, bins: bins)
        let asked = profile.data.shares(at: inputs)
        let ratios = RejectionSampler.ratios(
            real: asked.map(Double.init), made: RejectionSampler.shares(generated.logits.map { bins($0) }),
            factors[label])
        result.factors[label] = ratios.map { min(Float($0), ModelFile.largestWeight) }
        result.limit(label, of: Array(generated.logits.indices), generated)
        let target = Target(
            logits: BinShares(constant: asked),
            facing: facing.map { BinShares(constant: $0.profiles[label].data.shares(at: inputs)) })
        result.refine(label, target, generated, rounds: RejectionSampler.facingRounds)
        return result
    }

    /// How frequent the bins are to be among the pairs of a label that are kept: as among the data's in bins that are
    /// kept.
    private struct Target {
        var logits: BinShares
        var facing: BinShares?
    }

    /// The target by the data's pairs of a label; nil where none are in bins that are kept.
    private func target(_ label: Int, _ real: Scored) -> Target? {
        let chosen = reliable(label, real)
        guard !chosen.isEmpty else { return nil }
        return Target(
            logits: logitShares(label, real, chosen, nil), facing: facing.map { facingShares($0, real, chosen, nil) })
    }

    /// The pairs of a label in bins that are kept.
    private func reliable(_ label: Int, _ scored: Scored) -> [Int] {
        scored.logits.indices.filter { factors[label][bins(scored.logits[$0])] > 0 }
    }

    private func logitShares(_ label: Int, _ scored: Scored, _ chosen: [Int], _ weights: [Float]?) -> BinShares {
        RejectionSampler.shares(
            LogitBins.count, scored, chosen, weights, smooth: RejectionSampler.smoothBins(factors[label])
        ) { bins($0.logits[$1]) }
    }

    private func facingShares(
        _ facing: FacingRatio, _ scored: Scored, _ chosen: [Int], _ weights: [Float]?
    ) -> BinShares {
        RejectionSampler.shares(FacingLetters.bins, scored, chosen, weights) {
            facing.letters.bin($0.pairs.a($1), $0.pairs.b($1))
        }
    }

    private struct Estimate {
        var factors: [Float]
        var kmerRatios: KmerDensityRatio
        var profile: Profile?
        /// Whether there was something to compare.
        var isFitted = true
    }

    /// The ratios of one label by score, then by k-mers.
    private static func estimate(_ both: [Scored], _ generated: Scored, label: Int, _ bins: LogitBins) -> Estimate {
        let real = both[label]
        let letters = real.pairs.letters
        // The scores are no guide if the classifier predicts the other label for most pairs of the data.
        let agreeing = real.logits.count { ($0 >= bins.center) == (label == 1) }
        guard !generated.logits.isEmpty, agreeing * 2 > real.logits.count else {
            return Estimate(
                factors: [Float](repeating: 1, count: LogitBins.count), kmerRatios: KmerDensityRatio(letters: letters),
                isFitted: false)
        }
        func binned(_ scored: Scored) -> [Int] { scored.logits.map { bins($0) } }
        let isReliable = reliableBins(label: label, both.map { (binned($0), $0.weight) })
        let mask: [Float] = isReliable.map { $0 ? 1 : 0 }
        let (hasConditions, smooth) = (real.inputs.width > 0, smoothBins(mask))
        let profile =
            hasConditions
            ? Profile(
                data: BinShares(bins: LogitBins.count, of: binned(real), inputs: real.inputs, smooth: smooth),
                generated: BinShares(
                    bins: LogitBins.count, of: binned(generated), inputs: generated.inputs, smooth: smooth)) : nil
        let usual = ratios(real: shares(binned(real)), made: shares(binned(generated)), mask)
        // The pairs in reliable bins, and the logarithms of r(logit).
        func samples(_ scored: Scored) -> [(pair: Int, offset: Float)] {
            scored.logits.indices.compactMap { p in
                let ratios = profile?.ratios(at: scored.inputs[p], mask) ?? usual
                let ratio = ratios[bins(scored.logits[p])]
                return ratio > 0 ? (p, Float(logarithm(ratio))) : nil
            }
        }
        let made = samples(generated)
        let kmerRatio = KmerDensityRatio(
            letters: letters, real: samples(real).map { (real.pairs.b($0.pair), $0.offset) },
            generated: made.map { (generated.pairs.b($0.pair), $0.offset) })
        let ofKmers = made.map { Double(exponential(kmerRatio.logarithm(generated.pairs.b($0.pair)))) }
        guard !hasConditions else {
            // The mean of what the ratio by score is multiplied by is to be 1.
            let scale = Float(Double(max(1, made.count)) / max(ofKmers.reduce(0, +), 1e-9))
            return Estimate(
                factors: mask.map { min($0 * scale, ModelFile.largestWeight) }, kmerRatios: kmerRatio,
                profile: profile)
        }
        let ratios = zip(made, ofKmers).map { exponential(Double($0.offset)) * $1 }
        let factor = factor(evenly(ratios, of: generated.logits.count))
        return Estimate(
            factors: usual.map { min(Float(factor * $0), ModelFile.largestWeight) }, kmerRatios: kmerRatio)
    }

    /// How often the ratios by facing letters are estimated where pairs have conditions, each time from what is kept
    /// with those before. Without conditions it is once: what the limit of 1 leaves is little, and more rounds would
    /// follow the noise of bins that hardly occur.
    private static let facingRounds = 4

    /// Multiplies the ratios of one label, first by score, then by facing letters, by what they miss.
    private mutating func refine(_ label: Int, _ target: Target, _ generated: Scored, rounds: Int) {
        let (own, made) = (factors[label], reliable(label, generated))
        guard !made.isEmpty else { return }
        func probabilities() -> [Float] {
            made.map { p in
                let sampler = generated.inputs.width > 0 ? at(generated.inputs[p]) : self
                return sampler.probability(
                    label: label, logit: generated.logits[p], a: generated.pairs.a(p), b: generated.pairs.b(p))
            }
        }
        var kept = probabilities()
        let found = logitShares(label, generated, made, kept)
        // Then those that are kept with the new ratios by score.
        if let profile = profiles[label] {
            profiles[label]?.data = profile.data.times(target.logits, over: found)
            kept = probabilities()
        } else {
            let missing = zip(target.logits.shares(at: []), found.shares(at: [])).map { $0 / max($1, 1e-6) }
            factors[label] = zip(own, missing).map { min($0 * $1, ModelFile.largestWeight) }
            for (k, p) in made.enumerated() { kept[k] *= missing[bins(generated.logits[p])] }
        }
        if let facing, let data = target.facing {
            var profile = Profile(data: data, generated: facingShares(facing, generated, made, kept))
            self.facing = facing.with(profile, label: label)
            // Then what the limit of 1 and the smoothness of the shares have left.
            for _ in 1..<rounds {
                limit(label, of: made, generated)
                let found = facingShares(facing, generated, made, probabilities())
                profile.data = profile.data.times(data, over: found)
                self.facing = facing.with(profile, label: label)
            }
        }
        limit(label, of: made, generated)
    }

    /// Makes the factors of a label the largest within the bounds for these pairs, unless they follow from a profile.
    private mutating func limit(_ label: Int, of made: [Int], _ generated: Scored) {
        guard profiles[label] == nil else { return }
        let ratios = made.map { p in
            Double(
                ratio(label: label, logit: generated.logits[p], a: generated.pairs.a(p), b: generated.pairs.b(p)))
        }
        let factor = Float(RejectionSampler.factor(RejectionSampler.evenly(ratios, of: generated.logits.count)))
        factors[label] = factors[label].map { min($0 * factor, ModelFile.largestWeight) }
    }

    /// Ratios of some of `count` pairs, each with the share of one pair.
    private static func evenly(_ ratios: [Double], of count: Int) -> [(ratio: Double, share: Double)] {
        ratios.map { ($0, 1 / Double(count)) }
    }

    /// The part of the data's pairs with a label that may be given up so that nearly all that is kept has it, and how
    /// many of these may have the other label.
    private static let mostGivenUp = 0.05, mostWrong = 0.005

    /// The bins in which pairs are kept: those on the label's side of the threshold, but for the weakest, as long as
    /// more than `mostWrong` of the data's pairs in the rest have the other label, and at most `mostGivenUp` of those
    /// with the label are given up. `real` are the bins of the data's pairs of each label and the weight of a pair.
    private static func reliableBins(label: Int, _ real: [(bins: [Int], weight: Double)]) -> [Bool] {
        let count = LogitBins.count
        let side = label == 1 ? Array(count / 2..<count) : (0..<count / 2).reversed()
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
        return (0..<count).map(kept.contains)
    }

    /// The bins whose frequencies change smoothly from one to the next: those of the mask, but for the first and last
    /// of all, which reach to infinity, and for the one at the threshold, where the data's pairs may begin.
    private static func smoothBins(_ mask: [Float]) -> Range<Int> {
        let kept = (1..<LogitBins.count - 1).filter { mask[$0] > 0 }
        guard let first = kept.first, let last = kept.last else { return 0..<0 }
        return first >= LogitBins.count / 2 ? first + 1..<last + 1 : first..<last
    }

    /// The shares of the bins among some pairs, each of which counts as often as its weight tells.
    private static func shares(
        _ bins: Int, _ scored: Scored, _ chosen: [Int], _ weights: [Float]?, smooth: Range<Int> = 0..<0,
        bin: (Scored, Int) -> Int
    ) -> BinShares {
        let mean = (weights ?? [1]).reduce(0, +) / Float(weights?.count ?? 1)
        return BinShares(
            bins: bins, of: chosen.map { bin(scored, $0) }, inputs: scored.inputs.gathered(chosen[...]),
            frequencies: weights?.map { $0 / max(mean, 1e-9) }, smooth: smooth)
    }

    /// Frequencies of the bins, with a pseudocount of 0.5.
    private static func shares(_ pairs: [Int]) -> [Double] {
        var counts = [Double](repeating: 0.5, count: LogitBins.count)
        for bin in pairs { counts[bin] += 1 }
        return counts.map { $0 / (Double(pairs.count) + 0.5 * Double(LogitBins.count)) }
    }
}
