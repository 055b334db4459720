// LaneLayers: layers over a column of several strands at once, one in each lane: (channels, lanes).

import KernelShapes

private typealias Vector = SIMD8<Float>

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

private var lanes: Int { @inline(__always) get { StrandLanes.count } }

extension Loops {
    /// output (outputs, lanes) = convolution of input, through LeakyReLU where `isLeaky`, plus `residual` where given.
    ///
    /// `input` is the column of the output; those before and after it, which the convolution reads, are (inputs, lanes)
    /// without a gap. Output and residual may be the same where there is no LeakyReLU.
    public static func laneLayer(
        _ layer: ConvolutionShape, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        residual: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, isLeaky: Bool
    ) {
        let count = layer.outputs * lanes
        for c in 0..<layer.outputs {
            let bias = Vector(repeating: weights[layer.bias + c])
            for at in stride(from: c * lanes, to: (c + 1) * lanes, by: 8) {
                store(isLeaky ? bias : residual.map { bias + load($0 + at) } ?? bias, output + at)
            }
        }
        matrixProduct(
            rows: layer.outputs, columns: lanes, depth: layer.width * layer.inputs, weights + layer.offset,
            input - layer.before * layer.inputs * lanes, output,
            ProductStrides(aRow: 1, aDepth: layer.outputs, b: lanes, c: lanes))
        guard isLeaky else { return }
        for at in stride(from: 0, to: count, by: 8) {
            let x = load(output + at)
            let y = x.replacing(with: x * Vector(repeating: negativeSlope), where: x .< Vector())
            store(residual.map { y + load($0 + at) } ?? y, output + at)
        }
    }

    /// Layer normalisation of a column, see `layerNorm`.
    public static func laneNorm(
        channels: Int, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        let share = Vector(repeating: 1 / Float(channels))
        for lane in stride(from: 0, to: lanes, by: 8) {
            let (x, to) = (x + lane, output + lane)
            var sum = Vector()
            for c in 0..<channels { sum += load(x + c * lanes) }
            let mean = sum * share
            var squares = Vector()
            for c in 0..<channels {
                let difference = load(x + c * lanes) - mean
                squares += difference * difference
            }
            let factor = 1 / Vector.root(squares * share + smallestVariance)
            for c in 0..<channels {
                let normal = (load(x + c * lanes) - mean) * factor
                store(normal * gain[c] + gain[channels + c], to + c * lanes)
            }
        }
    }

    /// sum (channels, lanes) = the four `rows` of each lane in the table, plus `fixed` (channels, lanes) where given.
    public static func laneRows(
        channels: Int, _ rows: UnsafePointer<SIMD4<Int>>, of table: UnsafePointer<Float>,
        fixed: UnsafePointer<Float>?, into sum: UnsafeMutablePointer<Float>
    ) {
        for lane in 0..<lanes {
            let row = rows[lane]
            let (a, b, c, d) = (table + row[0], table + row[1], table + row[2], table + row[3])
            for k in 0..<channels { sum[k * lanes + lane] = (a[k] + b[k]) + (c[k] + d[k]) }
        }
        guard let fixed else { return }
        for at in stride(from: 0, to: channels * lanes, by: 8) { store(load(sum + at) + load(fixed + at), sum + at) }
    }

    /// Replaces the first `letters` logits of each lane by exp(logit - their maximum).
    public static func laneExponentials(letters: Int, _ logits: UnsafeMutablePointer<Float>) {
        for lane in stride(from: 0, to: lanes, by: 8) {
            var top = load(logits + lane)
            for k in 1..<letters { top = Vector.greatest(top, load(logits + k * lanes + lane)) }
            for k in 0..<letters {
                let at = logits + k * lanes + lane
                store(Vector.exponential(load(at) - top), at)
            }
        }
    }

    /// Multi-head scaled dot-product attention of one query of each lane, see `attention`.
    public static func laneAttention(_ p: LaneAttentionArguments, out: UnsafeMutablePointer<Float>) {
        let scale = Vector(repeating: 1 / Float(p.heads.width).squareRoot())
        let group = LaneAttentionArguments.valueGroup
        for head in 0..<p.heads.count {
            products(p, head)
            let totals = (softmax(p, 0, scale), softmax(p, 8, scale))
            for d in stride(from: head * p.heads.width, to: (head + 1) * p.heads.width, by: group) {
                sumValues(p, p.v + d * p.capacity * lanes, totals, out + d * lanes)
            }
        }
    }

    /// Writes the products of a head's query with each key. Four keys at a time: an addition waits for the one before
    /// it.
    @inline(__always) private static func products(_ p: LaneAttentionArguments, _ head: Int) {
        let row = p.heads.width * lanes
        let (q, keys) = (p.q + head * row, p.k + head * p.capacity * row)
        for first in stride(from: 0, to: p.keys, by: 4) {
            /// A key; past the last one, that one.
            @inline(__always) func key(_ n: Int) -> UnsafePointer<Float> {
                keys + Swift.min(first + n, p.keys - 1) * row
            }
            let (k0, k1, k2, k3) = (key(0), key(1), key(2), key(3))
            var (a0, a1, a2, a3) = (Vector(), Vector(), Vector(), Vector())
            var (b0, b1, b2, b3) = (Vector(), Vector(), Vector(), Vector())
            for d in stride(from: 0, to: row, by: lanes) {
                let (x, y) = (load(q + d), load(q + d + 8))
                a0 = Vector.sum(a0, x, times: load(k0 + d))
                b0 = Vector.sum(b0, y, times: load(k0 + d + 8))
                a1 = Vector.sum(a1, x, times: load(k1 + d))
                b1 = Vector.sum(b1, y, times: load(k1 + d + 8))
                a2 = Vector.sum(a2, x, times: load(k2 + d))
                b2 = Vector.sum(b2, y, times: load(k2 + d + 8))
                a3 = Vector.sum(a3, x, times: load(k3 + d))
                b3 = Vector.sum(b3, y, times: load(k3 + d + 8))
            }
            let to = p.weights + first * lanes
            store(a0, to)
            store(b0, to + 8)
            store(a1, to + lanes)
            store(b1, to + lanes + 8)
            store(a2, to + 2 * lanes)
            store(b2, to + 2 * lanes + 8)
            store(a3, to + 3 * lanes)
            store(b3, to + 3 * lanes + 8)
        }
    }

    /// Replaces the products in the lanes from `lane` on by exponentials, and returns the reciprocals of their sums.
    @inline(__always)
    private static func softmax(_ p: LaneAttentionArguments, _ lane: Int, _ scale: Vector) -> Vector {
        let weights = p.weights + lane
        let least = p.counts?.least ?? p.keys
        let counts = p.counts.map { load($0.ofLanes + lane) } ?? Vector(repeating: Float(p.keys))
        for u in least..<p.keys {
            let x = load(weights + u * lanes)
            store(x.replacing(with: -0x1p100, where: counts .<= Vector(repeating: Float(u))), weights + u * lanes)
        }
        var top = load(weights)
        for u in 1..<Swift.max(1, p.keys) { top = Vector.greatest(top, load(weights + u * lanes)) }
        var sum = Vector()
        for u in 0..<p.keys {
            var e = Vector.exponential((load(weights + u * lanes) - top) * scale)
            if u >= least { e = e.replacing(with: 0, where: counts .<= Vector(repeating: Float(u))) }
            sum += e
            store(e, weights + u * lanes)
        }
        return 1 / sum
    }

    /// Writes four channels of the weighted sum of the values.
    @inline(__always)
    private static func sumValues(
        _ p: LaneAttentionArguments, _ values: UnsafePointer<Float>, _ factors: (Vector, Vector),
        _ out: UnsafeMutablePointer<Float>
    ) {
        var (a0, a1, a2, a3) = (Vector(), Vector(), Vector(), Vector())
        var (b0, b1, b2, b3) = (Vector(), Vector(), Vector(), Vector())
        for u in 0..<p.keys {
            let (x, y) = (load(p.weights + u * lanes), load(p.weights + u * lanes + 8))
            let v = values + u * LaneAttentionArguments.valueGroup * lanes
            a0 = Vector.sum(a0, x, times: load(v))
            b0 = Vector.sum(b0, y, times: load(v + 8))
            a1 = Vector.sum(a1, x, times: load(v + lanes))
            b1 = Vector.sum(b1, y, times: load(v + lanes + 8))
            a2 = Vector.sum(a2, x, times: load(v + 2 * lanes))
            b2 = Vector.sum(b2, y, times: load(v + 2 * lanes + 8))
            a3 = Vector.sum(a3, x, times: load(v + 3 * lanes))
            b3 = Vector.sum(b3, y, times: load(v + 3 * lanes + 8))
        }
        store(a0 * factors.0, out)
        store(b0 * factors.1, out + 8)
        store(a1 * factors.0, out + lanes)
        store(b1 * factors.1, out + lanes + 8)
        store(a2 * factors.0, out + 2 * lanes)
        store(b2 * factors.1, out + 2 * lanes + 8)
        store(a3 * factors.0, out + 3 * lanes)
        store(b3 * factors.1, out + 3 * lanes + 8)
    }
}
