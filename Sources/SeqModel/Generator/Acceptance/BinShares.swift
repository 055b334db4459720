// BinShares: how the logits of pairs are spread over bins, as a function of the conditions.

import Kernels

/// The shares of the bins among pairs at given conditions: a multinomial logistic regression.
///
/// The logarithm of a bin's share is, up to the logarithm of their sum, sum_t x_t w_t with the quadratic terms x of the
/// numbers that a model sees for the conditions. Weights of the first terms alone, as in early model files, make shares
/// without the others.
struct BinShares: Sendable, Equatable {
    /// Number of bins.
    let bins: Int
    /// (terms, bins).
    let weights: [Float]

    /// Steps of gradient descent on all pairs (by Adam).
    private static let rounds = 300
    private static let rate: Float = 0.05
    /// Coefficient of the L2 penalty: keeps the weights of rare bins finite.
    private static let decay: Float = 1

    /// Shares with `weights` of shape (terms, bins).
    init(bins: Int, weights: [Float]) {
        precondition(weights.count % bins == 0 && weights.count > 0)
        (self.bins, self.weights) = (bins, weights)
    }

    /// Equal shares at any of so many conditions.
    init(bins: Int, conditions: Int) {
        self.init(bins: bins, weights: [Float](repeating: 0, count: QuadraticTerms.count(conditions) * bins))
    }

    /// The same shares at any conditions.
    init(constant shares: [Float]) {
        self.init(bins: shares.count, weights: shares.map { logarithm(max($0, 1e-30)) })
    }

    /// Fits the weights to the bin of each pair; `inputs` are the numbers of its conditions. Each pair counts as often
    /// as `frequencies` tells, by default once.
    ///
    /// Where there are conditions, the logarithms of the shares of the bins `smooth` are quadratic functions of the
    /// bin: a few hundred pairs of a bin do not tell how often it occurs everywhere.
    init(
        bins: Int, of pairs: [Int], inputs: PairConditions, frequencies: [Float]? = nil, smooth: Range<Int> = 0..<0
    ) {
        let scale = 1 / Float(max(1, pairs.count))
        guard inputs.width == 0 else {
            self.init(
                bins: bins, of: pairs, inputs: inputs, frequencies: frequencies, scale: scale,
                QuadraticFit(smooth))
            return
        }
        // Without conditions, the pairs of a bin are alike, and there are many.
        var counts = [Float](repeating: 0, count: bins)
        for (p, own) in pairs.enumerated() { counts[own] += frequencies?[p] ?? 1 }
        self.init(
            bins: bins, of: Array(0..<bins), inputs: inputs, frequencies: counts, scale: scale, QuadraticFit(0..<0))
    }

    /// The same, with gradients times `scale`.
    private init(
        bins: Int, of pairs: [Int], inputs: PairConditions, frequencies: [Float]?, scale: Float, _ fit: QuadraticFit
    ) {
        let width = QuadraticTerms.count(inputs.width), count = width * bins
        let terms = pairs.indices.flatMap { QuadraticTerms.of(inputs[$0]) }
        let (weights, gradient) = (FloatBuffer(count: count), FloatBuffer(count: count))
        let adam = Adam(count: count)
        var slopes = [Float](repeating: 0, count: bins)
        for round in 1...BinShares.rounds where !pairs.isEmpty {
            let present = weights[0..<count]
            var sums = present.map { BinShares.decay * $0 }
            for (p, own) in pairs.enumerated() {
                let own = (bin: own, terms: terms[p * width..<(p + 1) * width])
                BinShares.setShares(&slopes, own.terms, present)
                slopes[own.bin] -= 1
                if let frequencies { for bin in 0..<bins { slopes[bin] *= frequencies[p] } }
                for (t, x) in own.terms.enumerated() {
                    for bin in 0..<bins { sums[t * bins + bin] += x * slopes[bin] }
                }
            }
            gradient[0..<count] = sums
            for t in 0..<width { fit.apply(gradient, from: t * bins) }
            adam.step(weights, gradient: gradient, number: round, rate: BinShares.rate, scale: scale)
            for t in 0..<width { fit.apply(weights, from: t * bins) }
        }
        self.init(bins: bins, weights: weights[0..<count])
    }

    /// These shares times the ratio of two others.
    func times(_ numerator: BinShares, over denominator: BinShares) -> BinShares {
        BinShares(
            bins: bins,
            weights: weights.indices.map { weights[$0] + numerator.weights[$0] - denominator.weights[$0] })
    }

    /// The share of each bin (0 to 1) at conditions with the numbers `inputs`; at the mean ones without numbers.
    func shares(at inputs: ArraySlice<Float>) -> [Float] {
        var shares = [Float](repeating: 0, count: bins)
        BinShares.setShares(&shares, QuadraticTerms.of(inputs).prefix(weights.count / bins), weights)
        return shares
    }

    /// Sets the share of each bin at these terms.
    private static func setShares(_ shares: inout [Float], _ terms: ArraySlice<Float>, _ weights: [Float]) {
        let bins = shares.count
        for bin in 0..<bins { shares[bin] = 0 }
        for (t, x) in terms.enumerated() {
            for bin in 0..<bins { shares[bin] += x * weights[t * bins + bin] }
        }
        var (top, sum) = (-Float.infinity, Float(0))
        // Between limits, as no share follows from infinities.
        for bin in 0..<bins {
            shares[bin] = min(max(shares[bin], -1e30), 1e30)
            top = max(top, shares[bin])
        }
        for bin in 0..<bins {
            shares[bin] = exponential(shares[bin] - top)
            sum += shares[bin]
        }
        for bin in 0..<bins { shares[bin] /= sum }
    }
}
