// PairGenerator: the trained paired generator: draws strand A, then strand B given A.

import Kernels

/// A trained paired generator. Immutable: many threads may draw from it at once, each with its own `Worker`.
public struct PairGenerator: Sendable {
    /// The distribution of lengths and of strand A.
    let composition: StrandComposition
    /// The network for strand B.
    let net: PartnerNet
    let weights: FloatBuffer
    /// The sampler that decides which of its pairs are kept.
    public internal(set) var acceptance: RejectionSampler
    private let kernels: LayerKernels

    /// The alignment of a pair's letters with columns.
    public var layout: PairLayout { net.layout }

    /// Creates a generator with a copy of `weights` that accepts every pair.
    init(_ net: PartnerNet, weights: FloatBuffer, composition: StrandComposition, kernels: LayerKernels = .init()) {
        self.net = net
        self.composition = composition
        self.kernels = kernels
        acceptance = .everything(letters: net.layout.letters)
        self.weights = FloatBuffer(count: net.count)
        self.weights[0..<net.count] = weights[0..<net.count]
    }

    /// All weights of the network for strand B.
    public var allWeights: [Float] { weights[0..<net.count] }

    /// Whether the training data had pairs of this label (0 or 1).
    public func knows(label: Int) -> Bool { !composition.lengths[label].isEmpty }

    /// The buffers in which one thread draws pairs.
    public final class Worker {
        fileprivate let tape: PartnerNet.Tape
        fileprivate let strand: StrandNet.Tape
        fileprivate var sampler: LetterSampler
        /// A cache of the possible lengths for the last label and range, by the length of a given A.
        private var lengths: (label: Int, allowed: ClosedRange<Int>, found: [Int?: AllowedLengths]) = (0, 0...0, [:])

        /// Strands A drawn at a time.
        fileprivate static let strands = 16

        /// Allocates the buffers for `generator`.
        public init(_ generator: PairGenerator) {
            tape = PartnerNet.Tape(generator.net)
            strand = StrandNet.Tape(generator.composition.net, strands: Worker.strands, isForDrawing: true)
            sampler = LetterSampler(generator.layout)
        }

        /// `StrandComposition.lengths` of the generator's composition, with a cache.
        fileprivate func lengths(_ composition: StrandComposition, label: Int, a: Int?, allowed: ClosedRange<Int>)
            -> AllowedLengths
        {
            if lengths.label != label || lengths.allowed != allowed { lengths = (label, allowed, [:]) }
            if let found = lengths.found[a] { return found }
            let found = composition.lengths(label: label, a: a, allowed: allowed)
            lengths.found[a] = found
            return found
        }
    }

    /// Draws pairs of `label`, see `TrainedGenerator.draw`.
    func draw(
        label: Int, given: [[UInt8]?], lengths: ClosedRange<Int>, tries: Int, _ sources: inout [RandomSource],
        _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> [DrawnPair?] {
        var pairs: [DrawnPair?] = []
        for start in stride(from: 0, to: given.count, by: Worker.strands) {
            let range = start..<min(given.count, start + Worker.strands)
            var own = Array(sources[range])
            pairs += draw(
                label: label, given: given[range], lengths: lengths, tries: tries, &own, worker, canGrow: canGrow)
            sources.replaceSubrange(range, with: own)
        }
        return pairs
    }

    /// Draws at most `Worker.strands` pairs.
    private func draw(
        label: Int, given: ArraySlice<[UInt8]?>, lengths: ClosedRange<Int>, tries: Int,
        _ sources: inout [RandomSource], _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> [DrawnPair?] {
        let sizes = zip(given, sources.indices).map { strand, k in
            worker.lengths(composition, label: label, a: strand?.count, allowed: lengths).draw(&sources[k])
        }
        var a = Array(given)
        for _ in 0..<tries {
            let open = a.indices.filter { a[$0] == nil && sizes[$0] != nil }
            guard !open.isEmpty else { break }
            var own = open.map { sources[$0] }
            let drawn = composition.draw(
                label: label, lengths: open.map { sizes[$0]?.a ?? 0 }, &own, worker.strand, kernels,
                canGrow: canGrow)
            for (n, k) in open.enumerated() { (a[k], sources[k]) = (drawn[n], own[n]) }
        }
        return a.indices.map { k in
            guard let size = sizes[k], let strand = a[k] else { return nil }
            var pair = DrawnPair(a: strand, b: [])
            drawPartner(&pair, label: label, length: size.b, &sources[k], worker)
            return pair
        }
    }

    /// Strands B drawn for a strand A at a time. Most of the work is the forward pass, and usually one of them is
    /// accepted.
    private static let variants = 3

    /// Draws strands B for the strand A of a pair; `length` is from 1 to `layout.length` letters.
    func drawPartner(
        _ pair: inout DrawnPair, label: Int, length: Int, _ random: inout RandomSource, _ worker: Worker
    ) {
        net.load(worker.tape, a: pair.a[...], b: length, label: label, &random)
        net.forward(worker.tape, length: length, weights: weights, kernels)
        worker.sampler.prepareSampling(worker.tape.logits, length: length, kernels)
        pair.b = worker.sampler.pick(length: length, &random)
        pair.others = (1..<PairGenerator.variants).map { _ in worker.sampler.pick(length: length, &random) }
    }
}
