// DuplexBackward: the adjoint of the partition function of one map, cells in reverse order.

import KernelShapes

/// Where the gradients of a map's weights are added to; laid out as its tables.
struct DuplexMapGradient<V: Lanes> {
    var stackTable: UnsafeMutablePointer<V>
    var gaps: UnsafeMutablePointer<V>
    var hairpin: UnsafeMutablePointer<V>
    var rowWeights: UnsafeMutablePointer<V>
    var columnWeights: UnsafeMutablePointer<V>
}

/// Adds the gradient of `seeds[0] * sum + seeds[1] * hairpin` to `gradient`.
///
/// The seeds come in memory: a vector of eight that is handed over by value arrives in pieces, and every cell would put them
/// together again. For the same reason it is a function of its own.
///
/// `cells` holds what `duplexForward` left (all rows kept). `scratch` needs `5 * (columns + 2)` vectors. Gradients are with
/// respect to the weights themselves, starts in units of `RangeLimits.startScale`; nothing is overwritten. A cell held at
/// the ceiling passes no gradient on.
@inline(never)
func duplexBackward<V: Lanes, Kind: MapKind>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, EveryRow>, seeds: UnsafePointer<V>,
    scratch: UnsafeMutablePointer<V>, adding gradient: DuplexMapGradient<V>, _ kind: Kind.Type
) {
    let positions = Kind.hasPositions
    let limits = RangeLimits<V>()
    let zero = V.fill(0)
    let (seed, hairpinSeed) = (seeds[0], seeds[1])
    let extend = map.gaps[0], start = map.gaps[1]
    var dExtend = zero, dStart = zero
    // Adjoints that wait, as far as the rows behind have told: of X + Y, of the next row's X, and of M in a ring of three rows.
    // Column j of M lies at j + 2, so that what flows out of the map falls on the padding.
    let stride = map.columns &+ 2
    for k in 0..<4 &* stride { scratch[k] = zero }
    let onLoops = scratch, onX = scratch + stride
    var (m0, m1, m2) = (scratch + 2 &* stride + 2, scratch + 3 &* stride + 2, scratch + 4 &* stride + 2)
    var i = map.rows
    while i > 0 {
        i &-= 1
        let current = cells.row(i), previous = cells.row(i &- 1), second = cells.row(i &- 2)
        let letter = map.rowOffsets[i]
        let table = vector(map.stackTable, letter.stack), dTable = vector(gradient.stackTable, letter.stack)
        let skipped = vector(map.stackTable, letter.skip), dSkipped = vector(gradient.stackTable, letter.skip)
        let place = positions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        let startHere = positions ? V.product(start, map.rowWeights[place]) : start
        let stackHere = positions ? map.rowWeights[place &+ 1] : zero
        let endHere = positions ? map.rowWeights[place &+ 2] : zero
        var dStartHere = zero, dStackHere = zero, dEndHere = zero
        let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
        // This row is the first that the one two above hears of, and reaches all of it but the last cells.
        for k in Swift.max(0, width &- 1)..<Swift.min(map.columns, Swift.max(0, width &+ 2)) { m2[k] = zero }
        // M of the row above and its adjoint, one column back from the next cell.
        var back = previous[EveryRow.width &* (width &- 2) &+ CellPart.m], dBack = m1[width &- 2]
        // What column j + 1 leaves to X + Y of column j of the row above, and the adjoint of its Y.
        var (onLoop, dyNext) = (zero, zero)
        var j = width
        while j > 0 {
            j &-= 1
            let k = EveryRow.width &* j
            let column = map.columnOffsets[j]
            let m = current[k &+ CellPart.m], loop = current[k &+ CellPart.loop]
            let above = previous + k, before = above - EveryRow.width
            let loopBefore = before[CellPart.loop]
            var dEnded = seed
            if Kind.isSelf {
                let distance = map.columns &- 1 &- j &- i
                let at = Swift.min(distance, DuplexShape.hairpinLengths) &- 1
                dEnded = V.sum(dEnded, hairpinSeed, times: map.hairpin[distance &- 1])
                gradient.hairpin[at] = V.sum(gradient.hairpin[at], hairpinSeed, times: m)
            } else if positions {
                let at = Swift.min(j, map.columnPositions &- 1)
                let v = map.columnWeights[at]
                let ended = V.product(seed, m)
                gradient.columnWeights[at] = V.sum(gradient.columnWeights[at], endHere, times: ended)
                dEndHere = V.sum(dEndHere, v, times: ended)
                dEnded = V.product(seed, V.product(endHere, v))
            }
            let dxNext = onX[j]
            let dLoop = V.sum(onLoops[j], extend, times: dyNext)
            dExtend = V.sum(V.sum(dExtend, above[CellPart.x], times: dxNext), loop, times: dyNext)
            var dm = V.keep(V.plus(V.plus(m0[j], dEnded), V.plus(dxNext, dyNext)), where: m, below: limits.ceiling)
            onLoops[j] = onLoop
            onX[j] = V.sum(dLoop, extend, times: dxNext)
            dyNext = dLoop

            let fields = vector(table, column.stack), dFields = vector(dTable, column.stack)
            dFields[0] = V.sum(dFields[0], V.plus(startHere, loopBefore), times: dm)
            onLoop = V.product(fields[0], dm)
            dStartHere = V.plus(dStartHere, onLoop)
            let backA = second[k &- EveryRow.width &+ CellPart.m], backB = (before - EveryRow.width)[CellPart.m]
            let bulgeA = vector(skipped, column.stack)[2], bulgeB = vector(table, column.skip)[2]
            if positions {
                let stacked = V.sum(V.sum(V.product(bulgeA, backA), bulgeB, times: backB), fields[1], times: back)
                dStackHere = V.sum(dStackHere, stacked, times: dm)
                dm = V.product(dm, stackHere)
            }
            let dBulgeA = vector(dSkipped, column.stack), dBulgeB = vector(dTable, column.skip)
            dFields[1] = V.sum(dFields[1], back, times: dm)
            dBulgeA[2] = V.sum(dBulgeA[2], backA, times: dm)
            dBulgeB[2] = V.sum(dBulgeB[2], backB, times: dm)
            m1[j &- 1] = V.sum(dBack, fields[1], times: dm)
            m2[j &- 1] = V.product(bulgeA, dm)
            dBack = V.sum(m1[j &- 2], bulgeB, times: dm)
            back = backB
        }
        (m0, m1, m2) = (m1, m2, m0)
        if positions {
            let dRow = gradient.rowWeights + place
            dRow[0] = V.sum(dRow[0], start, times: dStartHere)
            dRow[1] = V.plus(dRow[1], dStackHere)
            dRow[2] = V.plus(dRow[2], dEndHere)
            dStart = V.sum(dStart, map.rowWeights[place], times: dStartHere)
        } else {
            dStart = V.plus(dStart, dStartHere)
        }
    }
    let d = gradient.gaps
    d[0] = V.plus(d[0], dExtend)
    d[1] = V.plus(d[1], dStart)
}
