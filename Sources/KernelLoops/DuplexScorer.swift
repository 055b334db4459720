// DuplexScorer: a pair of strands through all its maps and the network: codes to logit, and the way back.

import KernelShapes

/// The weights that pairs are scored with, and the memory in which it is done.
struct DuplexScorer<V: Lanes, Rows: RowKeeping> {
    typealias Scalar = V.Scalar
    let shape: DuplexShape
    let weights: UnsafePointer<Scalar>
    let members: UnsafePointer<UInt32>
    let memory: PairMemory<V, Rows>

    /// `memory` must hold strands as long as those that are scored; it is made ready for `weights`.
    @inline(__always)
    init(
        _ shape: DuplexShape, _ weights: UnsafePointer<Scalar>, members: UnsafePointer<UInt32>,
        memory: PairMemory<V, Rows>
    ) {
        (self.shape, self.weights, self.members, self.memory) = (shape, weights, members, memory)
        // The last length stands for all longer ones: written out, so that the loops need not ask.
        for block in 0..<shape.blocks {
            let table = table(block, shape.loopTables.hairpin)
            for k in 0..<memory.longest {
                memory.hairpins[block * memory.longest + k] = table[Swift.min(k, DuplexShape.hairpinLengths - 1)]
            }
        }
    }

    fileprivate var network: PerceptronMemory<V.Wide> { PerceptronMemory(memory.perceptron, shape) }

    @inline(__always) private func table(_ block: Int, _ offset: Int) -> UnsafePointer<V> {
        UnsafeRawPointer(weights + (shape.loops + block * shape.loopTables.count + offset))
            .assumingMemoryBound(to: V.self)
    }

    /// The map of `rows` against `columns`, in block `block`. Of ambiguous strands its tables live until the next call.
    @inline(__always)
    fileprivate func map(_ rows: PreparedStrand<V>, _ columns: PreparedStrand<V>, block: Int) -> DuplexMap<V> {
        let tables = shape.loopTables
        var map = DuplexMap(
            pairTable: table(block, tables.pair), stackTable: table(block, tables.stack),
            gaps: table(block, tables.gaps), rowLetters: UnsafePointer(rows.rows),
            columnLetters: UnsafePointer(columns.columns), rows: rows.strand.count, columns: columns.strand.count,
            hairpin: memory.hairpins + block * memory.longest, rowWeights: table(block, tables.rowWeights),
            rowPositions: shape.rowPositions, columnWeights: table(block, tables.columnWeights),
            columnPositions: shape.columnPositions)
        if rows.strand.isAmbiguous || columns.strand.isAmbiguous {
            var facing = columns.strand
            facing.isReversed = shape.isAntiparallel
            let stacks = memory.mixed + LoopTables.pairFields * map.rows * map.columns
            mixTables(
                shape, pair: map.pairTable, stack: map.stackTable, rows: rows.strand, columns: facing,
                members: members, pairs: memory.mixed, stacks: stacks)
            (map.pairTable, map.stackTable) = (UnsafePointer(memory.mixed), UnsafePointer(stacks))
            let (pair, stack) = (LoopTables.pairFields, LoopTables.stackForms)
            let size = MemoryLayout<V>.size
            fillCellOffsets(
                memory.mixedLetters, count: map.rows, pairUnit: map.columns * pair * size,
                stackUnit: map.columns * stack * size)
            let columnLetters = memory.mixedLetters + memory.longest
            fillCellOffsets(columnLetters, count: map.columns, pairUnit: pair * size, stackUnit: stack * size)
            (map.rowLetters, map.columnLetters) = (UnsafePointer(memory.mixedLetters), UnsafePointer(columnLetters))
        }
        return map
    }

    /// Cells of map 0 (A against B), 1 (A against itself) or 2 (B against itself), in block `block`.
    @inline(__always)
    fileprivate func cells(_ index: Int, block: Int, columns: Int) -> DuplexCells<V, Rows> {
        let each = DuplexCells<V, Rows>.count(rows: memory.longest, columns: memory.longest)
        let place = Rows.keepsAll ? index * shape.blocks + block : 0
        return DuplexCells(memory.cells + place * each, zeros: memory.zeros, columns: columns)
    }

    @inline(__always) private func write(_ x: V, to features: UnsafeMutablePointer<Scalar>) {
        for lane in 0..<V.scalarCount { features[lane] = x[lane] }
    }

    /// Fills `prepared`: strand A (`index` 1) or B (2) of a pair.
    @inline(__always)
    func prepare(_ prepared: PreparedStrand<V>, index: Int) {
        let strand = prepared.strand
        if !strand.isAmbiguous {
            var facing = strand
            facing.isReversed = shape.isAntiparallel
            let size = MemoryLayout<V>.size
            let pairUnit = LoopTables.pairFields * size, stackUnit = LoopTables.stackForms * size
            fillOffsets(
                prepared.rows, strand, shape, pairUnit: shape.letters * pairUnit,
                stackUnit: shape.contexts * stackUnit)
            fillOffsets(prepared.columns, facing, shape, pairUnit: pairUnit, stackUnit: stackUnit)
        }
        let limits = RangeLimits<V>()
        let unit = V.fill(limits.startScale), shift = V.fill(limits.startShift)
        let features = prepared.features
        var at = 0
        if shape.hasSelfMaps {
            for block in 0..<shape.blocks {
                let map = map(prepared, prepared, block: block)
                let cells = cells(index, block: block, columns: strand.count)
                let own =
                    shape.isSymmetric
                    ? duplexForward(map, cells, SymmetricSelfMap.self) : duplexForward(map, cells, SelfMap.self)
                // The strand alone weighs 1 beside what it forms.
                let folded = V.plus(own.hairpin, unit)
                let dimers = V.plus(own.sum, unit)
                memory.sums[(2 * index - 1) * shape.blocks + block] = folded
                memory.sums[2 * index * shape.blocks + block] = dimers
                write(V.plus(V.logarithm(folded), shift), to: features + block * V.scalarCount)
                write(V.plus(V.logarithm(dimers), shift), to: features + shape.heads + block * V.scalarCount)
            }
            at = 2 * shape.heads
        }
        features[at] = Scalar(strand.count)
        if shape.hasPositions { lookUp(strand, isFirst: index == 1, into: features + at + 1) }
        let first = shape.pairFeatures + (index - 1) * shape.strandFeatures
        for f in 0..<shape.strandFeatures {
            features[f] = (features[f] - weights[shape.means + first + f]) * weights[shape.scales + first + f]
        }
        addStrand(shape, weights, UnsafePointer(features), isFirst: true, to: prepared.asFirst, isNeeded: index == 1)
        addStrand(shape, weights, UnsafePointer(features), isFirst: false, to: prepared.asSecond, isNeeded: index == 2)
    }

    /// The pair's own features, standardised.
    @inline(__always)
    func pairFeatures(
        _ a: PreparedStrand<V>, _ b: PreparedStrand<V>, into features: UnsafeMutablePointer<Scalar>
    ) {
        let shift = V.fill(RangeLimits<V>().startShift)
        for block in 0..<shape.blocks {
            let map = map(a, b, block: block)
            let cells = cells(0, block: block, columns: b.strand.count)
            let sum: V
            if shape.hasPositions {
                sum = duplexForward(map, cells, PositionedMap.self).sum
            } else if shape.isSymmetric {
                sum = duplexForward(map, cells, SymmetricMap.self).sum
            } else {
                sum = duplexForward(map, cells, PlainMap.self).sum
            }
            memory.sums[block] = sum
            write(V.plus(V.logarithm(sum), shift), to: features + block * V.scalarCount)
        }
        for f in 0..<shape.pairFeatures {
            features[f] = (features[f] - weights[shape.means + f]) * weights[shape.scales + f]
        }
    }

    /// Prepared strands of the pair that `a` and `b` are as written. A symmetric shape sees it in one order, whichever way
    /// it is given: equal scores to the last bit.
    @inline(__always)
    func prepare(_ a: Strand, _ b: Strand) -> (a: PreparedStrand<V>, b: PreparedStrand<V>) {
        let isTurned = shape.isSymmetric && Strand.precedes(b, a)
        let first = memory.prepared(0, shape, isTurned ? b : a)
        let second = memory.prepared(1, shape, isTurned ? a : b)
        prepare(first, index: 1)
        prepare(second, index: 2)
        return (first, second)
    }

    /// All features of a pair, standardised, to `features`.
    @inline(__always)
    func allFeatures(
        _ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), into features: UnsafeMutablePointer<Scalar>
    ) {
        pairFeatures(pair.a, pair.b, into: features)
        for f in 0..<shape.strandFeatures {
            features[shape.pairFeatures + f] = pair.a.features[f]
            features[shape.pairFeatures + shape.strandFeatures + f] = pair.b.features[f]
        }
    }

    /// The logit of two prepared strands, in the order that `prepare` gives them.
    @inline(__always)
    func logit(_ a: PreparedStrand<V>, _ b: PreparedStrand<V>) -> Scalar {
        pairFeatures(a, b, into: network.features)
        return perceptronForward(shape, weights, network, a: firstLayer(a), b: firstLayer(b), dropout: false)
    }

    @inline(__always) fileprivate func firstLayer(_ strand: PreparedStrand<V>) -> StrandShare<V.Wide> {
        StrandShare(asFirst: UnsafePointer(strand.asFirst), asSecond: UnsafePointer(strand.asSecond))
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
    fileprivate func eachLookUp(_ strand: Strand, isFirst: Bool, _ body: (Int, Scalar) -> Void) {
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
}

extension DuplexScorer where Rows == EveryRow {
    /// The logit, with everything kept for `backward`.
    @inline(__always)
    func forward(_ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), dropout: Bool) -> Scalar {
        allFeatures(pair, into: network.features)
        return perceptronForward(
            shape, weights, network, a: firstLayer(pair.a), b: firstLayer(pair.b), dropout: dropout)
    }

    /// Adds the gradient of `seed * logit` to `gradient`: of the network by its weights, of the energies by the loop tables.
    @inline(__always)
    func backward(
        _ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), seed: Scalar, dropout: Bool,
        adding gradient: UnsafeMutablePointer<Scalar>
    ) {
        let network = network
        perceptronBackward(shape, weights, network, dropout: dropout, seed: seed, adding: gradient)
        for f in 0..<shape.features { network.dFeatures[f] *= weights[shape.scales + f] }
        func read(_ offset: Int) -> V {
            var x = V.fill(0)
            for lane in 0..<V.scalarCount { x[lane] = network.dFeatures[offset + lane] }
            return x
        }
        let tables = shape.loopTables
        for block in 0..<shape.blocks {
            func dTable(_ offset: Int) -> UnsafeMutablePointer<V> {
                UnsafeMutableRawPointer(gradient + (shape.loops + block * tables.count + offset))
                    .assumingMemoryBound(to: V.self)
            }
            let maps = DuplexMapGradient<V>(
                pairTable: dTable(tables.pair), stackTable: dTable(tables.stack), gaps: dTable(tables.gaps),
                hairpin: dTable(tables.hairpin), rowWeights: dTable(tables.rowWeights),
                columnWeights: dTable(tables.columnWeights))
            let lanes = block * V.scalarCount
            let pairMap = map(pair.a, pair.b, block: block)
            let pairCells = cells(0, block: block, columns: pair.b.strand.count)
            let pairSeed = read(lanes) / memory.sums[block]
            @inline(__always) func back<Kind: MapKind>(
                _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, seed: V, hairpinSeed: V, _ kind: Kind.Type
            ) {
                duplexBackward(
                    map, cells, seed: seed, hairpinSeed: hairpinSeed, scratch: memory.scratch, adding: maps, kind)
            }
            if shape.hasPositions {
                back(pairMap, pairCells, seed: pairSeed, hairpinSeed: pairSeed, PositionedMap.self)
            } else if shape.isSymmetric {
                back(pairMap, pairCells, seed: pairSeed, hairpinSeed: pairSeed, SymmetricMap.self)
            } else {
                back(pairMap, pairCells, seed: pairSeed, hairpinSeed: pairSeed, PlainMap.self)
            }
            guard shape.hasSelfMaps else { continue }
            for index in 1...2 {
                let strand = index == 1 ? pair.a : pair.b
                let at = shape.pairFeatures + (index - 1) * shape.strandFeatures + lanes
                let own = map(strand, strand, block: block)
                let ownCells = cells(index, block: block, columns: strand.strand.count)
                let dimers = read(at + shape.heads) / memory.sums[2 * index * shape.blocks + block]
                let folded = read(at) / memory.sums[(2 * index - 1) * shape.blocks + block]
                if shape.isSymmetric {
                    back(own, ownCells, seed: dimers, hairpinSeed: folded, SymmetricSelfMap.self)
                } else {
                    back(own, ownCells, seed: dimers, hairpinSeed: folded, SelfMap.self)
                }
            }
        }
        guard shape.hasPositions else { return }
        for index in 1...2 {
            let at = shape.pairFeatures + index * shape.strandFeatures - DuplexShape.lookupWidth
            eachLookUp(index == 1 ? pair.a.strand : pair.b.strand, isFirst: index == 1) { offset, share in
                for k in 0..<DuplexShape.lookupWidth { gradient[offset + k] += share * network.dFeatures[at + k] }
            }
        }
    }
}
