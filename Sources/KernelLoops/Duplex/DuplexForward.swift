// DuplexForward: the partition function of one map, several rows at a time.

import KernelShapes

/// How many rows go side by side; a type, so that the loop over them is written out.
protocol RowsAbreast {
    static var count: Int { get }
}
enum OneAbreast: RowsAbreast { @inline(__always) static var count: Int { 1 } }
enum TwoAbreast: RowsAbreast { @inline(__always) static var count: Int { 2 } }
private enum ThreeAbreast: RowsAbreast { @inline(__always) static var count: Int { 3 } }

/// As many as 16 registers serve, or the 32 of arm64, of which a vector takes two.
#if FUSED || arch(arm64)
    private typealias MostRows = ThreeAbreast
#else
    private typealias MostRows = OneAbreast
#endif

#if MANY_REGISTERS
    var hasManyRegisters: Bool { @inline(__always) get { true } }
#else
    var hasManyRegisters: Bool { @inline(__always) get { false } }
#endif

/// Whether numbers are held at the ceiling as they come; a type likewise.
private protocol Holding {
    static var isHeld: Bool { get }
}
private enum Free: Holding { @inline(__always) static var isHeld: Bool { false } }
private enum Held: Holding { @inline(__always) static var isHeld: Bool { true } }

/// The weights of loops and of a start.
private struct LoopWeights<V: Lanes> {
    let extend: V
    let start: V
    let ceiling = RangeLimits<V>().ceiling

    @inline(__always) init(_ gaps: UnsafePointer<V>) { (extend, start) = (gaps[0], gaps[1]) }
}

/// A row on its way along the columns.
private struct MovingRow<V: Lanes, Kind: MapKind> {
    private let table: UnsafePointer<V>
    /// The same behind the letter before the last.
    private let skipped: UnsafePointer<V>
    /// What position i brings to starts, stacks and ends.
    private let start: V
    private let stackWeight: V
    private let end: V
    /// M and X + Y of the last cell.
    var m = V.fill(0)
    var loop = V.fill(0)
    /// Y of the next, and its stacks: there are none in the first column.
    private var y = V.fill(0)
    private var stacked = V.fill(0)
    var sum = V.fill(0)

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int, _ weights: LoopWeights<V>) {
        let letter = map.rowOffsets[i]
        table = vector(map.stackTable, letter.stack)
        skipped = vector(map.stackTable, letter.skip)
        let place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        start = Kind.hasPositions ? V.product(weights.start, map.rowWeights[place]) : weights.start
        stackWeight = Kind.hasPositions ? map.rowWeights[place &+ 1] : V.fill(0)
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : V.fill(0)
    }

    /// Goes on to a column: M, from X + Y of the cell before it in both strands.
    @inline(__always)
    mutating func pair<H: Holding>(_ column: LetterOffsets, loop before: V, _ weights: LoopWeights<V>, _: H.Type) {
        m = V.sum(stacked, vector(table, column.stack)[0], times: V.plus(start, before))
        if H.isHeld { m = V.least(m, weights.ceiling) }
    }

    /// The loops of the same cell; X comes from the row above and goes on to the next.
    @inline(__always) mutating func leaveOut(x: inout V, _ weights: LoopWeights<V>) {
        loop = V.plus(x, y)
        x = V.sum(m, weights.extend, times: x)
        y = V.sum(x, weights.extend, times: y)
    }

    /// The stacks of the next column, from M of the cell before it in both strands and of those two letters back in A or in B.
    @inline(__always) mutating func stack(on column: LetterOffsets, _ back: V, backA: V, backB: V) {
        let bulgeA = vector(skipped, column.stack)[2], bulgeB = vector(table, column.skip)[2]
        stacked = V.sum(
            V.sum(V.product(bulgeA, backA), bulgeB, times: backB), vector(table, column.stack)[1], times: back)
        if Kind.hasPositions { stacked = V.product(stackWeight, stacked) }
    }

    /// Adds what ends in cell j of a map with positions.
    @inline(__always) mutating func count(_ j: Int, _ map: DuplexMap<V>) {
        sum = V.sum(sum, map.columnWeights[Swift.min(j, map.columnPositions &- 1)], times: m)
    }

    /// Writes a cell, with the X that it leaves to the next row.
    @inline(__always) func write(_ x: V, to cell: UnsafeMutablePointer<V>) {
        (cell[CellPart.m], cell[CellPart.x], cell[CellPart.loop]) = (m, x, loop)
    }

    @inline(__always) var ended: V { V.product(end, sum) }
}

/// Rows i and those that go beside it, as pass `number` over the columns.
@inline(__always)
private func pass<V: Lanes, Kind: MapKind, Rows: RowKeeping, N: RowsAbreast, H: Holding>(
    _ i: Int, number: Int, _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ weights: LoopWeights<V>,
    ended: inout V, _: Kind.Type, _: N.Type, _: H.Type
) {
    let count = N.count
    // Rows that there are not, nobody asks.
    var r0 = MovingRow<V, Kind>(map, i, weights), r1 = MovingRow<V, Kind>(map, count > 1 ? i &+ 1 : i, weights)
    var r2 = MovingRow<V, Kind>(map, count > 2 ? i &+ 2 : i, weights)
    let before = cells.row(i &- 1, ofPass: number &- 1)
    let second = Rows.keepsAll ? cells.row(i &- 2) : before + CellPart.upperM
    let own = cells.row(i, ofPass: number)
    // Where not all rows are kept, the last of these takes the one place.
    let nextRow = Rows.keepsAll ? cells.stride : 0
    let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
    let totals = cells.totals + (width &- 1)
    var column = map.columnOffsets[0]
    // Loads and stores of vectors are what bounds the loop: a number is kept from column to column where there is a register for
    // it, M of the row above always, of the third row where there are 32.
    var mBack = (before - Rows.width)[CellPart.m]
    var (m2, m2Back) = (V.fill(0), V.fill(0))
    for j in 0..<width {
        // The stacks of the next column are added up along with this one's loops: of three rows in one column, each waiting for
        // the one before, a processor has too little at hand to be busy.
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
        r0.leaveOut(x: &x, weights)
        if Rows.keepsAll || count == 1 { r0.write(x, to: cell) }
        if count > 1 {
            r1.leaveOut(x: &x, weights)
            if Rows.keepsAll || count == 2 { r1.write(x, to: cell + nextRow) }
        }
        if count > 2 {
            r2.leaveOut(x: &x, weights)
            r2.write(x, to: cell + 2 &* nextRow)
        }
        if !Rows.keepsAll { cell[CellPart.upperM] = count > 2 ? r1.m : count > 1 ? r0.m : above[CellPart.m] }
        if Kind.hasPositions {
            r0.count(j, map)
            if count > 1 { r1.count(j, map) }
            if count > 2 { r2.count(j, map) }
        } else if Kind.isSelf {
            // The second row's cell one column back closes the same hairpin loop, the third's two back. So the last cells of these
            // rows, of letters that face themselves or what is before them, are never counted.
            var total = V.plus(totals[0 &- j], r0.m)
            if count > 1 { total = V.plus(total, m1) }
            if count > 2 {
                let lower = hasManyRegisters ? m2Back : (cell + 2 &* nextRow - 2 &* Rows.width)[CellPart.m]
                total = V.plus(total, lower)
                (m2, m2Back) = (r2.m, m2)
            }
            totals[0 &- j] = total
        } else {
            ended = V.plus(ended, r0.m)
            if count > 1 { ended = V.plus(ended, r1.m) }
            if count > 2 { ended = V.plus(ended, r2.m) }
        }
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
}

/// What a map comes to, still in units of `RangeLimits.startScale`.
@inline(__always)
private func allRows<V: Lanes, Kind: MapKind, Rows: RowKeeping, H: Holding>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type, _: H.Type
) -> (sum: V, hairpin: V) {
    let weights = LoopWeights(map.gaps)
    var ended = V.fill(0)
    cells.clear(rows: map.rows, totals: Kind.isSelf ? map.columns : 0)
    var i = 0, number = 0
    @inline(__always) func passes<N: RowsAbreast>(_ rows: N.Type) {
        while i &+ N.count <= map.rows {
            pass(i, number: number, map, cells, weights, ended: &ended, kind, rows, H.self)
            i &+= N.count
            number &+= 1
        }
    }
    passes(MostRows.self)
    if MostRows.count > 2 { passes(TwoAbreast.self) }
    passes(OneAbreast.self)
    return Kind.isSelf ? cells.sums(map.columns &- 1, loops: map.hairpin) : (ended, V.fill(0))
}

/// Sums the weights of all stretches of a map.
///
/// For a cell (i, j), with P the pair, T its stack on the pair before, s a start and g a letter more in a loop:
///
///     M = P (s + (X + Y)[i-1,j-1]) + T M[i-1,j-1] + T' M[i-2,j-1] + T" M[i-1,j-2]
///     X[i+1,j] = M + g X                             letters of A left out
///     Y[i,j+1] = M + g (X + Y)                       letters of B left out, after those of A
///     sum = sum of M
///
/// T' and T" are the stack of the pair on the pair two letters back in one strand, with the weight of a bulge: one of a
/// single letter keeps its stack.
///
/// This is the recurrence of McCaskill (1990) for two strands without inner structure, every weight learned. Returns the
/// sum, and for a self map (only the cells whose partner lies behind) the sum with each cell times its loop weight; both in
/// units of `RangeLimits.startScale`. `cells` is overwritten.
///
/// Three rows go side by side: the lower find what they need of the upper in registers. A fourth would have registers with
/// AVX-512 alone, and sums would come to other bits there. Where a vector takes two of 16 registers, as on any x86-64, a
/// row goes alone: two would spill, and took 1.3 times as long. No number is below zero, so that a sum below the ceiling
/// tells that none has passed it; where it is not, all is done again with every M held.
@inline(__always)
func duplexForward<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    let ends = allRows(map, cells, kind, Free.self)
    return V.areBelow(ends.sum, RangeLimits<V>().ceiling) ? ends : heldRows(map, cells, kind)
}

@inline(never)
private func heldRows<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    allRows(map, cells, kind, Held.self)
}
