// ProductArguments: the arguments of the loops over whole batches: matrices, tiles, rows of channels.

/// The tile sizes with which a build of the loops computes matrix products. The sums of a tile stay in registers. Its
/// rows of A and its panel of B, `depth` deep, fit the first-level cache, or nearly so for the wider tile.
public struct ProductTile: Sendable {
    /// Rows and columns of a tile.
    public let rows: Int, columns: Int
    /// Depth of a block: how many products are added to a tile before the next block of A is packed.
    public static let depth = 256

    /// A tile of `rows` by `columns` sums.
    public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

    /// Floats of scratch that `productRows` needs for `rows` rows: a packed block of A, then a tile.
    public func scratchCount(rows count: Int) -> Int {
        (count + rows - 1) / rows * rows * ProductTile.depth + rows * columns
    }

    /// Panels of a matrix B of `columns` columns.
    public func panels(columns count: Int) -> Int { (count + columns - 1) / columns }

    /// Floats of a packed matrix B of `depth` rows and `columns` columns.
    public func packedCount(depth: Int, columns count: Int) -> Int { panels(columns: count) * columns * depth }
}

/// Some rows of the product c = a b, plus a bias or plus what c holds, where a(r, d) = a[aRows[r] + aColumns[d]] and
/// c(r, j) = c[cRows[r] + j].
public struct ProductArguments {
    /// The numbers of matrix A, and the offsets of its rows and columns.
    public var a: UnsafePointer<Float>, aRows: UnsafePointer<Int>, aColumns: UnsafePointer<Int>
    /// Matrix B, packed by `packPanel`.
    public var packed: UnsafePointer<Float>
    /// Sizes of the product: a is (rows, depth), b is (depth, columns).
    public var rows: Int, columns: Int, depth: Int
    /// The numbers of matrix C, and the offsets of its rows.
    public var c: UnsafeMutablePointer<Float>, cRows: UnsafePointer<Int>
    /// (columns): added to each row of the product, where given and not `accumulates`.
    public var bias: UnsafePointer<Float>?
    /// Whether the product is added to what C holds.
    public var accumulates: Bool
    /// Scratch of `ProductTile.scratchCount` floats.
    public var scratch: UnsafeMutablePointer<Float>

    /// The arguments of a product; see the properties.
    public init(
        a: UnsafePointer<Float>, aRows: UnsafePointer<Int>, aColumns: UnsafePointer<Int>,
        packed: UnsafePointer<Float>, rows: Int, columns: Int, depth: Int, c: UnsafeMutablePointer<Float>,
        cRows: UnsafePointer<Int>, bias: UnsafePointer<Float>?, accumulates: Bool,
        scratch: UnsafeMutablePointer<Float>
    ) {
        self.a = a
        self.aRows = aRows
        self.aColumns = aColumns
        self.packed = packed
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.c = c
        self.cRows = cRows
        self.bias = bias
        self.accumulates = accumulates
        self.scratch = scratch
    }
}

/// Rows of channels in a map: row r begins at `base[rows[r]]` and has `channels` numbers.
public struct ChannelRows {
    /// The numbers of the map.
    public var base: UnsafeMutablePointer<Float>
    /// The offset of each row in `base`.
    public var rows: UnsafePointer<Int>
    /// The number of rows, and of channels in each.
    public var count: Int, channels: Int

    /// Rows of channels; see the properties.
    public init(base: UnsafeMutablePointer<Float>, rows: UnsafePointer<Int>, count: Int, channels: Int) {
        self.base = base
        self.rows = rows
        self.count = count
        self.channels = channels
    }
}
