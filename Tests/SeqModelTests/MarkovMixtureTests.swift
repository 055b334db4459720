// Tests of mixtures of Markov chains: against the definition, their gradient, and what is drawn and learned.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct MarkovMixtureTests {
    private static let kernels = LayerKernels()

    /// A mixture that has learned nothing, with weights large enough for strands that differ by all they depend on.
    private static func mixture(
        letters: Int = 3, length: Int = 4, order: Int? = nil, conditions: Int = 0
    ) -> (mixture: MarkovMixture, weights: FloatBuffer) {
        let mixture = MarkovMixture(letters: letters, length: length, order: order, conditions: conditions)
        var random = RandomSource(seed: 81)
        let weights = mixture.initialWeights(&random)
        for k in 0..<weights.count { weights[k] += 0.7 * random.normal() }
        return (mixture, weights)
    }

    private static func loss(
        _ mixture: MarkovMixture, _ weights: FloatBuffer, _ strands: [TrainingStrand]
    ) -> Double {
        mixture.crossEntropy(mixture.memory(strands: strands.count), strands, weights: weights, kernels)
    }

    @Test(arguments: [(2, 6), (4, 3), (6, 2), (20, 1), (26, 1), (101, 0)])
    func contextsAreAsLongAsThereAreFewEnough(letters: Int, order: Int) {
        #expect(MarkovMixture(letters: letters, length: 9).order == order)
    }

    /// The row of a context is the number of the shorter ones and its letters as digits.
    @Test func contextsAreTheLettersBefore() {
        let (mixture, _) = Self.mixture(letters: 4, order: 2)
        var context = MarkovMixture.Context(mixture)
        var rows = [context.row]
        for letter in [3, 1, 0, 2] {
            context.append(letter)
            rows.append(context.row)
        }
        #expect(rows == [0, 1 + 3, 5 + 3 * 4 + 1, 5 + 1 * 4 + 0, 5 + 0 * 4 + 2])
        #expect(mixture.contextCount == 1 + 4 + 16)
    }

    @Test(arguments: 0...3) func allStrandsOfALengthTogetherHaveTheProbabilityOne(order: Int) {
        let (mixture, weights) = Self.mixture(order: order)
        for (length, label) in [(4, 1), (3, 0), (1, 1)] {
            let losses = PairHMMTests.strands(length, letters: 3).map {
                Self.loss(mixture, weights, [TrainingStrand(letters: $0[...], label: label)])
            }
            #expect(abs(losses.reduce(0) { $0 + exponential(-$1) } - 1) < 1e-5)
            #expect((losses.max() ?? 0) - (losses.min() ?? 0) > 0.3)
        }
    }

    /// The definition, component by component and letter by letter.
    @Test func itIsTheSumOfTheChains() throws {
        let (mixture, weights) = Self.mixture(letters: 4, length: 30, order: 2, conditions: 2)
        let (strand, label, inputs): ([UInt8], Int, [Float]) = (
            (0..<30).map { UInt8($0 * $0 / 3 % 4) }, 1, [0.4, -1.1]
        )
        func softmax(_ logits: [Double]) -> [Double] {
            let weights = logits.map { exponential($0) }
            return weights.map { $0 / weights.reduce(0, +) }
        }
        func weight(_ offset: Int) -> Double { Double(weights[offset]) }
        let x = [1, 0.4, -1.1, 30 / 32.0 - 1]
        let numbers = Array(x.dropFirst())
        let terms = x + numbers.indices.flatMap { c in numbers[c...].map { numbers[c] * $0 } }
        let shares = softmax(
            (0..<16).map { c in
                terms.indices.reduce(0) {
                    $0 + terms[$1] * weight(mixture.priors + (terms.count * label + $1) * 16 + c)
                }
            })
        let whole = shares.indices.reduce(0.0) { sum, c in
            sum
                + strand.indices.reduce(shares[c]) { product, column in
                    let known = min(column, 2)
                    let before = strand[column - known..<column].reduce(0) { $0 * 4 + Int($1) }
                    let row = [0, 1, 5][known] + before
                    let probabilities = softmax(
                        (0..<4).map { k in
                            weight(mixture.chains + (row * 4 + k) * 16 + c)
                                + weight(mixture.startRows + min(column, 23) * 4 + k)
                                + weight(mixture.endRows + min(29 - column, 23) * 4 + k)
                        })
                    return product * probabilities[Int(strand[column])]
                }
        }
        let own = TrainingStrand(letters: strand[...], label: label, inputs: inputs[...])
        let net = try #require(mixture.lengths)
        let ofLength = net.loss(LengthNet.Tape(net, strands: 1), [own], weights: weights, Self.kernels)
        #expect(abs(Self.loss(mixture, weights, [own]) - ofLength + logarithm(whole)) < 1e-4)
    }

    @Test(arguments: [0, 2]) func theGradientAgreesWithDifferences(conditions: Int) {
        let (mixture, weights) = Self.mixture(letters: 4, length: 9, order: 2, conditions: conditions)
        var random = RandomSource(seed: 82)
        let strands = [9, 3, 7, 1].map { length in
            TrainingStrand(
                letters: (0..<length).map { _ in UInt8(random.index(below: 4)) }[...], label: length % 2,
                inputs: (0..<conditions).map { _ in random.normal() }[...])
        }
        let state = NetState(weights, pieces: 1)
        mixture.transpose(weights, into: state.transposed, Self.kernels)
        let memory = mixture.memory(strands: strands.count)
        // Twice: what the first one left in the memory must not count.
        for _ in 0..<2 {
            state.gradients.parts.clear(0..<mixture.count)
            mixture.learn(memory, strands, state, part: 0, Self.kernels)
        }
        let gradient = state.gradients.parts[0..<mixture.count]
        let parts = mixture.tensors.map { ($0.name, $0.offset..<$0.offset + $0.shape.reduce(1, *)) }
        for (part, range) in parts + [("all", 0..<mixture.count)] {
            ConditionedGeneratorTests.check(part, weights, range, gradient) { Self.loss(mixture, weights, strands) }
        }
    }

    @Test func strandsAreDrawnAsOftenAsTheirProbability() throws {
        let (mixture, weights) = Self.mixture(letters: 2, order: 1, conditions: 1)
        let drawer = mixture.drawer(weights, strands: 16)
        let (count, net) = (40_000, try #require(mixture.lengths))
        for (label, x) in [(1, Float(0.8)), (0, -0.5)] {
            var found: [[UInt8]: Int] = [:]
            var sources = (0..<count).map { RandomSource(seed: 83, stream: UInt64($0)) }
            for strand in drawer.draw(
                label: label, inputs: PairConditions(repeating: [x], count: count),
                lengths: [Int](repeating: 3, count: count), &sources, Self.kernels, canGrow: { _, _ in true })
            {
                found[try #require(strand), default: 0] += 1
            }
            for strand in PairHMMTests.strands(3, letters: 2) {
                let own = TrainingStrand(letters: strand[...], label: label, inputs: [x])
                let ofLength = net.loss(LengthNet.Tape(net, strands: 1), [own], weights: weights, Self.kernels)
                let p = exponential(ofLength - Self.loss(mixture, weights, [own]))
                let noise = (p * (1 - p) / Double(count)).squareRoot()
                #expect(abs(Double(found[strand] ?? 0) / Double(count) - p) < 4.5 * noise, "\(strand) \(p)")
            }
        }
    }

    /// Weights as large as a file may hold, and conditions far away: strands of the right length all the same.
    @Test(arguments: [1e6, -1e6] as [Float]) func extremeWeightsAndConditionsMakeStrands(weight: Float) {
        let (mixture, weights) = Self.mixture(letters: 4, length: 60, conditions: 1)
        for k in 0..<weights.count where k % 3 > 0 { weights[k] = k % 3 == 1 ? weight : -weight }
        var sources = (0..<20).map { RandomSource(seed: 85, stream: $0) }
        let drawn = mixture.drawer(weights, strands: 16).draw(
            label: 0, inputs: PairConditions(repeating: [1e30], count: 20),
            lengths: [Int](repeating: 60, count: 20), &sources, Self.kernels, canGrow: { _, _ in true })
        #expect(drawn.allSatisfy { $0?.count == 60 && $0?.allSatisfy { $0 < 4 } == true })
        let strands = drawn.map { TrainingStrand(letters: ($0 ?? [])[...], label: 1, inputs: [-3]) }
        #expect(Self.loss(mixture, weights, strands).isFinite)
    }

    /// Strands of G and C or of A and T, without a letter twice in a row, that begin with C or A; long ones seldom have
    /// G and C.
    private static func structured(_ count: Int) -> Pairs {
        var random = RandomSource(seed: 86)
        var pairs = Pairs(alphabet: .dna)
        for k in 0..<count {
            let isLong = k % 2 == 0
            let isStrong = random.uniform() < (isLong ? 0.1 : 0.6)
            let letters: [UInt8] = isStrong ? [1, 2] : [0, 3]
            let strand = (0..<(isLong ? 24 : 12)).map { letters[$0 % 2] }
            pairs.append(strand[...], strand[...])
        }
        return pairs
    }

    @Test func familiesOfStrandsNeighboursAndEndsAreLearned() {
        let pairs = Self.structured(2_000)
        var plan = PairGeneratorPlan(.aligned, pairs: 2_000)
        let mixture = MarkovMixture(letters: 4, length: 24, order: 1)
        func weights(threads: Int) -> FloatBuffer {
            plan.threads = threads
            let trainer = StrandTrainer(mixture, pairs, chosen: [[], Array(0..<2_000)], plan: plan)
            for _ in 0..<800 { trainer.runStep() }
            return trainer.best
        }
        let learned = weights(threads: 1)
        #expect(learned[0..<mixture.count] == weights(threads: 3)[0..<mixture.count])
        var sources = (0..<1_000).map { RandomSource(seed: 87, stream: $0) }
        let drawn = mixture.drawer(learned, strands: 16).draw(
            label: 1, inputs: PairConditions(repeating: [], count: 1_000),
            lengths: (0..<1_000).map { $0 < 500 ? 24 : 12 }, &sources, Self.kernels, canGrow: { _, _ in true })
        func isStrong(_ strand: [UInt8]) -> Bool { strand.allSatisfy { [1, 2].contains($0) } }
        let all = drawn.compactMap { $0 }
        #expect(all.count { isStrong($0) || $0.allSatisfy { [0, 3].contains($0) } } > 980)
        #expect(all.count { zip($0, $0.dropFirst()).contains { $0 == $1 } } < 30)
        #expect(all.count { $0[0] == 1 || $0[0] == 0 } > 990)
        let strong = (all.prefix(500).count(where: isStrong), all.dropFirst(500).count(where: isStrong))
        #expect(abs(strong.0 - 50) < 30 && abs(strong.1 - 300) < 45, "\(strong)")
    }
}
