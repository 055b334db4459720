// DuplexTables: from codes to the row and column offsets of a map, and the mixed tables of ambiguous strands.

import KernelShapes

/// Offsets of one strand's letters, `DuplexTables.offsets(...)` apart, all lists n long.
struct StrandOffsets {
    let pair: UnsafeMutablePointer<Int>
    let stack: UnsafeMutablePointer<Int>
    let skip: UnsafeMutablePointer<Int>

    init(_ base: UnsafeMutablePointer<Int>, length: Int) {
        pair = base
        stack = base + length
        skip = base + 2 * length
    }

    /// Fills the lists; `pairUnit` and `stackUnit` are the vectors from one letter and one context to the next.
    @inline(__always)
    func fill(_ strand: Strand, _ shape: DuplexShape, pairUnit: Int, stackUnit: Int) {
        let letters = shape.letters
        for i in 0..<strand.count {
            let letter = strand[i]
            pair[i] = letter &* pairUnit
            if shape.order == 1 {
                stack[i] = letter &* stackUnit
                skip[i] = letter &* stackUnit
            } else {
                // The first letters have no stack: the cells behind them are zero, so that any offset serves.
                stack[i] = i > 0 ? (strand[i &- 1] &* letters &+ letter) &* stackUnit : 0
                skip[i] = i > 1 ? (strand[i &- 2] &* letters &+ letter) &* stackUnit : 0
            }
        }
    }

    /// Offsets into tables that hold an entry for every cell.
    func fillCells(count: Int, pairUnit: Int, stackUnit: Int, skip skipBase: Int) {
        for i in 0..<count {
            pair[i] = i &* pairUnit
            stack[i] = i &* stackUnit
            skip[i] = skipBase &+ i &* stackUnit
        }
    }
}

/// A strand's codes, read forwards or from its end.
struct Strand {
    let codes: UnsafePointer<UInt8>
    let count: Int
    let isReversed: Bool

    @inline(__always) subscript(_ i: Int) -> Int {
        Int(codes[isReversed ? count &- 1 &- i : i])
    }

    /// Whether a code stands for more than one letter.
    @inline(__always) func isAmbiguous(letters: Int) -> Bool {
        for i in 0..<count where Int(codes[i]) >= letters { return true }
        return false
    }
}

/// Writes tables with an entry for every cell, each the mean over the letters that the codes stand for.
///
/// `pairs` (rows, columns, 4) and `stacks` (3, rows, columns): stack, stack that skips a letter of the row strand,
/// stack that skips one of the column strand. `members` gives the letters of a code as bits.
func mixTables<V: Lanes>(
    _ shape: DuplexShape, pair: UnsafePointer<V>, stack: UnsafePointer<V>, rows: Strand, columns: Strand,
    members: UnsafePointer<UInt32>, pairs: UnsafeMutablePointer<V>, stacks: UnsafeMutablePointer<V>
) {
    let letters = shape.letters
    let area = rows.count * columns.count
    func each(_ code: Int, _ body: (Int) -> Void) {
        let bits = members[code]
        for letter in 0..<letters where bits & (1 << UInt32(letter)) != 0 { body(letter) }
    }
    func mixStack(_ i: Int, _ iBefore: Int, _ j: Int, _ jBefore: Int) -> V {
        var sum = V.fill(0)
        var count = 0
        each(rows[i]) { a in
            each(columns[j]) { b in
                if shape.order == 1 {
                    sum = V.plus(sum, stack[a * letters + b])
                    count += 1
                } else if iBefore >= 0, jBefore >= 0 {
                    each(rows[iBefore]) { x in
                        each(columns[jBefore]) { z in
                            let row = x * letters + a
                            sum = V.plus(sum, stack[row * shape.contexts + z * letters + b])
                            count += 1
                        }
                    }
                }
            }
        }
        return sum / V.fill(V.Scalar(max(1, count)))
    }
    for i in 0..<rows.count {
        for j in 0..<columns.count {
            let cell = i * columns.count + j
            for field in 0..<DuplexShape.pairFields {
                var sum = V.fill(0)
                var count = 0
                each(rows[i]) { a in
                    each(columns[j]) { b in
                        sum = V.plus(sum, pair[(a * letters + b) * DuplexShape.pairFields + field])
                        count += 1
                    }
                }
                pairs[cell * DuplexShape.pairFields + field] = sum / V.fill(V.Scalar(count))
            }
            stacks[cell] = mixStack(i, i - 1, j, j - 1)
            stacks[area + cell] = mixStack(i, i - 2, j, j - 1)
            stacks[2 * area + cell] = mixStack(i, i - 1, j, j - 2)
        }
    }
}
