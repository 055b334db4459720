// MatrixProduct: c += a b in register tiles. Convolutions and their gradients are this product with other strides.

#if FUSED
    import _Builtin_intrinsics.intel
#endif

/// How the product's operands lie: a is (rows, depth) by two strides, b (depth, columns) and c (rows, columns) by rows.
struct ProductStrides {
    var aRow: Int, aDepth: Int, b: Int, c: Int
}

/// c += a b. `columns` is a multiple of 8.
///
/// a(r, d) = a[r * aRow + d * aDepth]. Rows of `a` may overlap: a convolution over a buffer (positions, channels) has
/// aRow = channels and depth = width * channels; its weight gradient has aRow = 1 and aDepth = channels.
@inline(__always)
func matrixProduct(
    rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ strides: ProductStrides
) {
    var row = 0
    while row + 6 <= rows {
        productRows6(a + row * strides.aRow, b, c + row * strides.c, columns, depth, strides)
        row += 6
    }
    if row + 4 <= rows {
        productRows4(a + row * strides.aRow, b, c + row * strides.c, columns, depth, strides)
        row += 4
    }
    if row + 2 <= rows {
        productRows2(a + row * strides.aRow, b, c + row * strides.c, columns, depth, strides)
        row += 2
    }
    if row < rows { productRow(a + row * strides.aRow, b, c + row * strides.c, columns, depth, strides) }
}

private typealias Vector = SIMD8<Float>

// In this file, so that debug builds, which compile file by file, inline them too.
@inline(__always) private func broadcast(_ x: Float) -> Vector { Vector(repeating: x) }

@inline(__always) private func sum(_ c: Vector, _ a: Vector, times b: Vector) -> Vector {
    #if FUSED
        _mm256_fmadd_ps(a, b, c)
    #elseif arch(arm64)
        c.addingProduct(a, b)
    #else
        c + a * b
    #endif
}

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func add(_ v: Vector, to p: UnsafeMutablePointer<Float>) {
    let raw = UnsafeMutableRawPointer(p)
    raw.storeBytes(of: raw.loadUnaligned(as: Vector.self) + v, as: Vector.self)
}

@inline(never)
private func productRows6(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ columns: Int,
    _ depth: Int, _ s: ProductStrides
) {
    let (a1, a2, a3) = (a + s.aRow, a + 2 * s.aRow, a + 3 * s.aRow)
    let (a4, a5) = (a + 4 * s.aRow, a + 5 * s.aRow)
    var column = 0
    while column + 16 <= columns {
        // Twelve sums, two vectors of b and one broadcast fill the sixteen registers.
        var (x0, x1, x2, x3, x4, x5) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
        var (y0, y1, y2, y3, y4, y5) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
        var from = b + column
        var at = 0
        for _ in 0..<depth {
            let left = load(from)
            let right = load(from + 8)
            let v0 = broadcast(a[at])
            x0 = sum(x0, v0, times: left)
            y0 = sum(y0, v0, times: right)
            let v1 = broadcast(a1[at])
            x1 = sum(x1, v1, times: left)
            y1 = sum(y1, v1, times: right)
            let v2 = broadcast(a2[at])
            x2 = sum(x2, v2, times: left)
            y2 = sum(y2, v2, times: right)
            let v3 = broadcast(a3[at])
            x3 = sum(x3, v3, times: left)
            y3 = sum(y3, v3, times: right)
            let v4 = broadcast(a4[at])
            x4 = sum(x4, v4, times: left)
            y4 = sum(y4, v4, times: right)
            let v5 = broadcast(a5[at])
            x5 = sum(x5, v5, times: left)
            y5 = sum(y5, v5, times: right)
            from += s.b
            at += s.aDepth
        }
        let to = c + column
        add(x0, to: to)
        add(y0, to: to + 8)
        add(x1, to: to + s.c)
        add(y1, to: to + s.c + 8)
        add(x2, to: to + 2 * s.c)
        add(y2, to: to + 2 * s.c + 8)
        add(x3, to: to + 3 * s.c)
        add(y3, to: to + 3 * s.c + 8)
        add(x4, to: to + 4 * s.c)
        add(y4, to: to + 4 * s.c + 8)
        add(x5, to: to + 5 * s.c)
        add(y5, to: to + 5 * s.c + 8)
        column += 16
    }
    if column < columns {
        for row in 0..<6 { productVector(a + row * s.aRow, b + column, c + row * s.c + column, depth, s) }
    }
}

@inline(never)
private func productRows4(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ columns: Int,
    _ depth: Int, _ s: ProductStrides
) {
    let (a1, a2, a3) = (a + s.aRow, a + 2 * s.aRow, a + 3 * s.aRow)
    var column = 0
    while column + 16 <= columns {
        var (x0, x1, x2, x3) = (Vector(), Vector(), Vector(), Vector())
        var (y0, y1, y2, y3) = (Vector(), Vector(), Vector(), Vector())
        var from = b + column
        var at = 0
        for _ in 0..<depth {
            let left = load(from)
            let right = load(from + 8)
            let v0 = broadcast(a[at])
            x0 = sum(x0, v0, times: left)
            y0 = sum(y0, v0, times: right)
            let v1 = broadcast(a1[at])
            x1 = sum(x1, v1, times: left)
            y1 = sum(y1, v1, times: right)
            let v2 = broadcast(a2[at])
            x2 = sum(x2, v2, times: left)
            y2 = sum(y2, v2, times: right)
            let v3 = broadcast(a3[at])
            x3 = sum(x3, v3, times: left)
            y3 = sum(y3, v3, times: right)
            from += s.b
            at += s.aDepth
        }
        let to = c + column
        add(x0, to: to)
        add(y0, to: to + 8)
        add(x1, to: to + s.c)
        add(y1, to: to + s.c + 8)
        add(x2, to: to + 2 * s.c)
        add(y2, to: to + 2 * s.c + 8)
        add(x3, to: to + 3 * s.c)
        add(y3, to: to + 3 * s.c + 8)
        column += 16
    }
    if column < columns {
        for row in 0..<4 { productVector(a + row * s.aRow, b + column, c + row * s.c + column, depth, s) }
    }
}

@inline(never)
private func productRows2(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ columns: Int,
    _ depth: Int, _ s: ProductStrides
) {
    let a1 = a + s.aRow
    var column = 0
    while column + 16 <= columns {
        var (x0, x1, y0, y1) = (Vector(), Vector(), Vector(), Vector())
        var from = b + column
        var at = 0
        for _ in 0..<depth {
            let left = load(from)
            let right = load(from + 8)
            let v0 = broadcast(a[at])
            x0 = sum(x0, v0, times: left)
            y0 = sum(y0, v0, times: right)
            let v1 = broadcast(a1[at])
            x1 = sum(x1, v1, times: left)
            y1 = sum(y1, v1, times: right)
            from += s.b
            at += s.aDepth
        }
        let to = c + column
        add(x0, to: to)
        add(y0, to: to + 8)
        add(x1, to: to + s.c)
        add(y1, to: to + s.c + 8)
        column += 16
    }
    if column < columns {
        for row in 0..<2 { productVector(a + row * s.aRow, b + column, c + row * s.c + column, depth, s) }
    }
}

@inline(never)
private func productRow(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ columns: Int,
    _ depth: Int, _ s: ProductStrides
) {
    var column = 0
    while column + 64 <= columns {
        // Eight sums hide the latency of the multiply-add.
        var (x0, x1, x2, x3) = (Vector(), Vector(), Vector(), Vector())
        var (x4, x5, x6, x7) = (Vector(), Vector(), Vector(), Vector())
        var from = b + column
        for d in 0..<depth {
            let v = broadcast(a[d * s.aDepth])
            x0 = sum(x0, v, times: load(from))
            x1 = sum(x1, v, times: load(from + 8))
            x2 = sum(x2, v, times: load(from + 16))
            x3 = sum(x3, v, times: load(from + 24))
            x4 = sum(x4, v, times: load(from + 32))
            x5 = sum(x5, v, times: load(from + 40))
            x6 = sum(x6, v, times: load(from + 48))
            x7 = sum(x7, v, times: load(from + 56))
            from += s.b
        }
        let to = c + column
        add(x0, to: to)
        add(x1, to: to + 8)
        add(x2, to: to + 16)
        add(x3, to: to + 24)
        add(x4, to: to + 32)
        add(x5, to: to + 40)
        add(x6, to: to + 48)
        add(x7, to: to + 56)
        column += 64
    }
    while column < columns {
        productVector(a, b + column, c + column, depth, s)
        column += 8
    }
}

/// Eight columns of one row.
@inline(__always)
private func productVector(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ depth: Int,
    _ s: ProductStrides
) {
    var total = Vector()
    for d in 0..<depth { total = sum(total, broadcast(a[d * s.aDepth]), times: load(b + d * s.b)) }
    add(total, to: c)
}
