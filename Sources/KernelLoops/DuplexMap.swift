// DuplexMap: one strand laid against another, as the loops see it: tables, row and column offsets, memory.

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

/// A against B.
enum PlainMap: MapKind {
    @inline(__always) static var hasPositions: Bool { false }
    @inline(__always) static var isSelf: Bool { false }
}

/// A against B, with position weights.
enum PositionedMap: MapKind {
    @inline(__always) static var hasPositions: Bool { true }
    @inline(__always) static var isSelf: Bool { false }
}

/// A strand against itself.
enum SelfMap: MapKind {
    @inline(__always) static var hasPositions: Bool { false }
    @inline(__always) static var isSelf: Bool { true }
}

/// One map: rows are the letters of a strand, columns those of the strand that it faces.
struct DuplexMap<V: Lanes> {
    /// Weights of pairs, 4 vectors each, and of stacks, 1 vector each.
    var pairTable: UnsafePointer<V>
    var stackTable: UnsafePointer<V>
    var gaps: UnsafePointer<V>
    /// Offsets in vectors: pair and stack of a row, and the stack that skips the letter before.
    var rowPair: UnsafePointer<Int>
    var rowStack: UnsafePointer<Int>
    var rowSkip: UnsafePointer<Int>
    var columnPair: UnsafePointer<Int>
    var columnStack: UnsafePointer<Int>
    var columnSkip: UnsafePointer<Int>
    var rows: Int
    var columns: Int
    /// Loop weights by distance - 1, of self maps; `DuplexShape.hairpinLengths` vectors.
    var hairpin: UnsafePointer<V>
    /// Position weights; empty counts where there are none.
    var rowWeights: UnsafePointer<V>
    var rowPositions: Int
    var columnWeights: UnsafePointer<V>
    var columnPositions: Int
}

/// The memory of one map: three vectors a cell (M, X of the next row, X + Y), two columns and two rows of zeros
/// before the first. While scoring, four rows are kept in a ring; while training all are.
struct DuplexCells<V: Lanes> {
    var base: UnsafeMutablePointer<V>
    var stride: Int
    var ringMask: Int

    @inline(__always) init(_ base: UnsafeMutablePointer<V>, columns: Int, keepsAll: Bool) {
        self.base = base
        stride = (columns + 2) * 3
        ringMask = keepsAll ? -1 : 3
    }

    /// Cell (row, 0); rows -1 and -2 are zero.
    @inline(__always) func row(_ i: Int) -> UnsafeMutablePointer<V> {
        base + (((i &+ 2) & ringMask) &* stride &+ 6)
    }

    /// Vectors needed for a map of the given size.
    static func count(rows: Int, columns: Int, keepsAll: Bool) -> Int {
        (keepsAll ? rows + 2 : 4) * (columns + 2) * 3
    }
}
