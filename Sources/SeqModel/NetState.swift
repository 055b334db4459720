// NetState: a net's weights while it learns, with its gradients and what Adam keeps of them.

import Kernels

/// The weights of a net, the parts of their gradient, and the moments of Adam (Kingma & Ba 2015).
final class NetState: Sendable {
    let weights: FloatBuffer
    /// The weights as the way back needs them.
    let transposed: FloatBuffer
    /// Parts of the gradient, one for each piece of the batch.
    let sums: FloatBuffer
    private let total: FloatBuffer, first: FloatBuffer, second: FloatBuffer
    private let pieces: Int
    private let counter: FloatBuffer

    /// Adam's decay rates.
    private let betas: (Float, Float)

    /// The default decay rates have a short memory, as the other of two nets moves too.
    init(_ weights: FloatBuffer, pieces: Int, betas: (Float, Float) = (0.5, 0.9)) {
        self.betas = betas
        self.weights = weights
        self.pieces = pieces
        transposed = FloatBuffer(count: weights.count)
        sums = FloatBuffer(count: weights.count * pieces)
        total = FloatBuffer(count: weights.count)
        first = FloatBuffer(count: weights.count)
        second = FloatBuffer(count: weights.count)
        counter = FloatBuffer(count: 1)
    }

    /// Steps that Adam has made.
    var updates: Int {
        get { Int(counter[0]) }
        set { counter[0] = Float(newValue) }
    }

    /// All that has to be kept to go on later.
    var buffers: [FloatBuffer] { [weights, first, second] }

    func clearSums() { sums.clear(0..<sums.count) }

    /// One step of Adam by the sum of the parts, times `scale`.
    func learn(_ kernels: LayerKernels, rate: Float, scale: Float) {
        kernels.reduce(sums, parts: pieces, into: total)
        updates += 1
        DuplexKernels(processor: kernels.processor).adamStep(
            weights, gradient: total, moments: (first, second), range: 0..<weights.count, step: updates, rate: rate,
            decay: 0, scale: scale, beta1: betas.0, beta2: betas.1)
    }
}
