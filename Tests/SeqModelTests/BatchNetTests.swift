// Tests of nets over batches: each layer's way back against central differences, folding, and threads.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct BatchNetTests {
    /// A small net for each layer and for what differs where layers meet.
    static let nets: [(String, [BatchLayer])] = [
        ("windows", [.convolution(height: 2, width: 3, outputs: 5), .dense(outputs: 1)]),
        ("high windows", [.convolution(height: 4, width: 3, outputs: 17), .dense(outputs: 3)]),
        (
            "padded steps",
            [
                .convolution(height: 3, width: 3, outputs: 6, stride: 2, isPadded: true), .leakyReLU(0.2),
                .convolution(height: 3, width: 3, outputs: 4, isPadded: true), .dense(outputs: 2),
            ]
        ),
        (
            "norm",
            [
                .convolution(height: 1, width: 2, outputs: 9), .batchNorm(momentum: 0.8, epsilon: 1e-3),
                .dense(outputs: 1),
            ]
        ),
        (
            "norm of images",
            [.batchNorm(momentum: 0.8, epsilon: 1e-3), .dense(outputs: 18), .leakyReLU(0), .dense(outputs: 1)]
        ),
        ("square", [.dense(outputs: 7), .square, .dense(outputs: 2)]),
        ("tanh", [.dense(outputs: 8), .tanh]),
        ("dropout", [.dense(outputs: 40), .leakyReLU(0.2), .dropout(0.5), .dense(outputs: 1)]),
        (
            "larger",
            [
                .dense(height: 1, width: 3, outputs: 4), .resize(factor: 2, height: 2, width: 5),
                .convolution(height: 3, width: 3, outputs: 3, isPadded: true), .resize(factor: 1, height: 3, width: 6),
            ]
        ),
    ]

    static func tape(_ layers: [BatchLayer], threads: Int = 1, processor: Processor = .best) -> BatchTape {
        let net = BatchNet(height: 4, width: 7, channels: 2, layers)
        let kernels = BatchKernels(threads: threads, processor: processor)
        return BatchTape(net, samples: 6, learns: true, kernels)
    }

    /// Fills the images of `tape`, and returns factors for the sum of all outputs.
    static func fill(_ tape: BatchTape, _ random: inout RandomSource) -> [Float] {
        for place in tape.input.rows.values {
            for c in 0..<tape.input.channels { tape.input.values[place + c] = random.normal() }
        }
        return (0..<tape.samples * tape.net.output.count).map { _ in random.normal() }
    }

    static let count = 5

    static func eachOutput(_ map: BatchMap, _ body: (Int, Int) -> Void) {
        var k = 0
        for n in 0..<count {
            for y in 0..<map.height {
                for x in 0..<map.width {
                    for c in 0..<map.channels {
                        body(k, map.place(n, y, x, c))
                        k += 1
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<nets.count, Processor.allCases.filter(\.isUsable))
    func gradientsAgreeWithCentralDifferences(index: Int, processor: Processor) {
        let (name, layers) = BatchNetTests.nets[index]
        let tape = BatchNetTests.tape(layers, processor: processor)
        var random = RandomSource(seed: 3)
        let weights = tape.net.initialWeights(&random)
        for k in 0..<tape.net.trained { weights[k] += 0.3 * random.normal() }
        let factors = BatchNetTests.fill(tape, &random)
        let mode = BatchTape.Mode.learning(seed: 9, updates: 0)
        func value() -> Double {
            var sum = 0.0
            // Dropout and LeakyReLU work in place on their own maps; the images stay.
            tape.forward(weights, count: BatchNetTests.count, mode)
            BatchNetTests.eachOutput(tape.output) { sum += Double(factors[$0]) * Double(tape.output.values[$1]) }
            return sum
        }
        _ = value()
        BatchNetTests.eachOutput(tape.output) { tape.outputGradient.values[$1] = factors[$0] }
        let sums = FloatBuffer(count: tape.net.trained)
        tape.backward(weights, count: BatchNetTests.count, seed: 9, sums: sums, needsInput: true)
        let (found, ofImages) = (sums[0..<sums.count], tape.inputGradient.values[0..<tape.inputGradient.values.count])
        let scale = 1 + (found.map { abs($0) }.max() ?? 0)
        func check(_ buffer: FloatBuffer, _ k: Int, _ gradient: Float) {
            let step: Float = 4e-3
            let kept = buffer[k]
            buffer[k] = kept + step
            let above = value()
            buffer[k] = kept - step
            let expected = (above - value()) / Double(2 * step)
            buffer[k] = kept
            #expect(abs(Double(gradient) - expected) < 0.01 * Double(scale), "\(name) \(k): \(gradient) \(expected)")
        }
        for k in stride(from: 0, to: sums.count, by: max(1, sums.count / 60)) { check(weights, k, found[k]) }
        for place in tape.input.rows.values.prefix(28 * BatchNetTests.count) {
            check(tape.input.values, place, ofImages[place])
        }
    }

    @Test(arguments: [PairImageLayout.channels, .stacked], ConvolutionalConfiguration.Size.allCases)
    func foldingChangesNoScore(layout: PairImageLayout, size: ConvolutionalConfiguration.Size) {
        var configuration = ConvolutionalConfiguration(alphabet: .dna, size: size, length: 22)
        configuration.layout = layout
        let net = configuration.net
        var random = RandomSource(seed: 5)
        let weights = net.initialWeights(&random)
        for stage in net.stages where stage.variances > 0 {
            for k in 0..<stage.outputs {
                weights[stage.weights + k] = 1 + 0.3 * random.normal()
                weights[stage.bias + k] = 0.3 * random.normal()
                weights[stage.means + k] = 0.3 * random.normal()
                weights[stage.variances + k] = 0.5 + random.uniform()
            }
        }
        let (folded, foldedWeights) = net.folded(weights)
        #expect(folded.stages.count < net.stages.count)
        let kernels = BatchKernels(threads: 1)
        let (whole, short) = (
            BatchTape(net, samples: 3, learns: false, kernels), BatchTape(folded, samples: 3, learns: false, kernels)
        )
        let pairs = Example.labelled(3, seed: 6)
        for k in 0..<3 {
            for tape in [whole, short] { configuration.image.write(pairs.pairs, pair: k, to: tape.input, k) }
        }
        whole.forward(weights, count: 3, .scoring)
        short.forward(foldedWeights, count: 3, .scoring)
        for k in 0..<3 {
            let (a, b) = (whole.output[k, 0, 0, 0], short.output[k, 0, 0, 0])
            #expect(abs(a - b) < 1e-3 * (1 + abs(a)), "\(a) \(b)")
        }
    }
}
