// ChannelLoops: activations, dropout and sums of whole batches, on rows of channels.

import KernelShapes

extension Loops {
    /// LeakyReLU in place: x = slope x where x is negative (slope 0: ReLU).
    public static func leakyReLURows(_ x: ChannelRows, slope: Float) {
        for r in 0..<x.count {
            let row = x.base + x.rows[r]
            for c in 0..<x.channels { row[c] = row[c] < 0 ? row[c] * slope : row[c] }
        }
    }

    /// gradient *= the slope of `leakyReLURows`, given its output; the gradient has the same row offsets.
    public static func leakyReLUGradientRows(_ output: ChannelRows, gradient: UnsafeMutablePointer<Float>, slope: Float)
    {
        for r in 0..<output.count {
            let row = output.base + output.rows[r]
            let g = gradient + output.rows[r]
            for c in 0..<output.channels { g[c] = row[c] > 0 ? g[c] : g[c] * slope }
        }
    }

    /// sums (2, channels) = for each channel, the sum of x and the sum of x y.
    public static func channelSums(_ x: ChannelRows, _ y: ChannelRows, sums: UnsafeMutablePointer<Float>) {
        let products = sums + x.channels
        for c in 0..<2 * x.channels { sums[c] = 0 }
        for r in 0..<x.count {
            let row = x.base + x.rows[r]
            let other = y.base + y.rows[r]
            for c in 0..<x.channels {
                sums[c] += row[c]
                products[c] += row[c] * other[c]
            }
        }
    }

    /// output = factor x + shift, channel by channel.
    public static func scaleRows(
        _ x: ChannelRows, factor: UnsafePointer<Float>, shift: UnsafePointer<Float>, output: ChannelRows
    ) {
        for r in 0..<x.count {
            let row = x.base + x.rows[r]
            let to = output.base + output.rows[r]
            for c in 0..<x.channels { to[c] = row[c] * factor[c] + shift[c] }
        }
    }

    /// output += first x + second y + shift, channel by channel.
    public static func addScaledRows(
        _ x: ChannelRows, _ first: UnsafePointer<Float>, _ y: ChannelRows, _ second: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, output: ChannelRows
    ) {
        for r in 0..<x.count {
            let row = x.base + x.rows[r]
            let other = y.base + y.rows[r]
            let to = output.base + output.rows[r]
            for c in 0..<x.channels { to[c] += row[c] * first[c] + other[c] * second[c] + shift[c] }
        }
    }

    /// Dropout in place: numbers are zeroed with probability `rate`, 0 up to 1, and the others multiplied by 1 / (1 -
    /// rate). Which ones depends on the seed and the index alone.
    public static func dropoutRows(_ x: ChannelRows, firstRow: Int, rate: Float, seed: UInt64) {
        let kept = 1 / (1 - rate)
        for r in 0..<x.count {
            let row = x.base + x.rows[r]
            for c in 0..<x.channels {
                row[c] *= uniform(seed, UInt64((firstRow + r) * x.channels + c)) < rate ? 0 : kept
            }
        }
    }

    /// x = tanh x.
    public static func tanhRows(_ x: ChannelRows) {
        for r in 0..<x.count {
            let row = x.base + x.rows[r]
            for c in 0..<x.channels {
                let e = SIMD8<Float>.exponential(SIMD8(repeating: -2 * abs(row[c])))[0]
                row[c] = (row[c] < 0 ? -1 : 1) * (1 - e) / (1 + e)
            }
        }
    }

    /// gradient *= the slope of tanh, given its output; the gradient has the same row offsets.
    public static func tanhGradientRows(_ output: ChannelRows, gradient: UnsafeMutablePointer<Float>) {
        for r in 0..<output.count {
            let row = output.base + output.rows[r]
            let g = gradient + output.rows[r]
            for c in 0..<output.channels { g[c] *= 1 - row[c] * row[c] }
        }
    }

    /// to[toRows[r] + columns[d]] += from[r * depth + d]; columns come in runs of `run` neighbours.
    public static func scatterRows(
        _ from: UnsafePointer<Float>, rows: Int, depth: Int, toRows: UnsafePointer<Int>, columns: UnsafePointer<Int>,
        run: Int, to: UnsafeMutablePointer<Float>
    ) {
        for r in 0..<rows {
            let row = from + r * depth
            let base = to + toRows[r]
            var d = 0
            while d < depth {
                let target = base + columns[d]
                for k in 0..<run { target[k] += row[d + k] }
                d += run
            }
        }
    }

    /// output += input, row by row.
    public static func addRows(_ input: ChannelRows, output: ChannelRows) {
        for r in 0..<input.count {
            let row = input.base + input.rows[r]
            let to = output.base + output.rows[r]
            for c in 0..<input.channels { to[c] += row[c] }
        }
    }

    /// output = input squared, element by element.
    public static func squareRows(_ input: ChannelRows, output: ChannelRows) {
        for r in 0..<input.count {
            let row = input.base + input.rows[r]
            let to = output.base + output.rows[r]
            for c in 0..<input.channels { to[c] = row[c] * row[c] }
        }
    }

    /// The backward pass of `squareRows`: inputGradient += 2 input gradient.
    public static func squareGradientRows(
        _ input: ChannelRows, gradient: ChannelRows, inputGradient: UnsafeMutablePointer<Float>
    ) {
        for r in 0..<input.count {
            let row = input.base + input.rows[r]
            let from = gradient.base + gradient.rows[r]
            let to = inputGradient + input.rows[r]
            for c in 0..<input.channels { to[c] += 2 * row[c] * from[c] }
        }
    }
}
