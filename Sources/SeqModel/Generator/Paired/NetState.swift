// NetState: the weights of a net in training, with gradients and Adam's moments.

import Kernels

/// The weights of a net in training, their gradient, and Adam's moments (Kingma & Ba 2015).
final class NetState: Sendable {
    let weights: FloatBuffer
    /// The weights in the transposed layout of the backward pass.
    let transposed: FloatBuffer
    /// The gradient of a batch as partial sums, added in a fixed order.
    let gradients: PairwiseSum
    private let total: FloatBuffer
    private let adam: Adam
    private let counter: FloatBuffer

    /// Creates the state with `weights`, which are not copied, and `pieces` partial sums for a batch.
    ///
    /// The default betas average over fewer steps than usual: in adversarial training the objective changes with the
    /// other net.
    init(_ weights: FloatBuffer, pieces: Int, betas: (Float, Float) = (0.5, 0.9)) {
        self.weights = weights
        transposed = FloatBuffer(count: weights.count)
        gradients = PairwiseSum(pieces: pieces, length: weights.count)
        total = FloatBuffer(count: weights.count)
        adam = Adam(count: weights.count, betas: betas)
        counter = FloatBuffer(count: 1)
    }

    /// Steps of Adam done.
    var updates: Int {
        get { Int(counter[0]) }
        set { counter[0] = Float(newValue) }
    }

    /// The buffers that a checkpoint needs.
    var buffers: [FloatBuffer] { [weights, adam.first, adam.second] }

    /// Computes the gradient of a batch: `body` adds the gradient of a piece to part `part` of `gradients.parts`.
    func sum(threads: Int, _ body: @Sendable (_ piece: Int, _ worker: Int, _ part: Int) -> Void) {
        gradients.run(threads: threads, into: total, body)
    }

    /// Runs one step of Adam with the last gradient times `scale`, and with weight `decay`. Where that gradient is
    /// longer than `largestNorm`, it is shortened to it.
    func learn(rate: Float, scale: Float, decay: Float = 0, largestNorm: Double = .infinity) {
        updates += 1
        var scale = scale
        if largestNorm < .infinity {
            let norm = total.sumOfSquares(0..<total.count).squareRoot()
            if norm * Double(scale) > largestNorm { scale = Float(largestNorm / norm) }
        }
        adam.step(weights, gradient: total, number: updates, rate: rate, decay: decay, scale: scale)
    }
}
