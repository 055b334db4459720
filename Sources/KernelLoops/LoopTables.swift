// LoopTables: from the energies' weights to the tables that the recurrence reads, and the gradient's way back.

import KernelShapes

/// One table of energies and where it lies in a block's tables: `count` vectors of H numbers against as many of L.
private struct Part {
    let source: Int
    let target: Int
    let count: Int
}

private func parts(_ shape: DuplexShape) -> [Part] {
    let tables = shape.loopTables
    return [
        Part(source: shape.gaps, target: tables.gaps, count: LoopTables.gapFields),
        Part(source: shape.hairpin, target: tables.hairpin, count: DuplexShape.hairpinLengths),
        Part(source: shape.rowWeights, target: tables.rowWeights, count: 3 * shape.rowPositions),
        Part(source: shape.columnWeights, target: tables.columnWeights, count: shape.columnPositions),
    ]
}

extension DuplexShape {
    /// Where the ends of the pairs lie that the stack of two contexts goes from and comes to; of order 2.
    @inline(__always) fileprivate func ends(_ row: Int, _ column: Int) -> (from: Int, to: Int) {
        (pairField(row / letters, column / letters, .end), pairField(row % letters, column % letters, .end))
    }

    @inline(__always) fileprivate func pairField(_ row: Int, _ column: Int, _ field: PairField) -> Int {
        pair + ((row * letters + column) * DuplexShape.pairFields + field.rawValue) * heads
    }
}

/// A product of weights, held where the loops can still multiply it.
@inline(__always) private func held<T: BinaryFloatingPoint>(_ weight: T) -> T { Swift.min(weight, 0x1p100) }

/// Writes the loop tables of `weights` from its energies' weights, starts in units of `startScale`.
func fillLoopTables<T: BinaryFloatingPoint>(
    _ shape: DuplexShape, _ weights: UnsafeMutablePointer<T>, startScale: T
) {
    let (heads, lanes, tables, parts) = (shape.heads, shape.lanes, shape.loopTables, parts(shape))
    let foldsEnds = shape.order == 2
    for block in 0..<shape.blocks {
        let from = weights + block * lanes
        let to = weights + shape.loops + block * tables.count
        for part in parts {
            for k in 0..<part.count {
                for h in 0..<lanes { to[part.target + k * lanes + h] = from[part.source + k * heads + h] }
            }
        }
        for row in 0..<shape.letters {
            for column in 0..<shape.letters {
                func energy(_ field: PairField) -> UnsafePointer<T> {
                    UnsafePointer(from + shape.pairField(row, column, field))
                }
                let (start, close, open, end) = (energy(.start), energy(.close), energy(.open), energy(.end))
                let folded = to + (tables.pair + (row * shape.letters + column) * LoopTables.pairFields * lanes)
                for h in 0..<lanes {
                    let ended = foldsEnds ? end[h] : 1
                    folded[h] = held(start[h] * ended) * startScale
                    folded[lanes + h] = held(close[h] * ended)
                    folded[2 * lanes + h] = held(open[h] / ended)
                }
            }
        }
        let bulgeA = from + (shape.gaps + GapField.bulgeA.rawValue * heads)
        let bulgeB = from + (shape.gaps + GapField.bulgeB.rawValue * heads)
        for row in 0..<shape.contexts {
            for column in 0..<shape.contexts {
                let k = row * shape.contexts + column
                let stack = from + (shape.stack + k * heads)
                let forms = to + (tables.stack + k * LoopTables.stackForms * lanes)
                let ends = shape.ends(row, column)
                for h in 0..<lanes {
                    let plain = foldsEnds ? held(stack[h] * from[ends.to + h] / from[ends.from + h]) : stack[h]
                    forms[h] = plain
                    forms[lanes + h] = held(bulgeA[h] * plain)
                    forms[2 * lanes + h] = held(bulgeB[h] * plain)
                }
            }
        }
    }
}

/// Writes the gradient by the energies (not by their weights) from that by the loop tables, both in `gradient`; `weights`
/// is what the tables were made of.
func gatherLoopGradient<T: BinaryFloatingPoint>(
    _ shape: DuplexShape, weights: UnsafePointer<T>, gradient: UnsafeMutablePointer<T>
) {
    let (heads, lanes, tables, parts) = (shape.heads, shape.lanes, shape.loopTables, parts(shape))
    let foldsEnds = shape.order == 2
    for block in 0..<shape.blocks {
        let used = weights + (shape.loops + block * tables.count)
        let by = gradient + (shape.loops + block * tables.count)
        let to = gradient + block * lanes
        for part in parts {
            for k in 0..<part.count {
                for h in 0..<lanes {
                    let at = part.target + k * lanes + h
                    to[part.source + k * heads + h] = by[at] * used[at]
                }
            }
        }
        for row in 0..<shape.letters {
            for column in 0..<shape.letters {
                func energy(_ field: PairField) -> UnsafeMutablePointer<T> {
                    to + shape.pairField(row, column, field)
                }
                let (start, close, open, end) = (energy(.start), energy(.close), energy(.open), energy(.end))
                let at = tables.pair + (row * shape.letters + column) * LoopTables.pairFields * lanes
                for h in 0..<lanes {
                    func change(_ field: Int) -> T { by[at + field * lanes + h] * used[at + field * lanes + h] }
                    (start[h], close[h], open[h]) = (change(0), change(1), change(2))
                    end[h] = foldsEnds ? start[h] + close[h] - open[h] : 0
                }
            }
        }
        let bulgeA = to + (shape.gaps + GapField.bulgeA.rawValue * heads)
        let bulgeB = to + (shape.gaps + GapField.bulgeB.rawValue * heads)
        for h in 0..<lanes { (bulgeA[h], bulgeB[h]) = (0, 0) }
        for row in 0..<shape.contexts {
            for column in 0..<shape.contexts {
                let k = row * shape.contexts + column
                let at = tables.stack + k * LoopTables.stackForms * lanes
                let stack = to + (shape.stack + k * heads)
                let ends = shape.ends(row, column)
                for h in 0..<lanes {
                    let plain = by[at + h] * used[at + h]
                    let inA = by[at + lanes + h] * used[at + lanes + h]
                    let inB = by[at + 2 * lanes + h] * used[at + 2 * lanes + h]
                    stack[h] = plain + inA + inB
                    bulgeA[h] += inA
                    bulgeB[h] += inB
                    guard foldsEnds else { continue }
                    to[ends.to + h] += stack[h]
                    to[ends.from + h] -= stack[h]
                }
            }
        }
    }
}
