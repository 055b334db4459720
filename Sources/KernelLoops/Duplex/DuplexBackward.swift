// DuplexBackward: the adjoint of the partition function of one map, two rows at a time, cells in reverse order.

import KernelShapes

/// Where the gradients with respect to the weights of a map are added; in the layout of its tables.
struct DuplexMapGradient<V: Lanes> {
    var stackTable: UnsafeMutablePointer<V>
    var gaps: UnsafeMutablePointer<V>
    var hairpin: UnsafeMutablePointer<V>
    var rowWeights: UnsafeMutablePointer<V>
    var columnWeights: UnsafeMutablePointer<V>
}

/// Adjoints of the rows above, as far as the rows below have contributed to them; one vector for each column.
private struct PendingAdjoints<V: Lanes> {
    /// Of X + Y in the next row up, and of X in the row below that.
    let onLoops, onX: UnsafeMutablePointer<V>
    /// Of M in the next four rows up, the nearest first. Column j is at index j + 2, with padding in front:
    /// contributions to columns before the first go to the padding.
    var m0, m1, m2, m3: UnsafeMutablePointer<V>
    /// Of the sums that M of a cell is part of: in self maps by hairpin loop length, in other maps one vector.
    let ended: UnsafeMutablePointer<V>

    /// Vectors needed for a map of `columns` columns.
    static func count(columns: Int) -> Int { 7 * (columns + 2) }

    @inline(__always) init(_ scratch: UnsafeMutablePointer<V>, columns: Int) {
        let stride = columns &+ 2
        (onLoops, onX, ended) = (scratch, scratch + stride, scratch + 2 &* stride)
        (m0, m1) = (scratch + 3 &* stride + 2, scratch + 4 &* stride + 2)
        (m2, m3) = (scratch + 5 &* stride + 2, scratch + 6 &* stride + 2)
        for k in 0..<7 &* stride { scratch[k] = V.fill(0) }
    }

    /// Moves two rows up.
    mutating func moveUp() { (m0, m1, m2, m3) = (m2, m3, m0, m1) }
}

/// The weights that all cells share, and their gradients.
private struct SharedWeights<V: Lanes> {
    let extend, initiation: V
    let ceiling = RangeLimits<V>().ceiling
    var dInitiation = V.fill(0)
    /// Gradients with respect to loop extension, from X and from Y: two independent sums, to hide the latency of
    /// additions.
    var dExtendX = V.fill(0), dExtendY = V.fill(0)

    @inline(__always) init(_ gaps: UnsafePointer<V>) { (extend, initiation) = (gaps[0], gaps[1]) }
}

/// The weights of the stack and the bulges of a cell, each a factor of M of an earlier cell.
private struct StackWeights<V: Lanes> {
    let stack, bulgeA, bulgeB: V
    /// The adjoint of the sum of these products.
    let seed: V
}

/// The state of one row in the backward pass.
private struct BackwardRow<V: Lanes, Kind: MapKind> {
    private let offsets: LetterOffsets
    /// Offset of the position weights of the row.
    private let place: Int
    private let initiation, stackWeight, end: V
    private var dInitiation = V.fill(0), dStack = V.fill(0), dEnd = V.fill(0)
    /// Adjoint of X + Y of the row above, in the next column to be visited, from the pair of the current cell.
    var onLoop = V.fill(0)
    /// Adjoint of Y in the column after the current one.
    private var dy = V.fill(0)

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int, _ shared: SharedWeights<V>) {
        offsets = map.rowOffsets[i]
        place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        initiation = Kind.hasPositions ? V.product(shared.initiation, map.rowWeights[place]) : shared.initiation
        stackWeight = Kind.hasPositions ? map.rowWeights[place &+ 1] : V.fill(0)
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : V.fill(0)
    }

    /// The adjoint of M of the cell in column j as a part of the sum. Adds to the gradients of the position weights.
    @inline(__always)
    mutating func ended(_ j: Int, _ m: V, seed: V, _ map: DuplexMap<V>, _ gradient: DuplexMapGradient<V>) -> V {
        guard Kind.hasPositions else { return seed }
        let at = Swift.min(j, map.columnPositions &- 1)
        let weight = map.columnWeights[at], counted = V.product(seed, m)
        gradient.columnWeights[at] = V.sum(gradient.columnWeights[at], end, times: counted)
        dEnd = V.sum(dEnd, weight, times: counted)
        return V.product(seed, V.product(end, weight))
    }

    /// The adjoint of `ForwardRow.extendLoops` in one cell: `on` is the adjoint of X + Y; `dx` that of X in the next
    /// row, which becomes that of X of this cell; `x` and `loop` are X and X + Y. Returns the contribution to the
    /// adjoint of M.
    @inline(__always)
    mutating func extendLoops(_ on: V, dx: inout V, x: V, loop: V, _ shared: inout SharedWeights<V>) -> V {
        let onM = V.plus(dx, dy)
        let dLoop = V.sum(on, shared.extend, times: dy)
        shared.dExtendX = V.sum(shared.dExtendX, x, times: dx)
        shared.dExtendY = V.sum(shared.dExtendY, loop, times: dy)
        dx = V.sum(dLoop, shared.extend, times: dx)
        dy = dLoop
        return onM
    }

    /// Adds to the gradients with respect to the weights of a cell. `dm` is the adjoint of M. The others are the
    /// values that the weights are multiplied with: X + Y and M one row and one column back (`loop`, `back`), and M
    /// two rows (`backA`) or two columns (`backB`) back.
    @inline(__always)
    mutating func pair(
        _ column: LetterOffsets, _ dm: V, loop: V, back: V, backA: V, backB: V, _ map: DuplexMap<V>,
        _ shared: inout SharedWeights<V>, _ gradient: DuplexMapGradient<V>
    ) -> StackWeights<V> {
        let here = Int(offsets.stack) &+ Int(column.stack)
        let inA = Int(offsets.skip) &+ Int(column.stack), inB = Int(offsets.stack) &+ Int(column.skip)
        let fields = vector(map.stackTable, here), dFields = vector(gradient.stackTable, here)
        dFields[0] = V.sum(dFields[0], V.plus(initiation, loop), times: dm)
        onLoop = V.product(fields[0], dm)
        if Kind.hasPositions {
            dInitiation = V.plus(dInitiation, onLoop)
        } else {
            shared.dInitiation = V.plus(shared.dInitiation, onLoop)
        }
        let zero = V.fill(0)
        let bulgeA = Kind.hasBulges ? vector(map.stackTable, inA)[2] : zero
        let bulgeB = Kind.hasBulges ? vector(map.stackTable, inB)[2] : zero
        var seed = dm
        if Kind.hasPositions {
            let stacked = V.sum(V.sum(V.product(bulgeA, backA), bulgeB, times: backB), fields[1], times: back)
            dStack = V.sum(dStack, stacked, times: dm)
            seed = V.product(dm, stackWeight)
        }
        dFields[1] = V.sum(dFields[1], back, times: seed)
        if Kind.hasBulges {
            let dBulgeA = vector(gradient.stackTable, inA), dBulgeB = vector(gradient.stackTable, inB)
            dBulgeA[2] = V.sum(dBulgeA[2], backA, times: seed)
            dBulgeB[2] = V.sum(dBulgeB[2], backB, times: seed)
        }
        return StackWeights(stack: fields[1], bulgeA: bulgeA, bulgeB: bulgeB, seed: seed)
    }

    /// Adds the sums of the row to the gradients of its position weights, after the first column.
    @inline(__always)
    func finish(_ map: DuplexMap<V>, _ gradient: DuplexMapGradient<V>, _ shared: inout SharedWeights<V>) {
        guard Kind.hasPositions else { return }
        let dRow = gradient.rowWeights + place
        dRow[0] = V.sum(dRow[0], shared.initiation, times: dInitiation)
        dRow[1] = V.plus(dRow[1], dStack)
        dRow[2] = V.plus(dRow[2], dEnd)
        shared.dInitiation = V.sum(shared.dInitiation, map.rowWeights[place], times: dInitiation)
    }
}

/// The backward pass of row i and, in a block of two, of the row above it, from the last column to the first.
@inline(__always)
private func pass<V: Lanes, Kind: MapKind, N: RowBlock>(
    _ i: Int, _ map: DuplexMap<V>, _ cells: DuplexCells<V, EveryRow>, _ pending: PendingAdjoints<V>,
    _ shared: inout SharedWeights<V>, _ gradient: DuplexMapGradient<V>, _: Kind.Type, _: N.Type
) {
    let hasUpper = N.count > 1
    let zero = V.fill(0), step = EveryRow.width
    let own = cells.row(i), upper = cells.row(i &- 1), second = cells.row(i &- 2), third = cells.row(i &- 3)
    let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
    // In self maps the next rows up have more columns than these rows contribute to: those start from zero.
    let last = Kind.isSelf && hasUpper ? width &+ 1 : width
    for k in Swift.max(0, last &- 1)..<Swift.max(0, Swift.min(map.columns, last &+ 2)) {
        pending.m2[k] = zero
        if hasUpper { pending.m3[k] = zero }
    }
    var r0 = BackwardRow<V, Kind>(map, i, shared), r1 = BackwardRow<V, Kind>(map, hasUpper ? i &- 1 : i, shared)
    // Adjoint that the last visited cell of the upper row passes through its bulge in B.
    var bulged = zero
    let distance = map.columns &- 2 &- i
    if Kind.isSelf, hasUpper {
        // The upper row has one more cell than the lower row, whose cells do not contribute to its adjoint.
        let k = step &* width
        let ended = pending.ended[0], m = upper[k &+ CellPart.m]
        let dm = V.keep(V.plus(pending.m1[width], ended), where: m, below: shared.ceiling)
        let w = r1.pair(
            map.columnOffsets[width], dm, loop: (second + k - step)[CellPart.loop],
            back: (second + k - step)[CellPart.m], backA: (third + k - step)[CellPart.m],
            backB: (second + k - 2 &* step)[CellPart.m], map, &shared, gradient)
        pending.m2[width &- 1] = V.product(w.stack, w.seed)
        pending.m3[width &- 1] = V.product(w.bulgeA, w.seed)
        bulged = V.product(w.bulgeB, w.seed)
    }
    // M and X + Y of the row above, and M of the row above that, are carried from column to column.
    let edge = step &* (width &- 1)
    var upperM = (upper + edge)[CellPart.m], upperBack = (upper + edge - step)[CellPart.m]
    var upperLoop = (upper + edge)[CellPart.loop], secondBack = (second + edge - step)[CellPart.m]
    // Adjoints of M of the row above: of this column, complete; of the column before, without the contribution of this
    // cell.
    var onUpper = pending.m1[width &- 1], onUpperBack = pending.m1[width &- 2]
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
        let seed = pending.ended[Kind.isSelf ? distance &- j : 0]
        let ended = r0.ended(j, m, seed: seed, map, gradient)
        var dx = pending.onX[j]
        let onLoop = r0.onLoop
        let loops = r0.extendLoops(
            pending.onLoops[j], dx: &dx, x: (upper + k)[CellPart.x], loop: own[k &+ CellPart.loop], &shared)
        let dm = V.keep(
            V.plus(V.plus(pending.m0[j], ended), loops), where: m, below: shared.ceiling)
        let w = r0.pair(
            column, dm, loop: upperLoopBack, back: upperBack, backA: secondBack, backB: upperBackB, map, &shared,
            gradient)
        let onUpperHere = onUpper
        onUpper = V.sum(onUpperBack, w.stack, times: w.seed)
        onUpperBack = V.sum(pending.m1[j &- 2], w.bulgeB, times: w.seed)
        if hasUpper {
            let secondBackB = (second + k - 2 &* step)[CellPart.m]
            let seed = pending.ended[Kind.isSelf ? distance &- j &+ 1 : 0]
            let ended = r1.ended(j, upperM, seed: seed, map, gradient)
            let onLoopAbove = r1.onLoop
            let loops = r1.extendLoops(onLoop, dx: &dx, x: (second + k)[CellPart.x], loop: upperLoop, &shared)
            let dm = V.keep(
                V.plus(V.plus(onUpperHere, ended), loops), where: upperM, below: shared.ceiling)
            pending.onLoops[j] = onLoopAbove
            let above = r1.pair(
                column, dm, loop: (second + k - step)[CellPart.loop], back: secondBack,
                backA: (third + k - step)[CellPart.m], backB: secondBackB, map, &shared, gradient)
            let onSecond = V.sum(bulged, w.bulgeA, times: w.seed)
            pending.m2[j &- 1] = V.sum(onSecond, above.stack, times: above.seed)
            pending.m3[j &- 1] = V.product(above.bulgeA, above.seed)
            bulged = V.product(above.bulgeB, above.seed)
            secondBack = secondBackB
        } else {
            pending.onLoops[j] = onLoop
            pending.m1[j &- 1] = onUpper
            pending.m2[j &- 1] = V.product(w.bulgeA, w.seed)
            secondBack = (second + k - 2 &* step)[CellPart.m]
        }
        pending.onX[j] = dx
        (upperM, upperBack, upperLoop) = (upperBack, upperBackB, upperLoopBack)
    }
    r0.finish(map, gradient, &shared)
    if hasUpper { r1.finish(map, gradient, &shared) }
}

/// Adds the gradient of `seeds[0] * sum + seeds[1] * hairpin` to `gradient`.
///
/// `cells` holds the values of `duplexForward`, all rows kept. `scratch` has `backwardScratch(columns:)` vectors.
/// Gradients are with respect to the weights, not to their logarithms; initiations are in units of
/// `RangeLimits.initiationScale`. Existing values of `gradient` are added to. A cell that was clamped at the ceiling
/// passes no gradient on.
///
/// Two rows are computed at once, so that most of what the lower row contributes to the upper stays in registers. The
/// seeds are passed in memory, and the function is not inlined: a vector of eight that is passed by value arrives in
/// pieces, which every cell would combine again.
@inline(never)
func duplexBackward<V: Lanes, Kind: MapKind>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, EveryRow>, seeds: UnsafePointer<V>,
    scratch: UnsafeMutablePointer<V>, adding gradient: DuplexMapGradient<V>, _ kind: Kind.Type
) {
    var pending = PendingAdjoints(scratch, columns: map.columns)
    var shared = SharedWeights(map.gaps)
    let (seed, hairpinSeed) = (seeds[0], seeds[1])
    if Kind.isSelf {
        for k in 0..<map.columns &- 1 {
            pending.ended[k] = V.sum(seed, hairpinSeed, times: map.hairpin[k])
            let at = Swift.min(k, DuplexShape.hairpinLengths &- 1)
            gradient.hairpin[at] = V.sum(gradient.hairpin[at], hairpinSeed, times: cells.totals[k])
        }
    } else {
        pending.ended[0] = seed
    }
    var i = map.rows &- 1
    while i > 0 {
        pass(i, map, cells, pending, &shared, gradient, kind, RowPair.self)
        pending.moveUp()
        i &-= 2
    }
    if i == 0 { pass(i, map, cells, pending, &shared, gradient, kind, SingleRow.self) }
    let d = gradient.gaps
    d[0] = V.plus(d[0], V.plus(shared.dExtendX, shared.dExtendY))
    d[1] = V.plus(d[1], shared.dInitiation)
}

/// Vectors of scratch that `duplexBackward` needs.
func backwardScratch<V: Lanes>(columns: Int, _: V.Type) -> Int { PendingAdjoints<V>.count(columns: columns) }
