// DuplexStructure: what the duplex of a pair looks like: its most probable structure and the probability of each pair.

import KernelShapes

extension Loops {
    /// Writes the probabilities that letters of strands A and B of pair `pair` are paired, (letters of A, letters of B)
    /// as written, and the pairs of the most probable duplex, along A: for each the letter of A and that of B, from 0.
    /// Returns the number of these pairs.
    ///
    /// The probabilities are those within the duplex, whatever its share of the strands: the weight of all structures
    /// with the pair over that of all structures, of each head, times the share of the head in the score. The most
    /// probable duplex is the structure of one head with the largest such weight. Of several, the one that begins
    /// leftmost in A is taken, then leftmost in B.
    ///
    /// `places` has room for two numbers for each letter of the shorter strand. The workspace is one for a gradient.
    public static func duplexStructure(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, pair: Int,
        workspace: UnsafeMutableRawPointer, probabilities: UnsafeMutablePointer<Float>,
        places: UnsafeMutablePointer<Int32>
    ) -> Int {
        @inline(__always) func write<V: Lanes>(_: V.Type) -> Int where V.Scalar == Float {
            structure(V.self, shape, numbers, strands, pair, workspace, probabilities, places)
        }
        return shape.lanes == 4 ? write(SIMD4<Float>.self) : write(SIMD8<Float>.self)
    }

    /// The same in double precision, for tests.
    public static func duplexStructure(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Double>, strands: StrandList, pair: Int,
        workspace: UnsafeMutableRawPointer, probabilities: UnsafeMutablePointer<Double>,
        places: UnsafeMutablePointer<Int32>
    ) -> Int {
        structure(SIMD2<Double>.self, shape, numbers, strands, pair, workspace, probabilities, places)
    }
}

@inline(never)
private func structure<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ numbers: DuplexNumbers<V.Scalar>, _ strands: StrandList, _ pair: Int,
    _ workspace: UnsafeMutableRawPointer, _ probabilities: UnsafeMutablePointer<V.Scalar>,
    _ places: UnsafeMutablePointer<Int32>
) -> Int {
    let scorer: DuplexScorer<V, EveryRow> = strands.scorer(shape, numbers, workspace)
    let (a, b) = (strands.strand(2 * pair), strands.strand(2 * pair + 1))
    return flushingSubnormals {
        shape.hasPositions
            ? scorer.structure(a, b, probabilities, places, PositionedMap.self)
            : scorer.structure(a, b, probabilities, places, PlainMap.self)
    }
}

extension DuplexScorer where Rows == EveryRow {
    /// Prepares two strands in the order in which `prepare` takes them: with the equilibrium head only their letters,
    /// as the shares of the heads then need no more.
    @inline(__always)
    func prepareLetters(_ a: Strand, _ b: Strand) -> (a: PreparedStrand<V>, b: PreparedStrand<V>) {
        guard shape.head == .equilibrium else { return prepare(a, b) }
        let isSwapped = isSwapped(a, b)
        let first = PreparedStrand(strand: isSwapped ? b : a, memory: memory.strand(0, shape))
        let second = PreparedStrand(strand: isSwapped ? a : b, memory: memory.strand(1, shape))
        placeLetters(first)
        placeLetters(second)
        return (first, second)
    }

    /// See `Loops.duplexStructure`.
    @inline(__always)
    fileprivate func structure<Kind: MapKind>(
        _ a: Strand, _ b: Strand, _ probabilities: UnsafeMutablePointer<Scalar>, _ places: UnsafeMutablePointer<Int32>,
        _: Kind.Type
    ) -> Int {
        let pair = prepareLetters(a, b)
        let isSwapped = isSwapped(a, b)
        let (rows, columns) = (pair.a.strand.count, pair.b.strand.count)
        let shares = memory.sums, weights = shares + shape.blocks, exponents = weights + shape.blocks
        if shape.head != .equilibrium { sharesBySlope(pair, shares) }
        for block in 0..<shape.blocks {
            let sum = scaledForward(
                map(pair.a, pair.b, block: block), scaledCells(block, columns: columns), Kind.self, TotalWeight.self)
            (weights[block], exponents[block]) = (sum.weight, sum.exponent)
            if shape.head == .equilibrium { shares[block] = sum.logarithm }
        }
        if shape.head == .equilibrium { sharesByWeight(shares) }
        let cells = PairPlaces(rows: rows, columns: columns, isSwapped: isSwapped, isReversed: shape.isAntiparallel)
        for k in 0..<rows &* columns { probabilities[k] = 0 }
        var best: (block: Int, lane: Int, weight: Scalar, log: Scalar)?
        for block in 0..<shape.blocks {
            let (map, scaled) = (map(pair.a, pair.b, block: block), scaledCells(block, columns: columns))
            let sum = ScaledSum(weight: weights[block], exponent: exponents[block])
            addPairProbabilities(
                map, scaled, sum, share: shares[block], scratch: memory.scratch, to: probabilities, cells, Kind.self)
            let largest = scaledForward(map, scaled, Kind.self, LargestWeight.self)
            let logs = largest.logarithm - sum.logarithm
            for lane in 0..<V.scalarCount where largest.weight[lane] > 0 && shares[block][lane] > 0 {
                let log = logs[lane] + V.logarithm(V.fill(Swift.max(shares[block][lane], 0x1p-120)))[lane]
                if log > best?.log ?? -.infinity { best = (block, lane, largest.weight[lane], log) }
            }
        }
        guard let best else { return 0 }
        let count = BestStructure<V, Kind>(
            map(pair.a, pair.b, block: best.block), scaledCells(best.block, columns: columns), lane: best.lane
        ).trace(best.weight, TieOrder(columnsFirst: isSwapped, isReversed: shape.isAntiparallel), to: places)
        writeAlongA(places, count, columns: columns, isSwapped: isSwapped)
        return count
    }

    /// Turns rows and columns, from the last to the first, into letters of A and B as written, along A.
    private func writeAlongA(_ places: UnsafeMutablePointer<Int32>, _ count: Int, columns: Int, isSwapped: Bool) {
        for k in 0..<count {
            let row = places[2 &* k], column = places[2 &* k &+ 1]
            let facing = shape.isAntiparallel ? Int32(columns) - 1 - column : column
            (places[2 &* k], places[2 &* k &+ 1]) = isSwapped ? (facing, row) : (row, facing)
        }
        guard !(isSwapped && shape.isAntiparallel) else { return }
        for k in 0..<count / 2 {
            let other = count - 1 - k
            for part in 0..<2 {
                let first = places[2 &* k &+ part]
                places[2 &* k &+ part] = places[2 &* other &+ part]
                places[2 &* other &+ part] = first
            }
        }
    }
}
