// Tests of the generator's and the critic's way back against central differences, and of a small training.

import Kernels
import Testing

@testable import SeqModel

@Suite struct GeneratorTests {
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
        net.forward(tape, weights: weights, kernels)
        var loss: [Float] = []
        for column in 0..<9 {
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
            net.forward(tape, weights: weights, kernels)
            return (0..<36).reduce(0.0) { $0 + Double(loss[$1]) * Double(tape.logits[$1 / 4, $1 % 4]) }
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
        sampler.draw(logits, length: 8, &noise, into: &strand, keepsProbabilities: true)
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
        var pairs = PairCodes(alphabet: .dna)
        for _ in 0..<300 {
            let a = (0..<12).map { _ in UInt8(random.index(below: 4)) }
            let b = (0..<12).map { $0 + 3 < 12 ? a[$0 + 3] : UInt8(random.index(below: 4)) }
            pairs.add(a[...], b[...])
        }
        var layout = PairLayout(letters: 4, length: 12, orientation: .parallel)
        layout.align(to: pairs, chosen: Array(0..<300))
        #expect(layout.nearOffset == 3)
        #expect(layout.farOffset == 3)
    }

    @Test func theCompositionKeepsContextsAndLengths() {
        var pairs = PairCodes(alphabet: .dna)
        var random = RandomSource(seed: 3)
        for k in 0..<400 {
            // A base is never followed by itself.
            var a: [UInt8] = [UInt8(random.index(below: 4))]
            while a.count < 10 + k % 2 { a.append((a[a.count - 1] + 1 + UInt8(random.index(below: 3))) % 4) }
            pairs.add(a[...], [1, 2, 3])
        }
        let composition = StrandComposition(pairs, letters: 4, chosen: [[], Array(0..<400)])
        #expect(composition.order > 0)
        var strand: [UInt8] = []
        for _ in 0..<50 {
            let size = composition.drawLengths(label: 1, allowed: 1...10, &random)
            #expect(size?.a == 10 && size?.b == 3)
            composition.draw(label: 1, length: 10, &random, into: &strand)
            #expect(!zip(strand, strand.dropFirst()).contains { $0 == $1 })
        }
        #expect(composition.drawLengths(label: 1, allowed: 20...30, &random) == nil)
        #expect(composition.drawLengths(label: 0, allowed: 1...30, &random) == nil)
    }
}
