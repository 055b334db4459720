// DuplexForward: the partition function of one map, in blocks of up to three rows.

import KernelShapes

/// How many rows are computed at once (register blocking); a type, so that the loop over the rows is unrolled.
protocol RowBlock {
    /// Rows of a block.
    static var count: Int { get }
}
enum SingleRow: RowBlock { @inline(__always) static var count: Int { 1 } }
enum RowPair: RowBlock { @inline(__always) static var count: Int { 2 } }
private enum RowTriple: RowBlock { @inline(__always) static var count: Int { 3 } }

/// The largest block of rows: three where a vector takes one of 16 registers, or two of the 32 of arm64; else one.
#if FUSED || arch(arm64)
    private typealias MostRows = RowTriple
#else
    private typealias MostRows = SingleRow
#endif

#if MANY_REGISTERS
    var hasManyRegisters: Bool { @inline(__always) get { true } }
#else
    var hasManyRegisters: Bool { @inline(__always) get { false } }
#endif

/// Whether M is clamped at the ceiling; a type, so that the loops are specialised.
private protocol Clamping {
    static var isClamped: Bool { get }
}
private enum Unclamped: Clamping { @inline(__always) static var isClamped: Bool { false } }
private enum Clamped: Clamping { @inline(__always) static var isClamped: Bool { true } }

/// The weights of loop extension and of helix initiation, and the upper bound of M.
private struct LoopWeights<V: Lanes> {
    let extend: V
    let initiation: V
    let ceiling = RangeLimits<V>().ceiling

    @inline(__always) init(_ gaps: UnsafePointer<V>) { (extend, initiation) = (gaps[0], gaps[1]) }
}

/// The state of one row in the forward pass.
private struct ForwardRow<V: Lanes, Kind: MapKind> {
    private let table: UnsafePointer<V>
    /// The same for a bulge in A, where the row stacks on the letter two before.
    private let skipped: UnsafePointer<V>
    /// The weights of initiations in row i, and the position weights of its stacks and helix ends.
    private let initiation: V
    private let stackWeight: V
    private let end: V
    /// M and X + Y of the current cell.
    var m = V.fill(0)
    var loop = V.fill(0)
    /// Y in the next column, and what stacks add to M there. Both are zero in the first column.
    private var y = V.fill(0)
    private var stacked = V.fill(0)
    var sum = V.fill(0)

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int, _ weights: LoopWeights<V>) {
        let letter = map.rowOffsets[i]
        table = vector(map.stackTable, letter.stack)
        skipped = vector(map.stackTable, letter.skip)
        let place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        initiation = Kind.hasPositions ? V.product(weights.initiation, map.rowWeights[place]) : weights.initiation
        stackWeight = Kind.hasPositions ? map.rowWeights[place &+ 1] : V.fill(0)
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : V.fill(0)
    }

    /// Moves to the next column and computes M there; `before` is X + Y one row and one column back.
    @inline(__always)
    mutating func pair<H: Clamping>(_ column: LetterOffsets, loop before: V, _ weights: LoopWeights<V>, _: H.Type) {
        m = V.sum(stacked, vector(table, column.stack)[0], times: V.plus(initiation, before))
        if H.isClamped { m = V.least(m, weights.ceiling) }
    }

    /// Computes X + Y of the cell, and Y in the next column. `x` is X of the cell, and becomes X of the cell in the
    /// next row.
    @inline(__always) mutating func extendLoops(x: inout V, _ weights: LoopWeights<V>) {
        loop = V.plus(x, y)
        x = V.sum(m, weights.extend, times: x)
        y = V.sum(x, weights.extend, times: y)
    }

    /// Computes what stacks add to M in the next column, from M one row and one column before that (`back`), and over
    /// a bulge from M two rows (`backA`) or two columns (`backB`) before.
    @inline(__always) mutating func stack(on column: LetterOffsets, _ back: V, backA: V, backB: V) {
        let weight = vector(table, column.stack)[1]
        if Kind.hasBulges {
            let bulgeA = vector(skipped, column.stack)[2], bulgeB = vector(table, column.skip)[2]
            stacked = V.sum(V.sum(V.product(bulgeA, backA), bulgeB, times: backB), weight, times: back)
        } else {
            stacked = V.product(weight, back)
        }
        if Kind.hasPositions { stacked = V.product(stackWeight, stacked) }
    }

    /// Adds M of the cell in column j, times the position weight of the column, to the sum.
    @inline(__always) mutating func count(_ j: Int, _ map: DuplexMap<V>) {
        sum = V.sum(sum, map.columnWeights[Swift.min(j, map.columnPositions &- 1)], times: m)
    }

    /// Writes a cell; `x` is X of the cell in the next row.
    @inline(__always) func write(_ x: V, to cell: UnsafeMutablePointer<V>) {
        (cell[CellPart.m], cell[CellPart.x], cell[CellPart.loop]) = (m, x, loop)
    }

    @inline(__always) var ended: V { V.product(end, sum) }
}

/// Computes row i and the other rows of its block: pass `number` over the columns.
@inline(__always)
private func pass<V: Lanes, Kind: MapKind, Rows: RowKeeping, N: RowBlock, H: Clamping>(
    _ i: Int, number: Int, _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ weights: LoopWeights<V>,
    ended: inout V, _: Kind.Type, _: N.Type, _: H.Type
) {
    let count = N.count
    // Unused rows are never read.
    var r0 = ForwardRow<V, Kind>(map, i, weights), r1 = ForwardRow<V, Kind>(map, count > 1 ? i &+ 1 : i, weights)
    var r2 = ForwardRow<V, Kind>(map, count > 2 ? i &+ 2 : i, weights)
    let before = cells.row(i &- 1, ofPass: number &- 1)
    let second = Rows.keepsAll ? cells.row(i &- 2) : before + CellPart.upperM
    let own = cells.row(i, ofPass: number)
    // Where not all rows are kept, only the last row of the block is written.
    let nextRow = Rows.keepsAll ? cells.stride : 0
    let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
    let totals = cells.totals + (width &- 1)
    var column = map.columnOffsets[0]
    // Loads and stores of vectors bound the speed of the loop. A value is carried from column to column where there is
    // a register for it: M of the row above always, M of the third row where there are 32 registers.
    var mBack = (before - Rows.width)[CellPart.m]
    var (m2, m2Back) = (V.fill(0), V.fill(0))
    for j in 0..<width {
        // What stacks add to the next column is computed along with the loops of this column: within one column, each
        // of the three rows waits for the one above, which leaves too few independent instructions.
        let next = map.columnOffsets[j &+ 1]
        let above = before + Rows.width &* j, cell = own + Rows.width &* j
        let back = above - Rows.width
        var x = above[CellPart.x]
        let mAbove = above[CellPart.m]
        let (m0, m1) = (r0.m, r1.m)
        let (loop0, loop1) = (r0.loop, r1.loop)
        r0.pair(column, loop: back[CellPart.loop], weights, H.self)
        if count > 1 { r1.pair(column, loop: loop0, weights, H.self) }
        if count > 2 { r2.pair(column, loop: loop1, weights, H.self) }
        if Kind.hasPositions {
            r0.count(j, map)
            if count > 1 { r1.count(j, map) }
            if count > 2 { r2.count(j, map) }
        } else if Kind.isSelf {
            // The cell of the second row one column back closes a hairpin loop of the same length, and so does the
            // cell of the third row two columns back. The last cells of these rows, where a letter faces itself or one
            // before it, are never counted.
            var total = V.plus(totals[0 &- j], r0.m)
            if count > 1 { total = V.plus(total, m1) }
            if count > 2 {
                let lower = hasManyRegisters ? m2Back : (cell + 2 &* nextRow - 2 &* Rows.width)[CellPart.m]
                total = V.plus(total, lower)
                (m2, m2Back) = (r2.m, m2)
            }
            totals[0 &- j] = total
        } else if Kind.countsRows {
            r0.sum = V.plus(r0.sum, r0.m)
            if count > 1 { r1.sum = V.plus(r1.sum, r1.m) }
            if count > 2 { r2.sum = V.plus(r2.sum, r2.m) }
        } else {
            // Three additions to the sum in turn would take nearly as long as all the rest of the column.
            var total = r0.m
            if count > 1 { total = V.plus(total, r1.m) }
            if count > 2 { total = V.plus(total, r2.m) }
            ended = V.plus(ended, total)
        }
        r0.extendLoops(x: &x, weights)
        if Rows.keepsAll || count == 1 { r0.write(x, to: cell) }
        if count > 1 {
            r1.extendLoops(x: &x, weights)
            if Rows.keepsAll || count == 2 { r1.write(x, to: cell + nextRow) }
        }
        if count > 2 {
            r2.extendLoops(x: &x, weights)
            r2.write(x, to: cell + 2 &* nextRow)
        }
        if !Rows.keepsAll { cell[CellPart.upperM] = count > 2 ? r1.m : count > 1 ? r0.m : above[CellPart.m] }
        r0.stack(on: next, mAbove, backA: second[Rows.width &* j], backB: mBack)
        if count > 1 { r1.stack(on: next, r0.m, backA: mAbove, backB: m0) }
        if count > 2 { r2.stack(on: next, r1.m, backA: r0.m, backB: m1) }
        column = next
        mBack = mAbove
    }
    if Kind.hasPositions {
        ended = V.plus(ended, r0.ended)
        if count > 1 { ended = V.plus(ended, r1.ended) }
        if count > 2 { ended = V.plus(ended, r2.ended) }
    }
    if Kind.countsRows {
        cells.totals[i] = r0.sum
        if count > 1 { cells.totals[i &+ 1] = r1.sum }
        if count > 2 { cells.totals[i &+ 2] = r2.sum }
        ended = V.plus(ended, r0.sum)
        if count > 1 { ended = V.plus(ended, r1.sum) }
        if count > 2 { ended = V.plus(ended, r2.sum) }
    }
}

/// One computation of a map, see `duplexForward`; the sums are in units of `RangeLimits.initiationScale`.
@inline(__always)
private func allRows<V: Lanes, Kind: MapKind, Rows: RowKeeping, H: Clamping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type, _: H.Type
) -> (sum: V, hairpin: V) {
    let weights = LoopWeights(map.gaps)
    var ended = V.fill(0)
    cells.clear(rows: map.rows, totals: Kind.isSelf ? map.columns : 0)
    var i = 0, number = 0
    @inline(__always) func passes<N: RowBlock>(_ rows: N.Type) {
        while i &+ N.count <= map.rows {
            pass(i, number: number, map, cells, weights, ended: &ended, kind, rows, H.self)
            i &+= N.count
            number &+= 1
        }
    }
    passes(MostRows.self)
    if MostRows.count > 2 { passes(RowPair.self) }
    passes(SingleRow.self)
    return Kind.isSelf ? cells.sums(map.columns &- 1, loops: map.hairpin) : (ended, V.fill(0))
}

/// The partition function of a map: the sum of the Boltzmann weights of all its structures.
///
/// A structure is a chain of helices with internal loops and bulges between them. For a cell (i, j), with P the weight
/// of the pair, T of its stack on the pair before, s of helix initiation and g of loop extension by one letter:
///
///     M = P (s + (X + Y)[i-1,j-1]) + T M[i-1,j-1] + T' M[i-2,j-1] + T" M[i-1,j-2]
///     X[i+1,j] = M + g X                             unpaired letters of A
///     Y[i,j+1] = M + g (X + Y)                       unpaired letters of B, after those of A
///     sum = sum of M
///
/// M is the weight of all structures that end in the cell, X and Y those of structures with an open loop. T' and T"
/// are weights of the stack of the pair on the pair two letters back in one strand, times that of a bulge: across a
/// bulge of one letter the pairs stack. Both are 0 where the kind of map has no bulges.
///
/// This is the recurrence of McCaskill (1990) for two strands without structure within a strand, with all weights
/// learned. Returns `sum` and, for a self map, `hairpin`: the sum of M times the weight of the hairpin loop that the
/// cell closes. Both are in units of `RangeLimits.initiationScale`. `cells` is overwritten.
///
/// Three rows are computed at once: the lower rows read the values of the upper ones from registers. Only AVX-512 has
/// registers for a fourth row, and with four the sums would be rounded differently there. Where a vector takes two of
/// 16 registers, as with SSE, one row is computed at a time: two rows would spill, and took 1.3 times as long. No M is
/// negative, so if the sum is below the ceiling, so is every M. If it is not, the map is computed again with every M
/// clamped.
@inline(__always)
func duplexForward<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    let ends = allRows(map, cells, kind, Unclamped.self)
    return V.areBelow(ends.sum, RangeLimits<V>().ceiling) ? ends : clampedRows(map, cells, kind)
}

@inline(never)
private func clampedRows<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    allRows(map, cells, kind, Clamped.self)
}
