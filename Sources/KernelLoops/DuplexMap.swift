// DuplexMap: one strand laid against another, as the loops see it: tables, letters, memory.

import KernelShapes

/// The numbers that keep the partition function inside the range of the floating-point type.
///
/// Starts of a stretch are scaled down, so that a sum may grow by 2^(ceiling + start) before it is held at the
/// ceiling: 113 kT in Float, 901 kT in Double.
struct RangeLimits<V: Lanes> {
    let startScale: V.Scalar
    let startShift: V.Scalar
    let ceiling: V

    @inline(__always) init() {
        let isDouble = MemoryLayout<V.Scalar>.size == 8
        startScale = isDouble ? 0x1p-400 : 0x1p-64
        startShift = isDouble ? 400 * 0.693_147_180_559_945_3 : 64 * 0.693_147_180_559_945_3
        ceiling = V(repeating: isDouble ? 0x1p900 : 0x1p100)
    }
}

/// What kind of map the loops run over; a type, so that each kind is compiled by itself.
protocol MapKind {
    /// Whether rows and columns have weights of their own.
    static var hasPositions: Bool { get }
    /// Whether a strand faces itself: then only cells whose partner lies behind them count.
    static var isSelf: Bool { get }
    /// Whether gaps of both strands weigh the same, as in a symmetric shape: openB is 1, and extendB is extendA.
    static var hasEqualGaps: Bool { get }
}

extension MapKind {
    @inline(__always) static var hasPositions: Bool { false }
    @inline(__always) static var isSelf: Bool { false }
    @inline(__always) static var hasEqualGaps: Bool { false }
}

/// A against B.
enum PlainMap: MapKind {}

/// A against B, of a symmetric shape.
enum SymmetricMap: MapKind {
    @inline(__always) static var hasEqualGaps: Bool { true }
}

/// A against B, with position weights.
enum PositionedMap: MapKind {
    @inline(__always) static var hasPositions: Bool { true }
}

/// A strand against itself.
enum SelfMap: MapKind {
    @inline(__always) static var isSelf: Bool { true }
}

/// A strand against itself, of a symmetric shape.
enum SymmetricSelfMap: MapKind {
    @inline(__always) static var isSelf: Bool { true }
    @inline(__always) static var hasEqualGaps: Bool { true }
}

/// Where a letter's weights lie, in bytes: of a row from the start of a table, of a column from the row's.
struct LetterOffsets {
    var pair: Int32
    /// The stack on the letter before, and on the one before that.
    var stack: Int32
    var skip: Int32
}

/// One map: rows are the letters of a strand, columns those of the strand that it faces. The tables are those of one
/// block of heads, see `LoopTables`.
struct DuplexMap<V: Lanes> {
    /// Weights of pairs and of stacks, 3 vectors each.
    var pairTable: UnsafePointer<V>
    var stackTable: UnsafePointer<V>
    var gaps: UnsafePointer<V>
    var rowLetters: UnsafePointer<LetterOffsets>
    var columnLetters: UnsafePointer<LetterOffsets>
    var rows: Int
    var columns: Int
    /// Loop weights by distance - 1, of self maps; as many as the strand has letters.
    var hairpin: UnsafePointer<V>
    /// Position weights; empty counts where there are none.
    var rowWeights: UnsafePointer<V>
    var rowPositions: Int
    var columnWeights: UnsafePointer<V>
    var columnPositions: Int
}

/// The vector that lies `bytes` behind `base`.
@inline(__always) func vector<V: Lanes>(_ base: UnsafePointer<V>, _ bytes: Int32) -> UnsafePointer<V> {
    (UnsafeRawPointer(base) + Int(bytes)).assumingMemoryBound(to: V.self)
}

/// The same, to be written.
@inline(__always) func vector<V: Lanes>(_ base: UnsafeMutablePointer<V>, _ bytes: Int32) -> UnsafeMutablePointer<V> {
    (UnsafeMutableRawPointer(base) + Int(bytes)).assumingMemoryBound(to: V.self)
}

/// Which rows of a map's cells are kept; a type, so that each is compiled by itself.
protocol RowKeeping {
    static var keepsAll: Bool { get }
    /// Vectors of a column of two rows.
    static var width: Int { get }
}

/// The last two pairs of rows: enough for scoring.
enum RingOfRows: RowKeeping {
    @inline(__always) static var keepsAll: Bool { false }
    @inline(__always) static var width: Int { 4 }
}

/// All rows, as the way back needs them.
enum EveryRow: RowKeeping {
    @inline(__always) static var keepsAll: Bool { true }
    @inline(__always) static var width: Int { 6 }
}

/// The vectors of a column of two rows, one below the other, in the order in which they lie. What the lower row needs of
/// the upper it has in registers: the rest of the upper row is kept only where all rows are.
enum CellPart {
    @inline(__always) static var upperM: Int { 0 }
    @inline(__always) static var lowerM: Int { 1 }
    /// X that the lower row leaves to the next.
    @inline(__always) static var lowerX: Int { 2 }
    /// X + Y of the lower row.
    @inline(__always) static var lowerSum: Int { 3 }
    @inline(__always) static var upperX: Int { 4 }
    @inline(__always) static var upperSum: Int { 5 }
}

/// The memory of one map: two rows side by side in records of `Rows.width` vectors a column, with two columns of zeros
/// before the first.
struct DuplexCells<V: Lanes, Rows: RowKeeping> {
    let base: UnsafeMutablePointer<V>
    /// Two rows of zeros, shared by all maps and never written: what lies before the first row.
    let zeros: UnsafeMutablePointer<V>
    let stride: Int

    @inline(__always) init(_ base: UnsafeMutablePointer<V>, zeros: UnsafeMutablePointer<V>, columns: Int) {
        self.base = base
        self.zeros = zeros
        stride = DuplexCells.rowPairCount(columns: columns)
    }

    /// Column 0 of rows i and i + 1, for even i from -2.
    @inline(__always) func rows(_ i: Int) -> UnsafeMutablePointer<V> {
        (i < 0 ? zeros : base + (Rows.keepsAll ? i &>> 1 : (i &>> 1) & 1) &* stride) + 2 &* Rows.width
    }

    /// Sets what lies before the first column of a map to zero.
    @inline(__always) func clearBorders(rows: Int) {
        let zero = V.fill(0)
        for i in 0..<(Rows.keepsAll ? (rows + 1) / 2 : 2) {
            let first = base + i &* stride
            for k in 0..<2 &* Rows.width { first[k] = zero }
        }
    }

    /// Vectors of two rows.
    @inline(__always) static func rowPairCount(columns: Int) -> Int { (columns + 2) * Rows.width }

    /// Vectors needed for a map of the given size.
    static func count(rows: Int, columns: Int) -> Int {
        (Rows.keepsAll ? (rows + 1) / 2 : 2) * rowPairCount(columns: columns)
    }
}

extension DuplexCells where Rows == EveryRow {
    /// One row of the cells; rows -1 and -2 are zero.
    struct Row {
        let base: UnsafeMutablePointer<V>
        let isLower: Bool

        @inline(__always) private func cell(_ j: Int, upper: Int, lower: Int) -> V {
            base[j &* EveryRow.width &+ (isLower ? lower : upper)]
        }
        @inline(__always) func m(_ j: Int) -> V { cell(j, upper: CellPart.upperM, lower: CellPart.lowerM) }
        /// X that this row leaves to the next.
        @inline(__always) func x(_ j: Int) -> V { cell(j, upper: CellPart.upperX, lower: CellPart.lowerX) }
        /// X + Y.
        @inline(__always) func sum(_ j: Int) -> V { cell(j, upper: CellPart.upperSum, lower: CellPart.lowerSum) }
    }

    @inline(__always) func row(_ i: Int) -> Row { Row(base: rows(i & ~1), isLower: i & 1 == 1) }
}
