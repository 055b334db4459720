// Tests of generators with conditions: gradients, strands drawn at conditions, and a relation that depends on one.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ConditionedGeneratorTests {
    private static let kernels = LayerKernels()

    private static func strand(_ length: Int, _ random: inout RandomSource) -> [UInt8] {
        (0..<length).map { _ in UInt8(random.index(below: 4)) }
    }

    /// Compares the gradient of some weights with differences of `loss` along it and along another direction.
    static func check(
        _ part: String, _ weights: FloatBuffer, _ range: Range<Int>, _ gradient: [Float], loss: () -> Double
    ) {
        var random = RandomSource(seed: 71)
        let own = Array(gradient[range])
        let length = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(length > 1e-3, "\(part) has no gradient")
        let scale = length / Float(range.count).squareRoot()
        for noise in [0, 2 * scale] as [Float] {
            let direction = own.map { $0 + noise * random.normal() }
            let size = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let kept = weights[range]
            func moved(_ by: Float) -> Double {
                weights[range] = zip(kept, direction).map { $0 + by / size * $1 }
                defer { weights[range] = kept }
                return loss()
            }
            let measured = (moved(0.005) - moved(-0.005)) / 0.01
            let expected = zip(own, direction).reduce(0.0) { $0 + Double($1.0 * $1.1 / size) }
            #expect(
                abs(measured - expected) < 0.02 * abs(expected) + 0.003 * Double(length),
                "\(part): \(expected), measured \(measured)")
        }
    }

    @Test func theGradientOfStrandAsNetworkAgreesWithDifferences() throws {
        let net = StrandNet(letters: 4, length: 9, conditions: 2)
        var random = RandomSource(seed: 72)
        let weights = net.initialWeights(&random)
        let tape = StrandNet.Tape(net, strands: 3)
        func strands(_ lengths: [Int]) -> [TrainingStrand] {
            lengths.enumerated().map { k, length in
                TrainingStrand(
                    letters: Self.strand(length, &random)[...], label: k % 2,
                    inputs: [random.normal(), random.normal()])
            }
        }
        // What earlier strands left on the tape must not count.
        let (longer, own) = (strands([9, 9, 8]), strands([7, 3, 5]))
        let (transposed, sums) = (FloatBuffer(count: net.count), FloatBuffer(count: net.count))
        net.transpose(weights, into: transposed, Self.kernels)
        for strands in [longer, own] {
            _ = net.loss(tape, strands, weights: weights, Self.kernels)
            sums.clear(0..<net.count)
            net.backward(tape, strands, transposed: transposed, sums: sums, part: 0, Self.kernels)
        }
        let (gradient, lengths) = (sums[0..<net.count], try #require(net.lengths))
        func rows(_ rows: ConditionRows) -> Range<Int> { rows.offset..<rows.offset + rows.count * rows.width }
        let first = lengths.labelRows
        #expect(lengths.out.end == net.count && rows(net.conditions).upperBound == first)
        for (part, range) in [
            ("letters", net.letterRows..<net.labelRows), ("conditions", rows(net.conditions)),
            ("labels of lengths", first..<first + 2 * LengthNet.hidden),
            ("conditions of lengths", rows(lengths.conditions)),
            ("lengths", lengths.out.offset..<lengths.out.end), ("all", 0..<net.count),
        ] {
            Self.check(part, weights, range, gradient) { net.loss(tape, own, weights: weights, Self.kernels) }
        }
    }

    /// Each strand of a group has its own conditions, and what it becomes depends on these alone.
    @Test func strandsAtConditionsAreTheSameInAnyCompany() {
        let net = EncoderDecoder(letters: 4, longestA: 9, lengthsB: 3...9, conditions: 2)
        let strands = StrandNet(letters: 4, length: 9, conditions: 2)
        var random = RandomSource(seed: 73)
        let (weights, ofStrands) = (net.initialWeights(&random), strands.initialWeights(&random))
        for buffer in [weights, ofStrands] { for k in 0..<buffer.count { buffer[k] *= 2 } }
        for k in strands.head.offset..<strands.head.bias { ofStrands[k] *= 2 }
        let conditions = [Condition(name: "dose", scale: .linear), Condition(name: "time", scale: .linear)]
        let lengths = (5...9).map { StrandComposition.Lengths(a: $0, b: $0 - 2, share: Float($0 - 4) / 5) }
        let generator = PairGenerator(
            .autoregressive(net, weights),
            composition: StrandComposition(net: strands, weights: ofStrands, lengths: [[], lengths]),
            conditions: conditions)
        var points = PairConditions(width: 2)
        for k in 0..<20 { points.append([Float(k % 5) * 2 - 4, Float(k / 5) * 2 - 3]) }
        func draw(_ order: [Int], at points: PairConditions) -> [DrawnPair?] {
            var sources = order.map { RandomSource(seed: 74, stream: UInt64($0)) }
            return generator.draw(
                label: 1, at: points, given: order.map { _ in nil }, lengths: 1...9, tries: 1,
                &sources, PairGenerator.Worker(generator), canGrow: { _, _ in true })
        }
        let order = Array(0..<20)
        let all = draw(order, at: points)
        let backward = Array(order.reversed())
        #expect(Array(draw(backward, at: points.gathered(backward[...])).reversed()) == all)
        for k in [0, 7, 19] { #expect(draw([k], at: points.gathered([k]))[0] == all[k]) }
        // All at one point, as pairs are drawn for use. With the same random numbers, what differs is the conditions'.
        let whole = TrainedGenerator.paired(generator)
        var sources = order.map { RandomSource(seed: 74, stream: UInt64($0)) }
        let same = whole.draw(
            label: 1, at: Array(points[7]), given: order.map { _ in nil }, lengths: 1...9, &sources, .init(whole))
        #expect(same[7] == all[7])
        for differs: (DrawnPair, DrawnPair) -> Bool in [
            { $0.a.count != $1.a.count }, { $0.a.prefix(5) != $1.a.prefix(5) }, { $0.b != $1.b },
        ] {
            #expect(zip(same, all).count { differs($0 ?? .init(a: [], b: []), $1 ?? .init(a: [], b: [])) } > 6)
        }
    }

    /// The condition of the relation below.
    static let dose: Condition = {
        var dose = Condition(name: "dose", scale: .linear)
        (dose.mean, dose.deviation, dose.trained) = (5, 5, 0...10)
        return dose
    }()

    /// Pairs of label 1: B is A's complement at dose 0, where A has 4 to 6 letters, and A itself at dose 10, where it
    /// has 6 to 8. Those of label 0 are unrelated.
    ///
    /// One of `rarity` is at dose 0, the first of them.
    static func related(_ count: Int, rarity: Int = 2) -> LabelledPairs {
        var random = RandomSource(seed: 75)
        var pairs = LabelledPairs(alphabet: .dna, conditions: 1)
        for k in 0..<count {
            let isHigh = k / 3 % rarity > 0
            let a = strand((isHigh ? 6 : 4) + random.index(below: 3), &random)
            let b = k % 3 == 0 ? strand(a.count, &random) : isHigh ? a : a.map { 3 - $0 }
            pairs.append(a, b, target: k % 3 == 0 ? 0 : 1, at: [isHigh ? 10 : 0])
        }
        return pairs
    }

    /// A classifier of the relation that has learned nothing.
    private static let classifier: PairClassifier = {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden, configuration.conditions) = (4, 8, [dose])
        let data = related(30)
        return ClassifierTrainer(.duplex(configuration), plan: TrainingPlan(), training: data, validation: data)
            .classifier
    }()

    private static func plan(threads: Int = 2) -> PairGeneratorPlan {
        var plan = PairGeneratorPlan(.autoregressive, pairs: 3_000)
        (plan.steps, plan.batch, plan.threads) = (500, 48, threads)
        return plan
    }

    @Test func theSameWeightsForAnyNumberOfThreads() {
        let data = GeneratorData(Self.classifier, Self.related(300), plan: Self.plan())
        let runs = [1, 2, 5].map { threads in
            let trainer = LikelihoodTrainer(data, data.encoderDecoder, plan: Self.plan(threads: threads))
            let strands = StrandTrainer(
                data.strandNet, data.pairs, at: data.inputs, chosen: data.chosen, plan: Self.plan(threads: threads))
            for _ in 0..<8 { trainer.runStep() }
            for _ in 0..<100 { strands.runStep() }
            return (trainer.buffers.map { $0[0..<$0.count] }, strands.checkpoint.buffers)
        }
        for run in runs.dropFirst() { #expect(run.0 == runs[0].0 && run.1 == runs[0].1) }
    }

    @Test func aRelationAndLengthsThatDependOnAConditionAreLearned() throws {
        let data = GeneratorData(Self.classifier, Self.related(3_000), plan: Self.plan())
        #expect(Set(data.inputs.values) == [-1, 1])
        let trainer = LikelihoodTrainer(data, data.encoderDecoder, plan: Self.plan())
        for _ in 0..<Self.plan().steps { trainer.runStep() }
        let strands = StrandTrainer(
            data.strandNet, data.pairs, at: data.inputs, chosen: data.chosen, plan: Self.plan())
        for _ in 0..<400 { strands.runStep() }
        let generator = TrainedGenerator.paired(
            PairGenerator(
                .autoregressive(trainer.net, trainer.averaged),
                composition: data.composition(data.strandNet, strands.best),
                conditions: data.conditions))
        let worker = TrainedGenerator.Worker(generator)
        func draw(_ dose: Float) throws -> [DrawnPair] {
            var sources = (0..<400).map { RandomSource(seed: 76, stream: $0) }
            let drawn = generator.draw(
                label: 1, at: [dose], given: [[UInt8]?](repeating: nil, count: 400), lengths: 1...8, &sources, worker)
            return try drawn.map { try #require($0) }
        }
        let (low, high) = (try draw(0), try draw(10))
        // Whatever ignores the dose obeys in at most half of the pairs on average.
        let obey = (low.count { $0.b == $0.a.map { 3 - $0 } }, high.count { $0.b == $0.a })
        #expect(obey.0 > 340 && obey.1 > 340, "\(obey) of 400")
        let fit = (low.count { (4...6).contains($0.a.count) }, high.count { (6...8).contains($0.a.count) })
        #expect(fit.0 > 390 && fit.1 > 390, "\(fit) of 400")
        for (pairs, lengths) in [(low, 4...6), (high, 6...8)] {
            for length in lengths {
                #expect(abs(pairs.count { $0.a.count == length } - 133) < 40, "\(length) letters")
            }
        }
        // Other pairs in their place, and other partners of given strands.
        var sources = (0..<400).map { RandomSource(seed: 77, stream: $0) }
        for keepingA in [true, false] {
            let pairs = generator.redraw(
                low, keepingA: keepingA, label: 1, at: [10], lengths: 1...8, &sources, worker)
            #expect(pairs.count { $0.map { $0.b == $0.a } ?? false } > 300)
            let same = zip(pairs, low).count { $0?.a == $1.a }
            #expect(keepingA ? same == 400 : same < 100, "\(same)")
        }
    }
}
