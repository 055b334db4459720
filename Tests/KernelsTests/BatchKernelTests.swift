// Tests of the matrix products of whole batches: against sums in double precision, for any number of threads.

import Kernels
import TestSupport
import Testing

@Suite(.timed) struct BatchKernelTests {
    static func map(_ samples: Int, _ height: Int, _ width: Int, _ channels: Int, _ window: Window?) -> BatchMap {
        BatchMap(
            samples: samples, height: height, width: width, channels: channels, margin: window?.margin ?? .init())
    }

    @Test(arguments: Processor.allCases.filter(\.isUsable), [1, 3])
    func productsOverWindowsAreTheSumsWrittenOut(processor: Processor, threads: Int) {
        let kernels = BatchKernels(threads: threads, processor: processor)
        let memory = ProductMemory()
        var random = RandomSource(seed: 2)
        // Rows, columns and depths below and above the sizes of a tile and of a block.
        for (channels, outputs, stride, isPadded) in [(2, 1, 1, false), (5, 16, 2, true), (90, 33, 1, true)] {
            let window = Window(height: 3, width: 3, stride: stride, isPadded: isPadded, rows: 4, columns: 7)
            let input = Self.map(5, 4, 7, channels, window)
            for row in input.rows.values {
                for c in 0..<channels { input.values[row + c] = random.normal() }
            }
            let depth = 9 * channels
            let weights = FloatBuffer(count: (depth + 1) * outputs)
            for k in 0..<weights.count { weights[k] = random.normal() }
            let matrix = PlacedMatrix(
                weights, rows: Places(count: depth, step: outputs), columns: Places(count: outputs, step: 1))
            let (rows, columns) = window.places(on: input)
            let output = Self.map(5, window.outHeight, window.outWidth, outputs, nil)
            let count = 4
            kernels.multiply(
                PlacedMatrix(input.values, rows: rows, columns: columns, rowCount: count * output.area), matrix,
                into: PlacedMatrix(
                    output.values, rows: output.rows, columns: output.cells, rowCount: count * output.area,
                    columnCount: outputs), start: .bias(weights, depth * outputs), memory)
            func number(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Double {
                (0..<4).contains(y) && (0..<7).contains(x) ? Double(input[n, y, x, c]) : 0
            }
            for n in 0..<5 {
                for y in 0..<window.outHeight {
                    for x in 0..<window.outWidth {
                        for o in 0..<outputs {
                            var sum = Double(weights[depth * outputs + o])
                            for (k, cell) in (0..<9 * channels).enumerated() {
                                let (dy, dx, c) = (cell / (3 * channels), cell / channels % 3, cell % channels)
                                let value = number(
                                    n, y * stride + dy - window.margin.top, x * stride + dx - window.margin.left, c)
                                sum += value * Double(weights[k * outputs + o])
                            }
                            // The product has one sample less than the map: nothing is written to the last.
                            if n >= count { sum = 0 }
                            #expect(abs(Double(output[n, y, x, o]) - sum) < 1e-3)
                        }
                    }
                }
            }
        }
    }

    @Test func sumsOfChannelsDoNotDependOnThreads() {
        var random = RandomSource(seed: 3)
        let map = Self.map(40, 3, 9, 11, nil)
        for k in 0..<map.values.count { map.values[k] = random.normal() }
        let sums = [1, 2, 5].map { threads in
            let rows = MapRows(map, 39)
            return BatchKernels(threads: threads).channelSums(rows, times: rows)
        }
        #expect(sums[0] == sums[1] && sums[0] == sums[2])
        for c in 0..<11 {
            let values = map.rows.values.prefix(39 * 27).map { Double(map.values[$0 + c]) }
            #expect(abs(sums[0][c] - values.reduce(0, +)) < 1e-3)
            #expect(abs(sums[0][11 + c] - values.reduce(0) { $0 + $1 * $1 }) < 1e-2)
        }
    }
}
