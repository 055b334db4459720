// Pipeline: reads, computes and writes concurrently, in the order of the input.

import Dispatch
import Kernels
import SeqIO
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The read-compute-write pipeline of the filters.
///
/// Batches go through a ring of slots. Each thread takes whatever step is next: it writes the oldest batch once that
/// is computed, reads another where few are ready, or computes one. No thread waits while there is a step to do. The
/// output is in the order of the input, and nothing is allocated once the slots have grown.
enum Pipeline {
    /// A slot of the ring: a batch and its output.
    struct Slot<Scratch: Sendable>: Sendable {
        var batch = PairBatch()
        var scratch: Scratch
        var output: [UInt8] = []
        /// Where the lines of the output end, where they are ranked.
        var marks: [LineMark] = []
        /// The failure that ends the run after this slot's output.
        var failure: Failure?
        /// Pairs that went through, and records that were skipped.
        var counts = Counts()
        /// Bytes of the input up to the end of the batch.
        fileprivate var bytesRead = 0

        fileprivate init(_ scratch: Scratch) { self.scratch = scratch }
    }

    /// Pairs that went through, and records that were skipped.
    struct Counts: Sendable {
        var pairs = 0
        var skipped = SkippedRecords()
        var remarks = StrandRemarks()
        var conditions = ConditionRemarks()
        var figures = FigureRemarks()
        /// The probabilities that are kept for an array of all pairs.
        var probabilities = PairProbabilities()
    }

    /// How to unpack the input for a number of threads. Reading takes a sixth of the work of scoring, and a few
    /// threads do it between other steps: one more thread would only compete with them.
    static func unpacking(threads: Int) -> Unpacking { threads > 4 ? .ahead : .inTurn }

    /// Runs all of `reader` through `compute` into `sink` and finishes it. Throws the first failure in the order of
    /// the input, after the output before it was written (to standard output; a file stays incomplete and is
    /// removed). With `ranking`, it is what was read that is written in that order.
    static func run<Scratch: Sendable>(
        _ reader: sending PairReader, to sink: sending ByteSink, ranking: Ranking? = nil, threads: Int,
        progress: ProgressBar,
        makeScratch: () -> Scratch,
        compute: @escaping @Sendable (inout Slot<Scratch>) -> Void
    ) throws -> Counts {
        let slots = (0..<4 * threads).map { _ in WorkerCell(Slot(makeScratch())) }
        let input = Mutex(reader)
        let output = Mutex(Output(lines: LineOutput(sink, ranking), progress: progress))
        let schedule = SpinLock(Schedule(slots: slots.count, threads: threads))
        let woken = DispatchSemaphore(value: 0)
        Parallel.runUntilDone(threads: threads) {
            while true {
                switch schedule.withLock({ $0.next() }) {
                case .read(let slot):
                    let found = input.withLock { reader in slots[slot].work { fill(&$0, &reader) } }
                    schedule.withLock { $0.didRead(found, woken) }
                case .compute(let slot):
                    slots[slot].work { compute(&$0) }
                    schedule.withLock { $0.didCompute(slot) }
                case .write(let slot):
                    let failure = output.withLock { output in slots[slot].work { output.write($0) } }
                    schedule.withLock { $0.didWrite(failure, woken) }
                case .wait: woken.wait()
                case .end: return
                }
            }
        }
        ProgressBar.clear()
        if let failure = schedule.withLock({ $0.failure }) { throw failure }
        return try output.withLock { output in
            try output.lines.end()
            try output.lines.sink.finish()
            return output.counts
        }
    }

    /// The result of a read: a batch, the last batch, or nothing after the last.
    private enum Found { case batch, lastBatch, nothing }

    /// Reads the next batch. Where that fails, the records before the failure are the last batch.
    private static func fill<Scratch>(_ slot: inout Slot<Scratch>, _ reader: inout PairReader) -> Found {
        slot.failure = nil
        slot.counts = Counts()
        slot.output.removeAll(keepingCapacity: true)
        defer { slot.bytesRead = reader.bytesRead }
        do {
            return try reader.fill(&slot.batch, bytes: 1 << 16) ? .batch : .nothing
        } catch {
            slot.failure = failure(error)
            return .lastBatch
        }
    }

    private struct Output {
        var lines: LineOutput
        var progress: ProgressBar
        var counts = Counts()

        /// Writes the output of a slot; returns the failure that ends the run after it.
        mutating func write<Scratch>(_ slot: borrowing Slot<Scratch>) -> Failure? {
            do {
                try lines.write(slot.output, slot.marks)
                counts.pairs += slot.counts.pairs
                counts.skipped += slot.counts.skipped
                counts.remarks += slot.counts.remarks
                counts.conditions += slot.counts.conditions
                counts.figures += slot.counts.figures
                counts.probabilities += slot.counts.probabilities
                if slot.failure != nil {
                    try lines.end()
                    try lines.sink.flush()
                }
                progress.update(counts.pairs, done: slot.bytesRead)
                return slot.failure
            } catch {
                // Another thread may be blocked in a read that never returns; its result is not needed.
                if error == .closedPipe { _exit(0) }
                return failure(error)
            }
        }
    }

    /// Decides which step is next. Batches are numbered as they are read; batch k is in slot k modulo the number of
    /// slots.
    private struct Schedule {
        enum Step {
            case read(Int), compute(Int), write(Int)
            /// Nothing can be done until another thread has finished its step.
            case wait
            case end
        }

        /// The numbers of batches read, taken to be computed, and written.
        private var read = 0, taken = 0, written = 0
        private var isComputed: [Bool]
        private var isReading = false, isWriting = false, isAtEnd = false
        private var waiting = 0
        /// The number of batches that should be ready for other threads.
        private let ready: Int
        private(set) var failure: Failure?

        init(slots: Int, threads: Int) {
            isComputed = Array(repeating: false, count: slots)
            ready = max(1, 2 * (threads - 1))
        }

        mutating func next() -> Step {
            if failure != nil { return .end }
            if !isWriting, isComputed[slot(written)] {
                isWriting = true
                return .write(slot(written))
            }
            let mayRead = !isReading && !isAtEnd && read - written < isComputed.count
            if mayRead, read - taken < ready {
                isReading = true
                return .read(slot(read))
            }
            if taken < read {
                taken += 1
                return .compute(slot(taken - 1))
            }
            if isAtEnd { return .end }
            waiting += 1
            return .wait
        }

        private func slot(_ batch: Int) -> Int { batch % isComputed.count }

        mutating func didRead(_ found: Found, _ woken: DispatchSemaphore) {
            isReading = false
            isAtEnd = found != .batch
            if found != .nothing { read += 1 }
            wake(isAtEnd ? waiting : 1, woken)
        }

        mutating func didCompute(_ slot: Int) { isComputed[slot] = true }

        mutating func didWrite(_ failure: Failure?, _ woken: DispatchSemaphore) {
            isWriting = false
            isComputed[slot(written)] = false
            written += 1
            self.failure = failure
            wake(failure != nil ? waiting : 1, woken)
        }

        /// The thread that finished a step continues by itself; at most one more step has become possible.
        private mutating func wake(_ count: Int, _ woken: DispatchSemaphore) {
            for _ in 0..<min(count, waiting) {
                waiting -= 1
                woken.signal()
            }
        }
    }
}
