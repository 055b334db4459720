// DuplexTables: from codes to the offsets of a map's letters.

import KernelShapes

/// Writes the offsets of `strand`'s letters into a table whose next context lies `unit` bytes on, and one more: the loops
/// look a column ahead.
@inline(__always)
func fillOffsets(
    _ offsets: UnsafeMutablePointer<LetterOffsets>, _ strand: Strand, _ shape: DuplexShape, unit: Int
) {
    // Both offsets of a letter at once, as they lie there: the skip in the upper half. Below 2^31, none carries over.
    let upper = UInt64(1) << 32
    let own = UInt64(truncatingIfNeeded: unit) &* (1 &+ upper)
    // What a letter brings to the contexts behind it. The first letters have none before them: the cells behind them are
    // zero, so that any stack serves.
    let context = shape.order == 2 ? UInt64(truncatingIfNeeded: shape.letters &* unit) : 0
    var (last, lastButOne) = (UInt64(0), UInt64(0))
    let step = strand.isReversed ? -1 : 1
    var code = strand.codes + (strand.isReversed ? strand.count &- 1 : 0)
    let out = UnsafeMutableRawPointer(offsets)
    for i in 0..<strand.count {
        let letter = UInt64(code.pointee)
        let both = last &+ lastButOne &* upper &+ letter &* own
        out.storeBytes(of: both.littleEndian, toByteOffset: i &* MemoryLayout<UInt64>.size, as: UInt64.self)
        (last, lastButOne) = (letter &* context, last)
        code += step
    }
    offsets[strand.count] = LetterOffsets(stack: 0, skip: 0)
}

/// A strand's codes, each below the number of letters, read forwards or from its end.
struct Strand {
    let codes: UnsafePointer<UInt8>
    let count: Int
    var isReversed = false

    @inline(__always) subscript(_ i: Int) -> Int {
        Int(codes[isReversed ? count &- 1 &- i : i])
    }
}
