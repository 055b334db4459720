// BinShares: how the logits of pairs are spread over bins, as a function of the conditions.

import Kernels

/// The shares of the bins among pairs at given conditions: a multinomial logistic regression.
///
/// The logarithm of a bin's share is, up to the logarithm of their sum, w_0 + sum_c x_c w_c with the numbers x that a
/// model sees for the conditions.
struct BinShares: Sendable, Equatable {
    /// Number of bins.
    let bins: Int
    /// (1 + conditions, bins): w_0, then w_c of each condition.
    let weights: [Float]

    /// Steps of gradient descent on all pairs (by Adam).
    private static let rounds = 300
    private static let rate: Float = 0.05
    /// Coefficient of the L2 penalty: keeps the weights of rare bins finite.
    private static let decay: Float = 1

    /// Shares with `weights` of shape (1 + conditions, bins).
    init(bins: Int, weights: [Float]) {
        precondition(weights.count % bins == 0 && weights.count > 0)
        (self.bins, self.weights) = (bins, weights)
    }

    /// Equal shares at any of so many conditions.
    init(bins: Int, conditions: Int) {
        self.init(bins: bins, weights: [Float](repeating: 0, count: (1 + conditions) * bins))
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
        let count = (1 + inputs.width) * bins
        let (weights, gradient) = (FloatBuffer(count: count), FloatBuffer(count: count))
        let adam = Adam(count: count)
        for round in 1...BinShares.rounds where !pairs.isEmpty {
            for k in 0..<count { gradient[k] = BinShares.decay * weights[k] }
            for (p, own) in pairs.enumerated() {
                var slopes = BinShares.shares(bins, at: inputs[p]) { weights[$0] }
                slopes[own] -= 1
                if let frequencies { for bin in 0..<bins { slopes[bin] *= frequencies[p] } }
                for bin in 0..<bins { gradient[bin] += slopes[bin] }
                for (c, x) in inputs[p].enumerated() {
                    for bin in 0..<bins { gradient[(1 + c) * bins + bin] += x * slopes[bin] }
                }
            }
            adam.step(weights, gradient: gradient, number: round, rate: BinShares.rate, scale: scale)
        }
        self.init(bins: bins, weights: weights[0..<count].map { $0 })
    }

    /// The share of each bin (0 to 1) at conditions with the numbers `inputs`.
    func shares(at inputs: ArraySlice<Float>) -> [Float] {
        precondition((1 + inputs.count) * bins == weights.count)
        return BinShares.shares(bins, at: inputs) { weights[$0] }
    }

    /// The same, with the weights that `weight` gives by their index.
    private static func shares(_ bins: Int, at inputs: ArraySlice<Float>, weight: (Int) -> Float) -> [Float] {
        var logits = (0..<bins).map(weight)
        for (c, x) in inputs.enumerated() {
            for bin in 0..<bins { logits[bin] += x * weight((1 + c) * bins + bin) }
        }
        // Conditions far from those of the training must not give infinities, of which no share follows.
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
