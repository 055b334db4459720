// PairHMMCounts: the forward recurrence of a block of pair hidden Markov models, and what it counts.

import KernelShapes

extension Loops {
    /// Adds `seed` times the weight of all paths through each transition and emission to `counts`, (vectors, lanes):
    /// with seeds of 1 / B[0,0] they are expected numbers (the E step of Baum-Welch, Durbin et al. 1998, section 3.3).
    ///
    /// `x` has the cells of `pairHMMBackward`. `scratch` has room for 11 (columns + 2) + `shape.vectors` vectors. The
    /// forward rows have the factors that the cells do not have.
    public static func pairHMMCounts(
        _ x: PairHMMArguments, seed: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
        counts: UnsafeMutablePointer<Float>
    ) {
        let shape = x.shape
        let t = PairHMMTransitions(x.tables), emissions = PairHMMEmissions(x)
        let (cells, tail, memory) = (components(x.cells), components(x.tail), components(scratch))
        // What is larger leads nowhere: its product with what follows is no more than the whole weight.
        let zero = Components(repeating: 0), ceiling = Components(repeating: 0x1p80)
        let width = x.columns &+ 2, states = PairHMMShape.states
        // Forward variables of a cell: of all states but the last, which is in the first row alone.
        let kept = PairHMMShape.State.leading.rawValue
        var own = memory, next = memory + kept &* width
        let ended = memory + 2 &* kept &* width, sums = ended + width
        for k in 0..<(2 &* kept &+ 1) &* width &+ shape.vectors { memory[k] = zero }
        @inline(__always) func count(
            _ transition: PairHMMShape.Transition, _ weight: Components, times following: Components
        ) {
            sums[transition.rawValue] = Components.sum(sums[transition.rawValue], weight, times: following)
        }
        @inline(__always) func emit(_ vector: Int, _ weight: Components) {
            if x.b != nil { sums[vector] += weight }
        }
        var leading = Components(repeating: 1)
        for i in 0...x.rows {
            let (factor, product) = (x.factors[2 &* i], x.factors[2 &* i &+ 1])
            let (f, g) = (Components(repeating: factor), Components(repeating: product))
            let after = cells + i &* width &* states, afterNext = after + width &* states
            let end = (i == x.rows ? Components(repeating: 1) : t[.matchEnd]) * g
            for k in 0..<width &* kept { next[k] = zero }
            for j in 0...x.columns {
                let cell = PairHMMCell(own + j &* kept), cellRight = PairHMMCell(own + (j &+ 1) &* kept)
                let cellBelow = PairHMMCell(next + j &* kept), cellDiagonal = PairHMMCell(next + (j &+ 1) &* kept)
                let right = PairHMMCell(after + (j &+ 1) &* states), below = PairHMMCell(afterNext + j &* states)
                let diagonal = PairHMMCell(afterNext + (j &+ 1) &* states)
                let (pair, letter) = (emissions.pair(i, j), emissions.letter(j))
                if i == 0 {
                    cell[.skipping] += leading * t[.leadingLeave]
                    count(.leadingLeave, leading, times: PairHMMCell(after + j &* states)[.skipping])
                    let e = emissions.table(shape.leading, letter)
                    let moved = leading * e
                    count(.leadingStay, moved, times: right[.leading])
                    leading = moved * t[.leadingStay]
                    emit(shape.leading &+ letter, leading * right[.leading])
                }
                let (m, l, d) = (cell[.match], cell[.loop], cell[.deletion])
                let (n, s) = (cell[.insertion], cell[.skipping])
                let eMatch = f * emissions.table(shape.match, pair), eLoop = f * emissions.table(shape.loop, pair)
                let eInsertion = emissions.table(shape.insertion, letter)
                let q = eMatch * diagonal[.match], r = eLoop * diagonal[.loop]
                let u = f * below[.deletion], v = eInsertion * right[.insertion]
                count(.matchMatch, m, times: q)
                count(.matchLoop, m, times: r)
                count(.matchDeletion, m, times: u)
                count(.matchInsertion, m, times: v)
                if i < x.rows { count(.matchEnd, m, times: g * tail[j]) }
                count(.loopMatch, l, times: q)
                count(.loopLoop, l, times: r)
                count(.loopDeletion, l, times: u)
                count(.loopInsertion, l, times: v)
                count(.deletionMatch, d, times: q)
                count(.deletionDeletion, d, times: u)
                count(.deletionInsertion, d, times: v)
                count(.insertionMatch, n, times: q)
                count(.insertionInsertion, n, times: v)
                count(.skippingLeave, s, times: q)
                count(.skippingStay, s * f, times: below[.skipping])
                var toMatch = m * t[.matchMatch]
                toMatch = Components.sum(toMatch, l, times: t[.loopMatch])
                toMatch = Components.sum(toMatch, d, times: t[.deletionMatch])
                toMatch = Components.sum(toMatch, n, times: t[.insertionMatch])
                toMatch = Components.sum(toMatch, s, times: t[.skippingLeave])
                let toLoop = Components.sum(m * t[.matchLoop], l, times: t[.loopLoop])
                var toDeletion = m * t[.matchDeletion]
                toDeletion = Components.sum(toDeletion, l, times: t[.loopDeletion])
                toDeletion = Components.sum(toDeletion, d, times: t[.deletionDeletion])
                var toInsertion = m * t[.matchInsertion]
                toInsertion = Components.sum(toInsertion, l, times: t[.loopInsertion])
                toInsertion = Components.sum(toInsertion, d, times: t[.deletionInsertion])
                toInsertion = Components.sum(toInsertion, n, times: t[.insertionInsertion])
                emit(shape.match &+ pair, toMatch * q)
                emit(shape.loop &+ pair, toLoop * r)
                emit(shape.insertion &+ letter, toInsertion * v)
                cellDiagonal[.match] = Components.least(toMatch * eMatch, ceiling)
                cellDiagonal[.loop] = Components.least(toLoop * eLoop, ceiling)
                cellBelow[.deletion] = toDeletion * f
                cellBelow[.skipping] = s * t[.skippingStay] * f
                cellRight[.insertion] = toInsertion * eInsertion
                ended[j] = Components.sum(ended[j], m, times: end)
            }
            (own, next) = (next, own)
        }
        var trailing = zero
        for j in 0...x.columns {
            trailing += ended[j]
            let letter = emissions.letter(j)
            count(.trailingLeave, trailing, times: Components(repeating: x.ends[j]))
            let moved = trailing * emissions.table(shape.trailing, letter)
            count(.trailingStay, moved, times: tail[j &+ 1])
            trailing = moved * t[.trailingStay]
            emit(shape.trailing &+ letter, trailing * tail[j &+ 1])
        }
        let factor = UnsafeRawPointer(seed).loadUnaligned(as: Components.self)
        let out = components(counts), table = components(x.tables)
        for k in 0..<shape.prior { out[k] += factor * sums[k] * table[k] }
        for k in shape.match..<shape.vectors { out[k] += factor * sums[k] }
    }
}
