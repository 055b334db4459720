// PairProbabilities: how probable it is that two letters pair, from the cells of a map and their adjoints.

import KernelShapes

/// Adjoints of the cells of the rows below the current one, one vector for each column, with two more after the last
/// column, which stay zero.
private struct AdjointRows<V: Lanes> {
    /// Of M in the next two rows.
    var below, secondBelow: UnsafeMutablePointer<V>
    /// Of M in this row.
    var own: UnsafeMutablePointer<V>
    /// Of X in the next row, times the factor of that row.
    let onX: UnsafeMutablePointer<V>

    /// Vectors needed for a map of `columns` columns.
    @inline(__always) static func count(columns: Int) -> Int { 4 &* (columns &+ 2) }

    @inline(__always) init(_ scratch: UnsafeMutablePointer<V>, columns: Int) {
        let stride = columns &+ 2
        (below, secondBelow) = (scratch, scratch + stride)
        (own, onX) = (scratch + 2 &* stride, scratch + 3 &* stride)
        for k in 0..<AdjointRows.count(columns: columns) { scratch[k] = V.fill(0) }
    }

    mutating func moveUp() { (own, below, secondBelow) = (secondBelow, own, below) }
}

/// Vectors of scratch that `addPairProbabilities` needs. Those of `duplexBackward` have room for them and for a chain.
@inline(__always)
func adjointScratch<V: Lanes>(columns: Int, _: V.Type) -> Int { AdjointRows<V>.count(columns: columns) }

/// Where the cells of a map are in numbers for each letter of strand A and each of strand B, as written.
struct PairPlaces {
    /// The place of row 0 and column 0, and the steps from row to row and from column to column.
    let first, row, column: Int

    /// For a map with `rows` and `columns`, whose rows are strand B where `isSwapped`, and whose columns are read from
    /// the end of their strand where `isReversed`.
    init(rows: Int, columns: Int, isSwapped: Bool, isReversed: Bool) {
        let step = isSwapped ? rows : 1
        row = isSwapped ? 1 : columns
        column = isReversed ? 0 - step : step
        first = isReversed ? (columns - 1) * step : 0
    }

    @inline(__always) func callAsFunction(_ i: Int, _ j: Int) -> Int { first &+ i &* row &+ j &* column }
}

/// Adds `share` times the probability of each pair of letters to `probabilities`, summed over the heads.
///
/// `scaled` holds the cells of `scaledForward` with sums, whose result is `sum`. The probability of a pair is M of its
/// cell times the derivative of the whole sum with respect to it, over the sum: the weight of all structures that have
/// the pair.
@inline(never)
func addPairProbabilities<V: Lanes, Kind: MapKind>(
    _ map: DuplexMap<V>, _ scaled: ScaledCells<V>, _ sum: ScaledSum<V>, share: V, scratch: UnsafeMutablePointer<V>,
    to probabilities: UnsafeMutablePointer<V.Scalar>, _ places: PairPlaces, _: Kind.Type
) {
    let (extend, zero) = (map.gaps[0], V.fill(0))
    var rows = AdjointRows(scratch, columns: map.columns)
    // A sum that vanished in this precision has no pairs.
    var seed = zero
    for lane in 0..<V.scalarCount where sum.weight[lane] > 0 { seed[lane] = share[lane] / sum.weight[lane] }
    var i = map.rows
    while i > 0 {
        i &-= 1
        let row = RowWeights<V, Kind>(map, i), own = scaled.row(i)
        let isLast = i &+ 1 == map.rows, isLastButOne = i &+ 2 >= map.rows
        let next = RowWeights<V, Kind>(map, isLast ? i : i &+ 1)
        let afterNext = RowWeights<V, Kind>(map, isLastButOne ? i : i &+ 2)
        let factor = scaled.factor(i &+ 1, rows: map.rows)
        let twice = V.product(factor, scaled.factor(i &+ 2, rows: map.rows))
        var onY = zero
        var j = map.columns
        while j > 0 {
            j &-= 1
            // Beyond the last row and column the adjoints are zero, and the weights those of any letter.
            let right = Swift.min(j &+ 1, map.columns &- 1), far = Swift.min(j &+ 2, map.columns &- 1)
            let onBelow = V.product(factor, rows.below[j &+ 1])
            let onLoop = V.sum(V.product(next.pair(map, right), onBelow), extend, times: onY)
            let onX = rows.onX[j]
            var onM = V.sum(V.plus(onX, onY), seed, times: row.end(map, j))
            onM = V.sum(onM, next.stack(map, right), times: onBelow)
            onM = V.sum(onM, V.product(factor, next.columnBulge(map, far)), times: rows.below[j &+ 2])
            onM = V.sum(onM, V.product(twice, afterNext.rowBulge(map, right)), times: rows.secondBelow[j &+ 1])
            rows.own[j] = onM
            rows.onX[j] = V.product(scaled.factors[i], V.sum(onLoop, extend, times: onX))
            onY = onLoop
            probabilities[places(i, j)] += V.total(V.product(own[EveryRow.width &* j &+ CellPart.m], onM))
        }
        seed = V.product(seed, scaled.factors[i])
        rows.moveUp()
    }
}
