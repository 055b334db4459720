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
        let stack = vector(stacks, column.stack)
        let bulgeA = vector(skips, column.stack), bulgeB = vector(stacks, column.skip)
        let pair = vector(pairs, column.pair)
        // Two sums side by side: half the wait of one after the other.
        let bulges = V.sum(V.product(bulgeA[1], backA), bulgeB[2], times: backB)
        if Kind.hasPositions {
            let started = V.sum(V.product(pair[0], start), pair[1], times: gap)
            return V.least(V.sum(started, V.sum(bulges, stack[0], times: back), times: self.stack), ceiling)
        }
        let started = V.sum(pair[0], pair[1], times: gap)
        return V.least(V.plus(V.sum(started, stack[0], times: back), bulges), ceiling)
    }
}

/// The weights of gaps, and Y along the rows.
private struct GapWeights<V: Lanes, Kind: MapKind> {
    let extendA: V
    let extendB: V
    let turn: V
    let openB: V

    @inline(__always) init(_ gaps: UnsafePointer<V>) {
        (extendA, extendB, turn, openB) = (gaps[0], Kind.hasEqualGaps ? gaps[0] : gaps[1], gaps[2], gaps[3])
    }

    /// X of the next row and X + Y of this cell; `y` goes on to the next column.
    @inline(__always) func step(opened: V, x: V, y: inout V) -> (x: V, sum: V) {
        let sum = V.plus(x, y)
        let openedInB = Kind.hasEqualGaps ? opened : V.product(openB, opened)
        y = V.sum(V.sum(openedInB, turn, times: x), extendB, times: y)
        return (V.sum(opened, extendA, times: x), sum)
    }
}

/// What a map comes to, still in units of `RangeLimits.startScale`.
private struct Ends<V: Lanes, Kind: MapKind> {
    var sum = V.fill(0)
    var hairpin = V.fill(0)

    /// Adds what ends in cell (i, j): of a map with positions to the row's sum.
    @inline(__always)
    mutating func add(_ m: V, _ j: Int, of map: DuplexMap<V>, rowSum: inout V) {
        if Kind.hasPositions {
            rowSum = V.sum(rowSum, map.columnWeights[Swift.min(j, map.columnPositions &- 1)], times: m)
        } else {
            sum = V.plus(sum, m)
        }
    }

    /// Adds what ends in cell (i, j) of a self map, and in others of the same loop.
    @inline(__always)
    mutating func addLoops(_ m: V, _ i: Int, _ j: Int, of map: DuplexMap<V>) {
        let distance = map.columns &- 1 &- j &- i
        sum = V.plus(sum, m)
        hairpin = V.sum(hairpin, map.hairpin[distance &- 1], times: m)
    }
}

/// Sums the weights of all stretches of a map.
///
/// For a cell (i, j), with S start, T stack, C close, O open and gap weights g (ends are in them, see `LoopTables`):
///
///     M = S + T M[i-1,j-1] + C (X + Y)[i-1,j-1] + bA T' M[i-2,j-1] + bB T" M[i-1,j-2]
///     X[i+1,j] = O M + gA X[i,j]                    letters of A left out
///     Y[i,j+1] = r O M + gB Y[i,j] + g X[i,j]       letters of B left out, after those of A
///     sum = sum of M
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
    let gaps = GapWeights<V, Kind>(map.gaps)
    var ends = Ends<V, Kind>()
    cells.clearBorders(rows: map.rows)
    var i = 0
    while i < map.rows {
        let hasLower = i &+ 1 < map.rows
        let upper = RowWeights<V, Kind>(map, i)
        let lower = RowWeights<V, Kind>(map, hasLower ? i &+ 1 : i)
        let before = cells.rows(i &- 2), own = cells.rows(i)
        let width = Kind.isSelf ? map.columns &- 1 &- i : map.columns
        var (upperY, lowerY) = (zero, zero)
        var (upperSum, lowerSum) = (zero, zero)
        // M of the row above two columns back, M and X + Y of the upper row one column back.
        var (above2, back, gap) = (zero, zero, zero)
        var j = 0
        if hasLower {
            while j < width {
                let k = j &* Rows.width
                let behind = k &- Rows.width
                let column = map.columnLetters[j]
                let above = before[behind &+ CellPart.lowerM]
                let m = upper.matched(
                    column, back: above, backA: before[behind &+ CellPart.upperM], backB: above2,
                    gap: before[behind &+ CellPart.lowerSum], ceiling: ceiling)
                let open = vector(upper.pairs, column.pair)[2]
                let opened = gaps.step(
                    opened: V.product(open, m), x: before[k &+ CellPart.lowerX], y: &upperY)
                if Kind.isSelf {
                    // The lower row's cell one column back closes the same loop. So its last one, of a letter that faces
                    // itself, is never counted.
                    ends.addLoops(V.plus(m, own[behind &+ CellPart.lowerM]), i, j, of: map)
                } else {
                    ends.add(m, j, of: map, rowSum: &upperSum)
                }
                own[k &+ CellPart.upperM] = m
                if Rows.keepsAll {
                    own[k &+ CellPart.upperX] = opened.x
                    own[k &+ CellPart.upperSum] = opened.sum
                }
                let n = lower.matched(
                    column, back: back, backA: above, backB: own[behind &- Rows.width &+ CellPart.upperM],
                    gap: gap, ceiling: ceiling)
                let lowerOpen = vector(lower.pairs, column.pair)[2]
                let lowerOpened = gaps.step(opened: V.product(lowerOpen, n), x: opened.x, y: &lowerY)
                if !Kind.isSelf { ends.add(n, j, of: map, rowSum: &lowerSum) }
                own[k &+ CellPart.lowerM] = n
                own[k &+ CellPart.lowerX] = lowerOpened.x
                own[k &+ CellPart.lowerSum] = lowerOpened.sum
                (above2, back, gap) = (above, m, opened.sum)
                j &+= 1
            }
        }
        // The last row of an odd number; of a self map it has no cells.
        while j < width {
            let k = j &* Rows.width
            let behind = k &- Rows.width
            let column = map.columnLetters[j]
            let above = before[behind &+ CellPart.lowerM]
            let m = upper.matched(
                column, back: above, backA: before[behind &+ CellPart.upperM], backB: above2,
                gap: before[behind &+ CellPart.lowerSum], ceiling: ceiling)
            ends.add(m, j, of: map, rowSum: &upperSum)
            let open = vector(upper.pairs, column.pair)[2]
            let opened = gaps.step(opened: V.product(open, m), x: before[k &+ CellPart.lowerX], y: &upperY)
            if Rows.keepsAll {
                own[k &+ CellPart.upperM] = m
                own[k &+ CellPart.upperX] = opened.x
                own[k &+ CellPart.upperSum] = opened.sum
            }
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
