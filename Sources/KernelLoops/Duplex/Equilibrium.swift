// Equilibrium: the logit of the share of strands in the duplex, by mass balance with homodimers and folded strands.

import KernelShapes

/// What the equilibria of the pairs of a batch follow from: eight rows of `PairBalance.stride` numbers. Partition
/// functions are in units of `RangeLimits.initiationScale`.
struct PairBalance<W: Lanes> {
    private let base: UnsafeMutablePointer<W.Scalar>
    /// Numbers of a row, at least the pairs of a batch.
    static var stride: Int { 32 }
    /// Numbers in all.
    static var count: Int { 8 * stride }

    init(_ base: UnsafeMutablePointer<W.Scalar>) { self.base = base }

    /// Rows: partition functions, summed over the heads, of the duplex, the folded and the unfolded strand A, its
    /// homodimer, and both of B; the logarithm of the concentration; the weight of an unfolded strand; where there is
    /// a bound, the partition function of the duplex in its head.
    @inline(__always) func row(_ index: Int) -> UnsafeMutablePointer<W.Scalar> { base + index &* PairBalance.stride }

    @inline(__always) func vector(_ index: Int, _ start: Int) -> W {
        UnsafeRawPointer(row(index) + start).loadUnaligned(as: W.self)
    }
}

/// The logarithms of the equilibrium constants of a duplex and of both homodimers, times the concentration.
struct LogConstants<W: Lanes> {
    var duplex, homodimerA, homodimerB: W
}

/// The logarithm of a sum of weighted partition functions, which is in units of `RangeLimits.initiationScale`. One that
/// is too small for a float counts as 2^-120 of them, in double precision 2^-900.
@inline(__always) func logSum<W: Lanes>(_ sum: W) -> W {
    let least = W.fill(MemoryLayout<W.Scalar>.size == 8 ? 0x1p-900 : 0x1p-120)
    return W.plus(W.logarithm(W.plus(sum, least)), W.fill(RangeLimits<W>().initiationShift))
}

extension DuplexBound {
    /// What the folds of a strand lower the bound by, given the logarithm of their partition function.
    @inline(__always) func counted<W: Lanes>(_ fold: W) -> W {
        W.least(fold, W.fill(W.Scalar(DuplexBound.largestFold)))
    }

    /// The upper bound without folds, given the logarithm of the head's weighted partition function.
    @inline(__always) func limit<W: Lanes>(ofLogSum sum: W) -> W {
        W.sum(W.fill(W.Scalar(margin)), W.fill(W.Scalar(DuplexBound.slope)), times: sum)
    }
}

extension PairBalance {
    /// The constants of the pairs `start ..< start + lanes`. `correction` is added to the logarithm of the duplex's
    /// constant, which is then lowered to `bound`.
    ///
    /// K(AB) = Z(AB) / (Z(A) Z(B)), K(AA) = Z(AA) / Z(A)^2, with Z(A) the sum over the folded and the unfolded strand.
    @inline(__always)
    func constants(_ start: Int, correction: W, _ bound: DuplexBound?) -> LogConstants<W> {
        @inline(__always) func logOf(_ row: Int) -> W { logSum(vector(row, start)) }
        let (logConcentration, unfolded) = (vector(5, start), W.logarithm(vector(6, start)))
        let (foldA, foldB) = (logOf(1) - unfolded, logOf(3) - unfolded)
        var duplex = logOf(0) - foldA - foldB + logConcentration + correction
        if let bound {
            let folds = bound.counted(foldA) + bound.counted(foldB)
            duplex = W.least(duplex, bound.limit(ofLogSum: logOf(7)) - folds + logConcentration)
        }
        return LogConstants(
            duplex: duplex,
            homodimerA: logOf(2) - foldA - foldA + logConcentration,
            homodimerB: logOf(4) - foldB - foldB + logConcentration)
    }
}

/// log(1 + exp(u)).
@inline(__always) private func softplus<W: Lanes>(_ u: W) -> W {
    let low = W.least(u, W.fill(0))
    return (u - low) + W.logarithm(W.plus(W.fill(1), W.exponential(low + low - u)))
}

/// The logarithm of the share x of a strand that is free, given the logarithm `left` of the share that is not in the
/// duplex: x + 2 K x^2 = left, where K is the homodimer's constant; and its derivative with respect to `left`. The
/// derivative with respect to log K is that less 1.
///
/// x = 2 left / (1 + s) with s = sqrt(1 + 8 K left), in a form that does not overflow.
@inline(__always) private func logFree<W: Lanes>(_ constant: W, left: W) -> (value: W, slope: W) {
    let z = W.plus(constant, left)
    let low = W.least(z, W.fill(0))
    let half = (z - low) * W.fill(0.5)
    let unit = W.exponential(W.fill(0) - half)
    let root = W.root(W.sum(W.product(unit, unit), W.fill(8), times: W.exponential(low)))
    let sum = W.plus(unit, root)
    let value = left - half - W.logarithm(sum) + W.fill(0.693_147_180_559_945_3)
    return (value, sum * W.fill(0.5) / root)
}

extension LogConstants {
    /// The mass balance at the logit `u` of the bound share, its derivative with respect to u, and the slopes of
    /// `logFree` of both strands.
    @inline(never) private func balance(_ u: W) -> (value: W, slope: W, freeA: W, freeB: W) {
        let plus = softplus(u)
        let left = W.fill(0) - plus
        let a = logFree(homodimerA, left: left), b = logFree(homodimerB, left: left)
        let bound = W.exponential(u - plus)
        let slope = W.sum(W.fill(1) - bound, W.plus(a.slope, b.slope), times: bound)
        return (duplex + a.value + b.value - u + plus, slope, a.slope, b.slope)
    }

    /// The logit of the share y of the strands that is bound in the duplex, both strands being equally concentrated:
    /// y = K(AB) c x(A) x(B), with the free shares x of `logFree`.
    ///
    /// At most four steps of Newton's method from the share without loss of free strands: at most 1e-6 from the
    /// solution at any constants (the balance is close to linear in u). A lane is done after a step below `lastStep`:
    /// where hardly a strand is bound, after the first.
    @inline(__always) var boundLogit: W {
        let zero = W.fill(0), lastStep = LogConstants.lastStep
        var u = duplex + logFree(homodimerA, left: zero).value + logFree(homodimerB, left: zero).value
        var length = W.fill(1)
        for _ in 0..<4 where !W.areBelow(length, lastStep) {
            let at = balance(u)
            // Of a lane that is done, none: its result must not depend on the other lanes.
            let step = at.value / at.slope
            let taken = step - W.keep(step, where: length, below: lastStep)
            u = u + taken
            length = W.greatest(taken, zero - taken)
        }
        return u
    }

    /// The length of a step after which none is needed: the error that it leaves is below a tenth of its square. In
    /// double precision, for which the derivatives are tested, every step is taken.
    @inline(__always) private static var lastStep: W { W.fill(MemoryLayout<W.Scalar>.size == 8 ? 0 : 1e-3) }

    /// The derivatives of `boundLogit`, whose value is `u`, with respect to the three constants, by the implicit
    /// function theorem.
    @inline(__always) func gradient(_ u: W) -> LogConstants {
        let at = balance(u)
        let one = W.fill(1)
        return LogConstants(
            duplex: one / at.slope, homodimerA: (at.freeA - one) / at.slope, homodimerB: (at.freeB - one) / at.slope)
    }
}

extension DuplexScorer {
    /// The weights with which the heads are summed.
    @inline(__always) func equilibriumWeights(_ field: EquilibriumField, block: Int) -> V {
        let offset = shape.equilibrium + field.rawValue * shape.heads + block * V.scalarCount
        return UnsafeRawPointer(weights + offset).assumingMemoryBound(to: V.self).pointee
    }

    /// The weight of an unfolded strand: the sum over the heads.
    @inline(__always) var unfoldedWeight: Scalar {
        var sum = V.fill(0)
        for block in 0..<shape.blocks { sum = V.plus(sum, equilibriumWeights(.fold, block: block)) }
        return V.total(sum)
    }

    /// Replaces the network's outputs of `count` pairs by their logits. The duplexes' sums are in the first row of the
    /// balance; `strands` are the memories of both strands of a pair.
    @inline(never)
    func equilibrate(
        _ count: Int, _ logits: UnsafeMutablePointer<Scalar>,
        strands: (Int) -> (a: StrandMemory<V>, b: StrandMemory<V>)
    ) {
        typealias W = V.Wide
        let balance = memory.balance
        for k in 0..<count {
            let (a, b) = strands(k)
            (balance.row(1)[k], balance.row(2)[k]) = (a.sums[0], a.sums[1])
            (balance.row(3)[k], balance.row(4)[k]) = (b.sums[0], b.sums[1])
        }
        for start in stride(from: 0, to: count, by: W.scalarCount) {
            let size = Swift.min(W.scalarCount, count - start)
            var correction = W.fill(0)
            for k in 0..<size { correction[k] = logits[start + k] }
            let u = balance.constants(start, correction: correction, shape.bound).boundLogit
            for k in 0..<size { logits[start + k] = u[k] }
        }
    }
}

extension DuplexScorer where Rows == EveryRow {
    /// The adjoints of the logarithms of the constants of the first pair of the batch, given its logit, the network's
    /// output `correction`, and the adjoint `seed` of the logit. A classifier has no bound while it learns.
    @inline(__always)
    func equilibriumGradient(_ logit: Scalar, correction: Scalar, seed: Scalar) -> LogConstants<V.Wide> {
        typealias W = V.Wide
        let constants = memory.balance.constants(0, correction: W.fill(correction), nil)
        let slopes = constants.gradient(W.fill(logit)), factor = W.fill(seed)
        return LogConstants(
            duplex: slopes.duplex * factor, homodimerA: slopes.homodimerA * factor,
            homodimerB: slopes.homodimerB * factor)
    }

    /// Adds the gradient with respect to the heads' weights to `gradient`, and the adjoints of the log partition
    /// functions to `network.dFeatures`. `seeds` are the adjoints of the logarithms of the constants.
    @inline(__always)
    func backToHeads(_ seeds: LogConstants<V.Wide>, adding gradient: UnsafeMutablePointer<Scalar>) {
        let total = memory.balance.row(6)[0]
        let (ab, aa, bb) = (seeds.duplex[0], seeds.homodimerA[0], seeds.homodimerB[0])
        /// The adjoint `seed` of the logarithm of the heads' sum `sum`, shared out over the heads.
        @inline(__always)
        func share(
            _ seed: Scalar, _ field: EquilibriumField, sum: Scalar, of sums: UnsafeMutablePointer<V>, feature: Int
        ) {
            for block in 0..<shape.blocks {
                let weights = equilibriumWeights(field, block: block)
                let shares = V.product(V.product(weights, sums[block]), V.fill(seed / sum))
                let offset = block * V.scalarCount
                let own = shape.equilibrium + field.rawValue * shape.heads + offset
                for lane in 0..<V.scalarCount {
                    network.dFeatures[feature + offset + lane] += shares[lane]
                    gradient[own + lane] +=
                        field == .fold ? shares[lane] - seed * weights[lane] / total : shares[lane]
                }
            }
        }
        let balance = memory.balance
        share(ab, .duplex, sum: balance.row(0)[0], of: memory.sums, feature: 0)
        guard shape.hasSelfMaps else { return }
        for index in 1...2 {
            let own = index == 1 ? aa : bb
            let feature = shape.pairFeatures + (index - 1) * shape.strandFeatures
            share(
                0 - ab - own - own, .fold, sum: balance.row(2 * index - 1)[0],
                of: memory.sums + (2 * index - 1) * shape.blocks, feature: feature)
            share(
                own, .homodimer, sum: balance.row(2 * index)[0], of: memory.sums + 2 * index * shape.blocks,
                feature: feature + shape.heads)
        }
    }
}
