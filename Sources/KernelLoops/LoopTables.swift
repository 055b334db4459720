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
        Part(source: shape.hairpin, target: tables.hairpin, count: DuplexShape.hairpinLengths),
        Part(source: shape.rowWeights, target: tables.rowWeights, count: 3 * shape.rowPositions),
        Part(source: shape.columnWeights, target: tables.columnWeights, count: shape.columnPositions),
    ]
}

/// Where the energies of a pair of letters lie.
private struct PairPlace {
    let start: Int
    let end: Int
}

extension DuplexShape {
    /// Where an energy of a pair of letters lies.
    @inline(__always) fileprivate func pairEnergy(_ row: Int, _ column: Int, _ field: PairField) -> Int {
        pair + ((row * letters + column) * DuplexShape.pairFields + field.rawValue) * heads
    }

    /// Where the energies lie of the pair that two contexts come to, and of the one before; nil where they do not know it.
    @inline(__always)
    fileprivate func pairs(_ row: Int, _ column: Int) -> (here: PairPlace, before: PairPlace?) {
        func place(_ a: Int, _ b: Int) -> PairPlace {
            PairPlace(start: pairEnergy(a, b, .start), end: pairEnergy(a, b, .end))
        }
        let before = order == 2 ? place(row / letters, column / letters) : nil
        return (place(row % letters, column % letters), before)
    }

    @inline(__always) fileprivate func gapEnergy(_ field: GapField) -> Int { gaps + field.rawValue * heads }
}

/// A product of weights, held where the loops can still multiply it.
@inline(__always) private func held<T: BinaryFloatingPoint>(_ weight: T) -> T { Swift.min(weight, 0x1p100) }

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
        let open = from + shape.gapEnergy(.open)
        let extend = from + shape.gapEnergy(.extend)
        let bulge = from + shape.gapEnergy(.bulge)
        for h in 0..<lanes {
            to[tables.gaps + h] = Swift.min(extend[h], T(LoopTables.largestExtension))
            to[tables.gaps + lanes + h] = startScale / open[h]
        }
        for row in 0..<shape.contexts {
            for column in 0..<shape.contexts {
                let k = row * shape.contexts + column
                let (here, before) = shape.pairs(row, column)
                let stack = from + (shape.stack + k * heads)
                let fields = to + (tables.stack + k * LoopTables.fields * lanes)
                for h in 0..<lanes {
                    let end = before == nil ? 1 : from[here.end + h]
                    fields[h] = held(from[here.start + h] * end * open[h])
                    let stacked = before.map { held(stack[h] * end / from[$0.end + h]) } ?? stack[h]
                    fields[lanes + h] = stacked
                    fields[2 * lanes + h] = held(bulge[h] * stacked)
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
        let open = to + shape.gapEnergy(.open), bulge = to + shape.gapEnergy(.bulge)
        for h in 0..<lanes {
            func change(_ field: Int) -> T {
                let at = tables.gaps + field * lanes + h
                return by[at] * used[at]
            }
            let isHeld = weights[block * lanes + shape.gapEnergy(.extend) + h] > T(LoopTables.largestExtension)
            to[shape.gapEnergy(.extend) + h] = isHeld ? 0 : change(0)
            open[h] = -change(1)
            bulge[h] = 0
        }
        for k in 0..<shape.letters * shape.letters * DuplexShape.pairFields {
            for h in 0..<lanes { to[shape.pair + k * heads + h] = 0 }
        }
        for row in 0..<shape.contexts {
            for column in 0..<shape.contexts {
                let k = row * shape.contexts + column
                let at = tables.stack + k * LoopTables.fields * lanes
                let (here, before) = shape.pairs(row, column)
                let stack = to + (shape.stack + k * heads)
                for h in 0..<lanes {
                    let onPair = by[at + h] * used[at + h]
                    to[here.start + h] += onPair
                    open[h] += onPair
                    let bulged = by[at + 2 * lanes + h] * used[at + 2 * lanes + h]
                    bulge[h] += bulged
                    stack[h] = by[at + lanes + h] * used[at + lanes + h] + bulged
                    guard let before else { continue }
                    to[here.end + h] += onPair + stack[h]
                    to[before.end + h] -= stack[h]
                }
            }
        }
    }
}
