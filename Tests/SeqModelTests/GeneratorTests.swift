// Tests of the generator's and the critic's way back against central differences, and of a small training.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct GeneratorTests {
    static func layout(_ orientation: Orientation) -> PairLayout {
        var layout = PairLayout(letters: 4, length: 9, orientation: orientation)
        (layout.nearOffset, layout.farOffset) = (1, -1)
        return layout
    }

    static let a: [UInt8] = [0, 1, 2, 3, 1, 0, 2], b: [UInt8] = [2, 3, 1, 0, 2, 2, 1, 3]

    /// Compares the slope of `value` along a random direction with that of `gradient`.
    static func check(_ weights: FloatBuffer, _ gradient: [Float], _ value: () -> Double) {
        var random = RandomSource(seed: 8)
        let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        for _ in 0..<4 {
            let direction = (0..<weights.count).map { _ in random.normal() }
            let kept = weights[0..<weights.count]
            let step: Float = 2e-5
            func moved(_ sign: Float) -> Double {
                weights[0..<weights.count] = zip(kept, direction).map { $0 + sign * step * $1 }
                return value()
            }
            let expected = (moved(1) - moved(-1)) / Double(2 * step)
            weights[0..<weights.count] = kept
            let found = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            // Some units cross LeakyReLU's kink on the way: an error of the whole, not of this projection.
            #expect(abs(found - expected) < 0.02 * norm, "\(found) \(expected)")
        }
    }

    @Test(arguments: [Orientation.antiparallel, .parallel])
    func theGeneratorsGradientAgreesWithCentralDifferences(orientation: Orientation) {
        let net = PartnerNet(GeneratorTests.layout(orientation))
        let kernels = LayerKernels()
        var random = RandomSource(seed: 6)
        let weights = net.initialWeights(&random)
        let tape = PartnerNet.Tape(net)
        net.load(tape, a: GeneratorTests.a[...], b: 8, label: 1, &random)
        net.forward(tape, length: 8, weights: weights, kernels)
        var loss: [Float] = []
        for column in 0..<8 {
            for letter in 0..<4 {
                loss.append(random.normal())
                tape.logitGradient[column, letter] = loss[loss.count - 1]
            }
        }
        let transposed = FloatBuffer(count: net.count)
        net.transpose(weights, into: transposed, kernels)
        let sums = FloatBuffer(count: net.count)
        net.backward(tape, transposed: transposed, sums: sums, part: 0, kernels)
        GeneratorTests.check(weights, sums[0..<net.count]) {
            net.forward(tape, length: 8, weights: weights, kernels)
            return (0..<32).reduce(0.0) { $0 + Double(loss[$1]) * Double(tape.logits[$1 / 4, $1 % 4]) }
        }
    }

    @Test(arguments: [0, 1]) func theCriticsGradientsAgreeWithCentralDifferences(label: Int) {
        let critic = PairCritic(GeneratorTests.layout(.antiparallel))
        let kernels = LayerKernels()
        var random = RandomSource(seed: 7)
        let weights = critic.initialWeights(&random)
        let tape = PairCritic.Tape(critic)
        critic.load(tape, a: GeneratorTests.a[...], b: GeneratorTests.b[...], noise: 0.1, &random)
        func value() -> Double {
            critic.forward(tape, weights: weights, kernels)
            return Double(critic.value(tape, weights: weights, label: label))
        }
        _ = value()
        let transposed = FloatBuffer(count: critic.count)
        critic.transpose(weights, into: transposed, kernels)
        let sums = FloatBuffer(count: critic.count)
        critic.backward(
            tape, slope: 1, labelSlope: label == 1 ? 1 : -1, weights: weights, transposed: transposed,
            sums: (sums, 0), needsB: true, kernels)
        GeneratorTests.check(weights, sums[0..<critic.count], value)
        for column in 0..<8 {
            for letter in 0..<4 {
                let kept = tape.b[column, letter]
                let found = Double(tape.bGradient[column, letter])
                tape.b[column, letter] = kept + 0.001
                let above = value()
                tape.b[column, letter] = kept - 0.001
                let expected = (above - value()) / 0.002
                tape.b[column, letter] = kept
                #expect(abs(found - expected) < 0.02 * (0.1 + abs(expected)))
            }
        }
    }

    @Test func theSamplersGradientIsThatOfTheSoftmaxOfItsNoisyLogits() {
        let layout = GeneratorTests.layout(.parallel)
        var sampler = LetterSampler(layout)
        var random = RandomSource(seed: 9)
        let logits = FeatureMap(length: 9, channels: 4)
        let g = FeatureMap(length: 9, channels: 4)
        for k in 0..<36 {
            logits[k / 4, k % 4] = 3 * random.normal()
            g[k / 4, k % 4] = random.normal()
        }
        var strand: [UInt8] = []
        /// sum over columns of g . softmax(bounded logits + the noise of seed 10), in Double.
        func value() -> Double {
            var noise = RandomSource(seed: 10)
            var sum = 0.0
            for column in 0..<8 {
                let exps = (0..<4).map { letter -> Double in
                    let u = Double(max(noise.uniform(), 0x1p-25))
                    let bounded = Double(LetterSampler.bounded(logits[column, letter]))
                    return exponential(bounded - logarithm(-logarithm(u)))
                }
                let total = exps.reduce(0, +)
                for letter in 0..<4 { sum += Double(g[column, letter]) * exps[letter] / total }
            }
            return sum
        }
        var noise = RandomSource(seed: 10)
        sampler.draw(logits, length: 8, &noise, into: &strand)
        #expect(strand.count == 8)
        let found = FeatureMap(length: 9, channels: 4)
        sampler.backward(g, logits: logits, length: 8, into: found)
        for k in 0..<36 {
            let kept = logits[k / 4, k % 4]
            logits[k / 4, k % 4] = kept + 0.01
            let above = value()
            logits[k / 4, k % 4] = kept - 0.01
            #expect(abs(Double(found[k / 4, k % 4]) - (above - value()) / 0.02) < 1e-3)
            logits[k / 4, k % 4] = kept
        }
    }

    @Test func framesFindHowFarARelationIsShifted() {
        var random = RandomSource(seed: 3)
        var pairs = Pairs(alphabet: .dna)
        for _ in 0..<300 {
            let a = (0..<12).map { _ in UInt8(random.index(below: 4)) }
            let b = (0..<12).map { $0 + 3 < 12 ? a[$0 + 3] : UInt8(random.index(below: 4)) }
            pairs.append(a[...], b[...])
        }
        var layout = PairLayout(letters: 4, length: 12, orientation: .parallel)
        layout.align(to: pairs, chosen: Array(0..<300))
        #expect(layout.nearOffset == 3)
        #expect(layout.farOffset == 3)
    }

    @Test func lengthsAreDrawnAsTheyOccurAndWhereTheyAreAllowed() {
        var pairs = Pairs(alphabet: .dna)
        for k in 0..<400 { pairs.append(([0, 1, 2, 3] + (k % 4 == 0 ? [1] : []))[...], [1, 2, 3]) }
        let net = StrandNet(letters: 4, length: 5)
        let composition = StrandComposition(
            net: net, weights: FloatBuffer(count: net.count),
            lengths: StrandComposition.lengths(pairs, chosen: [[], Array(0..<400)]))
        var random = RandomSource(seed: 3)
        let all = composition.lengths(label: 1, allowed: 1...10)
        let drawn = (0..<2_000).map { _ in all.draw(&random)?.a ?? 0 }
        #expect(abs(drawn.count { $0 == 5 } - 500) < 80)
        #expect(drawn.allSatisfy { $0 == 4 || $0 == 5 })
        for _ in 0..<50 {
            let size = composition.lengths(label: 1, allowed: 1...4).draw(&random)
            #expect(size?.a == 4 && size?.b == 3)
            #expect(composition.lengths(label: 1, a: 9, allowed: 1...10).draw(&random)?.a == 9)
        }
        #expect(composition.lengths(label: 1, allowed: 20...30).draw(&random) == nil)
        #expect(composition.lengths(label: 0, allowed: 1...30).draw(&random) == nil)
    }

    @Test func theGradientOfStrandAsNetworkAgreesWithCentralDifferences() {
        let net = StrandNet(letters: 4, length: 9)
        let kernels = LayerKernels()
        var random = RandomSource(seed: 14)
        let weights = net.initialWeights(&random)
        let tape = StrandNet.Tape(net, strands: 2)
        let strands = [
            TrainingStrand(letters: GeneratorTests.a[...], label: 1),
            TrainingStrand(letters: GeneratorTests.a[2...5], label: 0),
        ]
        // Longer strands before them: what these left on the tape must not count.
        let longer = TrainingStrand(letters: GeneratorTests.b[...] + [1], label: 0)
        _ = net.loss(tape, [longer, longer], weights: weights, kernels)
        func value() -> Double { net.loss(tape, strands, weights: weights, kernels) }
        let alone = StrandNet.Tape(net)
        let one = strands.reduce(0) { $0 + net.loss(alone, [$1], weights: weights, kernels) }
        #expect(abs(value() - one) < 1e-9)
        let transposed = FloatBuffer(count: net.count)
        net.transpose(weights, into: transposed, kernels)
        let sums = FloatBuffer(count: net.count)
        net.backward(tape, strands, transposed: transposed, sums: sums, part: 0, kernels)
        GeneratorTests.check(weights, sums[0..<net.count], value)
    }

    /// Pairs whose strands A are 12 letters: no letter follows itself, the second is a C, and the last is the first.
    static func structured(_ count: Int) -> Pairs {
        var random = RandomSource(seed: 15)
        var pairs = Pairs(alphabet: .dna)
        while pairs.count < count {
            let a = (0..<11).map { $0 == 1 ? UInt8(1) : UInt8(random.index(below: 4)) }
            let strand = a + [a[0]]
            guard !zip(strand, strand.dropFirst()).contains(where: { $0 == $1 }) else { continue }
            pairs.append(strand[...], strand[...])
        }
        return pairs
    }

    @Test func strandALearnsNeighboursPlacesAndWhatLiesFarApart() {
        let pairs = GeneratorTests.structured(4_000)
        var plan = PairGeneratorPlan(.autoregressive, pairs: 4_000)
        let net = StrandNet(letters: 4, length: 12)
        func weights(threads: Int) -> FloatBuffer {
            plan.threads = threads
            let trainer = StrandTrainer(net, pairs, chosen: [[], Array(0..<4_000)], plan: plan)
            while !trainer.isDone { trainer.runStep() }
            return trainer.best
        }
        let learned = weights(threads: 1)
        #expect(learned[0..<net.count] == weights(threads: 2)[0..<net.count])
        let tape = StrandNet.Tape(net, strands: 50)
        var sources = (0..<50).map { RandomSource(seed: 16, stream: $0) }
        var (repeats, seconds, ends) = (0, 0, 0)
        let lengths = [Int](repeating: 12, count: 50)
        let drawn = (0..<10).flatMap { _ in
            net.draw(tape, label: 1, lengths: lengths, weights: learned, &sources, LayerKernels())
        }
        for case .some(let strand) in drawn {
            repeats += zip(strand, strand.dropFirst()).count { $0 == $1 }
            seconds += strand[1] == 1 ? 1 : 0
            ends += strand[11] == strand[0] ? 1 : 0
        }
        #expect(repeats < 30 && seconds > 490 && ends > 450, "\(repeats) \(seconds) \(ends)")
    }

    @Test(arguments: [StrandNet(letters: 4, length: 9), MarkovMixture(letters: 4, length: 9)] as [any StrandModel])
    func aStrandIsTheSameInAnyCompanyAndGivenUpWhereItMayNotGrow(net: any StrandModel) {
        var random = RandomSource(seed: 17)
        // One drawer for all: what is left of earlier strands must not count.
        let drawer = net.drawer(net.initialWeights(&random), strands: 7)
        func draw(_ streams: [UInt64], _ lengths: [Int], canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true })
            -> [[UInt8]?]
        {
            var sources = streams.map { RandomSource(seed: 18, stream: $0) }
            return drawer.draw(
                label: 1, inputs: PairConditions(repeating: [], count: lengths.count), lengths: lengths, &sources,
                LayerKernels(), canGrow: canGrow)
        }
        let together = draw([1, 2, 3, 4, 5, 6, 7], [9, 4, 7, 9, 1, 9, 8])
        #expect(together.map { $0?.count } == [9, 4, 7, 9, 1, 9, 8])
        #expect(draw([3], [7])[0] == together[2])
        let refusing = draw([1, 2, 3, 4, 5, 6, 7], [9, 4, 7, 9, 1, 9, 8]) { strand, _ in !strand.contains(0) }
        for (strand, free) in zip(refusing, together) {
            #expect(free?.contains(0) == true ? strand == nil : strand == free)
        }
        #expect(refusing.contains { $0 == nil } && refusing.contains { $0 != nil })
    }

    /// Slopes of every loss against central differences of the loss itself.
    @Test(arguments: AdversarialLoss.allCases) func theSlopesOfALossAreItsDerivatives(loss: AdversarialLoss) {
        let h: Float = 1e-2
        for (real, fake, wrong) in [(0.3, -0.4, 0.2), (-1.5, 0.7, -0.2), (2.2, 1.9, -2.5)] as [(Float, Float, Float)] {
            let slopes = loss.critic(real: real, fake: fake, wrong: wrong)
            func critic(_ r: Float, _ f: Float, _ w: Float) -> Float {
                loss.critic(real: real + r, fake: fake + f, wrong: wrong + w).loss
            }
            #expect(abs((critic(h, 0, 0) - critic(-h, 0, 0)) / (2 * h) - slopes.real) < 2e-3)
            #expect(abs((critic(0, h, 0) - critic(0, -h, 0)) / (2 * h) - slopes.fake) < 2e-3)
            #expect(abs((critic(0, 0, h) - critic(0, 0, -h)) / (2 * h) - slopes.wrong) < 2e-3)
            let above = loss.generator(real: real, fake: fake + h).loss
            let below = loss.generator(real: real, fake: fake - h).loss
            #expect(abs((above - below) / (2 * h) - loss.generator(real: real, fake: fake).fake) < 2e-3)
        }
    }
}
