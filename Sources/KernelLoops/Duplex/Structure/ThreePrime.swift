// ThreePrime: the share of the duplexes in which the 3' end of a strand is paired, where a polymerase would extend it.

import KernelShapes

extension Loops {
    /// The share of the duplexes of strand `a` of one list with strand `b` of another in which `ends` are bound:
    /// the last letters of a strand are one helix, without a bulge, loop or mismatch, that reaches its end; 0 to 1.
    /// `rule` (K, K) is 1 where a letter of A pairs with one of B, else 0. The shape is antiparallel and has the
    /// equilibrium head. The workspace is one for a gradient.
    public static func duplexThreePrimeShare(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, a: Int, of first: StrandList, b: Int,
        of second: StrandList, ends: ThreePrimeEnds, rule: UnsafePointer<UInt8>,
        workspace: UnsafeMutableRawPointer
    ) -> Float {
        @inline(__always) func share<V: Lanes>(_: V.Type) -> Float where V.Scalar == Float {
            threePrimeShare(V.self, shape, numbers, (a, first), (b, second), ends, rule, workspace)
        }
        return shape.lanes == 4 ? share(SIMD4<Float>.self) : share(SIMD8<Float>.self)
    }

    /// The same in double precision, for tests.
    public static func duplexThreePrimeShare(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Double>, a: Int, of first: StrandList, b: Int,
        of second: StrandList, ends: ThreePrimeEnds, rule: UnsafePointer<UInt8>,
        workspace: UnsafeMutableRawPointer
    ) -> Double {
        threePrimeShare(SIMD2<Double>.self, shape, numbers, (a, first), (b, second), ends, rule, workspace)
    }
}

@inline(never)
private func threePrimeShare<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ numbers: DuplexNumbers<V.Scalar>, _ a: (place: Int, list: StrandList),
    _ b: (place: Int, list: StrandList), _ ends: ThreePrimeEnds, _ rule: UnsafePointer<UInt8>,
    _ workspace: UnsafeMutableRawPointer
) -> V.Scalar {
    let scorer = DuplexScorer<V, EveryRow>(
        shape, numbers, memory: PairMemory(workspace, shape, longest: Swift.max(a.list.longest, b.list.longest)))
    let (first, second) = (a.list.strand(a.place), b.list.strand(b.place))
    return flushingSubnormals {
        shape.hasPositions
            ? scorer.threePrimeShare(first, second, ends, rule, PositionedMap.self)
            : scorer.threePrimeShare(first, second, ends, rule, PlainMap.self)
    }
}

extension DuplexScorer where Rows == EveryRow {
    /// See `Loops.duplexThreePrimeShare`. Structures in which both ends are bound are counted once: their weight is
    /// taken off the sum of those in which the end of either strand is.
    @inline(__always)
    fileprivate func threePrimeShare<Kind: MapKind>(
        _ a: Strand, _ b: Strand, _ ends: ThreePrimeEnds, _ rule: UnsafePointer<UInt8>, _: Kind.Type
    ) -> Scalar {
        let pair = prepareLetters(a, b)
        let isSwapped = isSwapped(a, b)
        let length = ends.length
        let (countsRows, countsColumns) = (!ends.isOfFirstOnly || !isSwapped, !ends.isOfFirstOnly || isSwapped)
        let columns = pair.b.strand.count
        var facing = pair.b.strand
        facing.isReversed = true
        let helix = EndHelix(
            length: length, rule: rule, letters: shape.letters, rows: pair.a.strand, columns: facing)
        let heads = memory.sums, shares = heads + shape.blocks
        for block in 0..<shape.blocks {
            let (map, scaled) = (map(pair.a, pair.b, block: block), scaledCells(block, columns: columns))
            let all = scaledForward(map, scaled, Kind.self, TotalWeight.self)
            heads[block] = all.logarithm
            var bound = V.fill(0)
            let start = map.rows - length
            let hasRows = countsRows && start >= 0
            if hasRows { bound = lastHelix(map, scaled, helix, unfinished: nil, Kind.self) }
            if countsColumns, columns >= length {
                let facing = scaledForward(map, scaled, from: helix, Kind.self, TotalWeight.self)
                bound = V.plus(bound, facing.weight)
                if hasRows {
                    bound = bound - lastHelix(map, scaled, helix, unfinished: scaled.chain + columns, Kind.self)
                }
            }
            var share = V.fill(0)
            for lane in 0..<V.scalarCount where all.weight[lane] > 0 {
                share[lane] = Swift.min(1, Swift.max(0, bound[lane] / all.weight[lane]))
            }
            shares[block] = share
        }
        sharesByWeight(heads)
        var share: Scalar = 0
        for block in 0..<shape.blocks { share += V.total(V.product(heads[block], shares[block])) }
        return Swift.min(1, share)
    }

    /// The weight of the structures that end with `helix` in the last row.
    ///
    /// `unfinished`, where given, are the helices that begin in the first column and are still too short in the first
    /// of these rows: the cells do not count them.
    @inline(__always)
    private func lastHelix<Kind: MapKind>(
        _ map: DuplexMap<V>, _ scaled: ScaledCells<V>, _ helix: EndHelix, unfinished: UnsafeMutablePointer<V>?,
        _: Kind.Type
    ) -> V {
        let length = helix.length, start = map.rows &- length
        var sum = V.fill(0)
        for first in stride(from: 0, through: map.columns &- length, by: 1)
        where (0..<length).allSatisfy({ helix.isPair(start &+ $0, first &+ $0) }) {
            var weight = scaled.row(start)[EveryRow.width &* first &+ CellPart.m]
            if let unfinished, first < length &- 1 { weight = unfinished[first] }
            for k in 1..<Swift.max(1, length) {
                let row = RowWeights<V, Kind>(map, start &+ k)
                weight = V.product(weight, V.product(scaled.factors[start &+ k], row.stack(map, first &+ k)))
            }
            let last = RowWeights<V, Kind>(map, map.rows &- 1)
            sum = V.sum(sum, last.end(map, first &+ length &- 1), times: weight)
        }
        return sum
    }
}
