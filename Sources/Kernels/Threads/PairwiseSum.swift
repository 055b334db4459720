// PairwiseSum: adds up the gradients of the pieces of a batch in a fixed order, on several threads.

import KernelLoops
import KernelShapes
import Synchronization

/// The sum of an array of floats over the pieces of a batch, by pairwise summation (Higham 1993).
///
/// The order of the additions is fixed by a binary tree over the pieces, so that the result does not depend on the
/// number of threads. A thread takes neighbouring pieces as far as possible, and reuses the memory that it wrote
/// before, so that little data moves between cores. The second thread that arrives at a node of the tree does the
/// addition.
public final class PairwiseSum: Sendable {
    /// The sums of pieces: as many parts as pieces, each of the length of the sum.
    public let parts: FloatBuffer
    private let length: Int
    private let pieces: Int
    /// The floats of a part that are cleared and added; the others are not used.
    private let ranges: [Range<Int>]
    private let processor: Processor
    /// The nodes of the tree: node 1 is the root, node n has children 2n and 2n + 1, piece k is leaf `pieces` + k.
    private let nodes: [Node]
    /// The unused parts, as bits. There are as many parts as pieces, and a piece uses one at a time.
    private let free = Atomic<UInt64>(0)
    private let root = Atomic<Int>(0)

    private final class Node: Sendable {
        /// The part of the first thread that arrives, plus 1; 0 until then.
        let first = Atomic<Int>(0)
    }

    /// A sum of `length` floats over `pieces`, a power of two up to 64. Only `ranges` of the floats are summed, by
    /// default all.
    public init(pieces: Int, length: Int, ranges: [Range<Int>]? = nil, processor: Processor = .best) {
        precondition(pieces > 0 && pieces <= 64 && pieces & (pieces - 1) == 0 && length > 0)
        let ranges = ranges ?? [0..<length]
        precondition(ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= length } && processor.isUsable)
        (self.pieces, self.length, self.ranges, self.processor) = (pieces, length, ranges, processor)
        parts = FloatBuffer(count: pieces * length)
        nodes = (0..<pieces).map { _ in Node() }
    }

    /// Calls `body(piece, worker, part)` for every piece, on up to `threads` threads, and writes the sum over all
    /// pieces to `ranges` of `total`. `body` adds the numbers of the piece to part `part` of `parts`, which is zero
    /// before.
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
            reduce(piece, part)
        }
        let part = root.load(ordering: .relaxed)
        for range in ranges { total.copy(range, from: parts, at: part * length + range.lowerBound) }
    }

    /// Takes an unused part, preferably of `home`: the lowest, so that few parts are in use.
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

    /// Adds the sum of `piece` to those of its neighbours, up the tree, as far as these are complete.
    private func reduce(_ piece: Int, _ part: Int) {
        var node = pieces + piece
        while node > 1 {
            node /= 2
            let other = nodes[node].first.exchange(part + 1, ordering: .acquiringAndReleasing) - 1
            if other < 0 { return }
            // SAFETY: both parts belong to this thread alone: a part is released once, at one node, and acquired there
            // by the exchange. Both are within `parts`, and `ranges` are within a part.
            for range in ranges {
                processor.loops.add(
                    parts.base + other * length, to: parts.base + part * length, range: range)
            }
            free.bitwiseOr(UInt64(1) << UInt64(other), ordering: .releasing)
        }
        root.store(part, ordering: .relaxed)
    }
}
