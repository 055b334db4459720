// PairHMMCounts: the forward recurrence of a block of pair hidden Markov models, and what it counts.

import KernelShapes

extension Loops {
    /// Adds `seed` times the weight of all paths through each transition and emission to `counts`, (vectors, lanes):
    /// with seeds of 1 / B[0,0] they are expected numbers (the E step of Baum-Welch, Durbin et al. 1998, section 3.3).
    ///
    /// `x` has the cells of `pairHMMBackward`. `scratch` has room for 11 (columns + 2) + vectors of these. The
    /// forward rows have the factors that the cells do not have.
    public static func pairHMMCounts(
        _ x: PairHMMArguments, seed: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
        counts: UnsafeMutablePointer<Float>
    ) {
        let shape = x.shape
        let t = PairHMMTransitions(x.tables), emissions = PairHMMEmissions(x)
        func vectors(_ p: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Components> {
            UnsafeMutableRawPointer(p).assumingMemoryBound(to: Components.self)
        }
        let (cells, tail, memory) = (vectors(x.cells), vectors(x.tail), vectors(scratch))
        // What is larger leads nowhere: its product with what follows is no more than the whole weight.
        let zero = Components(repeating: 0), ceiling = Components(repeating: 0x1p80)
        let width = x.columns &+ 2, states = PairHMMShape.states
        var own = memory, next = memory + 5 &* width
        let ended = memory + 10 &* width, sums = ended + width
        for k in 0..<11 &* width &+ shape.vectors { memory[k] = zero }
        @inline(__always) func count(_ transition: State, _ weight: Components, times following: Components) {
            sums[transition.rawValue] = Components.sum(sums[transition.rawValue], weight, times: following)
        }
        @inline(__always) func emit(_ vector: Int, _ weight: Components) {
            if x.b != nil { sums[vector] += weight }
        }
        // Forward states of a cell: match, loop, deletion, insertion, skipping.
        let kept = 5
        var leading = Components(repeating: 1)
        for i in 0...x.rows {
            let (factor, product) = (x.factors[2 &* i], x.factors[2 &* i &+ 1])
            let (f, g) = (Components(repeating: factor), Components(repeating: product))
            let after = cells + i &* width &* states, afterNext = after + width &* states
            let end = (i == x.rows ? Components(repeating: 1) : t[.matchEnd]) * g
            for k in 0..<width &* kept { next[k] = zero }
            for j in 0...x.columns {
                let cell = own + j &* kept
                let right = after + (j &+ 1) &* states, below = afterNext + j &* states, diagonal = below + states
                let (pair, letter) = (emissions.pair(i, j), emissions.letter(j))
                if i == 0 {
                    cell[4] += leading * t[.leadingLeave]
                    count(.leadingLeave, leading, times: after[j &* states &+ PairHMMState.skipping])
                    let e = emissions.table(shape.leading, letter)
                    let moved = leading * e
                    count(.leadingStay, moved, times: right[PairHMMState.leading])
                    leading = moved * t[.leadingStay]
                    emit(shape.leading &+ letter, leading * right[PairHMMState.leading])
                }
                let (m, l, d, n, s) = (cell[0], cell[1], cell[2], cell[3], cell[4])
                let eMatch = f * emissions.table(shape.match, pair), eLoop = f * emissions.table(shape.loop, pair)
                let eInsertion = emissions.table(shape.insertion, letter)
                let q = eMatch * diagonal[PairHMMState.match], r = eLoop * diagonal[PairHMMState.loop]
                let u = f * below[PairHMMState.deletion], v = eInsertion * right[PairHMMState.insertion]
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
                count(.skippingStay, s * f, times: below[PairHMMState.skipping])
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
                let down = next + j &* kept
                down[kept] = Components.least(toMatch * eMatch, ceiling)
                down[kept &+ 1] = Components.least(toLoop * eLoop, ceiling)
                down[2] = toDeletion * f
                down[4] = s * t[.skippingStay] * f
                cell[kept &+ 3] = toInsertion * eInsertion
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
        let out = vectors(counts), table = UnsafeRawPointer(x.tables).assumingMemoryBound(to: Components.self)
        for k in 0..<shape.prior { out[k] += factor * sums[k] * table[k] }
        for k in shape.match..<shape.vectors { out[k] += factor * sums[k] }
    }
}
