// Tests of strands B that are drawn letter by letter: in any company, of the lengths asked for, by a relation learned.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct EncoderDecoderDrawingTests {
    private static let kernels = LayerKernels()

    /// Strands A of 1 to 12 letters.
    private static func strands(_ count: Int, _ random: inout RandomSource) -> [[UInt8]] {
        (0..<count).map { k in (0..<1 + k * 7 % 12).map { _ in UInt8(random.index(below: 4)) } }
    }

    /// A net that has learned nothing, with weights large enough for strands that differ by all that they depend on.
    private static func net(lengthsB: ClosedRange<Int>) -> (net: EncoderDecoder, weights: FloatBuffer) {
        let net = EncoderDecoder(letters: 4, longestA: 12, lengthsB: lengthsB)
        var random = RandomSource(seed: 41)
        let weights = net.initialWeights(&random)
        for k in 0..<weights.count { weights[k] *= 1.5 }
        return (net, weights)
    }

    @Test(arguments: [Processor](Processor.allCases.filter(\.isUsable)))
    func aStrandIsTheSameInAnyCompany(processor: Processor) {
        let (net, weights) = Self.net(lengthsB: 3...14)
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 42)
        let strands = Self.strands(48, &random)
        // One tape for all groups of a size: what earlier strands left on it must not count.
        func draw(_ order: [Int], group: Int, label: Int) -> [Int: (b: [UInt8], next: UInt64)] {
            let tape = EncoderDecoder.DrawingTape(net)
            var drawn: [Int: (b: [UInt8], next: UInt64)] = [:]
            for start in stride(from: 0, to: order.count, by: group) {
                let own = order[start..<min(order.count, start + group)]
                var sources = own.map { RandomSource(seed: 43, stream: UInt64($0)) }
                let made = net.draw(
                    tape, a: own.map { strands[$0][...] }, label: label,
                    isAllowed: net.lengthsB.map { _ in true }, leastFraction: 0.01,
                    weights: weights, &sources, kernels)
                for (n, k) in own.enumerated() { drawn[k] = (made[n], sources[n].next()) }
            }
            return drawn
        }
        let order = Array(strands.indices)
        for label in 0...1 {
            let alone = draw(order, group: 1, label: label)
            #expect(Set(alone.values.map(\.b.count)).count > 6 && Set(alone.values.map(\.b)).count > 30)
            for (other, group) in [(order, 16), (order.reversed(), 16), (order, 5), (order.reversed(), 3)] {
                let together = draw(other, group: group, label: label)
                for k in order { #expect(together[k]?.b == alone[k]?.b && together[k]?.next == alone[k]?.next) }
            }
        }
    }

    /// The letters are those that the uniform numbers of the source choose by the probabilities that are trained.
    @Test(arguments: [0, 2]) func strandsAreDrawnByTheProbabilitiesThatAreTrained(conditions: Int) {
        let net = EncoderDecoder(letters: 4, longestA: 12, lengthsB: 3...14, conditions: conditions)
        var random = RandomSource(seed: 46)
        let weights = net.initialWeights(&random)
        var inputs = PairConditions(width: conditions)
        let strands = Self.strands(16, &random)
        for _ in strands { inputs.append((0..<conditions).map { _ in 2 * random.normal() }) }
        func sources() -> [RandomSource] { strands.indices.map { RandomSource(seed: 47, stream: UInt64($0)) } }
        var own = sources()
        let drawn = net.draw(
            EncoderDecoder.DrawingTape(net), a: strands.map { $0[...] }, label: 1, inputs: inputs,
            isAllowed: net.lengthsB.map { _ in true }, leastFraction: 0, weights: weights, &own, Self.kernels)
        let tape = EncoderDecoder.Tape(net, strands: 1)
        own = sources()
        for (s, b) in drawn.enumerated() {
            let pair = TrainingPair(a: strands[s][...], b: b[...], label: 1, inputs: inputs[s])
            _ = net.loss(tape, [pair], weights: weights, Self.kernels)
            /// Whether `choice` is what a uniform number chooses, by the gradients of the logits: probabilities, minus
            /// 1 at the choice.
            func isChosen(_ choice: Int, _ gradients: FeatureMap, _ column: Int) -> Bool {
                let before = (0..<choice).reduce(Float(0)) { $0 + gradients[column, $1] }
                let uniform = own[s].uniform()
                return uniform > before - 1e-4 && uniform < before + gradients[column, choice] + 1 + 1e-4
            }
            #expect(isChosen(b.count - 3, tape.gradients.lengths, 0))
            for (k, code) in b.enumerated() { #expect(isChosen(Int(code), tape.gradients.letters, k + 1)) }
        }
    }

    @Test func lengthsAreThoseAllowedAlone() {
        let (net, weights) = Self.net(lengthsB: 3...14)
        let tape = EncoderDecoder.DrawingTape(net)
        var random = RandomSource(seed: 44)
        let strands = Self.strands(16, &random)
        for allowed in [[3], [14], [7, 8], [3, 9, 14], Array(3...14)] as [[Int]] {
            var found: Set<Int> = []
            for round in 0..<12 {
                var sources = (0..<16).map { RandomSource(seed: UInt64(round), stream: $0) }
                let drawn = net.draw(
                    tape, a: strands.map { $0[...] }, label: 1, isAllowed: net.lengthsB.map { allowed.contains($0) },
                    leastFraction: 0, weights: weights, &sources, Self.kernels)
                #expect(drawn.count == 16)
                found.formUnion(drawn.map(\.count))
                #expect(drawn.joined().allSatisfy { $0 < 4 })
            }
            #expect(found.isSubset(of: allowed) && (found.count > allowed.count / 2 || allowed.count == 1), "\(found)")
        }
        var sources: [RandomSource] = []
        let none = net.draw(
            tape, a: [], label: 1, isAllowed: net.lengthsB.map { _ in true }, leastFraction: 0.01,
            weights: weights, &sources, Self.kernels)
        #expect(none.isEmpty)
    }

    /// Pairs of label 1 in which each letter of B is the sum of two neighbours of A, and A's first letter gives B's
    /// length; those of label 0 are unrelated, and two letters longer.
    static func related(_ count: Int) -> LabelledPairs {
        var random = RandomSource(seed: 45)
        var pairs = LabelledPairs(alphabet: .dna)
        for k in 0..<count {
            let a = (0..<6).map { _ in UInt8(random.index(below: 4)) }
            let b = k % 3 == 0 ? (0..<7).map { _ in UInt8(random.index(below: 4)) } : partner(a)
            pairs.append(a, b, target: k % 3 == 0 ? 0 : 1)
        }
        return pairs
    }

    private static func partner(_ a: [UInt8]) -> [UInt8] { (0..<(a[0] < 2 ? 4 : 5)).map { (a[$0] + a[$0 + 1]) % 4 } }

    @Test func aRelationBetweenNeighboursAndTheLengthIsLearned() {
        var plan = PairGeneratorPlan(.autoregressive, pairs: 3_000)
        (plan.steps, plan.batch) = (600, 48)
        let classifier = ModelFileTests.model().classifier
        let data = GeneratorData(classifier, Self.related(3_000), plan: plan)
        let trainer = LikelihoodTrainer(data, data.encoderDecoder, plan: plan)
        let before = trainer.validation().loss
        for _ in 0..<plan.steps { trainer.runStep() }
        #expect(trainer.takeLoss() < Double(before))
        #expect(trainer.validation().loss < 0.6 * before, "\(before) \(trainer.validation().loss)")
        let tape = EncoderDecoder.DrawingTape(trainer.net)
        let strands = (0..<16).map { data.pairs.a($0 * 3 + 1) }
        var counts = [0, 0]
        for label in 0...1 {
            for round in 0..<8 {
                var sources = (0..<16).map { RandomSource(seed: UInt64(50 + round), stream: $0) }
                let drawn = trainer.net.draw(
                    tape, a: strands, label: label, isAllowed: trainer.net.lengthsB.map { _ in true },
                    leastFraction: 0, weights: trainer.averaged, &sources, Self.kernels)
                for (a, b) in zip(strands, drawn) {
                    let isRight = label == 1 ? b == Self.partner(Array(a)) : b.count == 7
                    counts[label] += isRight ? 1 : 0
                }
            }
        }
        #expect(counts[0] > 120 && counts[1] > 100, "\(counts) of 128")
    }
}
