// Tests of the levels of the score that a generator draws before its strands.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ScoreLevelTests {
    @Test func eachLevelHasAsManyPairsOfALabel() {
        var random = RandomSource(seed: 90)
        let logits = (0..<400).map { _ in random.normal() }
        let chosen = [Array(0..<160), Array(160..<400)]
        let (levels, ofPairs) = ScoreLevels.found(logits, chosen: chosen, inputs: .none, &random)
        for members in chosen {
            let sorted = members.sorted { logits[$0] < logits[$1] }
            let size = members.count / ScoreLevels.count
            #expect(sorted.map { ofPairs[$0] } == sorted.indices.map { $0 / size })
        }
        for label in 0...1 {
            let shares = levels.frequencies[label].shares(at: [])
            #expect(shares.allSatisfy { abs($0 - 1 / Float(ScoreLevels.count)) < 0.1 }, "\(shares)")
        }
    }

    @Test func theirFrequenciesDependOnConditions() {
        // At the first condition all pairs are weaker than any at the second.
        var inputs = PairConditions(width: 1)
        let logits = (0..<800).map { Float($0) }
        for p in logits.indices { inputs.append([p < 400 ? -1 : 1]) }
        var random = RandomSource(seed: 91)
        let levels = ScoreLevels.found(logits, chosen: [[], Array(0..<800)], inputs: inputs, &random).levels
        let (low, high) = (levels.frequencies[1].shares(at: [-1]), levels.frequencies[1].shares(at: [1]))
        let half = ScoreLevels.count / 2
        #expect(low[..<half].reduce(0, +) > 0.97 && high[half...].reduce(0, +) > 0.97, "\(low) \(high)")
        // Nothing is known of a label without pairs.
        #expect(Set(levels.frequencies[0].shares(at: [1])).count == 1)
    }

    @Test func pairsWithoutADifferenceHaveOneLevel() {
        var random = RandomSource(seed: 92)
        let found = ScoreLevels.found([3, 3, 3, 3, 3], chosen: [[], [0, 1, 2, 3, 4]], inputs: .none, &random)
        #expect(Set(found.ofPairs).count == 1)
    }

    @Test func levelsAreDrawnByTheirFrequencies() {
        let shares: [Float] = [0.1, 0, 0.6, 0.3]
        var counts = [Int](repeating: 0, count: ScoreLevels.count)
        var random = RandomSource(seed: 93)
        for _ in 0..<10_000 { counts[ScoreLevels.draw(shares, &random)] += 1 }
        for (count, share) in zip(counts, shares) { #expect(abs(Float(count) / 10_000 - share) < 0.02) }
        for level in 0..<ScoreLevels.count { #expect(ScoreLevels.level(of: ScoreLevels.number(level)) == level) }
    }

    /// Levels 0 and 3 make strong pairs with the probabilities 0.2 and 0.9; of the data three quarters are strong. The
    /// shares that do that are found: 0.2 w + 0.9 (1 - w) = 0.75.
    @Test func theyAreFittedToWhatIsMissing() {
        let (weak, last) = (0.2, ScoreLevels.count - 1)
        var levels = ScoreLevels([BinShares](repeating: BinShares(bins: ScoreLevels.count, conditions: 0), count: 2))
        for _ in 0..<40 {
            let shares = levels.frequencies[1].shares(at: []).map(Double.init)
            let strong = (shares[0] * weak + shares[last] * 0.9) / (shares[0] + shares[last])
            var (drawn, ratios): ([Int], [Float]) = ([], [])
            for (level, isStrong) in [(0, weak), (last, 0.9)] {
                for k in 0..<Int((1_000 * shares[level] / (shares[0] + shares[last])).rounded()) {
                    let hit = Double(k % 10) < 10 * isStrong
                    drawn.append(level)
                    ratios.append(Float(hit ? 0.75 / strong : 0.25 / (1 - strong)))
                }
            }
            levels = levels.fitted([[], drawn], inputs: [.none, .none], ratios: [[], ratios])
        }
        let shares = levels.frequencies[1].shares(at: [])
        #expect(abs(shares[0] / (shares[0] + shares[last]) - 0.15 / 0.7) < 0.02, "\(shares)")
    }

    @Test func strandsDependOnTheirLevel() throws {
        // Of a pair of eight letters, four to eight face their partner.
        var random = RandomSource(seed: 94)
        var data = LabelledPairs(alphabet: .dna)
        for k in 0..<2_000 {
            func letter() -> UInt8 { UInt8(random.index(below: 4)) }
            let a = (0..<8).map { _ in letter() }
            let alone = k % 4 == 0 ? 8 : random.index(below: 5)
            data.append(
                a, (0..<8).map { $0 < alone ? letter() : 3 - a[7 - $0] }, target: k % 4 == 0 ? 0 : 1)
        }
        let classifier = PairHMMTrainingTests.classifier
        var plan = PairGeneratorPlan(.aligned, pairs: data.count)
        (plan.steps, plan.batch, plan.threads) = (500, 24, 2)
        let outcome = try PairGeneratorTrainer(classifier, data, plan: plan).run()
        let (generator, worker) = (outcome.generator, PairGenerator.Worker(outcome.generator))
        let scores = (0..<ScoreLevels.count).map { level in
            var sources = (0..<300).map { RandomSource(seed: 95, stream: $0) }
            let drawn = generator.draw(
                label: 1, inputs: PairConditions(repeating: [ScoreLevels.number(level)], count: 300),
                given: [[UInt8]?](repeating: nil, count: 300), lengths: 1...20, tries: 1, &sources, worker
            ) { _, _ in true }
            var pairs = Pairs(like: data.pairs)
            for case let pair? in drawn { pairs.append(pair.a[...], pair.b[...]) }
            let logits = classifier.logits(of: pairs, workspaces: [Workspace()])
            return logits.reduce(0, +) / Float(logits.count)
        }
        #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 < $1 }, "\(scores)")
        // All that is drawn is written, and read as it was.
        var model = ModelFile(classifier: classifier, record: [:])
        model.generator = .paired(generator)
        let loaded = try #require(try ModelFile(decoding: model.encoded()).generator?.paired)
        #expect(loaded.composition.levels == generator.composition.levels && loaded.composition.levels != nil)
    }

    @Test func whatWasComputedForTheLastInputsIsKept() {
        var recent = RecentInputs<Int>(), computed: [Int?] = []
        func value(_ k: Int, label: Int = 1) -> Int {
            recent.value(label: label, [Float(k)]) { old in
                computed.append(old)
                return 10 * k + label
            }
        }
        for k in [0, 1, 0, 1, 1] { #expect(value(k) == 10 * k + 1) }
        #expect(value(0, label: 0) == 0)
        #expect(computed == [nil, nil, nil])
        for k in 2..<ScoreLevels.count { #expect(value(k) == 10 * k + 1) }
        // The oldest one had to go, the second is still there.
        #expect(computed.count == ScoreLevels.count + 1 && computed.last == 1)
        #expect(value(1) == 11 && computed.count == ScoreLevels.count + 1)
        recent.replaceLast(7)
        #expect(value(1) == 7)
        #expect(value(0) == 1 && computed.count == ScoreLevels.count + 2 && computed.last == 7)
    }
}
