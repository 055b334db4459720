// MatrixProduct: c += a b in register tiles. Convolutions and their gradients are this product with other strides.

#if FUSED
    import _Builtin_intrinsics.intel
#endif

/// The strides of the operands: a is (rows, depth) with any two strides, b (depth, columns) and c (rows, columns) have
/// contiguous rows.
struct ProductStrides {
    var aRow: Int, aDepth: Int, b: Int, c: Int
}

/// The vectors of the product. All of the product is in this file, as debug builds optimise each file separately.
private protocol Summed: SIMD<Float> {
    /// c + a b.
    static func fused(_ c: Self, _ a: Self, _ b: Self) -> Self
}

extension SIMD8<Float>: Summed {
    @inline(__always) fileprivate static func fused(_ c: Self, _ a: Self, _ b: Self) -> Self {
        #if FUSED
            _mm256_fmadd_ps(a, b, c)
        #elseif arch(arm64)
            c.addingProduct(a, b)
        #else
            c + a * b
        #endif
    }
}

#if MANY_REGISTERS
    extension SIMD16<Float>: Summed {
        @inline(__always) fileprivate static func fused(_ c: Self, _ a: Self, _ b: Self) -> Self {
            _mm512_fmadd_ps(a, b, c)
        }
    }
#endif

/// A tile of c whose sums stay in registers: a vector, or two tiles beside or above each other. Each sum is added up
/// along the depth in order, so that tiles of all sizes give the same bits.
private protocol RegisterTile {
    static var rows: Int { get }
    static var columns: Int { get }
    init()
    /// Adds the products for one index of the depth: a has its rows `aRow` apart, b its columns contiguous.
    mutating func add(_ a: UnsafePointer<Float>, _ aRow: Int, _ b: UnsafePointer<Float>)
    /// Writes the sums to c, whose rows are `cRow` apart, or adds them to c.
    func write(to c: UnsafeMutablePointer<Float>, _ cRow: Int, adding: Bool)
}

private struct One<V: Summed>: RegisterTile {
    private var total = V()
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var columns: Int { V.scalarCount }
    @inline(__always) init() {}

    @inline(__always) mutating func add(_ a: UnsafePointer<Float>, _ aRow: Int, _ b: UnsafePointer<Float>) {
        total = V.fused(total, V(repeating: a[0]), UnsafeRawPointer(b).loadUnaligned(as: V.self))
    }

    @inline(__always) func write(to c: UnsafeMutablePointer<Float>, _ cRow: Int, adding: Bool) {
        let raw = UnsafeMutableRawPointer(c)
        raw.storeBytes(of: adding ? raw.loadUnaligned(as: V.self) + total : total, as: V.self)
    }
}

private struct Beside<Left: RegisterTile, Right: RegisterTile>: RegisterTile {
    private var left = Left(), right = Right()
    @inline(__always) static var rows: Int { Left.rows }
    @inline(__always) static var columns: Int { Left.columns + Right.columns }
    @inline(__always) init() {}

    @inline(__always) mutating func add(_ a: UnsafePointer<Float>, _ aRow: Int, _ b: UnsafePointer<Float>) {
        left.add(a, aRow, b)
        right.add(a, aRow, b + Left.columns)
    }

    @inline(__always) func write(to c: UnsafeMutablePointer<Float>, _ cRow: Int, adding: Bool) {
        left.write(to: c, cRow, adding: adding)
        right.write(to: c + Left.columns, cRow, adding: adding)
    }
}

private struct Above<Upper: RegisterTile, Lower: RegisterTile>: RegisterTile {
    private var upper = Upper(), lower = Lower()
    @inline(__always) static var rows: Int { Upper.rows + Lower.rows }
    @inline(__always) static var columns: Int { Upper.columns }
    @inline(__always) init() {}

    @inline(__always) mutating func add(_ a: UnsafePointer<Float>, _ aRow: Int, _ b: UnsafePointer<Float>) {
        upper.add(a, aRow, b)
        lower.add(a + Upper.rows * aRow, aRow, b)
    }

    @inline(__always) func write(to c: UnsafeMutablePointer<Float>, _ cRow: Int, adding: Bool) {
        upper.write(to: c, cRow, adding: adding)
        lower.write(to: c + Upper.rows * cRow, cRow, adding: adding)
    }
}

private typealias TwoOf<T: RegisterTile> = Beside<T, T>
private typealias TwoRows<T: RegisterTile> = Above<T, T>

/// The number of rows of a tile, for any number of columns.
private protocol Rows {
    static var count: Int { get }
    static func fill<T: RegisterTile>(_ tile: T.Type, _ product: Product, from row: Int, _ column: inout Int)
}

private enum OneRow: Rows {
    @inline(__always) static var count: Int { 1 }
    @inline(__always)
    static func fill<T: RegisterTile>(_ tile: T.Type, _ product: Product, from row: Int, _ column: inout Int) {
        product.fill(tile, from: row, &column)
    }
}

private enum Doubled<Half: Rows>: Rows {
    @inline(__always) static var count: Int { 2 * Half.count }
    @inline(__always)
    static func fill<T: RegisterTile>(_ tile: T.Type, _ product: Product, from row: Int, _ column: inout Int) {
        Half.fill(TwoRows<T>.self, product, from: row, &column)
    }
}

private enum SixRows: Rows {
    @inline(__always) static var count: Int { 6 }
    @inline(__always)
    static func fill<T: RegisterTile>(_ tile: T.Type, _ product: Product, from row: Int, _ column: inout Int) {
        product.fill(Above<TwoRows<TwoRows<T>>, TwoRows<T>>.self, from: row, &column)
    }
}

/// The largest number of rows that the registers can hold, and the floats of a register.
#if MANY_REGISTERS
    private typealias MostRows = Doubled<Doubled<Doubled<OneRow>>>
    private var widest: Int { @inline(__always) get { 16 } }
#else
    private typealias MostRows = SixRows
    private var widest: Int { @inline(__always) get { 8 } }
#endif

/// A product that is computed tile by tile.
private struct Product {
    let a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>
    let columns: Int, depth: Int
    let strides: ProductStrides
    /// Whether the product is added to c.
    let adds: Bool

    /// Computes columns from `column` on, as many as whole tiles of type `T` cover.
    @inline(__always) func fill<T: RegisterTile>(_: T.Type, from row: Int, _ column: inout Int) {
        let s = strides
        while column + T.columns <= columns {
            var tile = T()
            var (at, from) = (a + row * s.aRow, b + column)
            for _ in 0..<depth {
                tile.add(at, s.aRow, from)
                at += s.aDepth
                from += s.b
            }
            tile.write(to: c + row * s.c + column, s.c, adding: adds)
            column += T.columns
        }
    }

    /// Computes the `R.count` rows from `row` on.
    @inline(never) func fill<R: Rows>(_ rows: R.Type, from row: Int) {
        var column = 0
        typealias Eight = One<SIMD8<Float>>
        // A tile of one row needs more columns than a taller one, to hide the latency of the multiply-add.
        #if MANY_REGISTERS
            typealias Sixteen = One<SIMD16<Float>>
            typealias Widest = Beside<TwoOf<Sixteen>, Sixteen>
            if R.count == 1 {
                R.fill(TwoOf<Widest>.self, self, from: row, &column)
                R.fill(TwoOf<TwoOf<Sixteen>>.self, self, from: row, &column)
            }
            // Eight rows: 24 sums, three vectors of b and a broadcast, of 32 registers.
            R.fill(Widest.self, self, from: row, &column)
            R.fill(TwoOf<Sixteen>.self, self, from: row, &column)
            R.fill(Sixteen.self, self, from: row, &column)
        #else
            if R.count == 1 { R.fill(TwoOf<TwoOf<TwoOf<Eight>>>.self, self, from: row, &column) }
            // Six rows: twelve sums, two vectors of b and a broadcast, of 16 registers.
            R.fill(TwoOf<Eight>.self, self, from: row, &column)
        #endif
        R.fill(Eight.self, self, from: row, &column)
    }

    /// Computes rows from `row` on in tiles of `R.count` rows, as long as whole tiles fit.
    @inline(__always) func each<R: Rows>(_ rows: R.Type, from row: inout Int, of count: Int) {
        while row + R.count <= count {
            fill(rows, from: row)
            row += R.count
        }
    }
}

/// c += a b, or c = a b where not `adding`. `columns` is a multiple of 8.
///
/// a(r, d) = a[r * aRow + d * aDepth]. Rows of `a` may overlap: for a convolution over a buffer (positions, channels)
/// aRow = channels and depth = width * channels; for its weight gradient aRow = 1 and aDepth = channels.
@inline(__always)
func matrixProduct(
    rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ strides: ProductStrides, adding: Bool = true
) {
    let product = Product(a: a, b: b, c: c, columns: columns, depth: depth, strides: strides, adds: adding)
    var row = 0
    product.each(MostRows.self, from: &row, of: rows)
    product.each(Doubled<Doubled<OneRow>>.self, from: &row, of: rows)
    product.each(Doubled<OneRow>.self, from: &row, of: rows)
    product.each(OneRow.self, from: &row, of: rows)
}

/// The rows and columns of a tile of packed products.
var packedTile: (rows: Int, columns: Int) {
    @inline(__always) get { (MostRows.count, 2 * widest) }
}

/// tile (rows, columns) = transpose of a (depth, rows) times b (depth, columns), with the sizes of `packedTile`. At
/// least the first `columns` columns are computed.
func packedTileProduct(
    depth: Int, columns: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ tile: UnsafeMutablePointer<Float>
) {
    let strides = ProductStrides(aRow: 1, aDepth: packedTile.rows, b: packedTile.columns, c: packedTile.columns)
    let product = Product(
        a: a, b: b, c: tile, columns: (columns + 15) & ~15, depth: depth, strides: strides, adds: false)
    product.fill(MostRows.self, from: 0)
}
