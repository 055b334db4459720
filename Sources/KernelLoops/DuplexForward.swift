// DuplexForward: the partition function of one map, row by row.

import KernelShapes

/// Sums the weights of all stretches of a map.
///
/// For a cell (i, j), with S start, T stack, C close, O open, E end and gap weights g:
///
///     M = S + T M[i-1,j-1] + C (X + Y)[i-1,j-1] + bA T' M[i-2,j-1] + bB T" M[i-1,j-2]
///     X[i+1,j] = O M + gA X[i,j]                    letters of A left out
///     Y[i,j+1] = r O M + gB Y[i,j] + g X[i,j]       letters of B left out, after those of A
///     sum = sum of E M
///
/// T' and T" are the stack of the pair on the pair two letters back in one strand: a bulge of one letter keeps its
/// stack. This is the recurrence of McCaskill (1990) for two strands without inner structure, every weight learned.
/// Returns the sum, and for a self map (only the cells whose partner lies behind) the sum with each cell times its
/// loop weight; both in units of `RangeLimits.startScale`. `cells` is overwritten.
@inline(__always)
func duplexForward<V: Lanes, Kind: MapKind>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    let positions = Kind.hasPositions
    let isSelf = Kind.isSelf
    let limits = RangeLimits<V>()
    let zero = V.fill(0)
    let rows = map.rows
    let columns = map.columns
    let extendA = map.gaps[0], extendB = map.gaps[1], turn = map.gaps[2], openB = map.gaps[3]
    let bulgeA = map.gaps[4], bulgeB = map.gaps[5]
    for k in -6..<columns &* 3 {
        cells.row(-1)[k] = zero
        cells.row(-2)[k] = zero
    }
    var sum = zero
    var hairpinSum = zero
    for i in 0..<rows {
        let current = cells.row(i)
        let previous = cells.row(i &- 1)
        let second = cells.row(i &- 2)
        for k in -6..<0 { current[k] = zero }
        let pairs = map.pairTable + map.rowPair[i]
        let stacks = map.stackTable + map.rowStack[i]
        let skips = map.stackTable + map.rowSkip[i]
        let place = positions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        let startHere = positions ? map.rowWeights[place] : zero
        let stackHere = positions ? map.rowWeights[place &+ 1] : zero
        var y = zero
        var rowSum = zero
        for j in 0..<(isSelf ? columns &- 1 &- i : columns) {
            let k = j &* 3
            let pair = pairs + map.columnPair[j]
            var m = pair[0]
            if positions { m = V.product(m, startHere) }
            var onStack = V.product(stacks[map.columnStack[j]], previous[k &- 3])
            onStack = V.sum(onStack, V.product(bulgeA, skips[map.columnStack[j]]), times: second[k &- 3])
            onStack = V.sum(onStack, V.product(bulgeB, stacks[map.columnSkip[j]]), times: previous[k &- 6])
            m = positions ? V.sum(m, onStack, times: stackHere) : V.plus(m, onStack)
            m = V.sum(m, pair[1], times: previous[k &- 1])
            m = V.least(m, limits.ceiling)
            let x = previous[k &+ 1]
            let opened = V.product(pair[2], m)
            current[k] = m
            current[k &+ 1] = V.sum(opened, extendA, times: x)
            current[k &+ 2] = V.plus(x, y)
            y = V.sum(V.sum(V.product(openB, opened), turn, times: x), extendB, times: y)
            if isSelf {
                let ended = V.product(pair[3], m)
                sum = V.plus(sum, ended)
                let distance = columns &- 1 &- j &- i
                let loop = map.hairpin[Swift.min(distance, DuplexShape.hairpinLengths) &- 1]
                hairpinSum = V.sum(hairpinSum, loop, times: ended)
            } else if positions {
                let ended = V.product(pair[3], m)
                rowSum = V.sum(rowSum, map.columnWeights[Swift.min(j, map.columnPositions &- 1)], times: ended)
            } else {
                sum = V.sum(sum, pair[3], times: m)
            }
        }
        if positions { sum = V.sum(sum, map.rowWeights[place &+ 2], times: rowSum) }
    }
    return (sum, hairpinSum)
}
