// ProductArguments: what the loops over whole batches are told of the matrices and maps they work on.

/// The tile in which a build of the loops computes products: its sums stay in registers; its rows of A and its panel of B, a
/// block deep, in the first cache, or with the wider tile not far behind it.
public struct ProductTile: Sendable {
    /// Rows and columns of a tile.
    public let rows: Int, columns: Int
    /// Depth of a block.
    public static let depth = 256

    /// See the properties.
    public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

    /// Numbers of scratch that `productRows` needs for `rows` rows: A's block, then a tile.
    public func scratchCount(rows count: Int) -> Int {
        (count + rows - 1) / rows * rows * ProductTile.depth + rows * columns
    }

    /// Panels of a matrix B.
    public func panels(columns count: Int) -> Int { (count + columns - 1) / columns }

    /// Numbers of a packed matrix B.
    public func packedCount(depth: Int, columns count: Int) -> Int { panels(columns: count) * columns * depth }
}

/// Some rows of c = a b (+ bias or + c): a(r, d) = a[aRows[r] + aColumns[d]], c(r, j) = c[cRows[r] + j].
public struct ProductArguments {
    /// Matrix A's numbers, and the places of its rows and columns.
    public var a: UnsafePointer<Float>, aRows: UnsafePointer<Int>, aColumns: UnsafePointer<Int>
    /// Matrix B as `packPanel` writes it.
    public var packed: UnsafePointer<Float>
    /// Sizes of the product.
    public var rows: Int, columns: Int, depth: Int
    /// Matrix C's numbers and the places of its rows.
    public var c: UnsafeMutablePointer<Float>, cRows: UnsafePointer<Int>
    /// Added to each row of the product, where given.
    public var bias: UnsafePointer<Float>?
    /// Whether the product is added to what C holds.
    public var accumulates: Bool
    /// See `ProductTile.scratchCount`.
    public var scratch: UnsafeMutablePointer<Float>

    /// See the properties.
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
    /// The map's numbers.
    public var base: UnsafeMutablePointer<Float>
    /// Where each row begins.
    public var rows: UnsafePointer<Int>
    /// Rows and the numbers in each.
    public var count: Int, channels: Int

    /// See the properties.
    public init(base: UnsafeMutablePointer<Float>, rows: UnsafePointer<Int>, count: Int, channels: Int) {
        self.base = base
        self.rows = rows
        self.count = count
        self.channels = channels
    }
}
