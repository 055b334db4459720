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

    /// Which of its pairs to keep.
    public var acceptance: ScoreAcceptance {
        switch self {
        case .paired(let generator): generator.acceptance
        case .images: .everything
        }
    }

    /// The memory in which one thread draws pairs, and the pair drawn last.
    public final class Worker {
        private enum Memory {
            case paired(PairGenerator.Worker)
            case images(ImageGenerator.Worker)
        }
        private let memory: Memory

        /// Memory for a generator.
        public init(_ generator: TrainedGenerator) {
            switch generator {
            case .paired(let generator): memory = .paired(.init(generator))
            case .images(let generator): memory = .images(.init(generator))
            }
        }

        /// Strand A, in codes.
        public var a: [UInt8] {
            switch memory {
            case .paired(let worker): worker.a
            case .images(let worker): worker.a
            }
        }

        /// Strand B, in codes, as it is written.
        public var b: [UInt8] {
            switch memory {
            case .paired(let worker): worker.b
            case .images(let worker): worker.b
            }
        }

        fileprivate var ofPaired: PairGenerator.Worker? {
            guard case .paired(let worker) = memory else { return nil }
            return worker
        }

        fileprivate var ofImages: ImageGenerator.Worker? {
            guard case .images(let worker) = memory else { return nil }
            return worker
        }
    }

    /// Draws a pair of `label` into `worker`, see `PairGenerator.draw`. A plain GAN takes no given strand: it returns false.
    public func draw(
        label: Int, given: ArraySlice<UInt8>? = nil, lengths: ClosedRange<Int>, tries: Int = 1,
        _ random: inout RandomSource, _ worker: Worker, accepts: (ArraySlice<UInt8>) -> Bool = { _ in true }
    ) -> Bool {
        switch self {
        case .paired(let generator):
            guard let memory = worker.ofPaired else { return false }
            return generator.draw(
                label: label, given: given, lengths: lengths, tries: tries, &random, memory, accepts: accepts)
        case .images(let generator):
            guard let memory = worker.ofImages, given == nil else { return false }
            return generator.draw(allowed: lengths, &random, memory) && accepts(memory.a[...])
        }
    }

    /// Draws another strand B of `length` letters for `a`, see `PairGenerator.drawPartner`. A plain GAN, whose pairs are all
    /// kept, has none to give: it does nothing.
    public func drawPartner(
        of a: [UInt8], label: Int, length: Int, _ random: inout RandomSource, _ worker: Worker
    ) {
        guard case .paired(let generator) = self, let memory = worker.ofPaired else { return }
        generator.drawPartner(of: a, label: label, length: length, &random, memory)
    }
}
