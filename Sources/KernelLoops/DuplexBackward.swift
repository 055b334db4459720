// DuplexBackward: the adjoint of the partition function of one map, cells in reverse order.

import KernelShapes

/// Where the gradients of a map's weights are added to; laid out as its tables.
struct DuplexMapGradient<V: Lanes> {
    var pairTable: UnsafeMutablePointer<V>
    var stackTable: UnsafeMutablePointer<V>
    var gaps: UnsafeMutablePointer<V>
    var hairpin: UnsafeMutablePointer<V>
    var rowWeights: UnsafeMutablePointer<V>
    var columnWeights: UnsafeMutablePointer<V>
}

/// Adds the gradient of `seed * sum + hairpinSeed * hairpin` to `gradient`.
///
/// `cells` holds what `duplexForward` left (all rows kept). `scratch` needs `8 * (columns + 3)` vectors. Gradients
/// are with respect to the weights themselves, starts in units of `RangeLimits.startScale`; nothing is overwritten.
/// A cell held at the ceiling passes no gradient on.
@inline(__always)
func duplexBackward<V: Lanes, Kind: MapKind>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, EveryRow>, seed: V, hairpinSeed: V,
    scratch: UnsafeMutablePointer<V>, adding gradient: DuplexMapGradient<V>, _ kind: Kind.Type
) {
    let positions = Kind.hasPositions
    let isSelf = Kind.isSelf
    let limits = RangeLimits<V>()
    let zero = V.fill(0)
    let columns = map.columns
    let width = columns &+ 3
    let equal = Kind.hasEqualGaps
    let extendA = map.gaps[0], extendB = equal ? extendA : map.gaps[1], turn = map.gaps[2]
    let openB = equal ? V.fill(1) : map.gaps[3]
    var dExtendA = zero, dExtendB = zero, dTurn = zero, dOpenB = zero
    for k in 0..<8 &* width { scratch[k] = zero }
    // Adjoints that wait for a row: of M in a ring of four rows, of X + Y in a ring of two, of the next row's X.
    // Column j lies at j + 2, so that what flows out of the map falls on the padding.
    let nextX = scratch + (6 &* width &+ 2)
    @inline(__always) func waitingM(_ i: Int) -> UnsafeMutablePointer<V> { scratch + ((i & 3) &* width &+ 2) }
    @inline(__always) func waitingGap(_ i: Int) -> UnsafeMutablePointer<V> {
        scratch + ((4 &+ (i & 1)) &* width &+ 2)
    }

    var i = map.rows
    while i > 0 {
        i &-= 1
        let current = cells.row(i)
        let previous = cells.row(i &- 1)
        let second = cells.row(i &- 2)
        let letter = map.rowLetters[i]
        let pairs = vector(map.pairTable, letter.pair), dPairs = vector(gradient.pairTable, letter.pair)
        let stacks = vector(map.stackTable, letter.stack), dStacks = vector(gradient.stackTable, letter.stack)
        let skips = vector(map.stackTable, letter.skip), dSkips = vector(gradient.stackTable, letter.skip)
        let place = positions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        let startHere = positions ? map.rowWeights[place] : zero
        let stackHere = positions ? map.rowWeights[place &+ 1] : zero
        let endHere = positions ? map.rowWeights[place &+ 2] : zero
        var dStartHere = zero, dStackHere = zero, dEndHere = zero
        let m0 = waitingM(i), m1 = waitingM(i &- 1), m2 = waitingM(i &- 2)
        let gap0 = waitingGap(i), gap1 = waitingGap(i &- 1)
        for k in -2..<columns { m2[k] = zero }
        var dyNext = zero
        var j = isSelf ? columns &- 1 &- i : columns
        while j > 0 {
            j &-= 1
            let column = map.columnLetters[j]
            let pair = vector(pairs, column.pair), dPair = vector(dPairs, column.pair)
            let m = current.m(j)
            let x = previous.x(j)
            let y = current.sum(j) - x
            let dxNext = nextX[j]
            let dGap = gap0[j]
            let dOpened = V.sum(dxNext, openB, times: dyNext)
            let opened = V.product(pair[2], m)

            var dEnded = seed
            if isSelf {
                let distance = columns &- 1 &- j &- i
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
            var dm = V.sum(V.plus(m0[j], dEnded), pair[2], times: dOpened)
            let dx = V.sum(V.sum(dGap, extendA, times: dxNext), turn, times: dyNext)
            let dy = V.sum(dGap, extendB, times: dyNext)
            dExtendA = V.sum(dExtendA, x, times: dxNext)
            dExtendB = V.sum(dExtendB, y, times: dyNext)
            dTurn = V.sum(dTurn, x, times: dyNext)
            dOpenB = V.sum(dOpenB, opened, times: dyNext)
            nextX[j] = dx
            dyNext = dy

            let dOpenWeight = V.product(m, dOpened)
            dm = V.keep(dm, where: m, below: limits.ceiling)
            dPair[0] = positions ? V.sum(dPair[0], startHere, times: dm) : V.plus(dPair[0], dm)
            dPair[1] = V.sum(dPair[1], dm, times: previous.sum(j &- 1))
            dPair[2] = V.plus(dPair[2], dOpenWeight)
            gap1[j &- 1] = V.product(pair[1], dm)

            let t = vector(stacks, column.stack)[0]
            let tA = vector(skips, column.stack)[1], tB = vector(stacks, column.skip)[2]
            let back = previous.m(j &- 1), backA = second.m(j &- 1), backB = previous.m(j &- 2)
            if positions {
                dStartHere = V.sum(dStartHere, pair[0], times: dm)
                let onStack = V.sum(V.sum(V.product(t, back), tA, times: backA), tB, times: backB)
                dStackHere = V.sum(dStackHere, onStack, times: dm)
                dm = V.product(dm, stackHere)
            }
            let dStack = vector(dStacks, column.stack)
            let dBulgeA = vector(dSkips, column.stack), dBulgeB = vector(dStacks, column.skip)
            dStack[0] = V.sum(dStack[0], dm, times: back)
            dBulgeA[1] = V.sum(dBulgeA[1], dm, times: backA)
            dBulgeB[2] = V.sum(dBulgeB[2], dm, times: backB)
            m1[j &- 1] = V.sum(m1[j &- 1], t, times: dm)
            m2[j &- 1] = V.sum(m2[j &- 1], tA, times: dm)
            m1[j &- 2] = V.sum(m1[j &- 2], tB, times: dm)
        }
        if positions {
            gradient.rowWeights[place] = V.plus(gradient.rowWeights[place], dStartHere)
            gradient.rowWeights[place &+ 1] = V.plus(gradient.rowWeights[place &+ 1], dStackHere)
            gradient.rowWeights[place &+ 2] = V.plus(gradient.rowWeights[place &+ 2], dEndHere)
        }
    }
    let d = gradient.gaps
    d[2] = V.plus(d[2], dTurn)
    if equal {
        d[0] = V.plus(d[0], V.plus(dExtendA, dExtendB))
    } else {
        d[0] = V.plus(d[0], dExtendA)
        d[1] = V.plus(d[1], dExtendB)
        d[3] = V.plus(d[3], dOpenB)
    }
}
