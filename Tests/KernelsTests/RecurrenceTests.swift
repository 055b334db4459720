// Tests of the gated recurrent unit and of embeddings, against their equations in double precision.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.timed) struct RecurrenceTests {
    static let units = 16, length = 5, strands = 3

    /// The sum over columns and strands of g . state, computed in double precision.
    static func value(_ layer: ConvolutionShape, _ w: FloatBuffer, _ tape: RecurrentTape, g: FeatureMap) -> Double {
        (0..<strands).reduce(0) { $0 + value(layer, w, tape, g: g, strand: $1) }
    }

    static func value(
        _ layer: ConvolutionShape, _ w: FloatBuffer, _ tape: RecurrentTape, g: FeatureMap, strand: Int
    ) -> Double {
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        var state = [Double](repeating: 0, count: units)
        var sum = 0.0
        for column in 0..<length {
            func hidden(_ gate: Int, _ unit: Int) -> Double {
                let out = gate * units + unit
                return (0..<units).reduce(Double(w[layer.bias + out])) {
                    $0 + state[$1] * Double(w[layer.offset + $1 * 3 * units + out])
                }
            }
            let row = tape.row(column, strand)
            func input(_ gate: Int, _ unit: Int) -> Double { Double(tape.drive[row, gate * units + unit]) }
            state = (0..<units).map { unit in
                let r = sigmoid(input(0, unit) + hidden(0, unit))
                let z = sigmoid(input(1, unit) + hidden(1, unit))
                let n = tanh(input(2, unit) + r * hidden(2, unit))
                return (1 - z) * n + z * state[unit]
            }
            sum += (0..<units).reduce(0) { $0 + Double(g[row, $1]) * state[$1] }
        }
        return sum
    }

    @Test(arguments: Processor.allCases.filter(\.isUsable))
    func theUnitAndItsGradientsAreThoseWrittenOut(processor: Processor) {
        let (units, length, strands) = (RecurrenceTests.units, RecurrenceTests.length, RecurrenceTests.strands)
        let kernels = LayerKernels(processor: processor)
        let layer = ConvolutionShape(width: 1, inputs: units, outputs: 3 * units, offset: 8)
        var random = RandomSource(seed: 12)
        let w = FloatBuffer(count: layer.end)
        for k in 0..<w.count { w[k] = 0.4 * random.normal() }
        let tape = RecurrentTape(length: length, units: units, strands: strands)
        let g = LayerTests.map(tape.states.length, units, &random)
        let rows = tape.row(0)..<tape.row(length)
        for row in 0..<rows.lowerBound { for k in 0..<units { g[row, k] = 0 } }
        for row in rows { for k in 0..<3 * units { tape.drive[row, k] = random.normal() } }
        for column in 0..<length { kernels.recurrentStep(layer, tape, column: column, count: strands, weights: w) }
        let found = rows.reduce(0.0) { sum, row in
            (0..<units).reduce(sum) { $0 + Double(g[row, $1]) * Double(tape.states[row, $1]) }
        }
        func value() -> Double { RecurrenceTests.value(layer, w, tape, g: g) }
        #expect(abs(found - value()) < 1e-4)

        let transposed = FloatBuffer(count: layer.end)
        kernels.transpose(layer, weights: w, into: transposed)
        // Twice, as a tape is reused: values left by the first backward pass must not matter.
        let sums = FloatBuffer(count: 2 * layer.end)
        for part in 0...1 {
            tape.stateGradient.copy(g)
            kernels.recurrentGradient(
                layer, tape, length: length, transposed: transposed, sums: sums, part: part, stride: layer.end)
        }
        for k in layer.offset..<layer.end where k % 5 == 0 {
            let kept = w[k]
            w[k] = kept + 0.01
            let above = value()
            w[k] = kept - 0.01
            let expected = (above - value()) / Double(2 * Float(0.01))
            w[k] = kept
            #expect(abs(Double(sums[k]) - expected) < 2e-3 * (1 + abs(expected)), "weight \(k)")
            #expect(sums[k] == sums[layer.end + k])
        }
        for row in rows {
            for k in 0..<3 * units {
                let kept = tape.drive[row, k]
                tape.drive[row, k] = kept + 0.01
                let above = value()
                tape.drive[row, k] = kept - 0.01
                let expected = (above - value()) / Double(2 * Float(0.01))
                tape.drive[row, k] = kept
                #expect(abs(Double(tape.driveGradient[row, k]) - expected) < 2e-3 * (1 + abs(expected)))
            }
        }
    }

    @Test func anEmbeddingIsTheSumOfRowsAndItsGradientGoesBackToThem() {
        let kernels = LayerKernels()
        var random = RandomSource(seed: 13)
        let table = LayerTests.weights(5 * 8, &random)
        let map = FeatureMap(length: 3, channels: 8)
        // The sum replaces earlier values of the column.
        kernels.embed([0, 0, 0, 0], of: table, into: map, column: 1)
        kernels.embed([8, 24, 32, 8], of: table, into: map, column: 1)
        let sums = FloatBuffer(count: 2 * 40)
        kernels.embeddingGradient(24, map, column: 1, sums: sums, part: 1, stride: 40)
        kernels.embeddingGradient(24, map, column: 1, sums: sums, part: 1, stride: 40)
        for k in 0..<8 {
            #expect(map[1, k] == table[8 + k] + table[24 + k] + table[32 + k] + table[8 + k])
            #expect(map[0, k] == 0 && map[2, k] == 0)
            #expect(sums[40 + 24 + k] == 2 * map[1, k])
            #expect(sums[24 + k] == 0 && sums[40 + 16 + k] == 0)
        }
    }
}
