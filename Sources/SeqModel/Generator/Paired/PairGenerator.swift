// PairGenerator: the trained pair generator: draws strand A, then strand B given A.

import Kernels

/// A trained pair generator. Immutable: many threads may draw from it at once, each with its own `Worker`.
public struct PairGenerator: Sendable {
    /// The distribution of levels, of lengths and of strand A.
    var composition: StrandComposition
    /// The network for strand B.
    let partner: Partner
    /// The conditions of its pairs, in order; empty where there are none.
    let conditions: [Condition]
    /// The least probability of a letter of strand B that the autoregressive network draws, relative to that of the
    /// most probable one; 0 to 1.
    var leastFraction: Float = 0
    /// The sampler that decides which of its pairs are kept.
    public internal(set) var acceptance: RejectionSampler
    private let kernels: LayerKernels

    /// How the network for strand B was trained, and so its kind.
    public enum Method: String, Sendable, CaseIterable {
        /// Letter by letter, by maximum likelihood: an `EncoderDecoder`.
        case autoregressive
        /// Along an alignment with A, by maximum likelihood: a `PairHMM`.
        case aligned = "pair-hmm"
        /// All letters at once, against a critic: a `PartnerNet`.
        case adversarial = "paired"
    }

    /// A network for strand B, and its weights.
    enum Partner: Sendable {
        case autoregressive(EncoderDecoder, FloatBuffer)
        case aligned(PairHMM, FloatBuffer)
        case adversarial(PartnerNet, FloatBuffer)
    }

    /// Creates a generator that accepts every pair. The weights are not copied.
    init(
        _ partner: Partner, composition: StrandComposition, conditions: [Condition] = [],
        kernels: LayerKernels = .init()
    ) {
        precondition(
            composition.net.conditionCount == conditions.count + (composition.levels == nil ? 0 : 1))
        self.partner = partner
        self.composition = composition
        self.conditions = conditions
        self.kernels = kernels
        acceptance = .everything(letters: composition.net.letters)
    }

    /// The kind of the network for strand B.
    public var method: Method {
        switch partner {
        case .autoregressive: .autoregressive
        case .aligned: .aligned
        case .adversarial: .adversarial
        }
    }

    /// The longest strand A to which it can draw a strand B, in letters.
    public var longestGiven: Int {
        switch partner {
        case .autoregressive(let net, _): net.longestA
        case .aligned(let net, _): net.longestA
        case .adversarial(let net, _): net.layout.length
        }
    }

    /// The longest strand of its pairs, in letters.
    public var longestStrand: Int {
        switch partner {
        case .autoregressive(let net, _): max(net.longestA, net.lengthsB.upperBound)
        case .aligned(let net, _): max(net.longestA, net.lengthsB.upperBound)
        case .adversarial(let net, _): net.layout.length
        }
    }

    /// All weights of the network for strand B.
    public var allWeights: [Float] {
        switch partner {
        case .autoregressive(_, let weights), .aligned(_, let weights), .adversarial(_, let weights):
            weights[0..<weights.count]
        }
    }

    /// Whether the training data had pairs of this label (0 or 1).
    public func knows(label: Int) -> Bool { !composition.lengths[label].isEmpty }

    /// Draws pairs of `label`, each at its own conditions, see `TrainedGenerator.draw`.
    func draw(
        label: Int, at points: PairConditions, given: [[UInt8]?], lengths: ClosedRange<Int>, tries: Int,
        _ sources: inout [RandomSource], _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> [DrawnPair?] {
        draw(
            label: label, inputs: inputs(label: label, at: points, &sources, worker), given: given, lengths: lengths,
            tries: tries, &sources, worker, canGrow: canGrow)
    }

    /// The numbers that the networks see for pairs of `label`: those of the conditions `points` and, where there are
    /// levels, that of one that is drawn for each.
    func inputs(
        label: Int, at points: PairConditions, _ sources: inout [RandomSource], _ worker: Worker
    ) -> PairConditions {
        worker.drawLevels(composition, label: label, points.standardised(conditions), &sources)
    }

    /// The same as `draw`, given these numbers.
    func draw(
        label: Int, inputs: PairConditions, given: [[UInt8]?], lengths: ClosedRange<Int>, tries: Int,
        _ sources: inout [RandomSource], _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> [DrawnPair?] {
        let (a, sizes) = drawFirst(
            label: label, inputs, given: given, lengths: lengths, tries: tries, &sources, worker, canGrow: canGrow)
        let found = a.indices.filter { sizes[$0] != nil && a[$0] != nil }
        var (pairs, own) = (found.map { DrawnPair(a: a[$0] ?? [], b: []) }, found.map { sources[$0] })
        drawPartners(
            &pairs, label: label, inputs: inputs.gathered(found[...]), lengths: lengths,
            sizes: found.map { sizes[$0]?.b ?? 0 }, &own, worker)
        var result = [DrawnPair?](repeating: nil, count: a.count)
        for (n, k) in found.enumerated() { (result[k], sources[k]) = (pairs[n], own[n]) }
        return result
    }

    /// Draws a strand A for each source; see `TrainedGenerator.drawFirst`.
    func drawFirst(
        label: Int, at points: PairConditions, lengths: ClosedRange<Int>, tries: Int, _ sources: inout [RandomSource],
        _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> [[UInt8]?] {
        drawFirst(
            label: label, inputs(label: label, at: points, &sources, worker),
            given: Array(repeating: nil, count: sources.count), lengths: lengths, tries: tries, &sources, worker,
            canGrow: canGrow
        ).a
    }

    /// Draws strand A where it is not given, `Worker.strands` at a time, and the lengths of both strands; nil where
    /// there are none.
    private func drawFirst(
        label: Int, _ inputs: PairConditions, given: [[UInt8]?], lengths: ClosedRange<Int>, tries: Int,
        _ sources: inout [RandomSource], _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool
    ) -> (a: [[UInt8]?], sizes: [(a: Int, b: Int)?]) {
        let sizes = zip(given, sources.indices).map { strand, k in
            worker.lengths(
                composition, label: label, at: inputs[k], a: strand?.count, allowed: lengths, kernels
            ).draw(&sources[k])
        }
        var a = given
        for _ in 0..<tries {
            let open = a.indices.filter { a[$0] == nil && sizes[$0] != nil }
            guard !open.isEmpty else { break }
            for start in stride(from: 0, to: open.count, by: Worker.strands) {
                let group = open[start..<min(open.count, start + Worker.strands)]
                var own = group.map { sources[$0] }
                let drawn = worker.strand.draw(
                    label: label, inputs: inputs.gathered(group), lengths: group.map { sizes[$0]?.a ?? 0 }, &own,
                    kernels, canGrow: canGrow)
                for (n, k) in group.enumerated() { (a[k], sources[k]) = (drawn[n], own[n]) }
            }
        }
        return (a, sizes)
    }

    /// Strands B that the adversarial network draws for a strand A at a time. Most of the work is the forward pass, and
    /// usually one of them is accepted.
    private static let variants = 3

    /// Draws a strand B for the strand A of each pair, at the conditions `points`. A network that was trained by
    /// maximum likelihood draws its length as well, one of `lengths` that occurs with `label`; otherwise it has
    /// `sizes[k]` letters.
    func drawPartners(
        _ pairs: inout [DrawnPair], label: Int, at points: PairConditions, lengths: ClosedRange<Int>, sizes: [Int],
        _ sources: inout [RandomSource], _ worker: Worker
    ) {
        drawPartners(
            &pairs, label: label, inputs: inputs(label: label, at: points, &sources, worker), lengths: lengths,
            sizes: sizes, &sources, worker)
    }

    /// The same, given the numbers that the networks see.
    private func drawPartners(
        _ pairs: inout [DrawnPair], label: Int, inputs: PairConditions, lengths: ClosedRange<Int>, sizes: [Int],
        _ sources: inout [RandomSource], _ worker: Worker
    ) {
        switch (partner, worker.partner) {
        case (.autoregressive(let net, let weights), .autoregressive(let tape)):
            let isAllowed = worker.isAllowed(composition, net.lengthsB, label: label, allowed: lengths)
            // Strands A of about the same length together, as all of a group take the time of the longest.
            let order = pairs.indices.sorted { (pairs[$0].a.count, $0) < (pairs[$1].a.count, $1) }
            for start in stride(from: 0, to: order.count, by: tape.strands) {
                let group = order[start..<min(order.count, start + tape.strands)]
                var own = group.map { sources[$0] }
                let drawn = net.draw(
                    tape, a: group.map { pairs[$0].a[...] }, label: label, inputs: inputs.gathered(group),
                    isAllowed: isAllowed, leastFraction: leastFraction, weights: weights, &own, kernels)
                for (n, k) in group.enumerated() { (pairs[k].b, sources[k]) = (drawn[n], own[n]) }
            }
        case (.aligned(let net, let weights), .aligned(let tape)):
            let isAllowed = worker.isAllowed(composition, net.lengthsB, label: label, allowed: lengths)
            for k in pairs.indices {
                pairs[k].b = net.draw(
                    tape, a: pairs[k].a[...], label: label, inputs: inputs[k], isAllowed: isAllowed, weights: weights,
                    &sources[k], kernels)
            }
        case (.adversarial(let net, let weights), .adversarial(let tape, var sampler)):
            for k in pairs.indices {
                let length = sizes[k]
                net.load(tape, a: pairs[k].a[...], b: length, label: label, &sources[k])
                net.forward(tape, length: length, weights: weights, kernels)
                sampler.prepareSampling(tape.logits, length: length, kernels)
                pairs[k].b = sampler.pick(length: length, &sources[k])
                pairs[k].others = (1..<PairGenerator.variants).map { _ in
                    sampler.pick(length: length, &sources[k])
                }
            }
        default: preconditionFailure("the worker belongs to another kind of generator")
        }
    }
}
