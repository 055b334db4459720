// BinShares: how the logits of pairs are spread over bins, as a function of the conditions.

import Kernels

/// The shares of the bins among pairs at given conditions: a multinomial logistic regression.
///
/// The logarithm of a bin's share is, up to the logarithm of their sum, sum_t x_t w_t with the terms x: 1, the numbers
/// that a model sees for the conditions, and the products of any two of these. Weights of the first terms alone, as in
/// early model files, make shares without the others.
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
        self.init(bins: bins, weights: [Float](repeating: 0, count: BinShares.terms(conditions: conditions) * bins))
    }

    /// Number of terms: 1, each number of the conditions, and the products of any two.
    static func terms(conditions: Int) -> Int { (1 + conditions) * (2 + conditions) / 2 }

    /// The terms of conditions with the numbers `inputs`.
    private static func terms(_ inputs: ArraySlice<Float>) -> [Float] {
        // Conditions far from those of the training must not give infinities, of which no share follows.
        let numbers = inputs.map { min(max($0, -1e15), 1e15) }
        var terms = [1] + numbers
        for (c, x) in numbers.enumerated() {
            for y in numbers[c...] { terms.append(x * y) }
        }
        return terms
    }

    /// Fits the weights to the bin of each pair; `inputs` are the numbers of its conditions. Each pair counts as often
    /// as `frequencies` tells, by default once.
    init(bins: Int, of pairs: [Int], inputs: PairConditions, frequencies: [Float]? = nil) {
        let scale = 1 / Float(max(1, pairs.count))
        guard inputs.width == 0 else {
            self.init(bins: bins, of: pairs, inputs: inputs, frequencies: frequencies, scale: scale)
            return
        }
        // Without conditions, the pairs of a bin are alike.
        var counts = [Float](repeating: 0, count: bins)
        for (p, own) in pairs.enumerated() { counts[own] += frequencies?[p] ?? 1 }
        self.init(bins: bins, of: Array(0..<bins), inputs: inputs, frequencies: counts, scale: scale)
    }

    /// The same, with gradients times `scale`.
    private init(bins: Int, of pairs: [Int], inputs: PairConditions, frequencies: [Float]?, scale: Float) {
        let count = BinShares.terms(conditions: inputs.width) * bins
        let terms = pairs.indices.map { BinShares.terms(inputs[$0]) }
        let (weights, gradient) = (FloatBuffer(count: count), FloatBuffer(count: count))
        let adam = Adam(count: count)
        for round in 1...BinShares.rounds where !pairs.isEmpty {
            for k in 0..<count { gradient[k] = BinShares.decay * weights[k] }
            for (p, own) in pairs.enumerated() {
                var slopes = BinShares.shares(bins, terms[p]) { weights[$0] }
                slopes[own] -= 1
                if let frequencies { for bin in 0..<bins { slopes[bin] *= frequencies[p] } }
                for (t, x) in terms[p].enumerated() {
                    for bin in 0..<bins { gradient[t * bins + bin] += x * slopes[bin] }
                }
            }
            adam.step(weights, gradient: gradient, number: round, rate: BinShares.rate, scale: scale)
        }
        self.init(bins: bins, weights: weights[0..<count].map { $0 })
    }

    /// These shares times the ratio of two others.
    func times(_ numerator: BinShares, over denominator: BinShares) -> BinShares {
        BinShares(
            bins: bins,
            weights: weights.indices.map { weights[$0] + numerator.weights[$0] - denominator.weights[$0] })
    }

    /// The share of each bin (0 to 1) at conditions with the numbers `inputs`; at the mean ones without numbers.
    func shares(at inputs: ArraySlice<Float>) -> [Float] {
        let terms = BinShares.terms(inputs)
        return BinShares.shares(bins, Array(terms.prefix(weights.count / bins))) { weights[$0] }
    }

    /// The same, with the weights that `weight` gives by their index.
    private static func shares(_ bins: Int, _ terms: [Float], weight: (Int) -> Float) -> [Float] {
        var logits = [Float](repeating: 0, count: bins)
        for (t, x) in terms.enumerated() {
            for bin in 0..<bins { logits[bin] += x * weight(t * bins + bin) }
        }
        for bin in 0..<bins { logits[bin] = min(max(logits[bin], -1e30), 1e30) }
        let top = logits.reduce(-Float.infinity, max)
        var sum: Float = 0
        for k in logits.indices {
            logits[k] = exponential(logits[k] - top)
            sum += logits[k]
        }
        return logits.map { $0 / sum }
    }
}
