// PairHMMBackward: the backward recurrence of a block of pair hidden Markov models.

import KernelShapes

/// A number of each component of a block.
typealias Components = SIMD8<Float>

/// The numbers from `p` on as vectors.
@inline(__always) func components(_ p: UnsafePointer<Float>) -> UnsafePointer<Components> {
    UnsafeRawPointer(p).assumingMemoryBound(to: Components.self)
}

@inline(__always) func components(_ p: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Components> {
    UnsafeMutableRawPointer(p).assumingMemoryBound(to: Components.self)
}

/// The vectors of a cell, by state.
struct PairHMMCell {
    private let base: UnsafeMutablePointer<Components>

    @inline(__always) init(_ base: UnsafeMutablePointer<Components>) { self.base = base }

    @inline(__always) subscript(_ state: PairHMMShape.State) -> Components {
        get { base[state.rawValue] }
        nonmutating set { base[state.rawValue] = newValue }
    }
}

/// The transition probabilities of a block.
struct PairHMMTransitions {
    private let base: UnsafePointer<Components>

    @inline(__always) init(_ tables: UnsafePointer<Float>) {
        base = components(tables)
    }

    @inline(__always) subscript(_ transition: PairHMMShape.Transition) -> Components {
        base[transition.rawValue]
    }
}

/// Emission probabilities of a block, relative to equally frequent letters; 1 for any letter.
struct PairHMMEmissions {
    private let base: UnsafePointer<Components>
    private let shape: PairHMMShape
    private let a: UnsafePointer<UInt8>
    private let b: UnsafePointer<UInt8>?
    private let rows: Int, columns: Int

    @inline(__always) init(_ arguments: PairHMMArguments) {
        base = components(arguments.tables)
        (shape, a, b) = (arguments.shape, arguments.a, arguments.b)
        (rows, columns) = (arguments.rows, arguments.columns)
    }

    /// The offset of a pair in a table of (K, K); of a letter of B in one of (K). Beyond the ends it is that of any
    /// letter: what follows has no weight.
    @inline(__always) func pair(_ i: Int, _ j: Int) -> Int {
        (i < rows ? Int(a[i]) : 0) &* shape.letters &+ letter(j)
    }
    @inline(__always) func letter(_ j: Int) -> Int {
        guard let b, j < columns else { return 0 }
        return Int(b[j])
    }
    @inline(__always) func table(_ first: Int, _ index: Int) -> Components {
        b == nil ? Components(repeating: 1) : base[first &+ index]
    }
}

extension Loops {
    /// Writes the weights of all that may follow each cell: the backward variables of a pair hidden Markov model
    /// (Durbin et al. 1998, chapter 4). In the cell (i, j), i letters of A and j letters of B are behind. With e the
    /// emissions of the next letters, and T the transitions:
    ///
    ///     Q = e(i,j) M[i+1,j+1]    R = e'(i,j) L[i+1,j+1]    U = D[i+1,j]    V = e"(j) I[i,j+1]
    ///     M = T(MM) Q + T(ML) R + T(MD) U + T(MI) V + T(ME) E[j]     in the last row E[j]: it has to end
    ///     L = T(LM) Q + T(LL) R + T(LD) U + T(LI) V
    ///     D = T(DM) Q + T(DD) U + T(DI) V            a letter of A alone
    ///     I = T(IM) Q + T(II) V                      a letter of B alone
    ///     S = T(SM) Q + T(SS) S[i+1,j]               before the first pair: letters of A
    ///     B = T(BB) e(j) B[i,j+1] + T(BS) S          before these: letters of B
    ///     E = T(EE) e(j) E[j+1] + T(E) ends[j]       behind the last pair
    ///
    /// The whole weight is B[0,0]. Each row has a factor, a power of two, that keeps its numbers in range; the exponent
    /// of their product is returned.
    public static func pairHMMBackward(_ x: PairHMMArguments) -> Int {
        let shape = x.shape
        let t = PairHMMTransitions(x.tables), emissions = PairHMMEmissions(x)
        let (cells, tail) = (components(x.cells), components(x.tail))
        let zero = Components(repeating: 0)
        var exponent = 0
        tail[x.columns &+ 1] = zero
        for j in stride(from: x.columns, through: 0, by: -1) {
            let stay = t[.trailingStay] * emissions.table(shape.trailing, emissions.letter(j))
            tail[j] = Components.sum(
                t[.trailingLeave] * Components(repeating: x.ends[j]), stay, times: tail[j &+ 1])
        }
        let width = x.columns &+ 2, states = PairHMMShape.states
        for k in 0..<width &* states { cells[(x.rows &+ 1) &* width &* states &+ k] = zero }
        (x.factors[2 &* (x.rows &+ 1)], x.factors[2 &* (x.rows &+ 1) &+ 1]) = (1, 1)
        var greatest = zero
        for i in stride(from: x.rows, through: 0, by: -1) {
            let top = greatest.max()
            let factor = top >= 0x1p32 ? Float(sign: .plus, exponent: 0 - top.exponent, significand: 1) : 1
            if factor < 1 { exponent &+= Int(factor.exponent) }
            let product = factor * x.factors[2 &* i &+ 3]
            (x.factors[2 &* i], x.factors[2 &* i &+ 1]) = (factor, product)
            let (f, g) = (Components(repeating: factor), Components(repeating: product))
            let own = cells + i &* width &* states, next = own + width &* states
            for k in 0..<states { own[(width &- 1) &* states &+ k] = zero }
            let end = (i == x.rows ? Components(repeating: 1) : t[.matchEnd]) * g
            greatest = zero
            for j in stride(from: x.columns, through: 0, by: -1) {
                let cell = PairHMMCell(own + j &* states), right = PairHMMCell(own + (j &+ 1) &* states)
                let below = PairHMMCell(next + j &* states), diagonal = PairHMMCell(next + (j &+ 1) &* states)
                let (pair, letter) = (emissions.pair(i, j), emissions.letter(j))
                let q = f * emissions.table(shape.match, pair) * diagonal[.match]
                let r = f * emissions.table(shape.loop, pair) * diagonal[.loop]
                let u = f * below[.deletion]
                let v = emissions.table(shape.insertion, letter) * right[.insertion]
                var m = end * tail[j]
                m = Components.sum(m, t[.matchMatch], times: q)
                m = Components.sum(m, t[.matchLoop], times: r)
                m = Components.sum(m, t[.matchDeletion], times: u)
                m = Components.sum(m, t[.matchInsertion], times: v)
                var l = t[.loopMatch] * q
                l = Components.sum(l, t[.loopLoop], times: r)
                l = Components.sum(l, t[.loopDeletion], times: u)
                l = Components.sum(l, t[.loopInsertion], times: v)
                var d = t[.deletionMatch] * q
                d = Components.sum(d, t[.deletionDeletion], times: u)
                d = Components.sum(d, t[.deletionInsertion], times: v)
                let s = Components.sum(
                    t[.skippingLeave] * q, t[.skippingStay] * f, times: below[.skipping])
                let lead = t[.leadingStay] * emissions.table(shape.leading, letter)
                cell[.match] = m
                cell[.loop] = l
                cell[.deletion] = d
                cell[.insertion] = Components.sum(t[.insertionMatch] * q, t[.insertionInsertion], times: v)
                cell[.skipping] = s
                cell[.leading] = Components.sum(
                    t[.leadingLeave] * s, lead, times: right[.leading])
                greatest = Components.greatest(greatest, m)
            }
        }
        return exponent
    }
}
