// Normalisation: layer normalisation of columns, forward and backward pass.

import KernelShapes

private typealias Vector = SIMD8<Float>

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

/// Added to a variance before its root is taken.
var smallestVariance: Float { @inline(__always) get { 1e-5 } }

extension Loops {
    /// Layer normalisation (Ba et al. 2016) of `rows` columns: output = gain (x - mean) / sqrt(variance + 1e-5) +
    /// shift, with mean and variance over the `channels` of a column, a multiple of 8.
    ///
    /// `gain` has `channels` numbers, then those of the shift. `moments` (rows, 2), where given, takes the mean and
    /// the factor 1 / sqrt(variance + 1e-5) of each column.
    public static func layerNorm(
        rows: Int, channels: Int, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>, moments: UnsafeMutablePointer<Float>?
    ) {
        let share = 1 / Float(channels)
        for r in 0..<rows {
            let (x, to) = (x + r * channels, output + r * channels)
            var sum = Vector()
            for c in stride(from: 0, to: channels, by: 8) { sum += load(x + c) }
            let mean = Vector(repeating: sum.sum() * share)
            var squares = Vector()
            for c in stride(from: 0, to: channels, by: 8) {
                let difference = load(x + c) - mean
                squares += difference * difference
            }
            let factor = Vector(repeating: 1 / (squares.sum() * share + smallestVariance).squareRoot())
            if let moments { (moments[2 * r], moments[2 * r + 1]) = (mean[0], factor[0]) }
            for c in stride(from: 0, to: channels, by: 8) {
                let normal = (load(x + c) - mean) * factor
                store(normal * load(gain + c) + load(gain + channels + c), to + c)
            }
        }
    }

    /// The backward pass of `layerNorm` for adjacent columns. Adds the gradient with respect to x to `xGradient`, and
    /// those with respect to gain and shift to `sums` (2, channels).
    public static func layerNormGradient(
        rows: Int, channels: Int, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        moments: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>
    ) {
        let share = 1 / Float(channels)
        for r in 0..<rows {
            let (x, g, to) = (x + r * channels, outputGradient + r * channels, xGradient + r * channels)
            let (mean, factor) = (Vector(repeating: moments[2 * r]), Vector(repeating: moments[2 * r + 1]))
            var (sum, product) = (Vector(), Vector())
            for c in stride(from: 0, to: channels, by: 8) {
                let normal = (load(x + c) - mean) * factor
                let slope = load(g + c)
                store(load(sums + c) + slope * normal, sums + c)
                store(load(sums + channels + c) + slope, sums + channels + c)
                let scaled = slope * load(gain + c)
                sum += scaled
                product += scaled * normal
            }
            let (first, second) = (Vector(repeating: sum.sum() * share), Vector(repeating: product.sum() * share))
            for c in stride(from: 0, to: channels, by: 8) {
                let normal = (load(x + c) - mean) * factor
                let slope = load(g + c) * load(gain + c) - first - normal * second
                store(load(to + c) + slope * factor, to + c)
            }
        }
    }
}
