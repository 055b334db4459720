// TrainedGenerator: a trained generator of any kind, and how pairs are drawn from it.

import Kernels

/// A trained generator of any kind. Immutable: many threads may draw from it at once, each with its own `Worker`.
public enum TrainedGenerator: Sendable {
    /// A pair generator, which draws strand A, then strand B given A. It learns how the strands relate.
    case paired(PairGenerator)
    /// A plain GAN, which draws both strands at once as a one-hot image.
    case images(ImageGenerator)

    /// The pair generator; nil if this is a plain GAN.
    public var paired: PairGenerator? {
        guard case .paired(let generator) = self else { return nil }
        return generator
    }

    /// Whether the training data had pairs of this label (0 or 1). A plain GAN is trained on label 1 only.
    public func knows(label: Int) -> Bool {
        switch self {
        case .paired(let generator): generator.knows(label: label)
        case .images: label == 1
        }
    }

    /// The ranges of lengths, in letters, of the strands A and B of pairs with `label`, if both are in `allowed`.
    ///
    /// With `a`, the length of a given strand A, only pairs with that A are considered. Nil if no lengths are possible.
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

    /// The buffers in which one thread draws pairs.
    public enum Worker {
        /// Buffers of a pair generator.
        case paired(PairGenerator.Worker)
        /// Buffers of a plain GAN.
        case images(ImageGenerator.Worker)

        /// Allocates the buffers for `generator`.
        public init(_ generator: TrainedGenerator) {
            switch generator {
            case .paired(let generator): self = .paired(.init(generator))
            case .images(let generator): self = .images(.init(generator))
            }
        }
    }

    /// The conditions of its pairs, in order; empty where there are none.
    public var conditions: [Condition] { paired?.conditions ?? [] }

    /// Draws a pair of `label` for each element of `given`. Pair k depends on `sources[k]` alone, not on the other
    /// pairs. `point` are the values of the generator's conditions, in order and in their units.
    ///
    /// Strand A is `given[k]`. If that is nil, A is drawn up to `tries` times until `canGrow` accepts it: it is called
    /// with each prefix of the strand and with the final length. Both lengths are in `lengths`, except that of a given
    /// A. The result is nil if no length or no strand A was found. A plain GAN tries once, and returns nil if A is
    /// given.
    ///
    /// `worker` must have been created for this generator.
    public func draw(
        label: Int, at point: [Float] = [], given: [[UInt8]?], lengths: ClosedRange<Int>, tries: Int = 1,
        _ sources: inout [RandomSource], _ worker: Worker,
        canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [DrawnPair?] {
        precondition(given.count == sources.count && point.count == conditions.count)
        switch (self, worker) {
        case (.paired(let generator), .paired(let memory)):
            return generator.draw(
                label: label, at: PairConditions(repeating: point, count: given.count), given: given,
                lengths: lengths, tries: tries, &sources, memory, canGrow: canGrow)
        case (.images(let generator), .images(let memory)):
            return given.indices.map { k in
                guard given[k] == nil, generator.draw(allowed: lengths, &sources[k], memory) else { return nil }
                let a = memory.a
                let isTaken = a.indices.allSatisfy { canGrow(a[...$0], a.count) }
                return isTaken ? DrawnPair(a: a, b: memory.b) : nil
            }
        default: preconditionFailure("the worker belongs to another kind of generator")
        }
    }

    /// Draws the strand A of a pair for each source, as `draw` does; nil where none was found.
    public func drawFirst(
        label: Int, at point: [Float] = [], lengths: ClosedRange<Int>, tries: Int = 1, _ sources: inout [RandomSource],
        _ worker: Worker, canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [[UInt8]?] {
        if case .paired(let generator) = self, case .paired(let memory) = worker {
            return generator.drawFirst(
                label: label, at: PairConditions(repeating: point, count: sources.count), lengths: lengths,
                tries: tries, &sources, memory, canGrow: canGrow)
        }
        let none = [[UInt8]?](repeating: nil, count: sources.count)
        return draw(
            label: label, at: point, given: none, lengths: lengths, tries: tries, &sources, worker, canGrow: canGrow
        ).map { $0?.a }
    }

    /// Another pair in place of each of `pairs`: drawn as `draw` does or, where `keepingA`, another strand B for the
    /// same A. A generator that has drawn several strands B at once for a strand A takes the next one. A plain GAN,
    /// whose pairs are all accepted, has no other strand B for an A.
    public func redraw(
        _ pairs: [DrawnPair], keepingA: Bool, label: Int, at point: [Float] = [], lengths: ClosedRange<Int>,
        tries: Int = 1, _ sources: inout [RandomSource], _ worker: Worker,
        canGrow: (ArraySlice<UInt8>, Int) -> Bool = { _, _ in true }
    ) -> [DrawnPair?] {
        var result: [DrawnPair?] = pairs
        var empty: [Int] = []
        for k in pairs.indices {
            if let other = result[k]?.others.popLast() { result[k]?.b = other } else { empty.append(k) }
        }
        guard !empty.isEmpty else { return result }
        var own = empty.map { sources[$0] }
        let drawn: [DrawnPair?]
        if keepingA {
            guard case .paired(let generator) = self, case .paired(let memory) = worker else { return result }
            var open = empty.map { pairs[$0] }
            generator.drawPartners(
                &open, label: label, at: PairConditions(repeating: point, count: open.count), lengths: lengths,
                sizes: open.map(\.b.count), &own, memory)
            drawn = open
        } else {
            drawn = draw(
                label: label, at: point, given: [[UInt8]?](repeating: nil, count: empty.count), lengths: lengths,
                tries: tries, &own, worker, canGrow: canGrow)
        }
        for (n, k) in empty.enumerated() { (result[k], sources[k]) = (drawn[n], own[n]) }
        return result
    }
}

/// A generated pair, in letter codes, each strand in the order in which it is written.
public struct DrawnPair: Sendable, Equatable {
    /// Strand A.
    public var a: [UInt8]
    /// Strand B.
    public var b: [UInt8]
    /// Further strands B for the same A, not used yet.
    var others: [[UInt8]] = []

    /// Creates a pair of two strands.
    public init(a: [UInt8], b: [UInt8]) { (self.a, self.b) = (a, b) }
}
