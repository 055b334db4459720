// DuplexScorer+Learning: the forward pass of one pair with all intermediate values kept, and the backward pass.

import KernelShapes

extension DuplexScorer where Rows == EveryRow {
    /// The logit, and the output of the network, which is the logit unless the head is the equilibrium. Keeps all
    /// values that `backward` needs.
    @inline(__always)
    func forward(
        _ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), dropout: Bool
    ) -> (logit: Scalar, output: Scalar) {
        allFeatures(pair, into: network.features)
        writePairContributions(1)
        var logit: Scalar = 0
        perceptronForward(shape, weights, network, count: 1, dropout: dropout, to: &logit, bias: { _ in bias }) { _ in
            (pair.a.memory.contribution, pair.b.memory.contribution)
        }
        let output = logit
        if shape.head == .equilibrium { equilibrate(1, &logit) { _ in (pair.a.memory, pair.b.memory) } }
        return (logit, output)
    }

    /// Adds the gradient of `seed * logit` to `gradient`: with respect to the parameters of the network, look-ups and
    /// equilibrium and, at offset `shape.count`, with respect to the loop tables. `result` is that of `forward`.
    @inline(never)
    func backward(
        _ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), _ result: (logit: Scalar, output: Scalar), seed: Scalar,
        dropout: Bool, adding gradient: UnsafeMutablePointer<Scalar>
    ) {
        let network = network
        let isBalanced = shape.head == .equilibrium
        let constants = isBalanced ? equilibriumGradient(result.logit, correction: result.output, seed: seed) : nil
        perceptronBackward(
            shape, weights, network, dropout: dropout, seed: constants?.duplex[0] ?? seed, adding: gradient)
        for f in 0..<shape.features { network.dFeatures[f] *= weights[shape.scales + f] }
        if let constants { backToHeads(constants, adding: gradient) }
        @inline(__always) func read(_ offset: Int) -> V {
            UnsafeRawPointer(network.dFeatures + offset).loadUnaligned(as: V.self)
        }
        let tables = shape.loopTables
        for block in 0..<shape.blocks {
            func dTable(_ offset: Int) -> UnsafeMutablePointer<V> {
                UnsafeMutableRawPointer(gradient + (shape.count + block * tables.count + offset))
                    .assumingMemoryBound(to: V.self)
            }
            let maps = DuplexMapGradient<V>(
                stackTable: dTable(tables.stack), gaps: dTable(tables.gaps), hairpin: dTable(tables.hairpin),
                rowWeights: dTable(tables.rowWeights), columnWeights: dTable(tables.columnWeights))
            let lanes = block * V.scalarCount
            let pairMap = map(pair.a, pair.b, block: block)
            let pairCells = cells(0, block: block, columns: pair.b.strand.count)
            let pairSeed = read(lanes) / memory.sums[block]
            @inline(__always) func back<Kind: MapKind>(
                _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, seed: V, hairpinSeed: V, _ kind: Kind.Type
            ) {
                (memory.seeds[0], memory.seeds[1]) = (seed, hairpinSeed)
                duplexBackward(map, cells, seeds: memory.seeds, scratch: memory.scratch, adding: maps, kind)
            }
            if shape.hasPositions {
                back(pairMap, pairCells, seed: pairSeed, hairpinSeed: pairSeed, PositionedMap.self)
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
                if shape.hasSelfBulges {
                    back(own, ownCells, seed: dimers, hairpinSeed: folded, SelfMap.self)
                } else {
                    back(own, ownCells, seed: dimers, hairpinSeed: folded, StraightSelfMap.self)
                }
            }
        }
        guard shape.hasPositions else { return }
        for index in 1...2 {
            let at = shape.pairFeatures + index * shape.strandFeatures - DuplexShape.lookupWidth
            eachLookUp(index == 1 ? pair.a.strand : pair.b.strand, isFirst: index == 1) { offset in
                for k in 0..<DuplexShape.lookupWidth { gradient[offset + k] += network.dFeatures[at + k] }
            }
        }
    }
}
