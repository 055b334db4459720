// DuplexTables: from the codes of a strand to the table offsets of its letters.

import KernelShapes

/// Writes the table offsets of the letters of `strand`, where `unit` is the distance in bytes between neighbouring
/// contexts, and one more entry: the loops read one column ahead.
@inline(__always)
func fillOffsets(
    _ offsets: UnsafeMutablePointer<LetterOffsets>, _ strand: Strand, _ shape: DuplexShape, unit: Int
) {
    // Both offsets of a letter in one word, with `skip` in the upper half. They are below 2^31, so nothing carries
    // over.
    let upper = UInt64(1) << 32
    let own = UInt64(truncatingIfNeeded: unit) &* (1 &+ upper)
    // What a letter adds to the contexts of the letters after it. The first letters have no letters before them; any
    // offset will do, as their stacks are multiplied by cells that are zero.
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

/// The codes of a strand, each below the number of letters, read forwards or, where `isReversed`, from the end.
struct Strand {
    let codes: UnsafePointer<UInt8>
    let count: Int
    var isReversed = false

    /// The code of letter `i` in the order of reading.
    @inline(__always) subscript(_ i: Int) -> Int {
        Int(codes[isReversed ? count &- 1 &- i : i])
    }
}
