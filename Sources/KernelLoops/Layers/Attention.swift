// Attention: scaled dot-product attention between the columns of strands, forward and backward pass.

import KernelShapes

private typealias Vector = SIMD8<Float>

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

extension AttentionArguments {
    /// Floats of a row of weights.
    fileprivate var padded: Int { AttentionHeads.padded(keys) }
    /// The factor of the products of queries and keys.
    fileprivate var scale: Float { 1 / Float(heads.width).squareRoot() }
    /// The weights of a head.
    fileprivate func weights(_ head: Int) -> UnsafeMutablePointer<Float> { weights + head * queries * padded }

    /// The number of keys that query `t` depends on.
    fileprivate func seen(_ t: Int) -> Int { heads.isCausal ? t + 1 : keys }

    /// Writes the transpose (width, padded keys) of a head's keys or values, with zeros past the last.
    @inline(__always)
    fileprivate func transpose(_ rows: UnsafePointer<Float>, into to: UnsafeMutablePointer<Float>) {
        let padded = padded
        for u in stride(from: 0, to: padded, by: 8) {
            let count = min(8, keys - u)
            for d in stride(from: 0, to: heads.width, by: 8) {
                var block = (
                    Vector(), Vector(), Vector(), Vector(), Vector(), Vector(), Vector(), Vector()
                )
                let from = rows + u * keyRow + d
                if count > 0 { block.0 = load(from) }
                if count > 1 { block.1 = load(from + keyRow) }
                if count > 2 { block.2 = load(from + 2 * keyRow) }
                if count > 3 { block.3 = load(from + 3 * keyRow) }
                if count > 4 { block.4 = load(from + 4 * keyRow) }
                if count > 5 { block.5 = load(from + 5 * keyRow) }
                if count > 6 { block.6 = load(from + 6 * keyRow) }
                if count > 7 { block.7 = load(from + 7 * keyRow) }
                writeTransposed(block, to + d * padded + u, padded)
            }
        }
    }
}

private typealias Block = (Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector)

/// The vector of the even elements of a pair of vectors, then of the odd ones, is what a transposition is made of.
@inline(__always) private func evens(_ a: Vector, _ b: Vector) -> Vector {
    Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf)
}

@inline(__always) private func odds(_ a: Vector, _ b: Vector) -> Vector {
    Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf)
}

/// Writes the transpose of eight rows of eight: the rows of the result are `row` apart.
///
/// Splitting a sequence of 64 numbers into the even ones and the odd ones rotates the bits of their indices by one
/// place; three such steps exchange row and column.
@inline(__always)
private func writeTransposed(_ b: Block, _ to: UnsafeMutablePointer<Float>, _ row: Int) {
    func split(_ b: Block) -> Block {
        (
            evens(b.0, b.1), evens(b.2, b.3), evens(b.4, b.5), evens(b.6, b.7),
            odds(b.0, b.1), odds(b.2, b.3), odds(b.4, b.5), odds(b.6, b.7)
        )
    }
    let t = split(split(split(b)))
    store(t.0, to)
    store(t.1, to + row)
    store(t.2, to + 2 * row)
    store(t.3, to + 3 * row)
    store(t.4, to + 4 * row)
    store(t.5, to + 5 * row)
    store(t.6, to + 6 * row)
    store(t.7, to + 7 * row)
}

/// Replaces `seen` products of a query with keys by their softmax, and the others up to `padded` by 0.
@inline(__always)
private func softmax(_ row: UnsafeMutablePointer<Float>, seen: Int, padded: Int, scale: Float) {
    let lanes = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
    let end = SIMD8<Int32>(repeating: Int32(seen))
    // What is past the last key that is seen must not be the largest number.
    @inline(__always) func read(_ u: Int) -> Vector {
        let x = load(row + u)
        if u + 8 <= seen { return x }
        return x.replacing(with: -0x1p100, where: lanes &+ SIMD8(repeating: Int32(u)) .>= end)
    }
    var most = read(0)
    for u in stride(from: 8, to: seen, by: 8) {
        let x = read(u)
        most.replace(with: x, where: x .> most)
    }
    let half = most.lowHalf.replacing(with: most.highHalf, where: most.highHalf .> most.lowHalf)
    let pair = half.lowHalf.replacing(with: half.highHalf, where: half.highHalf .> half.lowHalf)
    let top = Vector(repeating: Swift.max(pair[0], pair[1]))
    var sum = Vector()
    for u in stride(from: 0, to: seen, by: 8) {
        var e = Vector.exponential((read(u) - top) * scale)
        if u + 8 > seen { e.replace(with: 0, where: lanes &+ SIMD8(repeating: Int32(u)) .>= end) }
        sum += e
        store(e, row + u)
    }
    let share = Vector(repeating: 1 / sum.sum())
    for u in stride(from: 0, to: seen, by: 8) { store(load(row + u) * share, row + u) }
    for u in stride(from: (seen + 7) / 8 * 8, to: padded, by: 8) { store(Vector(), row + u) }
}

extension Loops {
    /// Multi-head scaled dot-product attention (Vaswani et al. 2017, eq. 1). For each head, with d its width:
    ///
    ///     weights = softmax(q k^T / sqrt(d)) over the keys that the query depends on
    ///     out = weights v
    ///
    /// Queries and keys are 1 or more.
    public static func attention(_ p: AttentionArguments, out: UnsafeMutablePointer<Float>) {
        let (width, padded, scale) = (p.heads.width, p.padded, p.scale)
        for head in 0..<p.heads.count {
            let at = head * width
            let weights = p.weights(head)
            p.transpose(p.k + at, into: p.scratch)
            matrixProduct(
                rows: p.queries, columns: padded, depth: width, p.q + at, p.scratch, weights,
                ProductStrides(aRow: p.qRow, aDepth: 1, b: padded, c: padded), adding: false)
            for t in 0..<p.queries {
                softmax(weights + t * padded, seen: p.seen(t), padded: padded, scale: scale)
            }
            matrixProduct(
                rows: p.queries, columns: width, depth: p.keys, weights, p.v + at, out + at,
                ProductStrides(aRow: padded, aDepth: 1, b: p.keyRow, c: p.outRow), adding: false)
        }
    }

    /// The backward pass of `attention`, from its weights. With G the gradient with respect to the weights:
    ///
    ///     dv = weights^T dout,  G = dout v^T,  S = weights (G - sum over keys of weights G) / sqrt(d)
    ///     dq = S k,  dk = S^T q
    public static func attentionGradient(_ p: AttentionArguments, _ g: AttentionGradients) {
        let (width, padded) = (p.heads.width, p.padded)
        let (values, slopes) = (p.scratch, p.scratch + width * padded)
        let scale = Vector(repeating: p.scale)
        for head in 0..<p.heads.count {
            let at = head * width
            let weights = p.weights(head)
            p.transpose(p.v + at, into: values)
            matrixProduct(
                rows: p.queries, columns: padded, depth: width, g.out + at, values, slopes,
                ProductStrides(aRow: p.outRow, aDepth: 1, b: padded, c: padded), adding: false)
            for t in 0..<p.queries {
                let (weights, row) = (weights + t * padded, slopes + t * padded)
                var sum = Vector()
                for u in stride(from: 0, to: padded, by: 8) { sum += load(weights + u) * load(row + u) }
                let mean = Vector(repeating: sum.sum())
                for u in stride(from: 0, to: padded, by: 8) {
                    store(load(weights + u) * (load(row + u) - mean) * scale, row + u)
                }
            }
            matrixProduct(
                rows: p.queries, columns: width, depth: p.keys, slopes, p.k + at, g.q + at,
                ProductStrides(aRow: padded, aDepth: 1, b: p.keyRow, c: p.qRow), adding: false)
            matrixProduct(
                rows: p.keys, columns: width, depth: p.queries, slopes, p.q + at, g.k + at,
                ProductStrides(aRow: 1, aDepth: padded, b: p.qRow, c: p.keyRow), adding: false)
            matrixProduct(
                rows: p.keys, columns: width, depth: p.queries, weights, g.out + at, g.v + at,
                ProductStrides(aRow: 1, aDepth: padded, b: p.outRow, c: p.keyRow), adding: false)
        }
    }
}
