// PairGenerator+Worker: the buffers in which one thread draws pairs, and what it has computed for the last conditions.

import Kernels

extension PairGenerator {
    /// The buffers in which one thread draws pairs.
    public final class Worker {
        let partner: Memory
        let strand: any StrandDrawer
        /// A cache of the possible lengths for the last label and range, by the length of a given A.
        private var lengths: (label: Int, allowed: ClosedRange<Int>, found: [Int?: AllowedLengths]) = (0, 0...0, [:])
        /// Those of a free A at the last conditions, for the same range.
        private var atConditions = RecentInputs<AllowedLengths>()
        /// The frequencies of the levels at the last conditions.
        private var levels = RecentInputs<[Float]>()

        /// A cache of the lengths that strand B may have, for the last label and range.
        private var partners: (label: Int, allowed: ClosedRange<Int>, found: [Bool]) = (0, 0...0, [])

        enum Memory {
            case autoregressive(EncoderDecoder.DrawingTape)
            case aligned(PairHMM.DrawingTape)
            case adversarial(PartnerNet.Tape, LetterSampler)
        }

        /// Strands drawn at a time.
        static let strands = 16

        /// Allocates the buffers for `generator`.
        public init(_ generator: PairGenerator) {
            switch generator.partner {
            case .autoregressive(let net, _):
                partner = .autoregressive(.init(net))
            case .aligned:
                partner = .aligned(.init())
            case .adversarial(let net, _):
                partner = .adversarial(PartnerNet.Tape(net), LetterSampler(net.layout))
            }
            strand = generator.composition.drawer(strands: Worker.strands)
        }

        /// `StrandComposition.lengths` of the generator's composition, with a cache.
        private func lengths(_ composition: StrandComposition, label: Int, a: Int?, allowed: ClosedRange<Int>)
            -> AllowedLengths
        {
            if lengths.label != label || lengths.allowed != allowed {
                (lengths, atConditions) = ((label, allowed, [:]), RecentInputs())
            }
            if let found = lengths.found[a] { return found }
            let found = composition.lengths(label: label, a: a, allowed: allowed)
            lengths.found[a] = found
            return found
        }

        /// The same at conditions with the numbers `inputs`.
        func lengths(
            _ composition: StrandComposition, label: Int, at inputs: ArraySlice<Float>, a: Int?,
            allowed: ClosedRange<Int>, _ kernels: LayerKernels
        ) -> AllowedLengths {
            let usual = lengths(composition, label: label, a: a, allowed: allowed)
            // The length of a given A does not depend on the conditions, and B's is drawn given A.
            guard a == nil, !inputs.isEmpty else { return usual }
            return atConditions.value(label: label, inputs) { _ in
                composition.lengths(usual, label: label, at: inputs, strand.lengths, kernels)
            }
        }

        /// The numbers that the networks see for pairs at the conditions with the numbers `inputs`: the same, and that
        /// of a level that is drawn for each, where there are levels.
        func drawLevels(
            _ composition: StrandComposition, label: Int, _ inputs: PairConditions, _ sources: inout [RandomSource]
        ) -> PairConditions {
            guard let ofScores = composition.levels?.frequencies[label] else { return inputs }
            return inputs.with(
                levels: sources.indices.map { k in
                    let shares = levels.value(label: label, inputs[k]) { _ in ofScores.shares(at: inputs[k]) }
                    return ScoreLevels.draw(shares, &sources[k])
                })
        }

        /// For each of `lengthsB`, whether strands B of pairs with `label` have it and it is in `allowed`.
        func isAllowed(
            _ composition: StrandComposition, _ lengthsB: ClosedRange<Int>, label: Int, allowed: ClosedRange<Int>
        ) -> [Bool] {
            if partners.found.isEmpty || partners.label != label || partners.allowed != allowed {
                let occurring = Set(composition.lengths[label].map(\.b))
                partners = (label, allowed, lengthsB.map { occurring.contains($0) && allowed.contains($0) })
            }
            return partners.found
        }
    }
}
