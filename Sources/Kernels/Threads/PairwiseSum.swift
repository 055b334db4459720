// PairwiseSum: the gradients of a batch's pieces, added up two by two on several threads.

import KernelLoops
import KernelShapes
import Synchronization

/// The sum of what the pieces of a batch come to, each a part of so many floats: pairwise summation (Higham 1993).
///
/// Which sums are added to which is fixed, a tree over the pieces, so that the number of threads makes no difference. The
/// pieces of a thread are neighbours as far as can be, and its sums lie where it wrote others before: so hardly any travel
/// from core to core. Whoever comes second to a node of the tree adds up there.
public final class PairwiseSum: Sendable {
    /// Where pieces put their sums: parts of as many floats as the sum has.
    public let parts: FloatBuffer
    private let length: Int
    private let pieces: Int
    /// The floats of a part that are cleared and added; the others are nobody's.
    private let ranges: [Range<Int>]
    private let processor: Processor
    /// Nodes of the tree: 1 is the root, node n is over 2n and 2n + 1, piece k is node `pieces` + k.
    private let nodes: [Node]
    /// Parts that hold nothing, as bits. There are as many as pieces, and no piece is in two.
    private let free = Atomic<UInt64>(0)
    private let root = Atomic<Int>(0)

    private final class Node: Sendable {
        /// The part of whoever came first, counted from 1; 0 while nobody has.
        let first = Atomic<Int>(0)
    }

    /// A sum of `length` floats over `pieces`, a power of two up to 64; of the floats only `ranges` are summed, by default all.
    public init(pieces: Int, length: Int, ranges: [Range<Int>]? = nil, processor: Processor = .best) {
        precondition(pieces > 0 && pieces <= 64 && pieces & (pieces - 1) == 0 && length > 0)
        let ranges = ranges ?? [0..<length]
        precondition(ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= length } && processor.isUsable)
        (self.pieces, self.length, self.ranges, self.processor) = (pieces, length, ranges, processor)
        parts = FloatBuffer(count: pieces * length)
        nodes = (0..<pieces).map { _ in Node() }
    }

    /// Calls `body(piece, worker, part)` for every piece, on up to `threads` threads, which adds the piece's numbers to part
    /// `part` of `parts`, zero by then; and writes the sum over all to `total`, where `ranges` are.
    public func run(
        threads: Int, into total: FloatBuffer, _ body: @Sendable (_ piece: Int, _ worker: Int, _ part: Int) -> Void
    ) {
        precondition(total.count == length)
        free.store(UInt64.max >> UInt64(64 - pieces), ordering: .relaxed)
        for node in nodes { node.first.store(0, ordering: .relaxed) }
        let workers = max(1, min(threads, pieces))
        Parallel.runNeighbours(pieces: pieces, threads: workers) { piece, worker in
            let part = claim(Parallel.share(of: worker, among: workers, pieces: pieces))
            for range in ranges { parts.clear(range.lowerBound + part * length..<range.upperBound + part * length) }
            body(piece, worker, part)
            settle(piece, part)
        }
        let part = root.load(ordering: .relaxed)
        for range in ranges { total.copy(range, from: parts, at: part * length + range.lowerBound) }
    }

    /// A part that holds nothing, of `home` if there is one: the lowest, so that few are in use.
    private func claim(_ home: Range<Int>) -> Int {
        let own = (UInt64.max >> UInt64(64 - home.count)) << UInt64(home.lowerBound)
        while true {
            let some = free.load(ordering: .relaxed)
            let part = (some & own != 0 ? some & own : some).trailingZeroBitCount
            precondition(part < pieces)
            let bit = UInt64(1) << UInt64(part)
            if free.bitwiseAnd(~bit, ordering: .acquiring).oldValue & bit != 0 { return part }
        }
    }

    /// Takes the sum of `piece` up the tree as far as its neighbours have come.
    private func settle(_ piece: Int, _ part: Int) {
        var node = pieces + piece
        while node > 1 {
            node /= 2
            let other = nodes[node].first.exchange(part + 1, ordering: .acquiringAndReleasing) - 1
            if other < 0 { return }
            // SAFETY: both parts are this thread's alone: a part is let go of once, at one node, and taken up there by the
            // exchange. They are within `parts`, as `ranges` are within a part.
            for range in ranges {
                processor.loops.add(
                    parts.base + other * length, to: parts.base + part * length, range: range)
            }
            free.bitwiseOr(UInt64(1) << UInt64(other), ordering: .releasing)
        }
        root.store(part, ordering: .relaxed)
    }
}
