// BatchKernels+Channels: activations, dropout and sums of whole batches, with checked arguments.

import KernelLoops
import KernelShapes

/// Rows of channels of some samples of a map, as the loops read them.
public struct MapRows: Sendable {
    let values: FloatBuffer
    let rows: Places
    let count: Int, channels: Int

    /// The rows of the first `samples` samples of `map`.
    public init(_ map: BatchMap, _ samples: Int) {
        precondition(samples <= map.samples)
        (values, rows, count, channels) = (map.values, map.rows, samples * map.area, map.channels)
    }

    /// Chosen rows of `map`, the first `count` of those that begin at `places`.
    public init(_ map: BatchMap, rows places: Places, count: Int) {
        precondition(count <= places.values.count && places.last(of: count) + map.channels <= map.values.count)
        (values, rows, channels) = (map.values, places, map.channels)
        self.count = count
    }

    /// SAFETY: both initialisers check that the rows are inside the buffer.
    func with(_ range: Range<Int>, _ body: (ChannelRows) -> Void) {
        rows.values.withUnsafeBufferPointer { places in
            guard let places = places.baseAddress else { return }
            body(
                ChannelRows(
                    base: values.base, rows: places + range.lowerBound, count: range.count, channels: channels))
        }
    }
}

extension BatchKernels {
    /// Rows that a thread takes at a time: fixed, so that sums do not depend on the number of threads.
    private static let pieceRows = 256

    private func run(_ rows: MapRows, _ body: @Sendable (Range<Int>, Int) -> Void) {
        let size = BatchKernels.pieceRows
        Parallel.run(pieces: (rows.count + size - 1) / size, threads: threads) { piece, _ in
            body(piece * size..<min(rows.count, (piece + 1) * size), piece)
        }
    }

    /// LeakyReLU in place: x = slope x where x is negative (slope 0: ReLU).
    public func leakyReLU(_ x: MapRows, slope: Float) {
        run(x) { range, _ in
            x.with(range) { x in
                processor.loops.leakyReLURows(x, slope: slope)
            }
        }
    }

    /// gradient *= the slope of `leakyReLU`, given its output. Both must have the same row offsets.
    public func leakyReLUGradient(_ output: MapRows, gradient: MapRows, slope: Float) {
        checkAlike(output, gradient)
        run(output) { range, _ in
            output.with(range) { output in
                processor.loops.leakyReLUGradientRows(output, gradient: gradient.values.base, slope: slope)
            }
        }
    }

    /// x = tanh x.
    public func tanh(_ x: MapRows) { run(x) { range, _ in x.with(range) { Loops.tanhRows($0) } } }

    /// gradient *= the slope of tanh, given its output. Both must have the same row offsets.
    public func tanhGradient(_ output: MapRows, gradient: MapRows) {
        checkAlike(output, gradient)
        run(output) { range, _ in
            output.with(range) { Loops.tanhGradientRows($0, gradient: gradient.values.base) }
        }
    }

    /// Dropout in place: numbers are zeroed with probability `rate`, 0 up to 1, and the others multiplied by 1 / (1 -
    /// rate). Which ones depends on the seed and the index alone.
    public func dropout(_ x: MapRows, rate: Float, seed: UInt64) {
        run(x) { range, _ in
            x.with(range) { Loops.dropoutRows($0, firstRow: range.lowerBound, rate: rate, seed: seed) }
        }
    }

    /// The sum of x and the sum of x y over all rows, for each channel: (2, channels).
    public func channelSums(_ x: MapRows, times y: MapRows) -> [Double] {
        precondition(x.count == y.count && x.channels == y.channels)
        let size = BatchKernels.pieceRows
        let width = 2 * x.channels
        let parts = FloatBuffer(count: (x.count + size - 1) / size * width)
        run(x) { range, piece in
            let sums = parts.base + piece * width
            x.with(range) { x in
                y.with(range) { y in
                    processor.loops.channelSums(x, y, sums: sums)
                }
            }
        }
        var total = [Double](repeating: 0, count: width)
        for k in 0..<parts.count { total[k % width] += Double(parts[k]) }
        return total
    }

    /// output = factor x + shift, channel by channel.
    public func scale(_ x: MapRows, factor: FloatBuffer, shift: FloatBuffer, into output: MapRows) {
        precondition(x.count == output.count && x.channels == output.channels)
        precondition(min(factor.count, shift.count) >= x.channels)
        run(x) { range, _ in
            x.with(range) { x in
                output.with(range) { output in
                    processor.loops.scaleRows(x, factor: factor.base, shift: shift.base, output: output)
                }
            }
        }
    }

    /// output += first x + second y + shift, channel by channel.
    public func addScaled(
        _ x: MapRows, _ first: FloatBuffer, _ y: MapRows, _ second: FloatBuffer, shift: FloatBuffer,
        into output: MapRows
    ) {
        for rows in [x, y, output] { precondition(rows.count == x.count && rows.channels == x.channels) }
        precondition(min(first.count, second.count, shift.count) >= x.channels)
        run(x) { range, _ in
            x.with(range) { x in
                y.with(range) { y in
                    output.with(range) { output in
                        processor.loops.addScaledRows(
                            x, first.base, y, second.base, shift: shift.base, output: output)
                    }
                }
            }
        }
    }

    /// output = input squared, element by element.
    public func square(_ input: MapRows, into output: MapRows) {
        precondition(input.count == output.count && input.channels == output.channels)
        run(input) { range, _ in
            input.with(range) { input in output.with(range) { Loops.squareRows(input, output: $0) } }
        }
    }

    /// The backward pass of `square`: inputGradient += 2 input gradient. Input and its gradient must have the same row
    /// offsets.
    public func squareGradient(_ input: MapRows, gradient: MapRows, into inputGradient: MapRows) {
        checkAlike(input, inputGradient)
        precondition(input.count == gradient.count && input.channels == gradient.channels)
        run(input) { range, _ in
            input.with(range) { input in
                gradient.with(range) {
                    Loops.squareGradientRows(
                        input, gradient: $0, inputGradient: inputGradient.values.base)
                }
            }
        }
    }

    /// output += input, row by row. On one thread, as several rows may be added to the same one.
    public func add(_ input: MapRows, to output: MapRows) {
        precondition(input.count == output.count && input.channels == output.channels)
        input.with(0..<input.count) { input in output.with(0..<output.count) { Loops.addRows(input, output: $0) }
        }
    }

    private func checkAlike(_ a: MapRows, _ b: MapRows) {
        precondition(a.count == b.count && a.channels == b.channels && a.rows === b.rows)
    }
}
