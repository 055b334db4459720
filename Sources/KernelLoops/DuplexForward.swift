// DuplexForward: the partition function of one map, two rows at a time.

import KernelShapes

/// What a row's letter brings to each cell.
private struct RowWeights<V: Lanes, Kind: MapKind> {
    let pairs: UnsafePointer<V>
    let stacks: UnsafePointer<V>
    let skips: UnsafePointer<V>
    let start: V
    let stack: V
    let end: V

    @inline(__always) init(_ map: DuplexMap<V>, _ i: Int) {
        let letter = map.rowLetters[i]
        pairs = vector(map.pairTable, letter.pair)
        stacks = vector(map.stackTable, letter.stack)
        skips = vector(map.stackTable, letter.skip)
        let place = Kind.hasPositions ? Swift.min(i, map.rowPositions &- 1) &* 3 : 0
        start = Kind.hasPositions ? map.rowWeights[place] : V.fill(0)
        stack = Kind.hasPositions ? map.rowWeights[place &+ 1] : V.fill(0)
        end = Kind.hasPositions ? map.rowWeights[place &+ 2] : V.fill(0)
    }

    /// M of a cell, from M of the cells one letter back in both strands, two back in the rows' and two back in the
    /// columns', and from X + Y one back in both.
    @inline(__always)
    func matched(_ column: LetterOffsets, back: V, backA: V, backB: V, gap: V, ceiling: V) -> V {
        let pair = vector(pairs, column.pair)
        let stack = vector(stacks, column.stack)
        let bulgeA = vector(skips, column.stack), bulgeB = vector(stacks, column.skip)
        let m: V
        if Kind.hasPositions {
            var onStack = V.product(stack[0], back)
            onStack = V.sum(onStack, bulgeA[1], times: backA)
            onStack = V.sum(onStack, bulgeB[2], times: backB)
            m = V.sum(V.sum(V.product(pair[0], start), pair[1], times: gap), onStack, times: self.stack)
        } else {
            // Two sums side by side: half the wait of one after the other.
            let bulges = V.sum(V.product(bulgeA[1], backA), bulgeB[2], times: backB)
            m = V.plus(V.sum(V.sum(pair[0], pair[1], times: gap), stack[0], times: back), bulges)
        }
        return V.least(m, ceiling)
    }
}

/// The weights of gaps, and Y along the rows.
private struct GapWeights<V: Lanes> {
    let extendA: V
    let extendB: V
    let turn: V
    let openB: V

    @inline(__always) init(_ gaps: UnsafePointer<V>) {
        (extendA, extendB, turn, openB) = (gaps[0], gaps[1], gaps[2], gaps[3])
    }

    /// X of the next row and X + Y of this cell; `y` goes on to the next column.
    @inline(__always) func step(opened: V, x: V, y: inout V) -> (x: V, sum: V) {
        let sum = V.plus(x, y)
        y = V.sum(V.sum(V.product(openB, opened), turn, times: x), extendB, times: y)
        return (V.sum(opened, extendA, times: x), sum)
    }
}

/// What a map comes to, still in units of `RangeLimits.startScale`.
private struct Ends<V: Lanes, Kind: MapKind> {
    var sum = V.fill(0)
    var hairpin = V.fill(0)

    /// Adds what ends in cell (i, j), `weight` being the pair's: of a map with positions to the row's sum.
    @inline(__always)
    mutating func add(_ m: V, _ weight: V, _ i: Int, _ j: Int, of map: DuplexMap<V>, rowSum: inout V) {
        if Kind.isSelf {
            let ended = V.product(weight, m)
            sum = V.plus(sum, ended)
            let distance = map.columns &- 1 &- j &- i
            let loop = map.hairpin[Swift.min(distance, DuplexShape.hairpinLengths) &- 1]
            hairpin = V.sum(hairpin, loop, times: ended)
        } else if Kind.hasPositions {
            let ended = V.product(weight, m)
            rowSum = V.sum(rowSum, map.columnWeights[Swift.min(j, map.columnPositions &- 1)], times: ended)
        } else {
            sum = V.sum(sum, weight, times: m)
        }
    }
}

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
///
/// Two rows go side by side: the lower one finds what it needs of the upper in registers.
@inline(__always)
func duplexForward<V: Lanes, Kind: MapKind, Rows: RowKeeping>(
    _ map: DuplexMap<V>, _ cells: DuplexCells<V, Rows>, _ kind: Kind.Type
) -> (sum: V, hairpin: V) {
    let zero = V.fill(0)
    let ceiling = RangeLimits<V>().ceiling
    let gaps = GapWeights(map.gaps)
    var ends = Ends<V, Kind>()
    cells.clearBorders(rows: map.rows)
    var i = 0
    while i < map.rows {
        let hasLower = i &+ 1 < map.rows
        let upper = RowWeights<V, Kind>(map, i)
        let lower = RowWeights<V, Kind>(map, hasLower ? i &+ 1 : i)
        let second = cells.row(i &- 2), previous = cells.row(i &- 1)
        let current = cells.row(i), next = cells.row(i &+ 1)
        let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
        var (upperY, lowerY) = (zero, zero)
        var (upperSum, lowerSum) = (zero, zero)
        // M of the row above one and two columns back; M and X + Y of the upper row likewise.
        var (above2, back, back2, gap) = (zero, zero, zero, zero)
        var j = 0
        if hasLower {
            let both = Kind.isSelf ? width &- 1 : width
            while j < both {
                let k = j &* 3
                let column = map.columnLetters[j]
                let above = previous[k &- 3]
                let m = upper.matched(
                    column, back: above, backA: second[k &- 3], backB: above2, gap: previous[k &- 1],
                    ceiling: ceiling)
                let pair = vector(upper.pairs, column.pair)
                let opened = gaps.step(opened: V.product(pair[2], m), x: previous[k &+ 1], y: &upperY)
                ends.add(m, pair[3], i, j, of: map, rowSum: &upperSum)
                current[k] = m
                if Rows.keepsAll {
                    current[k &+ 1] = opened.x
                    current[k &+ 2] = opened.sum
                }
                let n = lower.matched(
                    column, back: back, backA: above, backB: back2, gap: gap, ceiling: ceiling)
                let lowerPair = vector(lower.pairs, column.pair)
                let lowerOpened = gaps.step(opened: V.product(lowerPair[2], n), x: opened.x, y: &lowerY)
                ends.add(n, lowerPair[3], i &+ 1, j, of: map, rowSum: &lowerSum)
                next[k] = n
                next[k &+ 1] = lowerOpened.x
                next[k &+ 2] = lowerOpened.sum
                (above2, back2, back, gap) = (above, back, m, opened.sum)
                j &+= 1
            }
        }
        // The last row of an odd number, and of a strand against itself the cell that the lower row has not.
        while j < width {
            let k = j &* 3
            let column = map.columnLetters[j]
            let above = previous[k &- 3]
            let m = upper.matched(
                column, back: above, backA: second[k &- 3], backB: above2, gap: previous[k &- 1], ceiling: ceiling)
            let pair = vector(upper.pairs, column.pair)
            let opened = gaps.step(opened: V.product(pair[2], m), x: previous[k &+ 1], y: &upperY)
            ends.add(m, pair[3], i, j, of: map, rowSum: &upperSum)
            current[k] = m
            current[k &+ 1] = opened.x
            current[k &+ 2] = opened.sum
            above2 = above
            j &+= 1
        }
        if Kind.hasPositions {
            ends.sum = V.sum(ends.sum, upper.end, times: upperSum)
            if hasLower { ends.sum = V.sum(ends.sum, lower.end, times: lowerSum) }
        }
        i &+= 2
    }
    return (ends.sum, ends.hairpin)
}
