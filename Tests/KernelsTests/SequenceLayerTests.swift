// Tests of layer normalisation and of causal convolutions: against sums in double precision and central differences.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.timed) struct SequenceLayerTests {
    private static func numbers(_ map: FeatureMap) -> [[Float]] {
        (0..<map.length).map { column in (0..<map.channels).map { map[column, $0] } }
    }

    /// Layer normalisation of a column by its definition.
    private static func normalised(_ x: [Double], _ w: FloatBuffer, gain: Int) -> [Double] {
        let count = x.count
        let mean = x.reduce(0, +) / Double(count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        return x.enumerated().map { c, x in
            Double(w[gain + c]) * (x - mean) / (variance + 1e-5).squareRoot() + Double(w[gain + count + c])
        }
    }

    @Test(arguments: [8, 24, 40], Processor.allCases.filter(\.isUsable))
    func normalisationIsThatWrittenOutInTheColumnsAsked(channels: Int, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 25)
        let (length, gain) = (14, 5)
        let w = LayerTests.weights(gain + 2 * channels, &random)
        for columns in [0..<14, 2..<13, 1..<14, 5..<6] {
            let x = LayerTests.map(length, channels, &random)
            let y = LayerTests.map(length, channels, &random)
            let kept = Self.numbers(y)
            kernels.layerNorm(x, columns: columns, weights: w, gain: gain, into: y)
            for column in 0..<length {
                let isAsked = columns.contains(column)
                let expected = Self.normalised((0..<channels).map { Double(x[column, $0]) }, w, gain: gain)
                for c in 0..<channels {
                    let number = isAsked ? expected[c] : Double(kept[column][c])
                    #expect(abs(Double(y[column, c]) - number) < (isAsked ? 2e-5 * (1 + abs(number)) : 1e-30))
                }
            }
        }
    }

    @Test(arguments: [8, 24, 40], Processor.allCases.filter(\.isUsable))
    func theGradientOfNormalisationAgreesWithDifferences(channels: Int, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 26)
        let (length, gain, columns) = (9, 3, 2..<8)
        let w = LayerTests.weights(gain + 2 * channels, &random)
        let (x, g) = (LayerTests.map(length, channels, &random), LayerTests.map(length, channels, &random))
        let y = FeatureMap(length: length, channels: channels)
        let moments = FloatBuffer(count: 2 * length)
        kernels.layerNorm(x, columns: columns, weights: w, gain: gain, into: y, moments: moments)
        let dx = LayerTests.map(length, channels, &random)
        let kept = Self.numbers(dx)
        let stride = w.count + 2
        let sums = FloatBuffer(count: 2 * stride)
        for k in 0..<sums.count { sums[k] = 1 }
        kernels.layerNormGradient(
            x, columns: columns, weights: w, gain: gain, moments: moments, outputGradient: g, into: dx, sums: sums,
            part: 1, stride: stride)
        func value(_ columns: Range<Int>) -> Double {
            columns.reduce(0) { sum, column in
                Self.normalised((0..<channels).map { Double(x[column, $0]) }, w, gain: gain).enumerated().reduce(sum) {
                    $0 + Double(g[column, $1.offset]) * $1.element
                }
            }
        }
        for column in 0..<length {
            for c in 0..<channels {
                guard columns.contains(column) else {
                    #expect(dx[column, c] == kept[column][c])
                    continue
                }
                let own = x[column, c]
                x[column, c] = own + 0x1p-8
                let above = value(column..<column + 1)
                x[column, c] = own - 0x1p-8
                let expected = (above - value(column..<column + 1)) / 0x1p-7
                x[column, c] = own
                let found = Double(dx[column, c] - kept[column][c])
                #expect(abs(found - expected) < 3e-4 * (1 + abs(expected)), "\(found) \(expected)")
            }
        }
        for k in 0..<stride {
            #expect(sums[k] == 1)
            guard (gain..<w.count).contains(k) else {
                #expect(sums[stride + k] == 1)
                continue
            }
            let own = w[k]
            w[k] = own + 1
            let above = value(columns)
            w[k] = own - 1
            let expected = (above - value(columns)) / Double((own + 1) - (own - 1))
            w[k] = own
            #expect(abs(Double(sums[stride + k]) - 1 - expected) < 1e-4 * (1 + abs(expected)))
        }
    }

    /// Output `out` of a causal convolution in a column, by its definition: of inputs up to that column.
    private static func causal(
        _ layer: ConvolutionShape, _ x: FeatureMap, _ w: FloatBuffer, _ column: Int, _ out: Int
    ) -> Double {
        var sum = Double(w[layer.bias + out])
        for back in 0..<min(layer.width, column + 1) {
            for channel in 0..<layer.inputs {
                let tap = layer.offset + ((layer.width - 1 - back) * layer.inputs + channel) * layer.outputs + out
                sum += Double(x[column - back, channel]) * Double(w[tap])
            }
        }
        return sum
    }

    private static let causalLayers = [(1, 8, 16), (3, 16, 8), (5, 8, 24)].map {
        ConvolutionShape(width: $0.0, inputs: $0.1, outputs: $0.2, offset: 4, isCausal: true)
    }

    @Test(arguments: causalLayers, Processor.allCases.filter(\.isUsable))
    func aCausalConvolutionIsTheSumWrittenOutInTheColumnsAsked(layer: ConvolutionShape, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 27)
        let length = 13
        let x = LayerTests.map(length, layer.inputs, &random)
        let w = LayerTests.weights(layer.end, &random)
        for columns in [0..<13, 4..<11, 1..<2] {
            let y = LayerTests.map(length, layer.outputs, &random)
            let kept = Self.numbers(y)
            kernels.convolve(layer, x, weights: w, into: y, isLeaky: false, columns: columns)
            for column in 0..<length {
                let isAsked = columns.contains(column)
                for out in 0..<layer.outputs {
                    let number =
                        isAsked ? Self.causal(layer, x, w, column, out) : Double(kept[column][out])
                    #expect(abs(Double(y[column, out]) - number) < (isAsked ? 1e-4 * (1 + abs(number)) : 1e-30))
                }
            }
        }
    }

    @Test(arguments: causalLayers, Processor.allCases.filter(\.isUsable))
    func theGradientsOfACausalConvolutionAreTheSumsWrittenOut(layer: ConvolutionShape, processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        var random = RandomSource(seed: 28)
        for length in [1, 2, 6, 13] {
            let x = LayerTests.map(length, layer.inputs, &random)
            let (w, g) = (LayerTests.weights(layer.end, &random), LayerTests.map(length, layer.outputs, &random))
            let transposed = FloatBuffer(count: layer.end)
            kernels.transpose(layer, weights: w, into: transposed)
            let (sums, dx) = (FloatBuffer(count: 2 * layer.end), FeatureMap(length: length, channels: layer.inputs))
            kernels.weightGradient(layer, x, outputGradient: g, sums: sums, part: 1, stride: layer.end)
            kernels.inputGradient(layer, outputGradient: g, transposed: transposed, into: dx)
            /// The sum over g . output: it is linear in each weight and each input.
            func value() -> Double {
                (0..<length).reduce(0) { sum, column in
                    (0..<layer.outputs).reduce(sum) {
                        $0 + Double(g[column, $1]) * Self.causal(layer, x, w, column, $1)
                    }
                }
            }
            func slope(_ move: (Float) -> Void) -> Double {
                move(1)
                let above = value()
                move(-2)
                defer { move(1) }
                return (above - value()) / 2
            }
            for _ in 0..<10 {
                let k = layer.offset + random.index(below: layer.end - layer.offset)
                let expected = slope { w[k] += $0 }
                #expect(abs(Double(sums[layer.end + k]) - expected) < 1e-4 * (1 + abs(expected)))
                #expect(sums[k] == 0)
                let (column, channel) = (random.index(below: length), random.index(below: layer.inputs))
                let ofInput = slope { x[column, channel] += $0 }
                #expect(abs(Double(dx[column, channel]) - ofInput) < 1e-4 * (1 + abs(ofInput)))
            }
        }
    }
}
