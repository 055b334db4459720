// EveryStructure: the structures of two short strands, or of one, listed one by one and weighed by their definition.
// Nothing here is a recurrence: rows and columns are chosen in all ways, and so is what lies between them.

import KernelShapes

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The Boltzmann weights of one head of a shape, from the energies; the only place here that knows where they lie.
struct HeadWeights {
    let shape: DuplexShape
    let parameters: [Float]
    let head: Int

    private func weight(_ table: Int, _ row: Int) -> Double {
        exp(Double(parameters[table + row * shape.heads + head]))
    }

    /// Where a stack knows only the pair that it comes to, all ends weigh 1.
    func pair(_ a: Int, _ b: Int, _ field: PairField) -> Double {
        if field == .end, shape.order == 1 { return 1 }
        return weight(shape.pair, (a * shape.letters + b) * DuplexShape.pairFields + field.rawValue)
    }

    /// The stack of the pair a, b on the pair before it.
    func stack(_ aBefore: Int, _ a: Int, _ bBefore: Int, _ b: Int) -> Double {
        let row = shape.order == 2 ? aBefore * shape.letters + a : a
        let column = shape.order == 2 ? bBefore * shape.letters + b : b
        return weight(shape.stack, row * shape.contexts + column)
    }

    /// No letter more in a loop weighs above 1.
    func loop(letters: Int) -> Double {
        weight(shape.gaps, GapField.open.rawValue)
            * pow(min(weight(shape.gaps, GapField.extend.rawValue), 1), Double(letters - 1))
    }

    var bulge: Double { weight(shape.gaps, GapField.bulge.rawValue) }

    /// Of two letters that are `distance` apart; the farthest share the last weight.
    func hairpin(distance: Int) -> Double { weight(shape.hairpin, min(distance, DuplexShape.hairpinLengths) - 1) }

    /// What position `i` of strand A brings to a start, a stack or an end: fields 0, 1 and 2. Positions behind the last
    /// have its weights.
    func row(_ i: Int, _ field: Int) -> Double {
        shape.hasPositions ? weight(shape.rowWeights, min(i, shape.rowPositions - 1) * 3 + field) : 1
    }

    /// What position `j` of what faces A brings to an end.
    func column(_ j: Int) -> Double {
        shape.hasPositions ? weight(shape.columnWeights, min(j, shape.columnPositions - 1)) : 1
    }
}

/// Pairs of letters, in order along both strands, and what lies between each and the next.
struct Structure {
    enum Joint {
        /// The helix goes on: nothing is left out, or one letter of one strand, a bulge over which the pairs still
        /// stack.
        case helix
        /// A loop of one letter or more, behind which a helix starts anew.
        case loop
    }

    let pairs: [(i: Int, j: Int)]
    let joints: [Joint]

    /// All structures of `rows` letters and the `columns` that they face.
    static func all(rows: Int, columns: Int) -> [Structure] {
        func choices(_ count: Int) -> [[[Int]]] {
            var bySize = [[[Int]]](repeating: [], count: count + 1)
            for bits in 0..<1 << count {
                let chosen = (0..<count).filter { bits >> $0 & 1 == 1 }
                bySize[chosen.count].append(chosen)
            }
            return bySize
        }
        let (ofRows, ofColumns) = (choices(rows), choices(columns))
        return (1...min(rows, columns)).flatMap { size in
            ofRows[size].flatMap { rows in
                ofColumns[size].flatMap { columns in joined(zip(rows, columns).map { (i: $0, j: $1) }) }
            }
        }
    }

    /// The structures of these pairs: one for each way to take what lies between them.
    private static func joined(_ pairs: [(i: Int, j: Int)]) -> [Structure] {
        var ways: [[Joint]] = [[]]
        for (pair, next) in zip(pairs, pairs.dropFirst()) {
            let left = (next.i - pair.i - 1) + (next.j - pair.j - 1)
            let joints: [Joint] = left == 0 ? [.helix] : left == 1 ? [.helix, .loop] : [.loop]
            ways = ways.flatMap { way in joints.map { way + [$0] } }
        }
        return ways.map { Structure(pairs: pairs, joints: $0) }
    }

    /// The weight of the structure of strand `a` and of `b` as it faces it.
    func weight(_ a: [Int], _ b: [Int], _ w: HeadWeights) -> Double {
        guard let first = pairs.first, let last = pairs.last else { return 0 }
        var product = w.pair(a[first.i], b[first.j], .start) * w.row(first.i, 0)
        for (k, joint) in joints.enumerated() {
            let (before, pair) = (pairs[k], pairs[k + 1])
            let left = (pair.i - before.i - 1) + (pair.j - before.j - 1)
            switch joint {
            case .helix:
                product *= w.stack(a[before.i], a[pair.i], b[before.j], b[pair.j]) * w.row(pair.i, 1)
                if left == 1 { product *= w.bulge }
            case .loop:
                product *= w.pair(a[before.i], b[before.j], .end) * w.loop(letters: left)
                product *= w.pair(a[pair.i], b[pair.j], .start)
            }
        }
        return product * w.pair(a[last.i], b[last.j], .end) * w.row(last.i, 2) * w.column(last.j)
    }
}

/// The logarithms of the sums over all structures, as the features of a pair are defined by them.
struct EveryStructure {
    let weights: HeadWeights

    private var shape: DuplexShape { weights.shape }

    private func facing(_ strand: [UInt8]) -> [Int] {
        (shape.isAntiparallel ? strand.reversed() : strand).map { Int($0) }
    }

    /// Of strand A with strand B.
    func duplex(_ a: [UInt8], _ b: [UInt8]) -> Double {
        let (rows, columns) = (a.map { Int($0) }, facing(b))
        return log(
            Structure.all(rows: a.count, columns: b.count).reduce(0) { $0 + $1.weight(rows, columns, weights) })
    }

    /// Of a strand with itself, beside the strand alone, which weighs 1: where `isHairpin`, the helix that ends the
    /// structure closes a loop, of a weight by the distance of its last two letters; else the strand stands for two
    /// like it.
    ///
    /// Only the half counts in which a letter's partner lies behind it: of the other half each structure is the mirror
    /// image.
    func alone(_ strand: [UInt8], isHairpin: Bool) -> Double {
        let (rows, columns) = (strand.map { Int($0) }, facing(strand))
        let plain = HeadWeights(
            shape: Self.withoutPositions(shape), parameters: weights.parameters, head: weights.head)
        var sum = 1.0
        for structure in Structure.all(rows: rows.count, columns: rows.count) {
            guard let last = structure.pairs.last else { continue }
            let distance = rows.count - 1 - last.j - last.i
            guard distance > 0 else { continue }
            sum += structure.weight(rows, columns, plain) * (isHairpin ? weights.hairpin(distance: distance) : 1)
        }
        return log(sum)
    }

    /// The same energies without those of positions, which a strand has none of beside itself.
    private static func withoutPositions(_ s: DuplexShape) -> DuplexShape {
        DuplexShape(
            heads: s.heads, lanes: s.lanes, letters: s.letters, order: s.order, isAntiparallel: s.isAntiparallel,
            isSymmetric: s.isSymmetric, hasSelfMaps: s.hasSelfMaps, rowPositions: 0, columnPositions: 0,
            hidden: s.hidden)
    }
}
