// DuplexForward: the partition function of one map, several rows at a time.

import KernelShapes

/// How many rows go side by side; a type, so that the loop over them is written out.
private protocol RowsAbreast {
    static var count: Int { get }
}
private enum OneRow: RowsAbreast { @inline(__always) static var count: Int { 1 } }
private enum TwoRows: RowsAbreast { @inline(__always) static var count: Int { 2 } }
#if MANY_REGISTERS
    private enum FourRows: RowsAbreast { @inline(__always) static var count: Int { 4 } }
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
    private let stack: V
    private let end: V
    /// M and X + Y of the last cell.
    var m = V.fill(0)
    var loop = V.fill(0)
    /// Y of the next.
    private var y = V.fill(0)
    var sum = V.fill(0)

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int, _ weights: LoopWeights<V>) {
        let letter = map.rowOffsets[Swift.min(i, map.rows &- 1)]
        table = vector(map.stackTable, letter.stack)
        skipped = vector(map.stackTable, letter.skip)
        let place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        start = Kind.hasPositions ? V.product(weights.start, map.rowWeights[place]) : weights.start
        stack = Kind.hasPositions ? map.rowWeights[place &+ 1] : V.fill(0)
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : V.fill(0)
    }

    /// Goes on to a column, from M and X + Y of the cell before it in both strands, and from M of those that are two letters
    /// back in A or in B; X comes from the row above and goes on to the next.
    @inline(__always)
    mutating func step<H: Holding>(
        _ column: LetterOffsets, m back: V, loop before: V, backA: V, backB: V, x: inout V, _ weights: LoopWeights<V>,
        _: H.Type
    ) {
        let fields = vector(table, column.stack)
        let bulgeA = vector(skipped, column.stack)[2], bulgeB = vector(table, column.skip)[2]
        // What comes last in time comes last here: loops wait for the row above.
        var stacked = V.sum(V.sum(V.product(bulgeA, backA), bulgeB, times: backB), fields[1], times: back)
        if Kind.hasPositions { stacked = V.product(stack, stacked) }
        m = V.sum(stacked, fields[0], times: V.plus(start, before))
        if H.isHeld { m = V.least(m, weights.ceiling) }
        loop = V.plus(x, y)
        x = V.sum(m, weights.extend, times: x)
        y = V.sum(x, weights.extend, times: y)
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

/// What a map comes to, still in units of `RangeLimits.startScale`.
private struct Ends<V: Lanes> {
    var sum = V.fill(0)
    var hairpin = V.fill(0)

    @inline(__always) mutating func add(_ m: V, loop: V) {
        sum = V.plus(sum, m)
        hairpin = V.sum(hairpin, loop, times: m)
    }

    @inline(__always) mutating func add(_ others: Ends<V>) {
        sum = V.plus(sum, others.sum)
        hairpin = V.plus(hairpin, others.hairpin)
    }
}

/// Rows i and those that go beside it.
@inline(__always)
private func pass<V: Lanes, Kind: MapKind, Rows: RowKeeping, N: RowsAbreast, H: Holding>(
    _ i: Int, _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ weights: LoopWeights<V>, _ ends: inout Ends<V>,
    _: Kind.Type, _: N.Type, _: H.Type
) {
    let count = N.count
    var r0 = MovingRow<V, Kind>(map, i, weights), r1 = MovingRow<V, Kind>(map, i &+ 1, weights)
    var r2 = MovingRow<V, Kind>(map, i &+ 2, weights), r3 = MovingRow<V, Kind>(map, i &+ 3, weights)
    let zero = V.fill(0)
    let before = cells.row(i &- 1), second = cells.mAbove(i &- 1)
    let own = cells.row(i)
    let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
    // M and X + Y above, one column back; M two rows above, one back; M above and of the rows, two back; of the last, three.
    var (back, loop, twoAbove) = (zero, zero, zero)
    var (backBefore, m0Before, m1Before, m2Before) = (zero, zero, zero, zero)
    var (m3Before, m3BeforeThat) = (zero, zero)
    let hairpin = map.hairpin + (map.columns &- 2 &- i)
    // Of the first two rows and of the others: so that four rows come to the same bits as twice two.
    var upper = Ends<V>(), lower = Ends<V>()
    for j in 0..<width {
        let column = map.columnOffsets[j]
        let above = before + Rows.width &* j
        var x = above[CellPart.x]
        let (m0, loop0) = (r0.m, r0.loop)
        let (m1, loop1) = (r1.m, r1.loop)
        let (m2, loop2) = (r2.m, r2.loop)
        let m3 = r3.m
        let cell = own + Rows.width &* j
        let (nextBack, nextLoop, nextTwoAbove) = (above[CellPart.m], above[CellPart.loop], second[Rows.width &* j])
        r0.step(column, m: back, loop: loop, backA: twoAbove, backB: backBefore, x: &x, weights, H.self)
        if Rows.keepsAll { r0.write(x, to: cell) }
        if count > 1 {
            r1.step(column, m: m0, loop: loop0, backA: back, backB: m0Before, x: &x, weights, H.self)
            if Rows.keepsAll { r1.write(x, to: cell + cells.stride) }
        }
        if count > 2 {
            r2.step(column, m: m1, loop: loop1, backA: m0, backB: m1Before, x: &x, weights, H.self)
            if Rows.keepsAll { r2.write(x, to: cell + 2 &* cells.stride) }
            r3.step(column, m: m2, loop: loop2, backA: m1, backB: m2Before, x: &x, weights, H.self)
            if Rows.keepsAll { r3.write(x, to: cell + 3 &* cells.stride) }
        }
        if !Rows.keepsAll {
            (count > 2 ? r3 : count > 1 ? r1 : r0).write(x, to: cell)
            cell[CellPart.upperM] = count > 2 ? r2.m : count > 1 ? r0.m : nextBack
        }
        if Kind.isSelf {
            // The second row's cell one column back closes the same hairpin loop, the third's two back, the fourth's three. So
            // the last cells of these rows, of letters that face themselves or what is before them, are never counted.
            upper.add(count > 1 ? V.plus(r0.m, m1) : r0.m, loop: hairpin[0 &- j])
            if count > 2 { lower.add(V.plus(m2Before, m3BeforeThat), loop: hairpin[0 &- j]) }
        } else if Kind.hasPositions {
            r0.count(j, map)
            if count > 1 { r1.count(j, map) }
            if count > 2 {
                r2.count(j, map)
                r3.count(j, map)
            }
        } else {
            upper.sum = V.plus(upper.sum, count > 1 ? V.plus(r0.m, r1.m) : r0.m)
            if count > 2 { lower.sum = V.plus(lower.sum, V.plus(r2.m, r3.m)) }
        }
        (backBefore, m0Before, m1Before, m2Before) = (back, m0, m1, m2)
        (m3Before, m3BeforeThat) = (m3, m3Before)
        (back, loop, twoAbove) = (nextBack, nextLoop, nextTwoAbove)
    }
    if Kind.hasPositions {
        upper.sum = count > 1 ? V.plus(r0.ended, r1.ended) : r0.ended
        if count > 2 { lower.sum = V.plus(r2.ended, r3.ended) }
    }
    ends.add(upper)
    if count > 2 { ends.add(lower) }
}

@inline(__always)
private func allRows<V: Lanes, Kind: MapKind, Rows: RowKeeping, H: Holding>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type, _: H.Type
) -> Ends<V> {
    let weights = LoopWeights(map.gaps)
    var ends = Ends<V>()
    cells.clearBorders(rows: map.rows)
    var i = 0
    #if MANY_REGISTERS
        while i &+ 4 <= map.rows {
            pass(i, map, cells, weights, &ends, kind, FourRows.self, H.self)
            i &+= 4
        }
    #endif
    #if FUSED || arch(arm64)
        while i &+ 2 <= map.rows {
            pass(i, map, cells, weights, &ends, kind, TwoRows.self, H.self)
            i &+= 2
        }
    #endif
    while i < map.rows {
        pass(i, map, cells, weights, &ends, kind, OneRow.self, H.self)
        i &+= 1
    }
    return ends
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
/// Two rows go side by side, or four where there are registers for them: the lower finds what it needs of the upper in
/// registers. Where a vector takes two of 16 registers, as on any x86-64, a row goes alone: two would spill, and took 1.3
/// times as long. No number is below zero, so that a sum below the ceiling tells that none has passed it; where it is not, all
/// is done again with every M held.
@inline(__always)
func duplexForward<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    var ends = allRows(map, cells, kind, Free.self)
    if !V.areBelow(ends.sum, RangeLimits<V>().ceiling) { ends = heldRows(map, cells, kind) }
    return (ends.sum, ends.hairpin)
}

@inline(never)
private func heldRows<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> Ends<V> {
    allRows(map, cells, kind, Held.self)
}
