// LikelihoodNet: what a network for strand B offers to its training by maximum likelihood.

import Kernels

/// A pair of the data that a network for strand B reads: strands in codes without ambiguous letters, a label, and the
/// numbers of the conditions.
struct TrainingPair {
    let a: ArraySlice<UInt8>, b: ArraySlice<UInt8>
    let label: Int
    var inputs: ArraySlice<Float> = []
}

/// A network that gives the probability of strand B given strand A, a label and conditions.
protocol LikelihoodNet: Sendable {
    /// Memory of one thread.
    associatedtype Memory
    /// Weight decay, and the largest norm of a gradient.
    static var decay: Float { get }
    static var largestNorm: Double { get }

    /// All tensors, and the number of weights.
    var tensors: [TensorSpec] { get }
    var count: Int { get }

    func initialWeights(_ random: inout RandomSource) -> FloatBuffer

    /// Memory for so many pairs at a time.
    func memory(pairs: Int) -> Memory

    /// Writes the weights in the layout that `learn` needs beside their own.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels)

    /// Adds the gradient of the cross-entropy of `pairs` to part `part` of `state.gradients`, and returns it in nats.
    /// `dropout` returns the source of what is dropped for each of the pairs.
    func learn(
        _ memory: Memory, _ pairs: [TrainingPair], _ state: NetState, part: Int, _ kernels: LayerKernels,
        dropout: (Int) -> RandomSource
    ) -> Double

    /// The cross-entropy of `pairs` in nats. `observe` is called with the probability of each letter of strands B
    /// relative to that of the most probable one, where the network draws letter by letter.
    func crossEntropy(
        _ memory: Memory, _ pairs: [TrainingPair], weights: FloatBuffer, _ kernels: LayerKernels,
        observe: (Float) -> Void
    ) -> Double

    /// The network with weights, as a part of a generator.
    func partner(_ weights: FloatBuffer) -> PairGenerator.Partner

    /// The weights of `partner` if it has the shapes of this network.
    func weights(of partner: PairGenerator.Partner) -> FloatBuffer?
}

extension EncoderDecoder: LikelihoodNet {
    static let decay: Float = 0.1, largestNorm = 1.0

    func memory(pairs: Int) -> Tape { Tape(self, strands: pairs) }

    func learn(
        _ tape: Tape, _ pairs: [TrainingPair], _ state: NetState, part: Int, _ kernels: LayerKernels,
        dropout: (Int) -> RandomSource
    ) -> Double {
        for s in pairs.indices {
            var random = dropout(s)
            tape.gradients.dropout.draw(s, &random)
        }
        let (nats, a, b) = loss(tape, pairs, hasDropout: true, weights: state.weights, kernels)
        backward(
            tape, pairs, hasDropout: true, a: a, b: b, weights: state.weights, transposed: state.transposed,
            sums: Sums(buffer: state.gradients.parts, part: part), kernels)
        return nats
    }

    func crossEntropy(
        _ tape: Tape, _ pairs: [TrainingPair], weights: FloatBuffer, _ kernels: LayerKernels,
        observe: (Float) -> Void
    ) -> Double {
        loss(tape, pairs, weights: weights, kernels, observe: observe).nats
    }

    func partner(_ weights: FloatBuffer) -> PairGenerator.Partner { .autoregressive(self, weights) }

    func weights(of partner: PairGenerator.Partner) -> FloatBuffer? {
        guard case .autoregressive(let net, let weights) = partner, net.tensors == tensors else { return nil }
        return weights
    }
}

extension PairHMM: LikelihoodNet {
    static let decay: Float = 0, largestNorm = 1.0

    func memory(pairs: Int) -> PairHMMTape {
        PairHMMTape(shape, longestA: longestA, longestB: lengthsB.upperBound)
    }

    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {}

    func learn(
        _ tape: PairHMMTape, _ pairs: [TrainingPair], _ state: NetState, part: Int, _ kernels: LayerKernels,
        dropout: (Int) -> RandomSource
    ) -> Double {
        pairs.reduce(0) {
            $0 + loss(tape, $1, weights: state.weights, kernels, sums: state.gradients.parts, part: part)
        }
    }

    func crossEntropy(
        _ tape: PairHMMTape, _ pairs: [TrainingPair], weights: FloatBuffer, _ kernels: LayerKernels,
        observe: (Float) -> Void
    ) -> Double {
        pairs.reduce(0) { $0 + loss(tape, $1, weights: weights, kernels) }
    }

    func partner(_ weights: FloatBuffer) -> PairGenerator.Partner { .aligned(self, weights) }

    func weights(of partner: PairGenerator.Partner) -> FloatBuffer? {
        guard case .aligned(let net, let weights) = partner, net.tensors == tensors,
            net.isAntiparallel == isAntiparallel
        else { return nil }
        return weights
    }
}
