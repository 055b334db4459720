// BatchKernels+Channels: what happens to whole batches between products, behind checked doors.

import KernelLoops
import KernelShapes

/// Some samples of a map, as the loops over rows of channels take them.
public struct MapRows: Sendable {
    let values: FloatBuffer
    let rows: Places
    let count: Int, channels: Int

    /// The rows of the first `samples` samples of `map`.
    public init(_ map: BatchMap, _ samples: Int) {
        precondition(samples <= map.samples)
        (values, rows, count, channels) = (map.values, map.rows, samples * map.area, map.channels)
    }

    /// Chosen rows of `map`, one for each of `places`.
    public init(_ map: BatchMap, rows places: Places, count: Int) {
        precondition(count <= places.values.count && places.last(of: count) + map.channels <= map.values.count)
        (values, rows, channels) = (map.values, places, map.channels)
        self.count = count
    }

    /// SAFETY: both constructors check the places.
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
    /// Rows of a piece: fixed, so that sums do not depend on the number of threads.
    private static let pieceRows = 256

    private func run(_ rows: MapRows, _ body: @Sendable (Range<Int>, Int) -> Void) {
        let size = BatchKernels.pieceRows
        Parallel.run(pieces: (rows.count + size - 1) / size, threads: threads) { piece, _ in
            body(piece * size..<min(rows.count, (piece + 1) * size), piece)
        }
    }

    /// x = x, or slope x where it is negative (slope 0: ReLU).
    public func bend(_ x: MapRows, slope: Float) {
        run(x) { range, _ in
            x.with(range) { x in
                processor.loops.bendRows(x, slope: slope)
            }
        }
    }

    /// gradient *= the slope of `bend`, told from its output. The maps lie alike.
    public func bendGradient(_ output: MapRows, gradient: MapRows, slope: Float) {
        checkAlike(output, gradient)
        run(output) { range, _ in
            output.with(range) { output in
                processor.loops.bendGradientRows(output, gradient: gradient.values.base, slope: slope)
            }
        }
    }

    /// x = tanh x.
    public func tanh(_ x: MapRows) { run(x) { range, _ in x.with(range) { Loops.tanhRows($0) } } }

    /// gradient *= the slope of tanh, told from its output. The maps lie alike.
    public func tanhGradient(_ output: MapRows, gradient: MapRows) {
        checkAlike(output, gradient)
        run(output) { range, _ in
            output.with(range) { Loops.tanhGradientRows($0, gradient: gradient.values.base) }
        }
    }

    /// Leaves out numbers at `rate`, 0 up to 1, and scales the rest up; which ones depends on seed and place alone.
    public func drop(_ x: MapRows, rate: Float, seed: UInt64) {
        run(x) { range, _ in
            x.with(range) { Loops.dropRows($0, firstRow: range.lowerBound, rate: rate, seed: seed) }
        }
    }

    /// For each channel, the sum of x over all rows and that of x y: (2, channels).
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

    /// output = input squared.
    public func square(_ input: MapRows, into output: MapRows) {
        precondition(input.count == output.count && input.channels == output.channels)
        run(input) { range, _ in
            input.with(range) { input in output.with(range) { Loops.squareRows(input, output: $0) } }
        }
    }

    /// inputGradient += 2 input gradient; the input and its gradient lie alike.
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

    /// output += input, row by row: on one thread, as several rows may be added to one.
    public func add(_ input: MapRows, to output: MapRows) {
        precondition(input.count == output.count && input.channels == output.channels)
        input.with(0..<input.count) { input in output.with(0..<output.count) { Loops.addRows(input, output: $0) }
        }
    }

    private func checkAlike(_ a: MapRows, _ b: MapRows) {
        precondition(a.count == b.count && a.channels == b.channels && a.rows === b.rows)
    }
}
