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
        Part(
            source: shape.pair, target: tables.pair,
            count: shape.letters * shape.letters * DuplexShape.pairFields),
        Part(source: shape.gaps, target: tables.gaps, count: LoopTables.gapFields),
        Part(source: shape.hairpin, target: tables.hairpin, count: DuplexShape.hairpinLengths),
        Part(source: shape.rowWeights, target: tables.rowWeights, count: 3 * shape.rowPositions),
        Part(source: shape.columnWeights, target: tables.columnWeights, count: shape.columnPositions),
    ]
}

/// Writes the loop tables of `weights` from its energies' weights, starts in units of `startScale`.
func fillLoopTables<T: BinaryFloatingPoint>(
    _ shape: DuplexShape, _ weights: UnsafeMutablePointer<T>, startScale: T
) {
    let (heads, lanes, tables, parts) = (shape.heads, shape.lanes, shape.loopTables, parts(shape))
    for block in 0..<shape.blocks {
        let from = weights + block * lanes
        let to = weights + shape.loops + block * tables.count
        for part in parts {
            for k in 0..<part.count {
                for h in 0..<lanes { to[part.target + k * lanes + h] = from[part.source + k * heads + h] }
            }
        }
        for cell in 0..<shape.letters * shape.letters {
            let start = to + (tables.pair + cell * DuplexShape.pairFields * lanes)
            for h in 0..<lanes { start[h] *= startScale }
        }
        let bulgeA = from + (shape.gaps + GapField.bulgeA.rawValue * heads)
        let bulgeB = from + (shape.gaps + GapField.bulgeB.rawValue * heads)
        for k in 0..<shape.contexts * shape.contexts {
            let stack = from + (shape.stack + k * heads)
            let forms = to + (tables.stack + k * LoopTables.stackForms * lanes)
            for h in 0..<lanes {
                forms[h] = stack[h]
                forms[lanes + h] = bulgeA[h] * stack[h]
                forms[2 * lanes + h] = bulgeB[h] * stack[h]
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
        let bulgeA = to + (shape.gaps + GapField.bulgeA.rawValue * heads)
        let bulgeB = to + (shape.gaps + GapField.bulgeB.rawValue * heads)
        for h in 0..<lanes { (bulgeA[h], bulgeB[h]) = (0, 0) }
        for k in 0..<shape.contexts * shape.contexts {
            let at = tables.stack + k * LoopTables.stackForms * lanes
            let stack = to + (shape.stack + k * heads)
            for h in 0..<lanes {
                let plain = by[at + h] * used[at + h]
                let inA = by[at + lanes + h] * used[at + lanes + h]
                let inB = by[at + 2 * lanes + h] * used[at + 2 * lanes + h]
                stack[h] = plain + inA + inB
                bulgeA[h] += inA
                bulgeB[h] += inB
            }
        }
    }
}
