// DuplexBackward: the adjoint of the partition function of one map, two rows at a time, cells in reverse order.

import KernelShapes

/// Where the gradients of a map's weights are added to; laid out as its tables.
struct DuplexMapGradient<V: Lanes> {
    var stackTable: UnsafeMutablePointer<V>
    var gaps: UnsafeMutablePointer<V>
    var hairpin: UnsafeMutablePointer<V>
    var rowWeights: UnsafeMutablePointer<V>
    var columnWeights: UnsafeMutablePointer<V>
}

/// What waits for rows further up, as far as the rows behind have told; a number a column.
private struct WaitingAdjoints<V: Lanes> {
    /// Of X + Y, and of the X that the row above leaves, in the next row up.
    let onLoops, onX: UnsafeMutablePointer<V>
    /// Of M in the next four rows up, the nearest first. Column j lies at j + 2 of its memory, so that what flows out of the map
    /// falls on the padding.
    var m0, m1, m2, m3: UnsafeMutablePointer<V>
    /// Of the sum a cell is part of: of self maps by distance - 1, of others one number.
    let ended: UnsafeMutablePointer<V>

    /// Vectors needed for so many columns.
    static func count(columns: Int) -> Int { 7 * (columns + 2) }

    @inline(__always) init(_ scratch: UnsafeMutablePointer<V>, columns: Int) {
        let stride = columns &+ 2
        (onLoops, onX, ended) = (scratch, scratch + stride, scratch + 2 &* stride)
        (m0, m1) = (scratch + 3 &* stride + 2, scratch + 4 &* stride + 2)
        (m2, m3) = (scratch + 5 &* stride + 2, scratch + 6 &* stride + 2)
        for k in 0..<7 &* stride { scratch[k] = V.fill(0) }
    }

    /// Goes two rows up.
    mutating func rise() { (m0, m1, m2, m3) = (m2, m3, m0, m1) }
}

/// The weights that are the same in all cells, and the gradients of those.
private struct SharedWeights<V: Lanes> {
    let extend, start: V
    let ceiling = RangeLimits<V>().ceiling
    var dStart = V.fill(0)
    /// Of the letters that X is longer by, and those of Y: two sums, so that neither waits for the other.
    var dExtendX = V.fill(0), dExtendY = V.fill(0)

    @inline(__always) init(_ gaps: UnsafePointer<V>) { (extend, start) = (gaps[0], gaps[1]) }
}

/// The stack and bulges of a cell, each a weight of M of a cell before it.
private struct StackWeights<V: Lanes> {
    let stack, bulgeA, bulgeB: V
    /// The adjoint of what they add up to.
    let seed: V
}

/// A row on its way back along the columns.
private struct ReturningRow<V: Lanes, Kind: MapKind> {
    private let offsets: LetterOffsets
    /// The row's place among those with weights.
    private let place: Int
    private let start, stackWeight, end: V
    private var dStart = V.fill(0), dStack = V.fill(0), dEnd = V.fill(0)
    /// What the column behind leaves to X + Y of the row above in the next column.
    var onLoop = V.fill(0)
    /// Adjoint of the Y that the next column leaves.
    private var dy = V.fill(0)

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int, _ shared: SharedWeights<V>) {
        offsets = map.rowOffsets[i]
        place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        start = Kind.hasPositions ? V.product(shared.start, map.rowWeights[place]) : shared.start
        stackWeight = Kind.hasPositions ? map.rowWeights[place &+ 1] : V.fill(0)
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : V.fill(0)
    }

    /// The adjoint of what `m` is part of in the sum, in column j.
    @inline(__always)
    mutating func ended(_ j: Int, _ m: V, seed: V, _ map: DuplexMap<V>, _ gradient: DuplexMapGradient<V>) -> V {
        guard Kind.hasPositions else { return seed }
        let at = Swift.min(j, map.columnPositions &- 1)
        let weight = map.columnWeights[at], counted = V.product(seed, m)
        gradient.columnWeights[at] = V.sum(gradient.columnWeights[at], end, times: counted)
        dEnd = V.sum(dEnd, weight, times: counted)
        return V.product(seed, V.product(end, weight))
    }

    /// Passes on the adjoints of a cell's loops, `on` that of its X + Y and `dx` that of the X it leaves, which becomes that of
    /// the X it was left. `x` and `loop` are those numbers. Returns what of it M gets.
    @inline(__always)
    mutating func leaveOut(_ on: V, dx: inout V, x: V, loop: V, _ shared: inout SharedWeights<V>) -> V {
        let onM = V.plus(dx, dy)
        let dLoop = V.sum(on, shared.extend, times: dy)
        shared.dExtendX = V.sum(shared.dExtendX, x, times: dx)
        shared.dExtendY = V.sum(shared.dExtendY, loop, times: dy)
        dx = V.sum(dLoop, shared.extend, times: dx)
        dy = dLoop
        return onM
    }

    /// Adds to the gradients of a cell's weights, from the adjoint of its M and the numbers that they are multiplied with: X + Y
    /// and M one row and column back, and M two back in A or in B.
    @inline(__always)
    mutating func pair(
        _ column: LetterOffsets, _ dm: V, loop: V, back: V, backA: V, backB: V, _ map: DuplexMap<V>,
        _ shared: inout SharedWeights<V>, _ gradient: DuplexMapGradient<V>
    ) -> StackWeights<V> {
        let here = Int(offsets.stack) &+ Int(column.stack)
        let inA = Int(offsets.skip) &+ Int(column.stack), inB = Int(offsets.stack) &+ Int(column.skip)
        let fields = vector(map.stackTable, here), dFields = vector(gradient.stackTable, here)
        dFields[0] = V.sum(dFields[0], V.plus(start, loop), times: dm)
        onLoop = V.product(fields[0], dm)
        if Kind.hasPositions { dStart = V.plus(dStart, onLoop) } else { shared.dStart = V.plus(shared.dStart, onLoop) }
        let bulgeA = vector(map.stackTable, inA)[2], bulgeB = vector(map.stackTable, inB)[2]
        var seed = dm
        if Kind.hasPositions {
            let stacked = V.sum(V.sum(V.product(bulgeA, backA), bulgeB, times: backB), fields[1], times: back)
            dStack = V.sum(dStack, stacked, times: dm)
            seed = V.product(dm, stackWeight)
        }
        let dBulgeA = vector(gradient.stackTable, inA), dBulgeB = vector(gradient.stackTable, inB)
        dFields[1] = V.sum(dFields[1], back, times: seed)
        dBulgeA[2] = V.sum(dBulgeA[2], backA, times: seed)
        dBulgeB[2] = V.sum(dBulgeB[2], backB, times: seed)
        return StackWeights(stack: fields[1], bulgeA: bulgeA, bulgeB: bulgeB, seed: seed)
    }

    /// Adds what the row comes to, behind its first column.
    @inline(__always)
    func finish(_ map: DuplexMap<V>, _ gradient: DuplexMapGradient<V>, _ shared: inout SharedWeights<V>) {
        guard Kind.hasPositions else { return }
        let dRow = gradient.rowWeights + place
        dRow[0] = V.sum(dRow[0], shared.start, times: dStart)
        dRow[1] = V.plus(dRow[1], dStack)
        dRow[2] = V.plus(dRow[2], dEnd)
        shared.dStart = V.sum(shared.dStart, map.rowWeights[place], times: dStart)
    }
}

/// Row i, and with two rows the one above it, from the last column to the first.
@inline(__always)
private func pass<V: Lanes, Kind: MapKind, N: RowsAbreast>(
    _ i: Int, _ map: DuplexMap<V>, _ cells: DuplexCells<V, EveryRow>, _ waiting: WaitingAdjoints<V>,
    _ shared: inout SharedWeights<V>, _ gradient: DuplexMapGradient<V>, _: Kind.Type, _: N.Type
) {
    let hasUpper = N.count > 1
    let zero = V.fill(0), step = EveryRow.width
    let own = cells.row(i), upper = cells.row(i &- 1), second = cells.row(i &- 2), third = cells.row(i &- 3)
    let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
    // The rows that these are the first to tell something reach further than all that they tell.
    let last = Kind.isSelf && hasUpper ? width &+ 1 : width
    for k in Swift.max(0, last &- 1)..<Swift.max(0, Swift.min(map.columns, last &+ 2)) {
        waiting.m2[k] = zero
        if hasUpper { waiting.m3[k] = zero }
    }
    var r0 = ReturningRow<V, Kind>(map, i, shared), r1 = ReturningRow<V, Kind>(map, hasUpper ? i &- 1 : i, shared)
    // The bulge in B of the upper row's last cell, times the adjoint of its M.
    var bulged = zero
    let distance = map.columns &- 2 &- i
    if Kind.isSelf, hasUpper {
        // The upper row's last cell is behind all of this one's, which tell it nothing.
        let k = step &* width
        let ended = waiting.ended[0], m = upper[k &+ CellPart.m]
        let dm = V.keep(V.plus(waiting.m1[width], ended), where: m, below: shared.ceiling)
        let w = r1.pair(
            map.columnOffsets[width], dm, loop: (second + k - step)[CellPart.loop],
            back: (second + k - step)[CellPart.m], backA: (third + k - step)[CellPart.m],
            backB: (second + k - 2 &* step)[CellPart.m], map, &shared, gradient)
        waiting.m2[width &- 1] = V.product(w.stack, w.seed)
        waiting.m3[width &- 1] = V.product(w.bulgeA, w.seed)
        bulged = V.product(w.bulgeB, w.seed)
    }
    // M and X + Y of the row above, and M of the one above that, come into sight column by column.
    let edge = step &* (width &- 1)
    var upperM = (upper + edge)[CellPart.m], upperBack = (upper + edge - step)[CellPart.m]
    var upperLoop = (upper + edge)[CellPart.loop], secondBack = (second + edge - step)[CellPart.m]
    // Adjoint of M of the row above, complete and but for the cell that comes next.
    var onUpper = waiting.m1[width &- 1], onUpperBack = waiting.m1[width &- 2]
    var j = width
    while j > 0 {
        j &-= 1
        let k = step &* j
        let column = map.columnOffsets[j]
        let m = own[k &+ CellPart.m]
        if !hasManyRegisters {
            (upperM, upperBack) = ((upper + k)[CellPart.m], (upper + k - step)[CellPart.m])
            (upperLoop, secondBack) = ((upper + k)[CellPart.loop], (second + k - step)[CellPart.m])
        }
        let upperBackB = (upper + k - 2 &* step)[CellPart.m], upperLoopBack = (upper + k - step)[CellPart.loop]
        let seed = waiting.ended[Kind.isSelf ? distance &- j : 0]
        let ended = r0.ended(j, m, seed: seed, map, gradient)
        var dx = waiting.onX[j]
        let onLoop = r0.onLoop
        let loops = r0.leaveOut(
            waiting.onLoops[j], dx: &dx, x: (upper + k)[CellPart.x], loop: own[k &+ CellPart.loop], &shared)
        let dm = V.keep(
            V.plus(V.plus(waiting.m0[j], ended), loops), where: m, below: shared.ceiling)
        let w = r0.pair(
            column, dm, loop: upperLoopBack, back: upperBack, backA: secondBack, backB: upperBackB, map, &shared,
            gradient)
        let onUpperHere = onUpper
        onUpper = V.sum(onUpperBack, w.stack, times: w.seed)
        onUpperBack = V.sum(waiting.m1[j &- 2], w.bulgeB, times: w.seed)
        if hasUpper {
            let secondBackB = (second + k - 2 &* step)[CellPart.m]
            let seed = waiting.ended[Kind.isSelf ? distance &- j &+ 1 : 0]
            let ended = r1.ended(j, upperM, seed: seed, map, gradient)
            let onLoopAbove = r1.onLoop
            let loops = r1.leaveOut(onLoop, dx: &dx, x: (second + k)[CellPart.x], loop: upperLoop, &shared)
            let dm = V.keep(
                V.plus(V.plus(onUpperHere, ended), loops), where: upperM, below: shared.ceiling)
            waiting.onLoops[j] = onLoopAbove
            let above = r1.pair(
                column, dm, loop: (second + k - step)[CellPart.loop], back: secondBack,
                backA: (third + k - step)[CellPart.m], backB: secondBackB, map, &shared, gradient)
            let onSecond = V.sum(bulged, w.bulgeA, times: w.seed)
            waiting.m2[j &- 1] = V.sum(onSecond, above.stack, times: above.seed)
            waiting.m3[j &- 1] = V.product(above.bulgeA, above.seed)
            bulged = V.product(above.bulgeB, above.seed)
            secondBack = secondBackB
        } else {
            waiting.onLoops[j] = onLoop
            waiting.m1[j &- 1] = onUpper
            waiting.m2[j &- 1] = V.product(w.bulgeA, w.seed)
            secondBack = (second + k - 2 &* step)[CellPart.m]
        }
        waiting.onX[j] = dx
        (upperM, upperBack, upperLoop) = (upperBack, upperBackB, upperLoopBack)
    }
    r0.finish(map, gradient, &shared)
    if hasUpper { r1.finish(map, gradient, &shared) }
}

/// Adds the gradient of `seeds[0] * sum + seeds[1] * hairpin` to `gradient`.
///
/// `cells` holds what `duplexForward` left (all rows kept). `scratch` needs `backwardScratch(columns:)` vectors. Gradients are
/// with respect to the weights themselves, starts in units of `RangeLimits.startScale`; nothing is overwritten. A cell held at
/// the ceiling passes no gradient on.
///
/// Two rows go side by side, so that most of what the lower tells the upper stays in registers. The seeds come in memory, to a
/// function of its own: a vector of eight that is handed over by value arrives in pieces, and every cell would put them together
/// again.
@inline(never)
func duplexBackward<V: Lanes, Kind: MapKind>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, EveryRow>, seeds: UnsafePointer<V>,
    scratch: UnsafeMutablePointer<V>, adding gradient: DuplexMapGradient<V>, _ kind: Kind.Type
) {
    var waiting = WaitingAdjoints(scratch, columns: map.columns)
    var shared = SharedWeights(map.gaps)
    let (seed, hairpinSeed) = (seeds[0], seeds[1])
    if Kind.isSelf {
        for k in 0..<map.columns &- 1 {
            waiting.ended[k] = V.sum(seed, hairpinSeed, times: map.hairpin[k])
            let at = Swift.min(k, DuplexShape.hairpinLengths &- 1)
            gradient.hairpin[at] = V.sum(gradient.hairpin[at], hairpinSeed, times: cells.totals[k])
        }
    } else {
        waiting.ended[0] = seed
    }
    var i = map.rows &- 1
    while i > 0 {
        pass(i, map, cells, waiting, &shared, gradient, kind, TwoAbreast.self)
        waiting.rise()
        i &-= 2
    }
    if i == 0 { pass(i, map, cells, waiting, &shared, gradient, kind, OneAbreast.self) }
    let d = gradient.gaps
    d[0] = V.plus(d[0], V.plus(shared.dExtendX, shared.dExtendY))
    d[1] = V.plus(d[1], shared.dStart)
}

/// Vectors of the scratch that `duplexBackward` needs.
func backwardScratch<V: Lanes>(columns: Int, _: V.Type) -> Int { WaitingAdjoints<V>.count(columns: columns) }
