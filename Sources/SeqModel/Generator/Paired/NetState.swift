// NetState: a net's weights while it learns, with its gradients and what Adam keeps of them.

import Kernels

/// The weights of a net, the parts of their gradient, and the moments of Adam (Kingma & Ba 2015).
final class NetState: Sendable {
    let weights: FloatBuffer
    /// The weights as the backward pass needs them.
    let transposed: FloatBuffer
    /// The gradient of a batch, for whose pieces it is run.
    let gradients: PairwiseSum
    private let total: FloatBuffer
    private let adam: Adam
    private let counter: FloatBuffer

    /// The default decay rates have a short memory, as the other of two nets moves too.
    init(_ weights: FloatBuffer, pieces: Int, betas: (Float, Float) = (0.5, 0.9)) {
        self.weights = weights
        transposed = FloatBuffer(count: weights.count)
        gradients = PairwiseSum(pieces: pieces, length: weights.count)
        total = FloatBuffer(count: weights.count)
        adam = Adam(count: weights.count, betas: betas)
        counter = FloatBuffer(count: 1)
    }

    /// Steps that Adam has made.
    var updates: Int {
        get { Int(counter[0]) }
        set { counter[0] = Float(newValue) }
    }

    /// All that has to be kept to go on later.
    var buffers: [FloatBuffer] { [weights, adam.first, adam.second] }

    /// Sums the gradient of a batch: `body` adds that of each piece to a part of `gradients.parts`.
    func sum(threads: Int, _ body: @Sendable (_ piece: Int, _ worker: Int, _ part: Int) -> Void) {
        gradients.run(threads: threads, into: total, body)
    }

    /// One step of Adam by the gradient summed last, times `scale`.
    func learn(rate: Float, scale: Float) {
        updates += 1
        adam.step(weights, gradient: total, number: updates, rate: rate, scale: scale)
    }
}
