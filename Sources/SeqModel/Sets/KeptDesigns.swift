// KeptDesigns: the designs that later ones must not bind, in the order in which they were kept.

import Kernels

/// A growing list of designs, prepared for the screening of others against all of them.
public struct KeptDesigns: Sendable {
    private let scorer: CrosstalkScorer
    /// The designs in pieces, all of about `piece` designs but the last, and the number of the first design of each.
    private var pieces: [PreparedDesigns] = []
    private var starts: [Int] = []
    private var index: SimilarityIndex?
    /// Number of designs.
    public private(set) var count = 0

    private static let piece = 256

    /// No designs yet. `rule` is that of the exact partners, where the alphabet has one: it makes conflicts be found
    /// sooner.
    public init(_ scorer: CrosstalkScorer, _ rule: PartnerRule?) {
        self.scorer = scorer
        index = rule.map { SimilarityIndex($0, scorer.alphabet) }
    }

    /// Adds the designs `chosen` of `block`.
    public mutating func append(_ chosen: [Int], of block: DesignBlock) {
        guard !chosen.isEmpty else { return }
        var last = DesignBlock(like: block)
        var start = count
        if let tail = pieces.last, tail.block.count < KeptDesigns.piece {
            last = tail.block
            start = starts[starts.count - 1]
            pieces.removeLast()
            starts.removeLast()
        }
        for design in chosen {
            last.append(design, of: block)
            index?.append(design, of: block)
        }
        count += chosen.count
        pieces.append(PreparedDesigns(last, scorer))
        starts.append(start)
    }

    /// A kept design that a design of `candidates` binds above `limit`, by its number; nil where there is none.
    ///
    /// Those that it probably binds come first, then all in order.
    public func firstConflict(
        of design: Int, in candidates: PreparedDesigns, above limit: Float, _ worker: CrosstalkScorer.Worker
    ) -> ScoredDesign? {
        for near in index?.nearest(to: design, of: candidates.block, &worker.shared) ?? [] {
            let place = pieceIndex(of: near)
            let within = near - starts[place]
            let found = candidates.firstConflict(
                of: design, with: pieces[place], within..<within + 1, above: limit, worker)
            if let found { return ScoredDesign(design: near, score: found.score) }
        }
        for (start, piece) in zip(starts, pieces) {
            let found = candidates.firstConflict(
                of: design, with: piece, 0..<piece.block.count, above: limit, worker)
            if let found { return ScoredDesign(design: start + found.design, score: found.score) }
        }
        return nil
    }

    /// The designs `range`, by their numbers, in the codes of `empty`, which has no designs.
    public func block(_ range: Range<Int>, like empty: DesignBlock) -> DesignBlock {
        var block = DesignBlock(like: empty)
        for design in range {
            let place = pieceIndex(of: design)
            block.append(design - starts[place], of: pieces[place].block)
        }
        return block
    }

    /// The piece that holds a design.
    private func pieceIndex(of design: Int) -> Int {
        var (low, high) = (0, starts.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= design { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
