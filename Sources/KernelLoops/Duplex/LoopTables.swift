// LoopTables: from the Boltzmann weights to the tables that the recurrence reads, and the gradient in the other
// direction.

import KernelShapes

/// One table of energies that is copied, and its offset in a block's tables: `count` vectors of H heads, of which the
/// block has L.
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

/// Offsets of the energies of a pair of letters.
private struct PairOffsets {
    let start: Int
    let end: Int
}

extension DuplexShape {
    /// The offset of an energy of a pair of letters.
    @inline(__always) fileprivate func pairEnergy(_ row: Int, _ column: Int, _ field: PairField) -> Int {
        pair + ((row * letters + column) * DuplexShape.pairFields + field.rawValue) * heads
    }

    /// Calls `body` for each two contexts, row by row, with the offsets of the energies of their last pair, and of
    /// those of the pair before it; nil with order 1.
    @inline(__always)
    fileprivate func eachStack(_ body: (_ k: Int, _ here: PairOffsets, _ before: PairOffsets?) -> Void) {
        func place(_ a: Int, _ b: Int) -> PairOffsets {
            PairOffsets(start: pairEnergy(a, b, .start), end: pairEnergy(a, b, .end))
        }
        let earlier = order == 2 ? letters : 1
        var k = 0
        for aBefore in 0..<earlier {
            for a in 0..<letters {
                for bBefore in 0..<earlier {
                    for b in 0..<letters {
                        body(k, place(a, b), order == 2 ? place(aBefore, bBefore) : nil)
                        k += 1
                    }
                }
            }
        }
    }

    @inline(__always) fileprivate func gapEnergy(_ field: GapField) -> Int { gaps + field.rawValue * heads }
}

/// A product of weights, clamped so that the loops can still multiply by it without overflow.
@inline(__always) private func clamped<V: Lanes>(_ weight: V) -> V { V.least(V.fill(0x1p100), weight) }

/// The vector at an offset in numbers.
@inline(__always)
private func lanes<V: Lanes>(_ numbers: UnsafeMutablePointer<V.Scalar>, _ offset: Int) -> UnsafeMutablePointer<V> {
    UnsafeMutableRawPointer(numbers + offset).assumingMemoryBound(to: V.self)
}

/// Writes the loop tables from the Boltzmann `weights`; initiations are in units of `initiationScale`. V has the lanes
/// of a block.
@inline(__always)
func fillLoopTables<V: Lanes>(
    _ shape: DuplexShape, _ weights: UnsafePointer<V.Scalar>, into all: UnsafeMutablePointer<V.Scalar>,
    initiationScale: V.Scalar, _: V.Type
) {
    let (tables, parts) = (shape.loopTables, parts(shape))
    for block in 0..<shape.blocks {
        let energies = weights + block * V.scalarCount
        @inline(__always) func from(_ offset: Int) -> UnsafePointer<V> {
            UnsafeRawPointer(energies + offset).assumingMemoryBound(to: V.self)
        }
        let numbers = all + block * tables.count
        @inline(__always) func to(_ offset: Int) -> UnsafeMutablePointer<V> { lanes(numbers, offset) }
        for part in parts {
            for k in 0..<part.count { to(part.target)[k] = from(part.source + k * shape.heads).pointee }
        }
        let open = from(shape.gapEnergy(.open)).pointee, bulge = from(shape.gapEnergy(.bulge)).pointee
        let largest = V.fill(V.Scalar(LoopTables.largestExtension))
        to(tables.gaps)[0] = V.least(largest, from(shape.gapEnergy(.extend)).pointee)
        to(tables.gaps)[1] = V.fill(initiationScale) / open
        // With conditions the tables are computed for single pairs of strands: a reciprocal is taken once for the
        // stacks on a pair, and the last bits then differ from those of a division for each.
        var (reciprocal, isNormal) = (V.fill(1), true)
        shape.eachStack { k, here, before in
            let fields = to(tables.stack) + k * LoopTables.fields
            var start = from(here.start).pointee
            var stack = from(shape.stack + k * shape.heads).pointee
            if let before {
                let end = from(here.end).pointee
                start = V.product(start, end)
                if shape.conditions > 0, k % shape.letters == 0 {
                    reciprocal = V.fill(1) / from(before.end).pointee
                    // The reciprocal of a larger number may be subnormal.
                    isNormal = V.areBelow(from(before.end).pointee, V.fill(0x1p126))
                }
                let product = V.product(stack, end)
                stack = clamped(
                    shape.conditions > 0 && isNormal
                        ? V.product(product, reciprocal) : product / from(before.end).pointee)
            }
            fields[0] = clamped(V.product(start, open))
            fields[1] = stack
            fields[2] = clamped(V.product(bulge, stack))
        }
    }
}

/// Writes the gradient with respect to the energies (not to their Boltzmann weights) from that with respect to the
/// loop tables, which is at offset `shape.count` of `gradient`. V has the lanes of a block.
@inline(__always)
func gatherLoopGradient<V: Lanes>(
    _ shape: DuplexShape, _ numbers: DuplexNumbers<V.Scalar>, gradient: UnsafeMutablePointer<V.Scalar>, _: V.Type
) {
    let (tables, parts) = (shape.loopTables, parts(shape))
    for block in 0..<shape.blocks {
        let used = UnsafeRawPointer(numbers.tables + block * tables.count).assumingMemoryBound(to: V.self)
        let by = lanes(gradient + shape.count, block * tables.count) as UnsafeMutablePointer<V>
        let energies = gradient + block * V.scalarCount
        @inline(__always) func to(_ offset: Int) -> UnsafeMutablePointer<V> { lanes(energies, offset) }
        /// The gradient with respect to the logarithm of a table entry.
        @inline(__always) func change(_ offset: Int, _ k: Int) -> V {
            let at = offset / V.scalarCount + k
            return V.product(by[at], used[at])
        }
        for part in parts {
            for k in 0..<part.count { to(part.source + k * shape.heads).pointee = change(part.target, k) }
        }
        let largest = V.fill(V.Scalar(LoopTables.largestExtension))
        let extend = UnsafeRawPointer(numbers.weights + block * V.scalarCount + shape.gapEnergy(.extend))
            .assumingMemoryBound(to: V.self).pointee
        let extended = change(tables.gaps, 0)
        to(shape.gapEnergy(.extend)).pointee = extended.replacing(with: 0, where: extend .> largest)
        var open = V.fill(0) - change(tables.gaps, 1), bulge = V.fill(0)
        for k in 0..<shape.letters * shape.letters * DuplexShape.pairFields {
            to(shape.pair + k * shape.heads).pointee = V.fill(0)
        }
        shape.eachStack { k, here, before in
            let onPair = change(tables.stack, k * LoopTables.fields)
            let bulged = change(tables.stack, k * LoopTables.fields + 2)
            let stack = V.plus(change(tables.stack, k * LoopTables.fields + 1), bulged)
            to(here.start).pointee = V.plus(to(here.start).pointee, onPair)
            open = V.plus(open, onPair)
            bulge = V.plus(bulge, bulged)
            to(shape.stack + k * shape.heads).pointee = stack
            guard let before else { return }
            to(here.end).pointee = V.plus(to(here.end).pointee, V.plus(onPair, stack))
            to(before.end).pointee = to(before.end).pointee - stack
        }
        to(shape.gapEnergy(.open)).pointee = open
        to(shape.gapEnergy(.bulge)).pointee = bulge
    }
}
