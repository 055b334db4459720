// Tests of the network that writes strand B letter by letter: its gradient, and what it draws.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct EncoderDecoderTests {
    /// Pairs of strands of several lengths, at several conditions.
    private static func pairs(_ count: Int, conditions: Int, _ random: inout RandomSource) -> [TrainingPair] {
        (0..<count).map { k in
            func strand(_ length: Int) -> ArraySlice<UInt8> {
                (0..<length).map { _ in UInt8(random.index(below: 4)) }[...]
            }
            return TrainingPair(
                a: strand(5 + k % 4), b: strand(3 + k % 6), label: k % 2,
                inputs: (0..<conditions).map { _ in random.normal() }[...])
        }
    }

    private static let kernels = LayerKernels()

    @Test(arguments: [0, 2]) func theGradientAgreesWithDifferencesInEveryTensor(conditions: Int) {
        var random = RandomSource(seed: 5)
        let net = EncoderDecoder(letters: 4, longestA: 8, lengthsB: 3...8, conditions: conditions)
        #expect(net.tensors.count { $0.name.hasSuffix(".conditions") } == min(conditions, 2))
        let weights = net.initialWeights(&random)
        let transposed = FloatBuffer(count: net.count)
        let tape = EncoderDecoder.Tape(net, strands: 6)
        let sums = FloatBuffer(count: net.count)
        func learn(_ pairs: [TrainingPair]) -> Double {
            net.transpose(weights, into: transposed, Self.kernels)
            let (nats, a, b) = net.loss(tape, pairs, weights: weights, Self.kernels)
            sums.clear(0..<net.count)
            net.backward(
                tape, pairs, a: a, b: b, weights: weights, transposed: transposed,
                sums: EncoderDecoder.Sums(buffer: sums, part: 0), Self.kernels)
            return nats
        }
        // What a larger group leaves on the tape must not count.
        _ = learn(Self.pairs(6, conditions: conditions, &random))
        let pairs = Self.pairs(5, conditions: conditions, &random)
        _ = learn(pairs)
        let gradient = sums[0..<net.count]
        func loss() -> Double { net.loss(tape, pairs, weights: weights, Self.kernels).nats }
        for tensor in net.tensors {
            // Along the gradient, where the change is largest, and along a random direction.
            let length = Double(sums.sumOfSquares(tensor.range)).squareRoot()
            #expect(length > 1e-4, "\(tensor.name) has no gradient")
            let noise = tensor.range.map { _ in random.normal() }
            let scale = Float(length) / Float(tensor.count).squareRoot()
            for direction in [
                tensor.range.map { gradient[$0] }, zip(tensor.range, noise).map { gradient[$0] + 2 * scale * $1 },
            ] {
                let size = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let kept = weights[tensor.range]
                func moved(_ by: Float) -> Double {
                    weights[tensor.range] = zip(kept, direction).map { $0 + by / size * $1 }
                    defer { weights[tensor.range] = kept }
                    return loss()
                }
                let step: Float = 0.01
                let measured = (moved(step) - moved(-step)) / Double(2 * step)
                let expected = zip(tensor.range, direction).reduce(0.0) {
                    $0 + Double(gradient[$1.0] * $1.1 / size)
                }
                #expect(
                    abs(measured - expected) < 0.02 * abs(expected) + 0.003 * length,
                    "\(tensor.name): \(expected), measured \(measured)")
            }
        }
    }
}
