// DuplexPair: a pair of strands through all its maps and the network: codes to logit, and the way back.

import KernelShapes

/// The memory of one pair on its way through the model; see `count` for its size.
struct PairMemory<V: Lanes> {
    typealias Scalar = V.Scalar
    let offsets: UnsafeMutablePointer<Int>
    let scratch: UnsafeMutablePointer<V>
    let perceptron: UnsafeMutablePointer<Scalar>
    let features: UnsafeMutablePointer<V>  // sum, and for A and B hairpin and homodimer: sums before the logarithm
    let cells: UnsafeMutablePointer<V>
    let mixed: UnsafeMutablePointer<V>
    let longest: Int

    static func scalars(_ shape: DuplexShape, longest: Int, keepsAll: Bool, isAmbiguous: Bool) -> Int {
        let lanes = V.scalarCount
        let maps = keepsAll ? (shape.hasSelfMaps ? 3 : 1) : 1
        let cells = maps * DuplexCells<V>.count(rows: longest, columns: longest, keepsAll: keepsAll)
        let ints = 12 * longest * MemoryLayout<Int>.size / MemoryLayout<Scalar>.size
        return roundedUp(ints) + roundedUp(PerceptronMemory<V.Wide>.count(shape))
            + (8 * (longest + 4) + 8 + cells + (isAmbiguous ? 7 * longest * longest : 0)) * lanes + 64
    }

    init(_ base: UnsafeMutableRawPointer, _ shape: DuplexShape, longest: Int, keepsAll: Bool) {
        self.longest = longest
        offsets = base.assumingMemoryBound(to: Int.self)
        let ints = 12 * longest * MemoryLayout<Int>.size / MemoryLayout<Scalar>.size
        perceptron = base.assumingMemoryBound(to: Scalar.self) + roundedUp(ints)
        let vectors = UnsafeMutableRawPointer(perceptron + roundedUp(PerceptronMemory<V.Wide>.count(shape)))
            .assumingMemoryBound(to: V.self)
        features = vectors
        scratch = vectors + 8
        cells = scratch + 8 * (longest + 4)
        let maps = keepsAll ? (shape.hasSelfMaps ? 3 : 1) : 1
        mixed = cells + maps * DuplexCells<V>.count(rows: longest, columns: longest, keepsAll: keepsAll)
    }

    func offsets(_ list: Int) -> StrandOffsets { StrandOffsets(offsets + list * 3 * longest, length: longest) }
}

/// One pair and the weights it is scored with; `a` and `b` are the strands as written.
struct DuplexPair<V: Lanes> {
    typealias Scalar = V.Scalar
    let shape: DuplexShape
    let weights: UnsafePointer<Scalar>
    let members: UnsafePointer<UInt32>
    let memory: PairMemory<V>
    let a: Strand
    let b: Strand
    let isAmbiguous: Bool

    /// A symmetric shape sees the pair in one order, whichever way it is given: equal scores to the last bit.
    init(
        _ shape: DuplexShape, weights: UnsafePointer<Scalar>, members: UnsafePointer<UInt32>, memory: PairMemory<V>,
        a: UnsafePointer<UInt8>, countA: Int, b: UnsafePointer<UInt8>, countB: Int
    ) {
        self.shape = shape
        self.weights = weights
        self.members = members
        self.memory = memory
        var first = Strand(codes: a, count: countA, isReversed: false)
        var second = Strand(codes: b, count: countB, isReversed: false)
        if shape.isSymmetric, Self.precedes(second, first) { swap(&first, &second) }
        self.a = first
        self.b = second
        isAmbiguous = first.isAmbiguous(letters: shape.letters) || second.isAmbiguous(letters: shape.letters)
    }

    private static func precedes(_ s: Strand, _ t: Strand) -> Bool {
        if s.count != t.count { return s.count < t.count }
        for i in 0..<s.count where s.codes[i] != t.codes[i] { return s.codes[i] < t.codes[i] }
        return false
    }

    @inline(__always) func vectors(_ offset: Int) -> UnsafePointer<V> {
        UnsafeRawPointer(weights + offset).assumingMemoryBound(to: V.self)
    }

    /// The map of `rows` against `columns`. Its offsets (and mixed tables) live until the next call.
    @inline(__always)
    func map(_ rows: Strand, _ columns: Strand) -> DuplexMap<V> {
        let facing = Strand(codes: columns.codes, count: columns.count, isReversed: shape.isAntiparallel)
        let row = memory.offsets(0), column = memory.offsets(1)
        var pairs = vectors(shape.pair), stacks = vectors(shape.stack)
        if isAmbiguous {
            let area = rows.count * columns.count
            mixTables(
                shape, pair: pairs, stack: stacks, rows: rows, columns: facing, members: members,
                pairs: memory.mixed, stacks: memory.mixed + 4 * area)
            pairs = UnsafePointer(memory.mixed)
            stacks = pairs + 4 * area
            row.fillCells(
                count: rows.count, pairUnit: 4 * columns.count, stackUnit: columns.count, skip: area)
            column.fillCells(count: columns.count, pairUnit: 4, stackUnit: 1, skip: 2 * area)
        } else {
            row.fill(
                rows, shape, pairUnit: shape.letters * DuplexShape.pairFields, stackUnit: shape.contexts)
            column.fill(facing, shape, pairUnit: DuplexShape.pairFields, stackUnit: 1)
        }
        return DuplexMap(
            pairTable: pairs, stackTable: stacks, gaps: vectors(shape.gaps),
            rowPair: UnsafePointer(row.pair), rowStack: UnsafePointer(row.stack), rowSkip: UnsafePointer(row.skip),
            columnPair: UnsafePointer(column.pair), columnStack: UnsafePointer(column.stack),
            columnSkip: UnsafePointer(column.skip), rows: rows.count, columns: columns.count,
            hairpin: vectors(shape.hairpin), rowWeights: vectors(shape.rowWeights),
            rowPositions: shape.rowPositions, columnWeights: vectors(shape.columnWeights),
            columnPositions: shape.columnPositions)
    }

    /// Cells of map 0 (A against B), 1 (A against itself) or 2 (B against itself).
    @inline(__always)
    func cells(_ index: Int, columns: Int, keepsAll: Bool) -> DuplexCells<V> {
        let each = DuplexCells<V>.count(rows: memory.longest, columns: memory.longest, keepsAll: keepsAll)
        return DuplexCells(memory.cells + (keepsAll ? index * each : 0), columns: columns, keepsAll: keepsAll)
    }

    /// All features to logit. With `keepsAll`, the cells stay for `backward`.
    @inline(__always)
    func forward(keepsAll: Bool, dropout: Bool) -> Scalar {
        let network = PerceptronMemory<V.Wide>(memory.perceptron, shape)
        let own = RangeLimits<V>()
        let unit = V.fill(own.startScale)
        let shift = V.fill(own.startShift)
        let pairMap = map(a, b)
        let pairCells = cells(0, columns: b.count, keepsAll: keepsAll)
        let sum =
            shape.hasPositions
            ? duplexForward(pairMap, pairCells, PositionedMap.self).sum
            : duplexForward(pairMap, pairCells, PlainMap.self).sum
        memory.features[0] = sum
        write(V.plus(V.logarithm(sum), shift), at: 0)
        var at = shape.pairFeatures
        for index in 1...2 {
            let strand = index == 1 ? a : b
            if shape.hasSelfMaps {
                let own = duplexForward(
                    map(strand, strand), cells(index, columns: strand.count, keepsAll: keepsAll),
                    SelfMap.self)
                // The strand alone weighs 1 beside what it forms.
                let folded = V.plus(own.hairpin, unit)
                let dimers = V.plus(own.sum, unit)
                memory.features[2 * index] = folded
                memory.features[2 * index + 1] = dimers
                write(V.plus(V.logarithm(folded), shift), at: at)
                write(V.plus(V.logarithm(dimers), shift), at: at + V.scalarCount)
                at += 2 * V.scalarCount
            }
            network.features[at] = Scalar(strand.count)
            at += 1
            if shape.hasPositions {
                lookUp(strand, isFirst: index == 1, into: network.features + at)
                at += DuplexShape.lookupWidth
            }
        }
        for f in 0..<shape.features {
            network.features[f] = (network.features[f] - weights[shape.means + f]) * weights[shape.scales + f]
        }
        return perceptronForward(shape, weights, network, dropout: dropout)
    }

    @inline(__always) private func write(_ x: V, at offset: Int) {
        let network = PerceptronMemory<V.Wide>(memory.perceptron, shape)
        for lane in 0..<V.scalarCount { network.features[offset + lane] = x[lane] }
    }

    /// The sum over positions of a row of the look-up (positions, K, 16); an ambiguous letter is the mean of its own.
    private func lookUp(_ strand: Strand, isFirst: Bool, into out: UnsafeMutablePointer<Scalar>) {
        let width = DuplexShape.lookupWidth
        for k in 0..<width { out[k] = 0 }
        eachLookUp(strand, isFirst: isFirst) { offset, share in
            let row = weights + offset
            for k in 0..<width { out[k] += share * row[k] }
        }
    }

    @inline(__always)
    private func eachLookUp(_ strand: Strand, isFirst: Bool, _ body: (Int, Scalar) -> Void) {
        let width = DuplexShape.lookupWidth
        let base = isFirst ? shape.rowLookup : shape.columnLookup
        let positions = isFirst ? shape.rowPositions : shape.columnPositions
        for i in 0..<strand.count {
            let row = base + Swift.min(i, positions - 1) * shape.letters * width
            let code = strand[i]
            if code < shape.letters {
                body(row + code * width, 1)
            } else {
                let share = 1 / Scalar(members[code].nonzeroBitCount)
                for letter in 0..<shape.letters where members[code] & (1 << UInt32(letter)) != 0 {
                    body(row + letter * width, share)
                }
            }
        }
    }

    /// Adds the gradient of `seed * logit` to `gradient`, laid out as the weights and with respect to them.
    @inline(__always)
    func backward(seed: Scalar, dropout: Bool, adding gradient: UnsafeMutablePointer<Scalar>) {
        let network = PerceptronMemory<V.Wide>(memory.perceptron, shape)
        perceptronBackward(shape, weights, network, dropout: dropout, seed: seed, adding: gradient)
        for f in 0..<shape.features { network.dFeatures[f] *= weights[shape.scales + f] }
        func read(_ offset: Int) -> V {
            var x = V.fill(0)
            for lane in 0..<V.scalarCount { x[lane] = network.dFeatures[offset + lane] }
            return x
        }
        func dVectors(_ offset: Int) -> UnsafeMutablePointer<V> {
            UnsafeMutableRawPointer(gradient + offset).assumingMemoryBound(to: V.self)
        }
        let maps = DuplexMapGradient<V>(
            pairTable: dVectors(shape.pair), stackTable: dVectors(shape.stack), gaps: dVectors(shape.gaps),
            hairpin: dVectors(shape.hairpin), rowWeights: dVectors(shape.rowWeights),
            columnWeights: dVectors(shape.columnWeights))
        let pairMap = map(a, b)
        let pairCells = cells(0, columns: b.count, keepsAll: true)
        let pairSeed = read(0) / memory.features[0]
        if shape.hasPositions {
            duplexBackward(
                pairMap, pairCells, seed: pairSeed, hairpinSeed: pairSeed, scratch: memory.scratch, adding: maps,
                PositionedMap.self)
        } else {
            duplexBackward(
                pairMap, pairCells, seed: pairSeed, hairpinSeed: pairSeed, scratch: memory.scratch, adding: maps,
                PlainMap.self)
        }
        var at = shape.pairFeatures
        for index in 1...2 {
            let strand = index == 1 ? a : b
            if shape.hasSelfMaps {
                duplexBackward(
                    map(strand, strand), cells(index, columns: strand.count, keepsAll: true),
                    seed: read(at + V.scalarCount) / memory.features[2 * index + 1],
                    hairpinSeed: read(at) / memory.features[2 * index], scratch: memory.scratch, adding: maps,
                    SelfMap.self)
                at += 2 * V.scalarCount
            }
            at += 1
            if shape.hasPositions {
                eachLookUp(strand, isFirst: index == 1) { offset, share in
                    for k in 0..<DuplexShape.lookupWidth {
                        gradient[offset + k] += share * network.dFeatures[at + k]
                    }
                }
                at += DuplexShape.lookupWidth
            }
        }
    }
}
