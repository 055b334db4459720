// ScaledForward: the recurrence of one map with all cells kept, free of the ceiling, for what structures look like.

import KernelShapes

/// How the weights of alternative structures are combined; a type, so that the loops are specialised for each.
protocol Combining {
    /// The weight of either of two alternatives.
    static func plus<V: Lanes>(_ a: V, _ b: V) -> V
    /// The weight of c or a b.
    static func sum<V: Lanes>(_ c: V, _ a: V, times b: V) -> V
}

/// Partition functions: the weights of alternatives are summed.
enum TotalWeight: Combining {
    @inline(__always) static func plus<V: Lanes>(_ a: V, _ b: V) -> V { V.plus(a, b) }
    @inline(__always) static func sum<V: Lanes>(_ c: V, _ a: V, times b: V) -> V { V.sum(c, a, times: b) }
}

/// The best structure: the largest of the weights is taken (Viterbi).
enum LargestWeight: Combining {
    @inline(__always) static func plus<V: Lanes>(_ a: V, _ b: V) -> V { V.greatest(a, b) }
    @inline(__always) static func sum<V: Lanes>(_ c: V, _ a: V, times b: V) -> V { V.greatest(c, V.product(a, b)) }
}

/// The cells of a map, each row in a scale of its own.
///
/// The values of row i are those of `duplexForward` times the product of the factors of rows 0 to i, which are powers
/// of two: where the cells of a row have grown large, the next row has a factor below 1, for each head by itself. A
/// long perfect duplex does not overflow, and no value is rounded by its scale.
struct ScaledCells<V: Lanes> {
    let cells: DuplexCells<V, EveryRow>
    /// (rows).
    let factors: UnsafeMutablePointer<V>
    /// (2 columns): the helix from the end of the facing strand in this row and in the row where a helix to the end of
    /// the strand of the rows begins; see `scaledForward`.
    let chain: UnsafeMutablePointer<V>

    @inline(__always) func row(_ i: Int) -> UnsafeMutablePointer<V> { cells.row(i) }

    /// The factor of row i, 1 after the last row.
    @inline(__always) func factor(_ i: Int, rows: Int) -> V { i < rows ? factors[i] : V.fill(1) }
}

/// The weight of all structures of a map, or that of the best one.
struct ScaledSum<V: Lanes> {
    /// In units of `RangeLimits.initiationScale` and in the scale of the last row.
    var weight = V.fill(0)
    /// The binary logarithm of that scale, 0 or less.
    var exponent = V.fill(0)

    /// The natural logarithm of the weight, as `duplexForward`'s would be.
    @inline(__always) var logarithm: V {
        let least = V.fill(MemoryLayout<V.Scalar>.size == 8 ? 0x1p-1000 : 0x1p-126)
        let log = V.logarithm(V.greatest(weight, least))
        return log - exponent * V.fill(0.693_147_180_559_945_3) + V.fill(RangeLimits<V>().initiationShift)
    }
}

/// What all cells of a row share.
struct RowWeights<V: Lanes, Kind: MapKind> {
    let letter: LetterOffsets
    /// The position weights of initiations, stacks and helix ends.
    let initiation, stack, end: V

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int) {
        letter = map.rowOffsets[i]
        let one = V.fill(1)
        let place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        initiation = Kind.hasPositions ? map.rowWeights[place] : one
        stack = Kind.hasPositions ? map.rowWeights[place &+ 1] : one
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : one
    }

    /// The weight of the pair with the letter of column j, where it begins a helix.
    @inline(__always) func pair(_ map: DuplexMap<V>, _ j: Int) -> V {
        vector(map.stackTable, letter.stack &+ map.columnOffsets[j].stack)[0]
    }

    /// The weight of the pair's stack on the pair before it.
    @inline(__always) func stack(_ map: DuplexMap<V>, _ j: Int) -> V {
        V.product(stack, vector(map.stackTable, letter.stack &+ map.columnOffsets[j].stack)[1])
    }

    /// The same over a bulge of one letter of the rows' strand.
    @inline(__always) func rowBulge(_ map: DuplexMap<V>, _ j: Int) -> V {
        V.product(stack, vector(map.stackTable, letter.skip &+ map.columnOffsets[j].stack)[2])
    }

    /// The same over a bulge of one letter of the columns' strand.
    @inline(__always) func columnBulge(_ map: DuplexMap<V>, _ j: Int) -> V {
        V.product(stack, vector(map.stackTable, letter.stack &+ map.columnOffsets[j].skip)[2])
    }

    /// The weight of a structure's end in column j.
    @inline(__always) func end(_ map: DuplexMap<V>, _ j: Int) -> V {
        guard Kind.hasPositions else { return end }
        return V.product(end, map.columnWeights[Swift.min(j, map.columnPositions &- 1)])
    }
}

/// The helix with which structures must begin or end: of a number of pairs, without a bulge or loop, in which all
/// letters pair.
struct EndHelix {
    let length: Int
    /// (K, K): whether a letter of the rows pairs with one of the columns, 1 or 0.
    let rule: UnsafePointer<UInt8>
    let letters: Int
    /// The strand of the rows and the facing strand, in the order of the columns.
    let rows, columns: Strand

    @inline(__always) func isPair(_ i: Int, _ j: Int) -> Bool { rule[rows[i] &* letters &+ columns[j]] != 0 }
}

/// A factor that brings values of up to `greatest` back below 2; 1 where they are not large.
@inline(__always) private func factor<V: Lanes>(after greatest: V) -> V {
    let large = V.fill(0x1p32)
    var factor = V.fill(1)
    guard !V.areBelow(greatest, large) else { return factor }
    for lane in 0..<V.scalarCount where greatest[lane] >= 0x1p32 {
        factor[lane] = V.Scalar(sign: .plus, exponent: 0 - greatest[lane].exponent, significand: 1)
    }
    return factor
}

/// Fills `scaled` with the cells of `duplexForward`'s recurrence, combined by `C`, and returns the whole weight.
///
/// Without `start`, the factors are chosen and written. Else they are those of an earlier call, and only structures
/// count that begin with this helix, in the first column: the last letters of an antiparallel strand B, paired to their
/// end. Cells of the columns before the end of the helix are then zero, and after the first of the last `start.length`
/// rows the weights of helices that are still too short are copied to the second half of `chain`.
@inline(never)
func scaledForward<V: Lanes, Kind: MapKind, C: Combining>(
    _ map: DuplexMap<V>, _ scaled: ScaledCells<V>, from start: EndHelix? = nil, _: Kind.Type, _: C.Type
) -> ScaledSum<V> {
    let (extend, initiation) = (map.gaps[0], map.gaps[1])
    let (zero, ceiling) = (V.fill(0), RangeLimits<V>().ceiling)
    scaled.cells.clear(rows: map.rows, totals: 0)
    var sum = ScaledSum<V>()
    var scale = V.fill(1), greatest = zero
    let length = start?.length ?? 0, first = Swift.max(0, length &- 1)
    for k in 0..<(start == nil ? 0 : 2 &* map.columns) { scaled.chain[k] = zero }
    for i in 0..<map.rows {
        if start == nil { scaled.factors[i] = factor(after: greatest) }
        let factor = scaled.factors[i]
        scale = V.product(scale, factor)
        for lane in 0..<V.scalarCount where factor[lane] < 1 { sum.exponent[lane] += V.Scalar(factor[lane].exponent) }
        sum.weight = V.product(sum.weight, factor)
        let row = RowWeights<V, Kind>(map, i)
        let begun = V.product(V.product(initiation, scale), row.initiation)
        let twice = i > 0 ? V.product(factor, scaled.factors[i &- 1]) : factor
        let (above, second, own) = (scaled.row(i &- 1), scaled.row(i &- 2), scaled.row(i))
        if let start {
            extendChain(scaled.chain, i, row, factor, begun, map, start)
            if i == map.rows &- length {
                for k in 0..<map.columns { scaled.chain[map.columns &+ k] = scaled.chain[k] }
            }
            for k in 0..<EveryRow.width &* Swift.min(first, map.columns) { own[k] = zero }
        }
        var y = zero
        greatest = zero
        for j in stride(from: first, to: map.columns, by: 1) {
            let at = EveryRow.width &* j
            let back = above + at - EveryRow.width
            let loops = V.product(factor, back[CellPart.loop])
            var m = V.product(row.pair(map, j), start == nil ? C.plus(begun, loops) : loops)
            m = C.sum(m, V.product(factor, row.stack(map, j)), times: back[CellPart.m])
            m = C.sum(
                m, V.product(factor, row.columnBulge(map, j)), times: (back - EveryRow.width)[CellPart.m])
            m = C.sum(
                m, V.product(twice, row.rowBulge(map, j)), times: (second + at - EveryRow.width)[CellPart.m])
            if start != nil, j == first { m = scaled.chain[j] }
            m = V.least(m, ceiling)
            let x = V.product(factor, (above + at)[CellPart.x])
            let loop = C.plus(x, y)
            own[at &+ CellPart.m] = m
            own[at &+ CellPart.x] = C.sum(m, extend, times: x)
            own[at &+ CellPart.loop] = loop
            y = C.sum(m, extend, times: loop)
            greatest = V.greatest(greatest, m)
            sum.weight = C.sum(sum.weight, row.end(map, j), times: m)
        }
    }
    return sum
}

/// Moves the weights of helices that begin in the first column one row down and one column on; `begun` is the weight of
/// helix initiation in row i.
@inline(__always)
private func extendChain<V: Lanes, Kind: MapKind>(
    _ chain: UnsafeMutablePointer<V>, _ i: Int, _ row: RowWeights<V, Kind>, _ factor: V, _ begun: V,
    _ map: DuplexMap<V>, _ helix: EndHelix
) {
    var j = Swift.min(helix.length, map.columns) &- 1
    while j > 0 {
        let longer = V.product(V.product(factor, row.stack(map, j)), chain[j &- 1])
        chain[j] = helix.isPair(i, j) ? longer : V.fill(0)
        j &-= 1
    }
    chain[0] = helix.isPair(i, 0) ? V.product(begun, row.pair(map, 0)) : V.fill(0)
}
