// EveryStructure: lists all structures of one or two short strands, and computes their weights from the definition.
// There is no recurrence here: all choices of rows and columns are listed, and all ways to join neighbouring pairs.

import KernelShapes

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The Boltzmann weights of one head of a shape, computed from the energies. Only this type knows their layout.
struct HeadWeights {
    let shape: DuplexShape
    let parameters: [Float]
    let head: Int

    private func weight(_ table: Int, _ row: Int) -> Double {
        exp(Double(parameters[table + row * shape.heads + head]))
    }

    /// With order 1 all end weights are 1.
    func pair(_ a: Int, _ b: Int, _ field: PairField) -> Double {
        if field == .end, shape.order == 1 { return 1 }
        return weight(shape.pair, (a * shape.letters + b) * DuplexShape.pairFields + field.rawValue)
    }

    /// The stack of the pair (a, b) on the pair before it.
    func stack(_ aBefore: Int, _ a: Int, _ bBefore: Int, _ b: Int) -> Double {
        let row = shape.order == 2 ? aBefore * shape.letters + a : a
        let column = shape.order == 2 ? bBefore * shape.letters + b : b
        return weight(shape.stack, row * shape.contexts + column)
    }

    /// A loop of 1 or more unpaired letters. The weight of loop extension is at most 1.
    func loop(letters: Int) -> Double {
        weight(shape.gaps, GapField.open.rawValue)
            * pow(min(weight(shape.gaps, GapField.extend.rawValue), 1), Double(letters - 1))
    }

    var bulge: Double { weight(shape.gaps, GapField.bulge.rawValue) }

    /// A hairpin loop of 0 or more unpaired letters. Longer loops share the last weight.
    func hairpin(loopLength: Int) -> Double { weight(shape.hairpin, min(loopLength, DuplexShape.hairpinLengths - 1)) }

    /// The factor of position `i` of strand A for an initiation, a stack or an end: fields 0, 1 and 2. Later positions
    /// share the last weight.
    func row(_ i: Int, _ field: Int) -> Double {
        shape.hasPositions ? weight(shape.rowWeights, min(i, shape.rowPositions - 1) * 3 + field) : 1
    }

    /// The factor of position `j` of the facing strand for an end.
    func column(_ j: Int) -> Double {
        shape.hasPositions ? weight(shape.columnWeights, min(j, shape.columnPositions - 1)) : 1
    }
}

/// Pairs of letters, in order along both strands, and how each is joined to the next.
struct Structure {
    enum Joint {
        /// The helix continues: the pairs are neighbours, or there is a bulge of one letter, over which they still
        /// stack.
        case helix
        /// A loop of one or more unpaired letters, with a new helix after it.
        case loop
    }

    let pairs: [(i: Int, j: Int)]
    let joints: [Joint]

    /// All structures of `rows` letters and `columns` facing letters.
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

    /// The structures with these pairs: one for each way to join them.
    private static func joined(_ pairs: [(i: Int, j: Int)]) -> [Structure] {
        var ways: [[Joint]] = [[]]
        for (pair, next) in zip(pairs, pairs.dropFirst()) {
            let left = (next.i - pair.i - 1) + (next.j - pair.j - 1)
            let joints: [Joint] = left == 0 ? [.helix] : left == 1 ? [.helix, .loop] : [.loop]
            ways = ways.flatMap { way in joints.map { way + [$0] } }
        }
        return ways.map { Structure(pairs: pairs, joints: $0) }
    }

    /// Whether a helix goes on over a letter that is not paired.
    var hasBulge: Bool {
        zip(joints, zip(pairs, pairs.dropFirst())).contains { joint, pairs in
            joint == .helix && (pairs.1.i - pairs.0.i) + (pairs.1.j - pairs.0.j) > 2
        }
    }

    /// The weight of the structure, of strand `a` and the facing strand `b`.
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

/// Log partition functions by enumeration: the features of a pair, from their definition.
struct EveryStructure {
    let weights: HeadWeights

    private var shape: DuplexShape { weights.shape }

    private func facing(_ strand: [UInt8]) -> [Int] {
        (shape.isAntiparallel ? strand.reversed() : strand).map { Int($0) }
    }

    /// The duplex of strand A with strand B.
    func duplex(_ a: [UInt8], _ b: [UInt8]) -> Double {
        let (rows, columns) = (a.map { Int($0) }, facing(b))
        return log(
            Structure.all(rows: a.count, columns: b.count).reduce(0) { $0 + $1.weight(rows, columns, weights) })
    }

    /// A strand with itself, relative to the unpaired strand, which has weight 1. With `isHairpin` the last pair
    /// closes a hairpin loop; otherwise two copies of the strand form a homodimer.
    ///
    /// Only structures count whose letters of the column come after those of the row. The others are their mirror
    /// images.
    func alone(_ strand: [UInt8], isHairpin: Bool) -> Double {
        let (rows, columns) = (strand.map { Int($0) }, facing(strand))
        let plain = HeadWeights(
            shape: Self.withoutPositions(shape), parameters: weights.parameters, head: weights.head)
        var sum = 1.0
        for structure in Structure.all(rows: rows.count, columns: rows.count) {
            guard let last = structure.pairs.last else { continue }
            let loopLength = rows.count - 2 - last.j - last.i
            guard loopLength >= 0, shape.hasSelfBulges || !structure.hasBulge else { continue }
            sum += structure.weight(rows, columns, plain) * (isHairpin ? weights.hairpin(loopLength: loopLength) : 1)
        }
        return log(sum)
    }

    /// The same energies without position weights, which apply to strand A with strand B alone.
    private static func withoutPositions(_ s: DuplexShape) -> DuplexShape {
        DuplexShape(
            heads: s.heads, lanes: s.lanes, letters: s.letters, order: s.order, isAntiparallel: s.isAntiparallel,
            isSymmetric: s.isSymmetric, hasSelfMaps: s.hasSelfMaps, hasSelfBulges: s.hasSelfBulges,
            rowPositions: 0, columnPositions: 0, hidden: s.hidden)
    }
}
