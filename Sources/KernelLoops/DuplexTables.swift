// DuplexTables: from codes to the offsets of a map's letters, and the mixed tables of ambiguous strands.

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

/// Writes the offsets of rows, or of columns, into what `mixTable` writes, and one more; `unit` is the bytes from one to the
/// next.
func fillMixedOffsets(_ offsets: UnsafeMutablePointer<LetterOffsets>, count: Int, unit: Int, skip: Int) {
    for i in 0..<count {
        let stack = Int32(truncatingIfNeeded: i &* unit)
        offsets[i] = LetterOffsets(stack: stack, skip: stack &+ Int32(truncatingIfNeeded: skip))
    }
    offsets[count] = LetterOffsets(stack: 0, skip: 0)
}

/// Vectors of a cell in what `mixTable` writes: pair, stack, bulge in A and bulge in B. So a column's skip leads a vector
/// further.
let mixedFields = 4

/// A strand's codes, read forwards or from its end.
struct Strand {
    let codes: UnsafePointer<UInt8>
    let count: Int
    var isReversed = false
    /// Whether a code stands for more than one letter.
    let isAmbiguous: Bool

    @inline(__always) init(codes: UnsafePointer<UInt8>, count: Int, letters: Int) {
        self.codes = codes
        self.count = count
        var largest: UInt8 = 0
        for i in 0..<count { largest = Swift.max(largest, codes[i]) }
        isAmbiguous = Int(largest) >= letters
    }

    @inline(__always) subscript(_ i: Int) -> Int {
        Int(codes[isReversed ? count &- 1 &- i : i])
    }
}

/// Writes a table with an entry for every cell (rows, columns, 4), each the mean over the letters that the codes stand for.
/// `members` gives the letters of a code as bits.
func mixTable<V: Lanes>(
    _ shape: DuplexShape, _ table: UnsafePointer<V>, rows: Strand, columns: Strand, members: UnsafePointer<UInt32>,
    into mixed: UnsafeMutablePointer<V>
) {
    let letters = shape.letters
    func each(_ code: Int, _ body: (Int) -> Void) {
        let bits = members[code]
        for letter in 0..<letters where bits & (1 << UInt32(letter)) != 0 { body(letter) }
    }
    /// The mean of a field over the letters of cell (i, j) and over those before them; zero where there are none.
    func mean(_ field: Int, _ i: Int, _ iBefore: Int, _ j: Int, _ jBefore: Int) -> V {
        var (sum, count) = (V.fill(0), 0)
        func add(_ row: Int, _ column: Int) {
            sum = V.plus(sum, table[(row * shape.contexts + column) * LoopTables.fields + field])
            count += 1
        }
        each(rows[i]) { a in
            each(columns[j]) { b in
                if shape.order == 1 || field == 0 {
                    // The pair's weight is the same in all contexts.
                    add(a, b)
                } else if iBefore >= 0, jBefore >= 0 {
                    each(rows[iBefore]) { x in
                        each(columns[jBefore]) { z in add(x * letters + a, z * letters + b) }
                    }
                }
            }
        }
        return sum / V.fill(V.Scalar(max(1, count)))
    }
    for i in 0..<rows.count {
        for j in 0..<columns.count {
            let out = mixed + (i * columns.count + j) * mixedFields
            out[0] = mean(0, i, i, j, j)
            out[1] = mean(1, i, i - 1, j, j - 1)
            out[2] = mean(2, i, i - 2, j, j - 1)
            out[3] = mean(2, i, i - 1, j, j - 2)
        }
    }
}
