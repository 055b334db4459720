// BestStructure: the pairs of the structure with the largest weight, traced back through the cells of a map.

import KernelShapes

/// Which of several equally good structures is taken: the order of two last pairs.
struct TieOrder {
    /// Whether the facing strand, of the columns, is compared first.
    let columnsFirst: Bool
    /// Whether the facing strand is read from its end, so that its first letters are in the last columns.
    let isReversed: Bool

    /// Whether (i, j) comes before (k, l).
    @inline(__always) func precedes(_ i: Int, _ j: Int, _ k: Int, _ l: Int) -> Bool {
        let column = isReversed ? j > l : j < l
        return columnsFirst ? column || j == l && i < k : i < k || i == k && column
    }
}

/// The best structure of one head, from the cells of `scaledForward` with `LargestWeight`.
struct BestStructure<V: Lanes, Kind: MapKind> {
    private let map: DuplexMap<V>
    private let scaled: ScaledCells<V>
    private let lane: Int

    @inline(__always) init(_ map: DuplexMap<V>, _ scaled: ScaledCells<V>, lane: Int) {
        (self.map, self.scaled, self.lane) = (map, scaled, lane)
    }

    @inline(__always) private func factor(_ i: Int) -> V.Scalar { scaled.factors[i][lane] }

    /// A vector of the cell in row i and column j, from -2 on.
    @inline(__always) private func part(_ i: Int, _ j: Int, _ part: Int) -> V.Scalar {
        (scaled.row(i) + EveryRow.width &* j)[part][lane]
    }

    /// The last pair of the structure of weight `best`, in the scale of the last row; of equals, the first in `order`.
    private func last(_ best: V.Scalar, _ order: TieOrder) -> (i: Int, j: Int)? {
        var found: (i: Int, j: Int)?
        var tail: V.Scalar = 1
        for i in stride(from: map.rows &- 1, through: 0, by: -1) {
            let row = RowWeights<V, Kind>(map, i)
            for j in 0..<map.columns where part(i, j, CellPart.m) * row.end(map, j)[lane] * tail == best {
                if let other = found, !order.precedes(i, j, other.i, other.j) { continue }
                found = (i, j)
            }
            tail *= factor(i)
        }
        return found
    }

    /// The pair before (i, j) in the structure that is best up to there; nil where it begins there.
    private func before(_ i: Int, _ j: Int) -> (i: Int, j: Int)? {
        guard i > 0, j > 0 else { return nil }
        let row = RowWeights<V, Kind>(map, i)
        let f = factor(i), pair = row.pair(map, j)[lane]
        var scale: V.Scalar = 1
        for k in 0...i { scale *= factor(k) }
        var best = pair * map.gaps[1][lane] * scale * row.initiation[lane]
        var step: (rows: Int, columns: Int)?
        func consider(_ weight: V.Scalar, _ rows: Int, _ columns: Int) {
            if weight >= best { (best, step) = (weight, (rows, columns)) }
        }
        let loop = pair * f * part(i &- 1, j &- 1, CellPart.loop)
        let isLoop = loop >= best
        if isLoop { best = loop }
        consider(f * row.columnBulge(map, j)[lane] * part(i &- 1, j &- 2, CellPart.m), 1, 2)
        if i > 1 { consider(f * factor(i &- 1) * row.rowBulge(map, j)[lane] * part(i &- 2, j &- 1, CellPart.m), 2, 1) }
        consider(f * row.stack(map, j)[lane] * part(i &- 1, j &- 1, CellPart.m), 1, 1)
        if let step { return (i &- step.rows, j &- step.columns) }
        return isLoop ? opening(i &- 1, j &- 1) : nil
    }

    /// The last pair before the loop that reaches the cell (i, j): unpaired letters of the columns are behind those of
    /// the rows.
    private func opening(_ row: Int, _ column: Int) -> (i: Int, j: Int)? {
        var (i, j) = (row, column)
        let extend = map.gaps[0][lane]
        func x(_ i: Int, _ j: Int) -> V.Scalar { i > 0 ? factor(i) * part(i &- 1, j, CellPart.x) : 0 }
        while j > 0, x(i, j) < part(i, j, CellPart.loop) {
            // The loop continues with a letter of the columns, or was opened by one.
            j &-= 1
            if part(i, j, CellPart.m) >= extend * part(i, j, CellPart.loop) { return (i, j) }
        }
        while i > 0 {
            i &-= 1
            if part(i, j, CellPart.m) >= extend * x(i, j) { return (i, j) }
        }
        return nil
    }

    /// Writes the pairs, as rows and columns, from the last to the first, and returns their number.
    func trace(_ best: V.Scalar, _ order: TieOrder, to places: UnsafeMutablePointer<Int32>) -> Int {
        var count = 0
        var place = last(best, order)
        while let (i, j) = place, count < Swift.min(map.rows, map.columns) {
            (places[2 &* count], places[2 &* count &+ 1]) = (Int32(i), Int32(j))
            count &+= 1
            place = before(i, j)
        }
        return count
    }
}
