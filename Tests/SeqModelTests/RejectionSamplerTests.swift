// Tests of the rejection sampling that spreads generated pairs' scores like the data's.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct RejectionSamplerTests {
    /// Logits around `mean`, none on the wrong side of the threshold 0.2 of label 1.
    static func logits(_ mean: Float, _ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in max(-1.3, mean + 1.5 * random.normal()) }
    }

    /// Pairs of random letters with these logits.
    static func scored(_ logits: [Float], b: () -> ArraySlice<UInt8> = { [0, 1, 2, 3] }) -> RejectionSampler.Scored {
        var pairs = Pairs(alphabet: .dna)
        for _ in logits { pairs.append([0, 1, 2, 3], b()) }
        return RejectionSampler.Scored(pairs: pairs, logits: logits)
    }

    static func acceptance(real: [[Float]], generated: [[Float]], threshold: Float) -> RejectionSampler {
        RejectionSampler(real: real.map { scored($0) }, generated: generated.map { scored($0) }, threshold: threshold)
    }

    @Test func whatIsKeptIsSpreadMoreLikeTheData() {
        let real = RejectionSamplerTests.logits(1, 5_000, seed: 1)
        let made = RejectionSamplerTests.logits(2.5, 5_000, seed: 2)
        let acceptance = RejectionSamplerTests.acceptance(
            real: [[], real], generated: [[], made], threshold: 0.2)
        func mean(_ logits: [Float], _ weights: [Float]) -> Float {
            zip(logits, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
        let kept = made.map { acceptance.probability(label: 1, logit: $0, a: [0, 1, 2, 3], b: [0, 1, 2, 3]) }
        let wanted = mean(real, real.map { _ in 1 })
        let before = mean(made, made.map { _ in 1 }), after = mean(made, kept)
        #expect(abs(after - wanted) < 0.25 * abs(before - wanted), "\(before) \(after) \(wanted)")
        // To 6 digits, as the probabilities are rounded.
        let share = kept.reduce(0) { $0 + Double($1) } / Double(made.count)
        #expect(RejectionSampler.meanAcceptance.contains((1e6 * share).rounded() / 1e6), "\(share)")
        #expect(kept.allSatisfy { (0...1).contains($0) })
    }

    /// As of a classifier that learned from labels 0 and 1: nearly all logits are far from the threshold.
    @Test func whatIsKeptIsSpreadLikeTheDataFarFromTheThreshold() {
        func logits(_ mean: Float, seed: UInt64) -> [Float] {
            var random = RandomSource(seed: seed)
            return (0..<5_000).map { _ in max(-1, mean + 8 * random.normal()) }
        }
        let (real, made) = (logits(16, seed: 1), logits(22, seed: 2))
        let acceptance = Self.acceptance(real: [[], real], generated: [[], made], threshold: 0.5)
        let kept = made.map { acceptance.probability(label: 1, logit: $0, a: [0, 1, 2, 3], b: [0, 1, 2, 3]) }
        let wanted = real.filter { $0 > 0 }.reduce(0, +) / Float(real.count { $0 > 0 })
        let found = zip(made, kept).reduce(0) { $0 + $1.0 * $1.1 } / kept.reduce(0, +)
        #expect(abs(found - wanted) < 1.5, "\(found) \(wanted)")
    }

    @Test func theHighestProbabilityIsThatOfSomeLogit() {
        var random = RandomSource(seed: 3)
        let weights = (0..<KmerDensityRatio.count(letters: 4)).map { _ in 0.3 * random.normal() }
        let factors = (0..<2 * LogitBins.count).map { max(0, random.uniform() - Float($0 % 3)) }
        let acceptance = RejectionSampler(
            factors: [Array(factors[..<LogitBins.count]), Array(factors[LogitBins.count...])],
            kmerRatios: [KmerDensityRatio(letters: 4), KmerDensityRatio(letters: 4, weights: weights)],
            bins: LogitBins(threshold: 0.2))
        var highest: [Float] = []
        for _ in 0..<200 {
            let b = ArraySlice((0..<12).map { _ in UInt8(random.index(below: 4)) })
            let all = stride(from: Float(-9), to: 9, by: 0.25).map {
                acceptance.probability(label: 1, logit: $0, a: [0, 1, 2, 3], b: b)
            }
            highest.append(acceptance.highestProbability(label: 1, a: [0, 1, 2, 3], b: b))
            #expect(all.max() == highest.last)
        }
        #expect(highest.contains { $0 == 1 } && highest.contains { $0 < 0.5 })
    }

    @Test func aPairThatTheClassifierGivesTheOtherLabelIsNotKept() {
        // The logit of the threshold 0.2 is -1.386.
        let (low, high): ([Float], [Float]) = ([-5, -3, -2, -1.5, -1.4], [-1.3, -1.2, 0, 2, 4])
        let acceptance = RejectionSamplerTests.acceptance(
            real: [low + low + high, low + high + high], generated: [low + high, low + high], threshold: 0.2)
        let b: ArraySlice<UInt8> = [0, 1, 2, 3]
        for logit in low {
            #expect(acceptance.probability(label: 0, logit: logit, a: [0, 1, 2, 3], b: b) > 0.2)
            #expect(acceptance.probability(label: 1, logit: logit, a: [0, 1, 2, 3], b: b) == 0)
        }
        for logit in high {
            #expect(acceptance.probability(label: 0, logit: logit, a: [0, 1, 2, 3], b: b) == 0)
            #expect(acceptance.probability(label: 1, logit: logit, a: [0, 1, 2, 3], b: b) > 0.2)
        }
    }

    @Test func withoutPairsToCompareEveryPairIsKept() {
        let b: ArraySlice<UInt8> = [0, 1, 2, 3]
        let nothing = RejectionSamplerTests.acceptance(real: [[], [1]], generated: [[1], []], threshold: 0.5)
        for label in 0...1 { #expect(nothing.probability(label: label, logit: -3, a: [0, 1, 2, 3], b: b) == 1) }
        // A classifier that refuses the data's own pairs.
        let refused = RejectionSamplerTests.acceptance(
            real: [[], [-3, -4, 1]], generated: [[], [-3, -4]], threshold: 0.5)
        for logit: Float in [-3, 3] {
            #expect(refused.probability(label: 1, logit: logit, a: [0, 1, 2, 3], b: b) == 1)
        }
    }

    @Test func kmersThatAreTooCommonAreKeptLessOften() {
        var random = RandomSource(seed: 4)
        // The data's strands hold no run of four, the generator's any letters; the scores are alike.
        func strand(withRuns: Bool) -> ArraySlice<UInt8> {
            while true {
                let letters = (0..<20).map { _ in UInt8(random.index(below: 4)) }
                if withRuns || !RejectionSamplerTests.holdsRun(letters[...]) { return letters[...] }
            }
        }
        let logits = [Float](repeating: 2, count: 4_000)
        let nothing = RejectionSamplerTests.scored([])
        let made = RejectionSamplerTests.scored(logits) { strand(withRuns: true) }
        let acceptance = RejectionSampler(
            real: [nothing, RejectionSamplerTests.scored(logits) { strand(withRuns: false) }],
            generated: [nothing, made], threshold: 0.5)
        var kept: (with: Float, without: Float) = (0, 0)
        for p in 0..<made.pairs.count {
            let b = made.pairs.b(p)
            let probability = acceptance.probability(label: 1, logit: 2, a: [0, 1, 2, 3], b: b)
            if RejectionSamplerTests.holdsRun(b) { kept.with += probability } else { kept.without += probability }
        }
        let before = Float(
            (0..<made.pairs.count).count { RejectionSamplerTests.holdsRun(made.pairs.b($0)) })
        #expect(before > 600)
        #expect(kept.with < 0.1 * before && kept.without > 0.5 * (4_000 - before), "\(kept) \(before)")
    }

    /// In the data scores and k-mers do not go together, in the generator's pairs they do: the ratio by k-mers changes
    /// what that by score has set right.
    @Test func scoresAreSpreadAsInTheDataWhereKmersGoWithThem() {
        let (run, none): ([UInt8], [UInt8]) = ([0, 1, 0, 1, 1, 1, 1, 0, 2, 3], [0, 1, 2, 1, 0, 1, 3, 0, 2, 3])
        // Of ten pairs, those of each strand B with a high score and with a low one.
        func scored(_ counts: [(b: [UInt8], high: Int, low: Int)]) -> RejectionSampler.Scored {
            var (pairs, logits) = (Pairs(alphabet: .dna), [Float]())
            for _ in 0..<200 {
                for (b, high, low) in counts {
                    for k in 0..<high + low {
                        pairs.append([0, 1, 2, 3], b[...])
                        logits.append(k < high ? 3 : 1)
                    }
                }
            }
            return RejectionSampler.Scored(pairs: pairs, logits: logits)
        }
        let nothing = Self.scored([])
        let made = scored([(run, 9, 1), (none, 5, 5)])
        let acceptance = RejectionSampler(
            real: [nothing, scored([(run, 2, 2), (none, 8, 8)])], generated: [nothing, made], threshold: 0.5)
        var kept: (high: Float, all: Float) = (0, 0)
        for (p, logit) in made.logits.enumerated() {
            let share = acceptance.probability(label: 1, logit: logit, a: made.pairs.a(p), b: made.pairs.b(p))
            kept.all += share
            if logit == 3 { kept.high += share }
        }
        // With both ratios one after the other it is 0.40.
        #expect(abs(kept.high / kept.all - 0.5) < 0.05, "\(kept)")
    }

    @Test func sharesBendWithTheConditions() {
        var (bins, inputs): ([Int], PairConditions) = ([], PairConditions(width: 1))
        for k in 0..<3_000 {
            let x = Float(k % 301) / 100 - 1.5
            inputs.append([x])
            bins.append((abs(x) > 0.75) == (k % 10 > 0) ? 1 : 0)
        }
        let shares = BinShares(bins: 2, of: bins, inputs: inputs)
        let found = ([-1.4, 0, 1.4] as [Float]).map { shares.shares(at: [$0])[1] }
        #expect(found[0] > 0.75 && found[1] < 0.25 && found[2] > 0.75, "\(found)")
    }

    /// At x = 0 the generator is right; at x = 1 its pairs bind too well.
    @Test func whatIsKeptIsSpreadLikeTheDataAtEachPoint() {
        func scored(_ means: [Float], seed: UInt64) -> RejectionSampler.Scored {
            var (logits, inputs): ([Float], PairConditions) = ([], PairConditions(width: 1))
            for (x, mean) in means.enumerated() {
                let own = RejectionSamplerTests.logits(mean, 4_000, seed: seed + UInt64(x))
                logits += own
                for _ in own { inputs.append([Float(x)]) }
            }
            let pairs = RejectionSamplerTests.scored(logits).pairs
            return RejectionSampler.Scored(pairs: pairs, logits: logits, inputs: inputs)
        }
        let nothing = scored([], seed: 0)
        let acceptance = RejectionSampler(
            real: [nothing, scored([1, 1], seed: 1)], generated: [nothing, scored([1, 3], seed: 5)], threshold: 0.2)
        for (x, mean) in [Float(1), 3].enumerated() {
            let here = acceptance.at([Float(x)])
            let made = RejectionSamplerTests.logits(mean, 4_000, seed: 9)
            let kept = made.map { here.probability(label: 1, logit: $0, a: [0, 1, 2, 3], b: [0, 1, 2, 3]) }
            let after = zip(made, kept).reduce(0) { $0 + $1.0 * $1.1 } / kept.reduce(0, +)
            #expect(abs(after - 1.1) < 0.4, "\(x) \(after)")
            let share = kept.reduce(0, +) / Float(made.count)
            #expect((0.15...0.7).contains(share), "\(x) \(share)")
            #expect(here.probability(label: 1, logit: -2, a: [0, 1, 2, 3], b: [0, 1, 2, 3]) == 0)
        }
    }

    /// Half of the data's pairs just above the threshold have the other label.
    @Test func pairsThatTheClassifierIsNotSureOfAreNotKept() {
        let weak = [Float](repeating: 0.2, count: 40), strong = [Float](repeating: 3, count: 960)
        let wrong = [Float](repeating: 0.2, count: 40), low = [Float](repeating: -3, count: 960)
        func probability(_ real: [[Float]], _ logit: Float) -> Float {
            let acceptance = RejectionSamplerTests.acceptance(
                real: real, generated: [weak + low, weak + strong], threshold: 0.5)
            return acceptance.probability(label: 1, logit: logit, a: [0, 1, 2, 3], b: [0, 1, 2, 3])
        }
        #expect(probability([wrong + low, weak + strong], 0.2) == 0)
        #expect(probability([wrong + low, weak + strong], 3) > 0.2)
        // Where they are right, or where too many would be given up, they are kept.
        #expect(probability([low, weak + strong], 0.2) > 0.2)
        #expect(probability([wrong + low, weak + weak + strong], 0.2) > 0.2)
    }

    static func holdsRun(_ strand: ArraySlice<UInt8>) -> Bool {
        let letters = Array(strand)
        return (3..<letters.count).contains { Set(letters[$0 - 3...$0]).count == 1 }
    }
}
