// DuplexMap: the dynamic-programming matrix of two facing strands: weights, letters and memory of the cells.

import KernelShapes

/// The constants that keep the partition function within the range of the floating-point type.
///
/// Helix initiations are scaled down by `initiationScale`, 2^-64 in Float, and M of a cell is clamped at `ceiling`,
/// 2^100. A log partition function may so reach 164 log 2, 113 kT, before it is clamped; in Double 1300 log 2, 901 kT.
struct RangeLimits<V: Lanes> {
    /// The unit in which sums are computed.
    let initiationScale: V.Scalar
    /// What is added to the logarithm of a sum: -log initiationScale.
    let initiationShift: V.Scalar
    /// The upper bound of M.
    let ceiling: V

    @inline(__always) init() {
        let isDouble = MemoryLayout<V.Scalar>.size == 8
        initiationScale = isDouble ? 0x1p-400 : 0x1p-64
        initiationShift = isDouble ? 400 * 0.693_147_180_559_945_3 : 64 * 0.693_147_180_559_945_3
        ceiling = V(repeating: isDouble ? 0x1p900 : 0x1p100)
    }
}

/// The kind of a map; a type, so that the loops are specialised for each kind.
protocol MapKind {
    /// Whether rows and columns have position weights.
    static var hasPositions: Bool { get }
    /// Whether a strand faces itself. Then only the cells (i, j) with i + j < columns - 1 are computed: of an
    /// antiparallel map those in which the letter of the column comes after that of the row. The other cells mirror
    /// them.
    static var isSelf: Bool { get }
    /// Whether the sum of M over each row is written to the totals.
    static var countsRows: Bool { get }
    /// Whether there are bulges.
    static var hasBulges: Bool { get }
}

extension MapKind {
    @inline(__always) static var hasPositions: Bool { false }
    @inline(__always) static var isSelf: Bool { false }
    @inline(__always) static var countsRows: Bool { false }
    @inline(__always) static var hasBulges: Bool { true }
}

/// Strand A against strand B.
enum PlainMap: MapKind {}

/// Strand A against strand B, with position weights.
enum PositionedMap: MapKind {
    @inline(__always) static var hasPositions: Bool { true }
}

/// A strand against itself, for hairpins and homodimers.
enum SelfMap: MapKind {
    @inline(__always) static var isSelf: Bool { true }
}

/// The same without bulges.
enum StraightSelfMap: MapKind {
    @inline(__always) static var isSelf: Bool { true }
    @inline(__always) static var hasBulges: Bool { false }
}

/// Offsets of a letter's context in the stack table, in bytes. The offset of a cell is the sum of those of its row and
/// its column.
struct LetterOffsets {
    /// The context of the letter and the one before it.
    var stack: Int32
    /// The context of the letter and the one two before it, for a bulge.
    var skip: Int32
}

/// One map: its rows are the letters of one strand, its columns those of the facing strand. The tables are those of one
/// block of heads, see `LoopTables`.
struct DuplexMap<V: Lanes> {
    /// Weights of pairs, stacks and bulges, 3 vectors for each two contexts.
    var stackTable: UnsafePointer<V>
    /// (2): loop extension and helix initiation.
    var gaps: UnsafePointer<V>
    /// (rows) and (columns + 1).
    var rowOffsets: UnsafePointer<LetterOffsets>
    var columnOffsets: UnsafePointer<LetterOffsets>
    var rows: Int
    var columns: Int
    /// Of self maps: weights of hairpin loops by loop length, as many as the strand has letters.
    var hairpin: UnsafePointer<V>
    /// Position weights; the counts are 0 where there are none.
    var rowWeights: UnsafePointer<V>
    var rowPositions: Int
    var columnWeights: UnsafePointer<V>
    var columnPositions: Int
}

/// The vector `bytes` after `base`.
@inline(__always) func vector<V: Lanes>(_ base: UnsafePointer<V>, _ bytes: Int32) -> UnsafePointer<V> {
    vector(base, Int(bytes))
}

/// The same for a sum of offsets.
@inline(__always) func vector<V: Lanes>(_ base: UnsafePointer<V>, _ bytes: Int) -> UnsafePointer<V> {
    (UnsafeRawPointer(base) + bytes).assumingMemoryBound(to: V.self)
}

/// The same for writing.
@inline(__always) func vector<V: Lanes>(_ base: UnsafeMutablePointer<V>, _ bytes: Int) -> UnsafeMutablePointer<V> {
    (UnsafeMutableRawPointer(base) + bytes).assumingMemoryBound(to: V.self)
}

/// A target against a probe: the rows are the letters of the target, in the order in which they face the probe.
enum TargetMap: MapKind {
    @inline(__always) static var countsRows: Bool { true }
}

/// Which rows of cells are kept in memory; a type, so that the loops are specialised for each.
protocol RowKeeping {
    /// Whether all rows are kept.
    static var keepsAll: Bool { get }
    /// Vectors of a cell.
    static var width: Int { get }
    /// Pairs that go through the network in one batch.
    static var pairsPerBatch: Int { get }
}

/// Only the last row, with M of the row above it, and the row that is being written: enough for scoring.
enum LastRow: RowKeeping {
    @inline(__always) static var keepsAll: Bool { false }
    @inline(__always) static var width: Int { 4 }
    @inline(__always) static var pairsPerBatch: Int { 24 }
}

/// All rows, for the backward pass.
enum EveryRow: RowKeeping {
    @inline(__always) static var keepsAll: Bool { true }
    @inline(__always) static var width: Int { 3 }
    @inline(__always) static var pairsPerBatch: Int { 1 }
}

/// The vectors of a cell in memory order.
enum CellPart {
    /// M, the weight of all structures that end in the cell.
    @inline(__always) static var m: Int { 0 }
    /// X of the cell in the next row, see `duplexForward`.
    @inline(__always) static var x: Int { 1 }
    /// X + Y of the cell: structures with an open loop.
    @inline(__always) static var loop: Int { 2 }
    /// M of the cell in the row above, where that row is not kept.
    @inline(__always) static var upperM: Int { 3 }
}

/// The cells of one map in memory: rows of cells, with two columns of zeros before the first column.
struct DuplexCells<V: Lanes, Rows: RowKeeping> {
    let base: UnsafeMutablePointer<V>
    /// A row of zeros before the first row, shared by all maps and never written.
    let zeros: UnsafeMutablePointer<V>
    /// Of a self map: for each hairpin loop length, the sum of M over the cells whose pair closes such a loop. Of a
    /// target's map: for each row, the sum of M.
    let totals: UnsafeMutablePointer<V>
    /// Vectors of a row.
    let stride: Int

    @inline(__always)
    init(
        _ base: UnsafeMutablePointer<V>, zeros: UnsafeMutablePointer<V>, totals: UnsafeMutablePointer<V>, columns: Int
    ) {
        (self.base, self.zeros, self.totals) = (base, zeros, totals)
        stride = DuplexCells.rowCount(columns: columns)
    }

    /// Column 0 of row `i`; columns -2 and -1 are readable, and so are negative rows. Unless all rows are kept, it is
    /// the row that pass `number` writes.
    @inline(__always) func row(_ i: Int, ofPass number: Int = 0) -> UnsafeMutablePointer<V> {
        (i < 0 ? zeros : base + (Rows.keepsAll ? i : number & 1) &* stride) + 2 &* Rows.width
    }

    /// Sets the columns before the first and the first `count` totals to zero.
    @inline(__always) func clear(rows: Int, totals count: Int) {
        let zero = V.fill(0)
        for i in 0..<(Rows.keepsAll ? rows : 2) {
            for k in 0..<2 &* Rows.width { base[i &* stride &+ k] = zero }
        }
        for k in 0..<count { totals[k] = zero }
    }

    /// The sum of the first `count` totals, and their sum weighted by the hairpin loops.
    @inline(__always) func sums(_ count: Int, loops: UnsafePointer<V>) -> (sum: V, hairpin: V) {
        // Two independent sums of each, to hide the latency of the additions.
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

    /// Vectors of the cells of a map of the given size.
    static func count(rows: Int, columns: Int) -> Int { (Rows.keepsAll ? rows : 2) * rowCount(columns: columns) }
}
