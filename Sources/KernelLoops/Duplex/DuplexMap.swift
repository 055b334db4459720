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
}

extension MapKind {
    @inline(__always) static var hasPositions: Bool { false }
    @inline(__always) static var isSelf: Bool { false }
}

/// A against B.
enum PlainMap: MapKind {}

/// A against B, with position weights.
enum PositionedMap: MapKind {
    @inline(__always) static var hasPositions: Bool { true }
}

/// A strand against itself.
enum SelfMap: MapKind {
    @inline(__always) static var isSelf: Bool { true }
}

/// Where a letter's weights lie, in bytes: of a row from the start of the table, of a column from the row's.
struct LetterOffsets {
    /// Behind the letter before, and behind the one before that.
    var stack: Int32
    var skip: Int32
}

/// One map: rows are the letters of a strand, columns those of the strand that it faces. The tables are those of one
/// block of heads, see `LoopTables`.
struct DuplexMap<V: Lanes> {
    /// Weights of pairs, stacks and bulges, 3 vectors for each two contexts.
    var stackTable: UnsafePointer<V>
    var gaps: UnsafePointer<V>
    var rowOffsets: UnsafePointer<LetterOffsets>
    var columnOffsets: UnsafePointer<LetterOffsets>
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
    vector(base, Int(bytes))
}

/// The same, of an offset that was added up.
@inline(__always) func vector<V: Lanes>(_ base: UnsafePointer<V>, _ bytes: Int) -> UnsafePointer<V> {
    (UnsafeRawPointer(base) + bytes).assumingMemoryBound(to: V.self)
}

/// The same, to be written.
@inline(__always) func vector<V: Lanes>(_ base: UnsafeMutablePointer<V>, _ bytes: Int) -> UnsafeMutablePointer<V> {
    (UnsafeMutableRawPointer(base) + bytes).assumingMemoryBound(to: V.self)
}

/// Which rows of a map's cells are kept; a type, so that each is compiled by itself.
protocol RowKeeping {
    static var keepsAll: Bool { get }
    /// Vectors of a cell.
    static var width: Int { get }
    /// Pairs that go through the network side by side.
    static var pairsAbreast: Int { get }
}

/// The row that the next ones stand on, with M of the one above it, and the row being written: enough for scoring.
enum LastRow: RowKeeping {
    @inline(__always) static var keepsAll: Bool { false }
    @inline(__always) static var width: Int { 4 }
    @inline(__always) static var pairsAbreast: Int { 24 }
}

/// All rows, as the way back needs them.
enum EveryRow: RowKeeping {
    @inline(__always) static var keepsAll: Bool { true }
    @inline(__always) static var width: Int { 3 }
    @inline(__always) static var pairsAbreast: Int { 1 }
}

/// The vectors of a cell, in the order in which they lie.
enum CellPart {
    @inline(__always) static var m: Int { 0 }
    /// X that the cell leaves to the next row.
    @inline(__always) static var x: Int { 1 }
    /// X + Y.
    @inline(__always) static var loop: Int { 2 }
    /// M of the row above, where that row is not kept.
    @inline(__always) static var upperM: Int { 3 }
}

/// The memory of one map: rows of cells, with two columns of zeros before the first.
struct DuplexCells<V: Lanes, Rows: RowKeeping> {
    let base: UnsafeMutablePointer<V>
    /// A row of zeros, shared by all maps and never written: what lies before the first row.
    let zeros: UnsafeMutablePointer<V>
    /// Of a self map: the sum of all M whose pair closes a hairpin loop of one length.
    let totals: UnsafeMutablePointer<V>
    let stride: Int

    @inline(__always)
    init(
        _ base: UnsafeMutablePointer<V>, zeros: UnsafeMutablePointer<V>, totals: UnsafeMutablePointer<V>, columns: Int
    ) {
        (self.base, self.zeros, self.totals) = (base, zeros, totals)
        stride = DuplexCells.rowCount(columns: columns)
    }

    /// Column 0 of row i, from -2 on; unless all are kept, of the row that the given pass leaves.
    @inline(__always) func row(_ i: Int, ofPass number: Int = 0) -> UnsafeMutablePointer<V> {
        (i < 0 ? zeros : base + (Rows.keepsAll ? i : number & 1) &* stride) + 2 &* Rows.width
    }

    /// Sets what lies before the first column of a map to zero, and the first totals.
    @inline(__always) func clear(rows: Int, totals count: Int) {
        let zero = V.fill(0)
        for i in 0..<(Rows.keepsAll ? rows : 2) {
            for k in 0..<2 &* Rows.width { base[i &* stride &+ k] = zero }
        }
        for k in 0..<count { totals[k] = zero }
    }

    /// The sum of the first totals, and of each times its loop weight.
    @inline(__always) func sums(_ count: Int, loops: UnsafePointer<V>) -> (sum: V, hairpin: V) {
        // Two sums of each side by side: one would wait for every addition.
        let zero = V.fill(0)
        var (even, odd, hairpinEven, hairpinOdd) = (zero, zero, zero, zero)
        var k = 0
        while k &+ 2 <= count {
            even = V.plus(even, totals[k])
            odd = V.plus(odd, totals[k &+ 1])
            hairpinEven = V.sum(hairpinEven, loops[k], times: totals[k])
            hairpinOdd = V.sum(hairpinOdd, loops[k &+ 1], times: totals[k &+ 1])
            k &+= 2
        }
        if k < count {
            even = V.plus(even, totals[k])
            hairpinEven = V.sum(hairpinEven, loops[k], times: totals[k])
        }
        return (V.plus(even, odd), V.plus(hairpinEven, hairpinOdd))
    }

    /// Vectors of a row.
    @inline(__always) static func rowCount(columns: Int) -> Int { Rows.width * (columns + 2) }

    /// Vectors needed for a map of the given size.
    static func count(rows: Int, columns: Int) -> Int { (Rows.keepsAll ? rows : 2) * rowCount(columns: columns) }
}
