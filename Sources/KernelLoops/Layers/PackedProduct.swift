// PackedProduct: products of large matrices with any row and column offsets, in packed blocks and register tiles.

import KernelShapes

private typealias Vector = SIMD8<Float>

@inline(__always) private func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

@inline(__always) private func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

extension Loops {
    /// Packs the columns of one panel of the matrix b(d, j) = b[rows[d] + columns[j]] to packed (panel, depth,
    /// `packedTile.columns`). Columns past the last are zero.
    public static func packPanel(
        _ b: UnsafePointer<Float>, rows: UnsafePointer<Int>, depth: Int, columns: UnsafePointer<Int>, columnCount: Int,
        panel: Int, packed: UnsafeMutablePointer<Float>
    ) {
        let firstColumn = panel * packedTile.columns
        let count = min(packedTile.columns, columnCount - firstColumn)
        let to = packed + firstColumn * depth
        if count == packedTile.columns, columns[firstColumn + count - 1] - columns[firstColumn] == count - 1 {
            let from = b + columns[firstColumn]
            for d in 0..<depth {
                for j in stride(from: 0, to: packedTile.columns, by: 8) {
                    store(load(from + rows[d] + j), to + d * packedTile.columns + j)
                }
            }
            return
        }
        if depth > 1, rows[depth - 1] - rows[0] == depth - 1 {
            // A transposed matrix: it is read along its columns, a few cache lines of the panel at a time.
            for first in stride(from: 0, to: depth, by: 64) {
                for j in 0..<packedTile.columns {
                    for d in first..<min(first + 64, depth) {
                        to[d * packedTile.columns + j] = j < count ? b[columns[firstColumn + j] + rows[d]] : 0
                    }
                }
            }
            return
        }
        for d in 0..<depth {
            let from = b + rows[d]
            let row = to + d * packedTile.columns
            for j in 0..<count { row[j] = from[columns[firstColumn + j]] }
            for j in count..<packedTile.columns { row[j] = 0 }
        }
    }
}

/// Packs `depth` columns of A from `first` on in tiles: (tile, depth, `packedTile.rows`). Rows past the last repeat
/// it; their sums are discarded.
@inline(__always)
private func packRows(_ p: ProductArguments, from first: Int, depth: Int) {
    let columns = p.aColumns + first
    let height = packedTile.rows
    var to = p.scratch
    for row in stride(from: 0, to: p.rows, by: height) {
        func from(_ k: Int) -> UnsafePointer<Float> { p.a + p.aRows[min(row + k, p.rows - 1)] }
        let (a0, a1, a2, a3) = (from(0), from(1), from(2), from(3))
        let (a4, a5, a6, a7) = (from(4), from(5), from(6), from(7))
        for d in 0..<depth {
            let c = columns[d]
            (to[0], to[1], to[2], to[3]) = (a0[c], a1[c], a2[c], a3[c])
            (to[4], to[5]) = (a4[c], a5[c])
            if height > 6 { (to[6], to[7]) = (a6[c], a7[c]) }
            to += height
        }
    }
}

extension Loops {
    /// The tile sizes of `packPanel` and `productRows`.
    public static var tile: ProductTile { ProductTile(rows: packedTile.rows, columns: packedTile.columns) }

    /// Computes some rows of a product of matrices, in blocks of `ProductTile.depth`.
    public static func productRows(_ p: ProductArguments) {
        let tile = p.scratch + (p.rows + packedTile.rows - 1) / packedTile.rows * packedTile.rows * ProductTile.depth
        var first = 0
        while first < p.depth {
            let depth = min(ProductTile.depth, p.depth - first)
            packRows(p, from: first, depth: depth)
            var column = 0
            while column < p.columns {
                let b = p.packed + column * p.depth + first * packedTile.columns
                var row = 0
                while row < p.rows {
                    let columns = min(packedTile.columns, p.columns - column)
                    packedTileProduct(depth: depth, columns: columns, p.scratch + row * depth, b, tile)
                    writeTile(p, tile, row: row, column: column, columns: columns, isFirst: first == 0)
                    row += packedTile.rows
                }
                column += packedTile.columns
            }
            first += depth
        }
    }
}

/// Adds a tile to its place in C, or writes it with the bias, where it `isFirst` along the depth.
@inline(__always)
private func writeTile(
    _ p: ProductArguments, _ tile: UnsafeMutablePointer<Float>, row: Int, column: Int, columns: Int, isFirst: Bool
) {
    for r in 0..<min(packedTile.rows, p.rows - row) {
        let from = tile + r * packedTile.columns
        let to = p.c + p.cRows[row + r] + column
        let start = !isFirst || p.accumulates ? UnsafePointer(to) : p.bias.map { $0 + column }
        var j = 0
        while j + 8 <= columns {
            store(start.map { load(from + j) + load($0 + j) } ?? load(from + j), to + j)
            j += 8
        }
        while j < columns {
            to[j] = from[j] + (start?[j] ?? 0)
            j += 1
        }
    }
}
