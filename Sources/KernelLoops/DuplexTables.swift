// DuplexTables: from codes to the offsets of a map's letters, and the mixed tables of ambiguous strands.

import KernelShapes

/// Writes the offsets of `strand`'s letters into tables whose next letter and next context lie `pairUnit` and `stackUnit`
/// bytes on.
@inline(__always)
func fillOffsets(
    _ offsets: UnsafeMutablePointer<LetterOffsets>, _ strand: Strand, _ shape: DuplexShape, pairUnit: Int,
    stackUnit: Int
) {
    let pairUnit = Int32(truncatingIfNeeded: pairUnit), stackUnit = Int32(truncatingIfNeeded: stackUnit)
    // What a letter brings to the contexts behind it. The first letters have no stack: the cells behind them are zero, so
    // that any offset serves.
    let contextUnit = shape.order == 2 ? Int32(truncatingIfNeeded: shape.letters) &* stackUnit : 0
    var (last, lastButOne) = (Int32(0), Int32(0))
    let step = strand.isReversed ? -1 : 1
    var code = strand.codes + (strand.isReversed ? strand.count &- 1 : 0)
    for i in 0..<strand.count {
        let letter = Int32(code.pointee)
        let own = letter &* stackUnit
        offsets[i] = LetterOffsets(pair: letter &* pairUnit, stack: last &+ own, skip: lastButOne &+ own)
        (last, lastButOne) = (letter &* contextUnit, last)
        code += step
    }
}

/// Writes offsets into tables that hold an entry for every cell.
func fillCellOffsets(
    _ offsets: UnsafeMutablePointer<LetterOffsets>, count: Int, pairUnit: Int, stackUnit: Int
) {
    for i in 0..<count {
        let stack = Int32(truncatingIfNeeded: i &* stackUnit)
        offsets[i] = LetterOffsets(pair: Int32(truncatingIfNeeded: i &* pairUnit), stack: stack, skip: stack)
    }
}

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

/// Writes tables with an entry for every cell, each the mean over the letters that the codes stand for: `pairs` (rows,
/// columns, 3) and `stacks` (rows, columns, 3). `members` gives the letters of a code as bits.
func mixTables<V: Lanes>(
    _ shape: DuplexShape, pair: UnsafePointer<V>, stack: UnsafePointer<V>, rows: Strand, columns: Strand,
    members: UnsafePointer<UInt32>, pairs: UnsafeMutablePointer<V>, stacks: UnsafeMutablePointer<V>
) {
    let letters = shape.letters
    func each(_ code: Int, _ body: (Int) -> Void) {
        let bits = members[code]
        for letter in 0..<letters where bits & (1 << UInt32(letter)) != 0 { body(letter) }
    }
    func mixStack(_ form: Int, _ i: Int, _ iBefore: Int, _ j: Int, _ jBefore: Int) -> V {
        var sum = V.fill(0)
        var count = 0
        func add(_ row: Int, _ column: Int) {
            sum = V.plus(sum, stack[(row * shape.contexts + column) * LoopTables.stackForms + form])
            count += 1
        }
        each(rows[i]) { a in
            each(columns[j]) { b in
                if shape.order == 1 {
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
            let cell = i * columns.count + j
            for field in 0..<LoopTables.pairFields {
                var sum = V.fill(0)
                var count = 0
                each(rows[i]) { a in
                    each(columns[j]) { b in
                        sum = V.plus(sum, pair[(a * letters + b) * LoopTables.pairFields + field])
                        count += 1
                    }
                }
                pairs[cell * LoopTables.pairFields + field] = sum / V.fill(V.Scalar(count))
            }
            let forms = stacks + cell * LoopTables.stackForms
            forms[0] = mixStack(0, i, i - 1, j, j - 1)
            forms[1] = mixStack(1, i, i - 2, j, j - 1)
            forms[2] = mixStack(2, i, i - 1, j, j - 2)
        }
    }
}
