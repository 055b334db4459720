// Pipeline: read, compute, write, at the same time, in the order of the input.

import Dispatch
import Kernels
import SeqIO
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The read | compute | write pipeline of the filters.
///
/// Batches go through a ring of slots. Every thread does whatever step is next: it writes the oldest batch once that is
/// computed, reads another where few lie ready, or computes one. None waits while there is a step to do; the output is that
/// of the input's order, and nothing is allocated once the slots have grown.
enum Pipeline {
    /// What a slot holds on its way: a batch and the bytes that it comes to.
    struct Slot<Scratch: Sendable>: Sendable {
        var batch = PairBatch()
        var scratch: Scratch
        var output: [UInt8] = []
        /// What ends the run behind this slot's output.
        var failure: Failure?
        /// Pairs that went through, and records that were skipped.
        var counts = Counts()
        /// Bytes of the input behind its batch.
        fileprivate var bytesRead = 0

        fileprivate init(_ scratch: Scratch) { self.scratch = scratch }
    }

    /// Pairs that went through, and records that were skipped.
    struct Counts: Sendable {
        var pairs = 0
        var skipped = SkippedRecords()
        var remarks = StrandRemarks()
    }

    /// How the input of so many threads is unpacked: to read it takes a sixth of the work of scoring its pairs, and few threads
    /// do it between other steps. A thread more would only take their place.
    static func unpacking(threads: Int) -> Unpacking { threads > 4 ? .ahead : .inTurn }

    /// Runs all of `reader` through `compute` to `sink` and finishes it. Throws the first failure in the order of
    /// the input, after what came before it has been written (to standard output; a file is then left as it was).
    static func run<Scratch: Sendable>(
        _ reader: sending PairReader, to sink: sending ByteSink, threads: Int, progress: ProgressBar,
        makeScratch: () -> Scratch,
        compute: @escaping @Sendable (inout Slot<Scratch>) -> Void
    ) throws -> Counts {
        let slots = (0..<4 * threads).map { _ in WorkerCell(Slot(makeScratch())) }
        let input = Mutex(reader)
        let output = Mutex(Output(sink: sink, progress: progress))
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
            try output.sink.finish()
            return output.counts
        }
    }

    /// What a read came to: a batch, the last one, or none behind the last one.
    private enum Found { case batch, lastBatch, nothing }

    /// Reads the next batch. Where that fails, what came before the failure is the last one.
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
        let sink: ByteSink
        var progress: ProgressBar
        var counts = Counts()

        /// Writes what a slot came to; returns what ends the run behind it.
        mutating func write<Scratch>(_ slot: borrowing Slot<Scratch>) -> Failure? {
            do {
                try sink.write(slot.output)
                counts.pairs += slot.counts.pairs
                counts.skipped += slot.counts.skipped
                counts.remarks += slot.counts.remarks
                if slot.failure != nil { try sink.flush() }
                progress.update(counts.pairs, done: slot.bytesRead)
                return slot.failure
            } catch {
                // Another thread may be waiting for input that does not come; nobody waits for what it would come to.
                if error == .closedPipe { _exit(0) }
                return failure(error)
            }
        }
    }

    /// Which step is next. Batches are counted as they are read; the k-th lies in slot k modulo the number of slots.
    private struct Schedule {
        enum Step {
            case read(Int), compute(Int), write(Int)
            /// Nothing can be done until another thread has done its step.
            case wait
            case end
        }

        /// Batches that were read, that were given out to be computed, and that were written.
        private var read = 0, taken = 0, written = 0
        private var isComputed: [Bool]
        private var isReading = false, isWriting = false, isAtEnd = false
        private var waiting = 0
        /// Batches that should lie ready for other threads.
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

        /// The thread that has done a step goes on itself; one step more at the most has become possible.
        private mutating func wake(_ count: Int, _ woken: DispatchSemaphore) {
            for _ in 0..<min(count, waiting) {
                waiting -= 1
                woken.signal()
            }
        }
    }
}
