// PairGenerator: a trained generator: a label and a random stream to a pair that interacts, or does not.

import Kernels

/// A trained generator of pairs. Immutable: many workers may draw from it at once, each with a `Worker` of its own.
public struct PairGenerator: Sendable {
    /// What strands A look like, and how long both are.
    let composition: StrandComposition
    let net: PartnerNet
    let weights: FloatBuffer
    /// Which of its pairs to keep.
    public internal(set) var acceptance: ScoreAcceptance
    private let kernels: LayerKernels

    /// Where letters lie.
    public var layout: PairLayout { net.layout }

    /// A generator with a copy of `weights`.
    init(_ net: PartnerNet, weights: FloatBuffer, composition: StrandComposition, kernels: LayerKernels = .init()) {
        self.net = net
        self.composition = composition
        self.kernels = kernels
        acceptance = .everything(letters: net.layout.letters)
        self.weights = FloatBuffer(count: net.count)
        self.weights[0..<net.count] = weights[0..<net.count]
    }

    /// All weights of its network.
    public var allWeights: [Float] { weights[0..<net.count] }

    /// Whether pairs of this label were learned.
    public func knows(label: Int) -> Bool { !composition.lengths[label].isEmpty }

    /// The memory in which one thread draws pairs.
    public final class Worker {
        fileprivate let tape: PartnerNet.Tape
        fileprivate let strand: StrandNet.Tape
        fileprivate var sampler: LetterSampler
        /// Lengths to draw from of the label and range last asked for, by the length of the given A.
        private var lengths: (label: Int, allowed: ClosedRange<Int>, found: [Int?: AllowedLengths]) = (0, 0...0, [:])

        /// Strands A drawn side by side.
        fileprivate static let strands = 16

        /// Memory for a generator.
        public init(_ generator: PairGenerator) {
            tape = PartnerNet.Tape(generator.net)
            strand = StrandNet.Tape(generator.composition.net, strands: Worker.strands, isForDrawing: true)
            sampler = LetterSampler(generator.layout)
        }

        /// `StrandComposition.lengths` of the generator's composition, looked up once for many pairs.
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

    /// Draws pairs of `label`, each from its own source and from nothing else, see `TrainedGenerator.draw`.
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

    /// The same for as many as a worker draws side by side.
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

    /// Strands B drawn at a time: most of the work is one pass through the network, and one of them is kept as a rule.
    private static let variants = 3

    /// Draws strands B of `length` letters, at most `layout.length`, for a pair's A.
    func drawPartner(
        _ pair: inout DrawnPair, label: Int, length: Int, _ random: inout RandomSource, _ worker: Worker
    ) {
        net.load(worker.tape, a: pair.a[...], b: length, label: label, &random)
        net.forward(worker.tape, length: length, weights: weights, kernels)
        worker.sampler.settle(worker.tape.logits, length: length, kernels)
        pair.b = worker.sampler.pick(length: length, &random)
        pair.others = (1..<PairGenerator.variants).map { _ in worker.sampler.pick(length: length, &random) }
    }
}
