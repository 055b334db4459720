// Pipeline: read, compute, write, at the same time, in the order of the input.

import Kernels
import SeqIO
import Synchronization

/// The read | compute | write pipeline of the filters.
///
/// Work goes in rounds over two sets of slots: while the slots of one set are computed in parallel, one more piece of
/// the same parallel region writes what the other set came to and reads its next batches. The output is that of the
/// input's order, and nothing is allocated once the slots have grown.
enum Pipeline {
    /// What a slot holds on its way: a batch and the bytes that it comes to.
    struct Slot<Scratch: Sendable>: Sendable {
        var batch = PairBatch()
        var scratch: Scratch
        var output: [UInt8] = []
        var isFilled = false
        /// What ends the run behind this slot's output.
        var failure: Failure?
        /// Pairs that went through, and bad records that were passed over.
        var counts = Counts()
    }

    /// Pairs that went through, and bad records that were passed over.
    struct Counts: Sendable {
        var pairs = 0
        var skipped = 0
        var remarks = StrandRemarks()
    }

    private final class Cell<Scratch: Sendable>: Sendable {
        let slot: Mutex<Slot<Scratch>>
        init(_ slot: sending Slot<Scratch>) { self.slot = Mutex(slot) }
    }

    private struct Ends {
        var reader: PairReader
        let sink: ByteSink
        var progress: ProgressBar
        /// Bytes of the input behind what is written, and behind what the next round writes as well.
        var bytesBehind = (output: 0, nextOutput: 0)
        var isAtEnd = false
        var failure: Failure?
        var counts = Counts()
    }

    /// Runs all of `reader` through `compute` to `sink` and finishes it. Throws the first failure in the order of
    /// the input, after what came before it has been written (to standard output; a file is then left as it was).
    static func run<Scratch: Sendable>(
        _ reader: sending PairReader, to sink: sending ByteSink, threads: Int, progress: ProgressBar,
        makeScratch: () -> Scratch,
        compute: @escaping @Sendable (inout Slot<Scratch>) -> Void
    ) throws -> Counts {
        // Small pieces, and many: the threads then end a round at about the same time.
        let size = max(4, 6 * threads)
        let sets = (0..<2).map { _ in (0..<size).map { _ in Cell(Slot(scratch: makeScratch())) } }
        let ends = Mutex(Ends(reader: reader, sink: sink, progress: progress))
        fill(sets[0], ends)
        ends.withLock { $0.bytesBehind.nextOutput = $0.reader.bytesRead }
        var current = 0
        while true {
            let computed = sets[current]
            let other = sets[1 - current]
            let count = computed.count { $0.slot.withLock { $0.isFilled } }
            Parallel.run(pieces: count + 1, threads: threads) { piece, _ in
                if piece == 0 {
                    drain(other, ends)
                    fill(other, ends)
                } else {
                    computed[piece - 1].slot.withLock { compute(&$0) }
                }
            }
            let failure = ends.withLock { ends in
                ends.progress.update(ends.counts.pairs, done: ends.bytesBehind.output)
                ends.bytesBehind = (ends.bytesBehind.nextOutput, ends.reader.bytesRead)
                if ends.failure != nil || count == 0 { ProgressBar.clear() }
                return ends.failure
            }
            if let failure { throw failure }
            if count == 0 { return try finish(ends) }
            current = 1 - current
        }
    }

    private static func finish(_ ends: borrowing Mutex<Ends>) throws -> Counts {
        try ends.withLock { ends in
            try ends.sink.finish()
            return ends.counts
        }
    }

    /// Reads the next batches, until the slots are full, the input ends or fails.
    private static func fill<Scratch>(_ cells: [Cell<Scratch>], _ ends: borrowing Mutex<Ends>) {
        ends.withLock { ends in
            for cell in cells {
                cell.slot.withLock { slot in
                    slot.isFilled = false
                    slot.failure = nil
                    slot.counts = Counts()
                    slot.output.removeAll(keepingCapacity: true)
                    guard !ends.isAtEnd, ends.failure == nil else { return }
                    do {
                        slot.isFilled = try ends.reader.fill(&slot.batch, bytes: 1 << 16)
                        ends.isAtEnd = !slot.isFilled
                    } catch {
                        slot.isFilled = true
                        slot.failure = failure(error)
                        ends.isAtEnd = true
                    }
                }
            }
        }
    }

    /// Writes the slots' output up to the first failure.
    private static func drain<Scratch>(_ cells: [Cell<Scratch>], _ ends: borrowing Mutex<Ends>) {
        ends.withLock { ends in
            for cell in cells {
                cell.slot.withLock { slot in
                    guard slot.isFilled, ends.failure == nil else { return }
                    do {
                        try ends.sink.write(slot.output)
                        ends.failure = slot.failure
                        ends.counts.pairs += slot.counts.pairs
                        ends.counts.skipped += slot.counts.skipped
                        ends.counts.remarks += slot.counts.remarks
                        if slot.failure != nil { try ends.sink.flush() }
                    } catch {
                        ends.failure = failure(error)
                    }
                }
            }
        }
    }
}
