// TrainedGenerator: a trained generator of any kind, as everything but its own training sees it.

import Kernels

/// A trained generator of pairs of any kind. Immutable: many workers may draw from it at once, each with a `Worker`.
public enum TrainedGenerator: Sendable {
    /// One that makes partners to strands: the kind that learns a relation.
    case paired(PairGenerator)
    /// A plain GAN, that makes both strands at once as an image.
    case images(ImageGenerator)

    /// The paired generator, where it is one.
    public var paired: PairGenerator? {
        guard case .paired(let generator) = self else { return nil }
        return generator
    }

    /// Whether pairs of this label were learned; a plain GAN knows those that interact alone.
    public func knows(label: Int) -> Bool {
        switch self {
        case .paired(let generator): generator.knows(label: label)
        case .images: label == 1
        }
    }

    /// The lengths of the strands A and B that it makes for `label`, of pairs with both in `allowed`; with a given A of `a`
    /// letters, those of its partners. Nil where it makes none.
    public func lengths(label: Int, a: Int? = nil, allowed: ClosedRange<Int>) -> (
        a: ClosedRange<Int>, b: ClosedRange<Int>
    )? {
        switch self {
        case .paired(let generator):
            return generator.composition.lengths(label: label, a: a, allowed: allowed).ends
        case .images(let generator):
            let ends = generator.lengths.map { $0.clamped(to: allowed) }
            guard knows(label: label), generator.lengths.allSatisfy(allowed.overlaps) else { return nil }
            return (ends[0], ends[1])
        }
    }

    /// Which of its pairs to keep.
    public var acceptance: ScoreAcceptance {
        switch self {
        case .paired(let generator): generator.acceptance
        case .images(let generator): .everything(letters: generator.letters)
        }
    }

    /// The memory in which one thread draws pairs.
    public enum Worker {
        /// Of a paired generator.
        case paired(PairGenerator.Worker)
        /// Of a plain GAN.
        case images(ImageGenerator.Worker)

        /// Memory for a generator.
        public init(_ generator: TrainedGenerator) {
            switch generator {
            case .paired(let generator): self = .paired(.init(generator))
            case .images(let generator): self = .images(.init(generator))
            }
        }
    }

    /// Draws pairs of `label`, each from its own source and from nothing else: the same in any company.
    ///
    /// A is `given[k]`, or drawn at most `tries` times until `canGrow` takes it, which is asked letter by letter with the
    /// length that the strand is to have. Both lengths lie in `lengths` (that of a given A is as it is). Nil where no
    /// length or no A was found. `worker` is of this generator; a plain GAN takes no given strand, and tries once.
    public func draw(
        label: Int, given: [[UInt8]?], lengths: ClosedRange<Int>, tries: Int = 1, _ sources: inout [RandomSource],
        _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [DrawnPair?] {
        precondition(given.count == sources.count)
        switch (self, worker) {
        case (.paired(let generator), .paired(let memory)):
            return generator.draw(
                label: label, given: given, lengths: lengths, tries: tries, &sources, memory, canGrow: canGrow)
        case (.images(let generator), .images(let memory)):
            return given.indices.map { k in
                guard given[k] == nil, generator.draw(allowed: lengths, &sources[k], memory) else { return nil }
                let a = memory.a
                let isTaken = a.indices.allSatisfy { canGrow(a[...$0], a.count) }
                return isTaken ? DrawnPair(a: a, b: memory.b) : nil
            }
        default: preconditionFailure("a worker of another generator")
        }
    }

    /// Draws another strand B of the same length for a pair's A. A plain GAN, whose pairs are all kept, has none to give:
    /// it does nothing.
    public func drawPartner(_ pair: inout DrawnPair, label: Int, _ random: inout RandomSource, _ worker: Worker) {
        guard case .paired(let generator) = self, case .paired(let memory) = worker else { return }
        if let other = pair.others.popLast() {
            pair.b = other
            return
        }
        generator.drawPartner(&pair, label: label, length: pair.b.count, &random, memory)
    }
}

/// A pair that was drawn, in codes, strand B as it is written.
public struct DrawnPair: Sendable, Equatable {
    /// Strand A.
    public var a: [UInt8]
    /// Strand B.
    public var b: [UInt8]
    /// More strands B for the same A, drawn with the first.
    var others: [[UInt8]] = []

    /// A pair of these strands.
    public init(a: [UInt8], b: [UInt8]) { (self.a, self.b) = (a, b) }
}
