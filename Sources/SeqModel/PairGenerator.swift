// PairGenerator: a trained generator: a label and a random stream to a pair that interacts, or does not.

import Kernels

/// A trained generator of pairs. Immutable: many workers may draw from it at once, each with a `Worker` of its own.
public struct PairGenerator: Sendable {
    /// What strands A look like, and how long both are.
    let composition: StrandComposition
    let net: PartnerNet
    let weights: FloatBuffer
    /// Which of its pairs to keep.
    public internal(set) var acceptance = ScoreAcceptance.everything
    private let kernels: LayerKernels

    /// Where letters lie.
    public var layout: PairLayout { net.layout }

    /// A generator with a copy of `weights`.
    init(_ net: PartnerNet, weights: FloatBuffer, composition: StrandComposition, kernels: LayerKernels = .init()) {
        self.net = net
        self.composition = composition
        self.kernels = kernels
        self.weights = FloatBuffer(count: net.count)
        self.weights[0..<net.count] = weights[0..<net.count]
    }

    /// All weights of its network.
    public var allWeights: [Float] { weights[0..<net.count] }

    /// Whether pairs of this label were learned.
    public func knows(label: Int) -> Bool { !composition.lengths[label].isEmpty }

    /// The memory in which one thread draws pairs, and the pair drawn last.
    public final class Worker {
        fileprivate let tape: PartnerNet.Tape
        fileprivate let strand: StrandNet.Tape
        fileprivate var sampler: LetterSampler
        /// Strand A, in codes.
        public fileprivate(set) var a: [UInt8] = []
        /// Strand B, in codes, as it is written.
        public fileprivate(set) var b: [UInt8] = []

        /// Memory for a generator.
        public init(_ generator: PairGenerator) {
            tape = PartnerNet.Tape(generator.net)
            strand = StrandNet.Tape(generator.composition.net)
            sampler = LetterSampler(generator.layout)
        }
    }

    /// Draws a pair of `label` into `worker`.
    ///
    /// A is `given`, or drawn until `accepts` takes it, at most `tries` times. Both lengths lie in `lengths` (that of a
    /// given A is as it is; at most `layout.length`). Returns false where no length or no A was found.
    public func draw(
        label: Int, given: ArraySlice<UInt8>? = nil, lengths: ClosedRange<Int>, tries: Int = 1,
        _ random: inout RandomSource, _ worker: Worker, accepts: (ArraySlice<UInt8>) -> Bool = { _ in true }
    ) -> Bool {
        guard
            let size = composition.drawLengths(
                label: label, a: given?.count, allowed: lengths, &random)
        else { return false }
        if let given {
            worker.a.removeAll(keepingCapacity: true)
            worker.a.append(contentsOf: given)
        } else {
            var isFound = false
            for _ in 0..<tries where !isFound {
                composition.draw(label: label, length: size.a, &random, worker.strand, into: &worker.a, kernels)
                isFound = accepts(worker.a[...])
            }
            guard isFound else { return false }
        }
        drawPartner(label: label, length: size.b, &random, worker)
        return true
    }

    /// Draws another strand B of `length` letters, at most `layout.length`, for `a`.
    public func drawPartner(
        of a: [UInt8], label: Int, length: Int, _ random: inout RandomSource, _ worker: Worker
    ) {
        worker.a.removeAll(keepingCapacity: true)
        worker.a.append(contentsOf: a)
        drawPartner(label: label, length: length, &random, worker)
    }

    private func drawPartner(label: Int, length: Int, _ random: inout RandomSource, _ worker: Worker) {
        net.load(worker.tape, a: worker.a[...], b: length, label: label, &random)
        net.forward(worker.tape, length: length, weights: weights, kernels)
        worker.sampler.draw(worker.tape.logits, length: length, &random, into: &worker.b, keepsProbabilities: false)
    }
}
