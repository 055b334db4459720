// OrderedPipeline: read | compute | write over batches on several threads, written in the order that they were read.

import Dispatch
import Synchronization

/// A pipeline whose workers rotate: each reads a batch, computes its output, and writes what is next in turn.
///
/// One worker reads and one writes at any time, and both in the order of the input, so the bytes written do not depend
/// on the number of threads. A worker that is done before its turn leaves its output in its slot and goes on; whoever
/// completes the batch next in turn writes all that are ready behind it. Slots are made once, which bounds the memory.
struct OrderedPipeline {
    /// Workers at most; fewer run where the system has fewer threads to give.
    let threads: Int

    /// Runs the pipeline to the end of the input.
    ///
    /// The first failure in the order of the input ends it: what comes before is written, and then it is thrown. What
    /// `read` had put into the batch, or `compute` into the output, before it threw counts as before the failure.
    /// - Parameters:
    ///   - makeBatch: a batch to be filled again and again.
    ///   - makeOutput: an output to be filled again and again.
    ///   - makeWorker: what a worker keeps from batch to batch; made on its own thread.
    ///   - read: empties the batch, then fills it; `false` if nothing follows it (it may be empty then).
    ///   - compute: empties the output, then fills it with what follows from the batch, whichever worker it is.
    ///   - write: writes an output.
    func run<Batch, Output, Worker>(
        makeBatch: () -> Batch,
        makeOutput: () -> Output,
        makeWorker: @Sendable () -> Worker,
        read: (inout Batch) throws -> Bool,
        compute: @Sendable (inout Worker, inout Batch, inout Output) throws -> Void,
        write: (inout Output) throws -> Void
    ) throws {
        let workers = max(1, threads)
        // A slot for each worker to fill and one to wait in, and two so that the writer does not hold up a reader.
        let slotCount = 2 * workers + 2
        let queue = TurnQueue(slots: slotCount)
        withoutActuallyEscaping(read) { read in
            withoutActuallyEscaping(write) { write in
                // These are not Sendable, and are shared all the same: `read` is called under the queue's reading
                // lock only; `write` by the one worker that the queue made the writer; a slot is touched by the
                // worker that took it, then (the queue's lock in between) by the writer. None outlives this call,
                // since `concurrentPerform` returns after the last worker.
                nonisolated(unsafe) let read = read
                nonisolated(unsafe) let write = write
                nonisolated(unsafe) let slots = (0..<slotCount).map { _ in Slot(makeBatch(), makeOutput()) }
                DispatchQueue.concurrentPerform(iterations: workers) { _ in
                    var worker: Worker?
                    while let index = queue.takeFreeSlot() {
                        let slot = slots[index]
                        guard let serial = queue.nextTurn(reading: { slot.fill(read) }) else {
                            queue.giveBack(index)
                            return
                        }
                        slot.compute(&worker, makeWorker, compute)
                        queue.complete(serial, in: index) { try slots[$0].write(write) }
                    }
                }
            }
        }
        if let failure = queue.failure { throw failure }
    }
}

/// A batch on its way, with the output and the failure that follow from it.
private final class Slot<Batch, Output> {
    private var batch: Batch
    private var output: Output
    private var failure: (any Error)?

    init(_ batch: Batch, _ output: Output) {
        self.batch = batch
        self.output = output
    }

    /// Fills the batch; `false` if no other follows it. A failure is kept for the batch's turn.
    func fill(_ read: (inout Batch) throws -> Bool) -> Bool {
        do {
            return try read(&batch)
        } catch {
            failure = error
            return false
        }
    }

    func compute<Worker>(
        _ worker: inout Worker?, _ makeWorker: () -> Worker,
        _ compute: (inout Worker, inout Batch, inout Output) throws -> Void
    ) {
        var own = worker.take() ?? makeWorker()
        do {
            try compute(&own, &batch, &output)
        } catch {
            // It comes before a failure to read, which is behind all records of the batch.
            failure = error
        }
        worker = own
    }

    /// Writes the output, then throws the failure behind it, if any.
    func write(_ write: (inout Output) throws -> Void) throws {
        try write(&output)
        if let failure { throw failure }
    }
}

/// Whose turn it is: hands out free slots and serial numbers, and lets completed slots through in order.
private final class TurnQueue: Sendable {
    private struct Reading {
        var nextSerial = 0
        var isOver = false
    }

    private struct Writing {
        var free: [Int]
        /// The slot of each completed batch at its serial number modulo the slots. Batches under way differ in it,
        /// since each holds a slot from its reading until it is written.
        var ready: [Int?]
        var nextSerial = 0
        var hasWriter = false
        var failure: (any Error)?

        /// The slot of the next batch in turn if that is ready; the caller is the writer if so, and no one if not.
        mutating func takeTurn() -> Int? {
            let place = nextSerial % ready.count
            let slot = failure == nil ? ready[place].take() : nil
            hasWriter = slot != nil
            return slot
        }
    }

    private let reading = Mutex(Reading())
    private let writing: Mutex<Writing>
    /// Counts the free slots; one more once the pipeline has failed, so that waiting workers wake and leave.
    private let freeSlots = DispatchSemaphore(value: 0)

    init(slots: Int) {
        writing = Mutex(Writing(free: Array(0..<slots), ready: Array(repeating: nil, count: slots)))
        // Signalled, not given as the start value: a semaphore may not end below its start value.
        for _ in 0..<slots { freeSlots.signal() }
    }

    var failure: (any Error)? { writing.withLock { $0.failure } }

    /// A slot to fill, when there is one; nil once the pipeline has failed.
    func takeFreeSlot() -> Int? {
        freeSlots.wait()
        let slot = writing.withLock { $0.failure == nil ? $0.free.popLast() : nil }
        if slot == nil { freeSlots.signal() }
        return slot
    }

    /// Returns a slot that was not filled, and wakes the next waiting worker, to see that nothing is left to read.
    func giveBack(_ slot: Int) {
        writing.withLock { $0.free.append(slot) }
        freeSlots.signal()
    }

    /// Reads the next batch and returns its serial number; nil at the end. `read` says whether another may follow.
    func nextTurn(reading read: () -> Bool) -> Int? {
        reading.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = !read()
            defer { state.nextSerial += 1 }
            return state.nextSerial
        }
    }

    /// Marks a batch as computed. If it is the next in turn and no one else writes, writes it and all ready behind it.
    func complete(_ serial: Int, in slot: Int, write: (_ slot: Int) throws -> Void) {
        var turn: Int? = writing.withLock { state in
            state.ready[serial % state.ready.count] = slot
            return state.hasWriter ? nil : state.takeTurn()
        }
        while let slot = turn {
            let failure: (any Error)? =
                if case .failure(let error) = Result(catching: { try write(slot) }) { error } else { nil }
            turn = writing.withLock { state in
                state.free.append(slot)
                state.nextSerial += 1
                state.failure = failure
                return state.takeTurn()
            }
            freeSlots.signal()
        }
    }
}
