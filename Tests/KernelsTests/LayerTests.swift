// Tests of the layers: against sums in double precision, and their gradients against central differences.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.timed) struct LayerTests {
    static let shifts = [-1, 0, 1]
    static let layers = [
        ConvolutionShape(width: 1, inputs: 8, outputs: 8, offset: 0),
        ConvolutionShape(width: 3, inputs: 16, outputs: 8, offset: 5),
        ConvolutionShape(width: 5, inputs: 8, outputs: 24, offset: 0),
        ConvolutionShape(width: 9, inputs: 24, outputs: 32, offset: 3),
        // Columns for tiles of every width, the widest first, in the forward and the backward pass.
        ConvolutionShape(width: 1, inputs: 88, outputs: 72, offset: 0),
    ]

    static func map(_ length: Int, _ channels: Int, _ random: inout RandomSource) -> FeatureMap {
        let map = FeatureMap(length: length, channels: channels)
        for column in 0..<length {
            for channel in 0..<channels { map[column, channel] = random.normal() }
        }
        return map
    }

    static func weights(_ count: Int, _ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        for k in 0..<count { weights[k] = random.normal() }
        return weights
    }

    /// The convolution in double precision, from its definition.
    static func reference(_ layer: ConvolutionShape, _ x: FeatureMap, _ w: FloatBuffer, _ column: Int, _ out: Int)
        -> Double
    {
        var sum = Double(w[layer.bias + out])
        for step in 0..<layer.width {
            let from = column + step - layer.width / 2
            guard from >= 0, from < x.length else { continue }
            for channel in 0..<layer.inputs {
                let weight = w[layer.offset + (step * layer.inputs + channel) * layer.outputs + out]
                sum += Double(x[from, channel]) * Double(weight)
            }
        }
        return sum
    }

    @Test(arguments: layers, Processor.allCases.filter(\.isUsable))
    func aConvolutionAndItsGradientsAreTheSumsWrittenOut(layer: ConvolutionShape, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 4)
        // All remainders of tiles of six and of eight rows.
        for length in [1, 2, 5, 6, 7, 12, 13, 26] {
            let x = LayerTests.map(length, layer.inputs, &random)
            let w = LayerTests.weights(layer.end, &random)
            let y = FeatureMap(length: length, channels: layer.outputs)
            kernels.convolve(layer, x, weights: w, into: y, isLeaky: false)
            let leaky = FeatureMap(length: length, channels: layer.outputs)
            kernels.convolve(layer, x, weights: w, into: leaky)
            // The gradient of sum(g y). As y is linear in each weight, that of a weight is the sum over its uses.
            let g = LayerTests.map(length, layer.outputs, &random)
            let sums = FloatBuffer(count: 2 * layer.end)
            kernels.weightGradient(layer, x, outputGradient: g, sums: sums, part: 1, stride: layer.end)
            let transposed = FloatBuffer(count: layer.end)
            kernels.transpose(layer, weights: w, into: transposed)
            let dx = FeatureMap(length: length, channels: layer.inputs)
            kernels.inputGradient(layer, outputGradient: g, transposed: transposed, into: dx)
            for column in 0..<length {
                for out in 0..<layer.outputs {
                    let expected = LayerTests.reference(layer, x, w, column, out)
                    #expect(abs(Double(y[column, out]) - expected) < 1e-4 * (1 + abs(expected)))
                    let activated = expected < 0 ? 0.2 * expected : expected
                    #expect(abs(Double(leaky[column, out]) - activated) < 1e-4 * (1 + abs(activated)))
                }
            }
            func value() -> Double {
                var sum = 0.0
                for column in 0..<length {
                    for out in 0..<layer.outputs {
                        sum += Double(g[column, out]) * LayerTests.reference(layer, x, w, column, out)
                    }
                }
                return sum
            }
            for _ in 0..<12 {
                let k = layer.offset + random.index(below: layer.end - layer.offset)
                let kept = w[k]
                w[k] = kept + 1
                let above = value()
                w[k] = kept - 1
                let expected = (above - value()) / 2
                w[k] = kept
                #expect(abs(Double(sums[layer.end + k]) - expected) < 1e-4 * (1 + abs(expected)))
                #expect(sums[k] == 0)
                let (column, channel) = (random.index(below: length), random.index(below: layer.inputs))
                let before = x[column, channel]
                x[column, channel] = before + 1
                let high = value()
                x[column, channel] = before - 1
                let slope = (high - value()) / 2
                x[column, channel] = before
                #expect(abs(Double(dx[column, channel]) - slope) < 1e-4 * (1 + abs(slope)))
            }
        }
    }

    @Test(arguments: LayerTests.shifts)
    func outerFeaturesAndTheirGradientsAreTheSumsWrittenOut(shift: Int) {
        let kernels = LayerKernels()
        var random = RandomSource(seed: 5)
        let (k, length) = (5, 7)
        let a = LayerTests.map(length, k, &random)
        let b = LayerTests.map(length, k, &random)
        let w = LayerTests.weights(k * k * 8, &random)
        let g = LayerTests.map(length, 16, &random)
        func feature(_ column: Int, _ q: Int) -> Double {
            guard (0..<length).contains(column + shift) else { return 0 }
            var sum = 0.0
            for x in 0..<k {
                for y in 0..<k {
                    sum += Double(w[(x * k + y) * 8 + q]) * Double(a[column + shift, x]) * Double(b[column, y])
                }
            }
            return sum
        }
        func value() -> Double {
            (0..<length).reduce(0.0) { sum, column in
                (0..<8).reduce(sum) { $0 + Double(g[column, 8 + $1]) * feature(column, $1) }
            }
        }
        let features = FeatureMap(length: length, channels: 16)
        kernels.outerFeatures(letters: k, a: a, shift: shift, b: b, weights: w, offset: 0, into: features, first: 8)
        for column in 0..<length {
            for q in 0..<8 {
                #expect(features[column, q] == 0)
                #expect(abs(Double(features[column, 8 + q]) - feature(column, q)) < 1e-4)
            }
        }
        let sums = FloatBuffer(count: 3 + k * k * 8)
        let db = FeatureMap(length: length, channels: k)
        kernels.outerFeaturesGradient(
            letters: k, a: a, shift: shift, b: b, weights: w, offset: 0, featureGradient: g, first: 8,
            sums: (sums, 3), bGradient: db)
        for at in stride(from: 0, to: k * k * 8, by: 7) {
            let kept = w[at]
            w[at] = kept + 1
            let above = value()
            w[at] = kept - 1
            #expect(abs(Double(sums[3 + at]) - (above - value()) / 2) < 1e-4)
            w[at] = kept
        }
        for column in 0..<length {
            for y in 0..<k {
                let kept = b[column, y]
                b[column, y] = kept + 1
                let above = value()
                b[column, y] = kept - 1
                #expect(abs(Double(db[column, y]) - (above - value()) / 2) < 1e-4)
                b[column, y] = kept
            }
        }
    }

    @Test(arguments: Processor.allCases.filter(\.isUsable))
    func exponentialsAreThoseOfTheLetters(processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        let (length, letters, bound) = (5, 6, 6.0)
        var random = RandomSource(seed: 19)
        let x = LayerTests.map(length, 8, &random)
        for c in 0..<8 { x[1, c] *= 40 }
        (x[2, 0], x[2, 1], x[2, 7]) = (5_000, -5_000, 10_000)
        let bounded = LayerTests.map(length, 8, &random)
        let numerators = LayerTests.map(length, 8, &random)
        let (keptBounded, keptNumerator) = (bounded[4, 0], numerators[0, 0])
        kernels.boundedExponentials(x, bound: Float(bound), into: bounded, columns: 4)
        kernels.exponentials(x, letters: letters, into: numerators, columns: 1..<length)
        for column in 1..<4 {
            let top = (0..<letters).reduce(-Double.infinity) { max($0, Double(x[column, $1])) }
            for c in 0..<8 {
                let expected = exp(bound * tanh(Double(x[column, c]) / bound))
                #expect(abs(Double(bounded[column, c]) - expected) < 1e-5 * expected)
                let numerator = c < letters ? exp(Double(x[column, c]) - top) : 0
                #expect(abs(Double(numerators[column, c]) - numerator) < 1e-5 * numerator + 1e-30)
            }
        }
        #expect(bounded[4, 0] == keptBounded && numerators[0, 0] == keptNumerator)
    }
}
