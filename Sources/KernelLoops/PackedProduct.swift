// PackedProduct: products of large matrices whose rows and columns lie anywhere, in packed blocks and register tiles.

import KernelShapes

#if FUSED
    import _Builtin_intrinsics.intel
#endif

private typealias Vector = SIMD8<Float>

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

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

extension Loops {
    /// Packs columns `panel * 16 ..< panel * 16 + 16` of b(d, j) = b[rows[d] + columns[j]]: packed (panel, depth, 16); columns
    /// that b does not have are zero.
    public static func packPanel(
        _ b: UnsafePointer<Float>, rows: UnsafePointer<Int>, depth: Int, columns: UnsafePointer<Int>, columnCount: Int,
        panel: Int, packed: UnsafeMutablePointer<Float>
    ) {
        let firstColumn = panel * ProductTile.columns
        let count = min(ProductTile.columns, columnCount - firstColumn)
        let to = packed + firstColumn * depth
        if count == ProductTile.columns, columns[firstColumn + count - 1] - columns[firstColumn] == count - 1 {
            let from = b + columns[firstColumn]
            for d in 0..<depth {
                store(load(from + rows[d]), to + d * ProductTile.columns)
                store(load(from + rows[d] + 8), to + d * ProductTile.columns + 8)
            }
            return
        }
        if depth > 1, rows[depth - 1] - rows[0] == depth - 1 {
            // A transposed matrix: read along its columns, a few cache lines of the panel at a time.
            for first in stride(from: 0, to: depth, by: 64) {
                for j in 0..<ProductTile.columns {
                    for d in first..<min(first + 64, depth) {
                        to[d * ProductTile.columns + j] = j < count ? b[columns[firstColumn + j] + rows[d]] : 0
                    }
                }
            }
            return
        }
        for d in 0..<depth {
            let from = b + rows[d]
            let row = to + d * ProductTile.columns
            for j in 0..<count { row[j] = from[columns[firstColumn + j]] }
            for j in count..<ProductTile.columns { row[j] = 0 }
        }
    }
}

/// Packs `depth` columns of A from `first` on, in tiles of six rows: (tile, depth, 6); rows that A does not have are zero.
@inline(__always)
private func packRows(_ p: ProductArguments, from first: Int, depth: Int) {
    var row = 0
    var to = p.scratch
    let columns = p.aColumns + first
    while row < p.rows {
        let count = min(ProductTile.rows, p.rows - row)
        let last = p.rows - 1
        // Rows past the last repeat it: their sums are not kept.
        let (a0, a1, a2) = (
            p.a + p.aRows[row], p.a + p.aRows[min(row + 1, last)], p.a + p.aRows[min(row + 2, last)]
        )
        let (a3, a4, a5) = (
            p.a + p.aRows[min(row + 3, last)], p.a + p.aRows[min(row + 4, last)], p.a + p.aRows[min(row + 5, last)]
        )
        for d in 0..<depth {
            let c = columns[d]
            to[0] = a0[c]
            to[1] = a1[c]
            to[2] = a2[c]
            to[3] = a3[c]
            to[4] = a4[c]
            to[5] = a5[c]
            to += ProductTile.rows
        }
        row += count
    }
}

extension Loops {
    /// Computes the rows of the product.
    public static func productRows(_ p: ProductArguments) {
        let tile = p.scratch + (p.rows + ProductTile.rows - 1) / ProductTile.rows * ProductTile.rows * ProductTile.depth
        var first = 0
        while first < p.depth {
            let depth = min(ProductTile.depth, p.depth - first)
            packRows(p, from: first, depth: depth)
            var column = 0
            while column < p.columns {
                let b = p.packed + column * p.depth + first * ProductTile.columns
                var row = 0
                while row < p.rows {
                    multiplyTile(depth, p.scratch + row * depth, b, tile)
                    keepTile(p, tile, row: row, column: column, isFirst: first == 0)
                    row += ProductTile.rows
                }
                column += ProductTile.columns
            }
            first += depth
        }
    }
}

/// Writes a tile to where it belongs in C.
@inline(__always)
private func keepTile(
    _ p: ProductArguments, _ tile: UnsafeMutablePointer<Float>, row: Int, column: Int, isFirst: Bool
) {
    let rows = min(ProductTile.rows, p.rows - row)
    let columns = min(ProductTile.columns, p.columns - column)
    for r in 0..<rows {
        let from = tile + r * ProductTile.columns
        let to = p.c + p.cRows[row + r] + column
        if columns == ProductTile.columns {
            var (left, right) = (load(from), load(from + 8))
            if !isFirst || p.accumulates {
                left += load(to)
                right += load(to + 8)
            } else if let bias = p.bias {
                left += load(bias + column)
                right += load(bias + column + 8)
            }
            store(left, to)
            store(right, to + 8)
        } else {
            for j in 0..<columns {
                var value = from[j]
                if !isFirst || p.accumulates {
                    value += to[j]
                } else if let bias = p.bias {
                    value += bias[column + j]
                }
                to[j] = value
            }
        }
    }
}

/// tile (6, 16) = a (depth, 6), transposed, times b (depth, 16).
@inline(never)
private func multiplyTile(
    _ depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ tile: UnsafeMutablePointer<Float>
) {
    // Twelve sums, two vectors of b and one broadcast fill the sixteen registers.
    var (x0, x1, x2, x3, x4, x5) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
    var (y0, y1, y2, y3, y4, y5) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
    var (a, b) = (a, b)
    for _ in 0..<depth {
        let left = load(b)
        let right = load(b + 8)
        let v0 = broadcast(a[0])
        x0 = sum(x0, v0, times: left)
        y0 = sum(y0, v0, times: right)
        let v1 = broadcast(a[1])
        x1 = sum(x1, v1, times: left)
        y1 = sum(y1, v1, times: right)
        let v2 = broadcast(a[2])
        x2 = sum(x2, v2, times: left)
        y2 = sum(y2, v2, times: right)
        let v3 = broadcast(a[3])
        x3 = sum(x3, v3, times: left)
        y3 = sum(y3, v3, times: right)
        let v4 = broadcast(a[4])
        x4 = sum(x4, v4, times: left)
        y4 = sum(y4, v4, times: right)
        let v5 = broadcast(a[5])
        x5 = sum(x5, v5, times: left)
        y5 = sum(y5, v5, times: right)
        a += 6
        b += 16
    }
    store(x0, tile)
    store(y0, tile + 8)
    store(x1, tile + 16)
    store(y1, tile + 24)
    store(x2, tile + 32)
    store(y2, tile + 40)
    store(x3, tile + 48)
    store(y3, tile + 56)
    store(x4, tile + 64)
    store(y4, tile + 72)
    store(x5, tile + 80)
    store(y5, tile + 88)
}
