// DuplexScorer: scores pairs of strands, from codes to logits, through all their maps and the network.

import KernelShapes

/// The weights with which pairs are scored, and the workspace.
struct DuplexScorer<V: Lanes, Rows: RowKeeping> {
    typealias Scalar = V.Scalar
    let shape: DuplexShape
    /// In the layout of `DuplexShape`.
    let weights: UnsafePointer<Scalar>
    private let tables: UnsafePointer<Scalar>
    let memory: PairMemory<V, Rows>
    /// With the equilibrium head, the weight of an unfolded strand.
    private var foldTotal: Scalar = 0

    /// A scorer in the workspace `memory`, which must have room for the longest strand. Fills its table of hairpin
    /// loops.
    @inline(__always)
    init(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Scalar>, memory: PairMemory<V, Rows>
    ) {
        (self.shape, self.memory) = (shape, memory)
        (weights, tables) = (numbers.weights, numbers.tables)
        beginWeights()
    }

    /// Computes what follows from the weights and tables, after these have changed.
    @inline(__always)
    mutating func beginWeights() {
        if shape.head == .equilibrium { foldTotal = unfoldedWeight }
        // The last length stands for all longer ones. The table is expanded to all lengths, so that the loops need no
        // bound.
        for block in 0..<shape.blocks {
            let table = table(block, shape.loopTables.hairpin)
            for k in 0..<memory.longest {
                memory.hairpins[block * memory.longest + k] = table[Swift.min(k, DuplexShape.hairpinLengths - 1)]
            }
        }
    }

    var network: PerceptronMemory<V.Wide> { network(0) }

    /// The network's memory for one of the pairs of a batch.
    @inline(__always) func network(_ place: Int) -> PerceptronMemory<V.Wide> {
        PerceptronMemory(memory.perceptron + place &* PerceptronMemory<V.Wide>.count(shape), shape)
    }

    @inline(__always) private func table(_ block: Int, _ offset: Int) -> UnsafePointer<V> {
        UnsafeRawPointer(tables + (block * shape.loopTables.count + offset))
            .assumingMemoryBound(to: V.self)
    }

    /// The map of `rows` against `columns`, for the heads of block `block`.
    @inline(__always)
    func map(_ rows: PreparedStrand<V>, _ columns: PreparedStrand<V>, block: Int) -> DuplexMap<V> {
        let tables = shape.loopTables
        return DuplexMap(
            stackTable: table(block, tables.stack), gaps: table(block, tables.gaps),
            rowOffsets: UnsafePointer(rows.memory.rows), columnOffsets: UnsafePointer(columns.memory.columns),
            rows: rows.strand.count, columns: columns.strand.count,
            hairpin: memory.hairpins + block * memory.longest, rowWeights: table(block, tables.rowWeights),
            rowPositions: shape.rowPositions, columnWeights: table(block, tables.columnWeights),
            columnPositions: shape.columnPositions)
    }

    /// The cells of map 0 (A against B), 1 (A against itself) or 2 (B against itself), for the heads of block `block`.
    @inline(__always)
    func cells(_ index: Int, block: Int, columns: Int) -> DuplexCells<V, Rows> {
        let each = DuplexCells<V, Rows>.count(rows: memory.longest, columns: memory.longest)
        let place = Rows.keepsAll ? index * shape.blocks + block : 0
        return DuplexCells(
            memory.cells + place * each, zeros: memory.zeros, totals: memory.totals + place * memory.longest,
            columns: columns)
    }

    @inline(__always) private func write(_ x: V, to features: UnsafeMutablePointer<Scalar>) {
        for lane in 0..<V.scalarCount { features[lane] = x[lane] }
    }

    /// Fills the table offsets of the letters of `prepared`.
    @inline(__always)
    func placeLetters(_ prepared: PreparedStrand<V>) {
        var facing = prepared.strand
        facing.isReversed = shape.isAntiparallel
        let stride = LoopTables.fields * MemoryLayout<V>.size
        fillOffsets(prepared.memory.rows, prepared.strand, shape, unit: shape.contexts * stride)
        fillOffsets(prepared.memory.columns, facing, shape, unit: stride)
    }

    /// Fills `prepared` for strand A (`index` 1) or B (2) of a pair, except its contributions to the network, which
    /// `writeContributions` computes for many strands at once.
    @inline(never)
    func prepare(_ prepared: PreparedStrand<V>, index: Int) {
        let strand = prepared.strand
        placeLetters(prepared)
        let limits = RangeLimits<V>()
        let unit = V.fill(limits.initiationScale), shift = V.fill(limits.initiationShift)
        let features = prepared.memory.features
        var at = 0
        let isBalanced = shape.head == .equilibrium
        if isBalanced, !shape.hasSelfMaps {
            (prepared.memory.sums[0], prepared.memory.sums[1]) = (limits.initiationScale * foldTotal, 0)
        }
        if shape.hasSelfMaps {
            var (folds, homodimers) = (V.fill(0), V.fill(0))
            for block in 0..<shape.blocks {
                let map = map(prepared, prepared, block: block)
                let cells = cells(index, block: block, columns: strand.count)
                let own =
                    shape.hasSelfBulges
                    ? duplexForward(map, cells, SelfMap.self) : duplexForward(map, cells, StraightSelfMap.self)
                // The unpaired strand is the reference state, with weight 1.
                let folded = V.plus(own.hairpin, unit)
                let dimers = V.plus(own.sum, unit)
                memory.sums[(2 * index - 1) * shape.blocks + block] = folded
                memory.sums[2 * index * shape.blocks + block] = dimers
                if isBalanced {
                    folds = V.sum(folds, equilibriumWeights(.fold, block: block), times: folded)
                    homodimers = V.sum(homodimers, equilibriumWeights(.homodimer, block: block), times: dimers)
                }
                write(V.plus(V.logarithm(folded), shift), to: features + block * V.scalarCount)
                write(V.plus(V.logarithm(dimers), shift), to: features + shape.heads + block * V.scalarCount)
            }
            if isBalanced { (prepared.memory.sums[0], prepared.memory.sums[1]) = (V.total(folds), V.total(homodimers)) }
            at = 2 * shape.heads
        }
        features[at] = Scalar(strand.count)
        if shape.hasPositions { lookUp(strand, isFirst: index == 1, into: features + at + 1) }
        let first = shape.pairFeatures + (index - 1) * shape.strandFeatures
        for f in 0..<shape.strandFeatures {
            features[f] = (features[f] - weights[shape.means + first + f]) * weights[shape.scales + first + f]
        }
    }

    /// Writes the contributions of `count` strands to the first layer, as strand A (`isFirst`) or as strand B. The
    /// memories of the strands begin at `first` and are `bytes` apart.
    @inline(__always)
    func writeContributions(_ first: StrandMemory<V>, count: Int, bytes: Int, isFirst: Bool) {
        addStrands(
            shape, weights, UnsafePointer(first.features), isFirst: isFirst,
            to: isFirst ? first.asFirst : first.asSecond, count: count, stride: bytes / MemoryLayout<Scalar>.size)
    }

    /// Computes the features of pair number `place` of the batch alone, standardised.
    @inline(never)
    func pairFeatures(
        _ a: PreparedStrand<V>, _ b: PreparedStrand<V>, into features: UnsafeMutablePointer<Scalar>, place: Int = 0
    ) {
        var duplexes = V.fill(0)
        let shift = V.fill(RangeLimits<V>().initiationShift)
        for block in 0..<shape.blocks {
            let map = map(a, b, block: block)
            let cells = cells(0, block: block, columns: b.strand.count)
            let sum =
                shape.hasPositions
                ? duplexForward(map, cells, PositionedMap.self).sum : duplexForward(map, cells, PlainMap.self).sum
            memory.sums[block] = sum
            if shape.head == .equilibrium {
                duplexes = V.sum(duplexes, equilibriumWeights(.duplex, block: block), times: sum)
            }
            if let bound = shape.bound, bound.head / V.scalarCount == block {
                let lane = bound.head % V.scalarCount
                memory.balance.row(7)[place] = equilibriumWeights(.duplex, block: block)[lane] * sum[lane]
            }
            write(V.plus(V.logarithm(sum), shift), to: features + block * V.scalarCount)
        }
        if shape.head == .equilibrium {
            memory.balance.row(0)[place] = V.total(duplexes)
            memory.balance.row(5)[place] = weights[shape.logConcentration]
            memory.balance.row(6)[place] = foldTotal
        }
        for f in 0..<shape.pairFeatures {
            features[f] = (features[f] - weights[shape.means + f]) * weights[shape.scales + f]
        }
    }

    /// Whether strand `b` of a pair is taken as the first one. A symmetric shape always takes them in the same order,
    /// so that the score is the same to the last bit when they are swapped.
    @inline(__always) func isSwapped(_ a: Strand, _ b: Strand) -> Bool { shape.isSymmetric && Strand.precedes(b, a) }

    /// Prepares both strands of a pair, as number `place` of the batch, in the order of `isSwapped`.
    @inline(__always)
    func prepare(_ a: Strand, _ b: Strand, place: Int = 0) -> (a: PreparedStrand<V>, b: PreparedStrand<V>) {
        let isSwapped = isSwapped(a, b)
        let first = PreparedStrand(strand: isSwapped ? b : a, memory: memory.strand(2 &* place, shape))
        let second = PreparedStrand(strand: isSwapped ? a : b, memory: memory.strand(2 &* place &+ 1, shape))
        prepare(first, index: 1)
        prepare(second, index: 2)
        return (first, second)
    }

    /// Writes the contributions of the strands of the first `count` pairs of the batch to the first layer.
    @inline(__always)
    func writePairContributions(_ count: Int) {
        let bytes = memory.preparedBytes
        let (a, b) = (memory.strand(0, shape), memory.strand(1, shape))
        if shape.isSymmetric {
            writeContributions(a, count: 2 &* count, bytes: bytes, isFirst: true)
            writeContributions(a, count: 2 &* count, bytes: bytes, isFirst: false)
        } else {
            writeContributions(a, count: count, bytes: 2 &* bytes, isFirst: true)
            writeContributions(b, count: count, bytes: 2 &* bytes, isFirst: false)
        }
    }

    /// Writes all features of a pair, standardised.
    @inline(__always)
    func allFeatures(
        _ pair: (a: PreparedStrand<V>, b: PreparedStrand<V>), into features: UnsafeMutablePointer<Scalar>
    ) {
        pairFeatures(pair.a, pair.b, into: features)
        for f in 0..<shape.strandFeatures {
            features[shape.pairFeatures + f] = pair.a.memory.features[f]
            features[shape.pairFeatures + shape.strandFeatures + f] = pair.b.memory.features[f]
        }
    }

    /// The biases of the first layer.
    @inline(__always) var bias: UnsafePointer<V.Wide> {
        UnsafeRawPointer(weights + shape.firstBias).assumingMemoryBound(to: V.Wide.self)
    }

    /// Writes the logits of `count` pairs, at most `Rows.pairsPerBatch`.
    @inline(__always)
    func score(_ count: Int, to logits: UnsafeMutablePointer<Scalar>, pair: (Int) -> (a: Strand, b: Strand)) {
        for k in 0..<count {
            let (a, b) = pair(k)
            let prepared = prepare(a, b, place: k)
            pairFeatures(prepared.a, prepared.b, into: network(k).features, place: k)
        }
        finish(count, to: logits) { _ in bias }
    }

    /// Writes the logits of the first `count` pairs of the batch, whose strands are prepared and whose features are
    /// known. `bias` are the biases of the first layer for a pair.
    @inline(__always)
    func finish(_ count: Int, to logits: UnsafeMutablePointer<Scalar>, bias: (Int) -> UnsafePointer<V.Wide>) {
        writePairContributions(count)
        perceptronForward(shape, weights, network, count: count, dropout: false, to: logits, bias: bias) { k in
            (memory.strand(2 &* k, shape).contribution, memory.strand(2 &* k &+ 1, shape).contribution)
        }
        guard shape.head == .equilibrium else { return }
        equilibrate(count, logits) { k in (memory.strand(2 &* k, shape), memory.strand(2 &* k &+ 1, shape)) }
    }

    /// Writes the logits of a prepared strand against `count` others, at most `Rows.pairsPerBatch`. A symmetric shape
    /// orders the strands as `prepare` does.
    @inline(__always)
    func score(
        _ first: PreparedStrand<V>, against count: Int, to logits: UnsafeMutablePointer<Scalar>,
        other: (Int) -> PreparedStrand<V>
    ) {
        var swapped = 0
        for k in 0..<count {
            let second = other(k)
            let isSwapped = isSwapped(first.strand, second.strand)
            swapped |= (isSwapped ? 1 : 0) << k
            let (a, b) = isSwapped ? (second, first) : (first, second)
            pairFeatures(a, b, into: network(k).features, place: k)
        }
        let bias = bias
        perceptronForward(
            shape, weights, network, count: count, dropout: false, to: logits, bias: { _ in bias }
        ) { k in
            let (own, others) = (first.memory.contribution, other(k).memory.contribution)
            return swapped & (1 << k) != 0 ? (others, own) : (own, others)
        }
        guard shape.head == .equilibrium else { return }
        equilibrate(count, logits) { k in
            let (own, others) = (first.memory, other(k).memory)
            return swapped & (1 << k) != 0 ? (others, own) : (own, others)
        }
    }

    /// Computes the sum over positions of the rows (16) of the look-up (positions, K, 16).
    private func lookUp(_ strand: Strand, isFirst: Bool, into out: UnsafeMutablePointer<Scalar>) {
        let width = DuplexShape.lookupWidth
        for k in 0..<width { out[k] = 0 }
        eachLookUp(strand, isFirst: isFirst) { offset in
            let row = weights + offset
            for k in 0..<width { out[k] += row[k] }
        }
    }

    /// Calls `body` with the offset of the look-up row of each letter.
    @inline(__always)
    func eachLookUp(_ strand: Strand, isFirst: Bool, _ body: (Int) -> Void) {
        let width = DuplexShape.lookupWidth
        let base = isFirst ? shape.rowLookup : shape.columnLookup
        let positions = isFirst ? shape.rowPositions : shape.columnPositions
        for i in 0..<strand.count {
            let row = base + Swift.min(i, positions - 1) * shape.letters * width
            body(row + strand[i] * width)
        }
    }
}
