// Parallel: the cores of the machine, given fixed pieces of work.

import Dispatch
import Synchronization

/// A memory that several threads work with in turn, or one of those of several workers.
public final class WorkerCell<Memory>: Sendable {
    private let memory: Mutex<Memory>

    /// A cell that owns `memory`.
    public init(_ memory: sending Memory) { self.memory = Mutex(memory) }

    /// Works with the memory; no two threads do at once.
    public func work<Result: Sendable>(_ body: (inout Memory) -> Result) -> Result { memory.withLock { body(&$0) } }
}

/// Runs pieces of work on several threads.
public enum Parallel {
    /// Calls `body(piece, worker)` for every piece in `0 ..< pieces`, at most `threads` at a time, and returns when all
    /// are done. Which worker takes which piece is left open: a result must depend on the piece alone.
    public static func run(pieces: Int, threads: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void) {
        let next = Atomic<Int>(0)
        eachWorker(min(threads, pieces)) { worker in
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if piece >= pieces { return }
                body(piece, worker)
            }
        }
    }

    /// Calls `body` up to `threads` times at once, and returns when all have returned: for work that lasts and is shared out by
    /// `body` itself. Its threads come when they have woken, or not at all where all is done by then.
    public static func runUntilDone(threads: Int, _ body: @Sendable () -> Void) {
        if threads > 1 { DispatchQueue.concurrentPerform(iterations: threads) { _ in body() } } else { body() }
    }

    /// As `run`, for up to 64 pieces: each worker begins with neighbouring ones, its share, and helps others with theirs then,
    /// from the far end.
    static func runNeighbours(
        pieces: Int, threads: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void
    ) {
        precondition(pieces <= 64)
        let workers = max(1, min(threads, pieces))
        // As bits.
        let taken = Atomic<UInt64>(0)
        eachWorker(workers) { worker in
            func take(_ piece: Int) {
                let bit = UInt64(1) << UInt64(piece)
                if taken.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0 { body(piece, worker) }
            }
            for other in worker..<worker + workers {
                let share = share(of: other % workers, among: workers, pieces: pieces)
                if other == worker {
                    for piece in share { take(piece) }
                } else {
                    for piece in share.reversed() { take(piece) }
                }
            }
        }
    }

    /// The pieces that a worker begins with in `runNeighbours`.
    static func share(of worker: Int, among workers: Int, pieces: Int) -> Range<Int> {
        pieces * worker / workers..<pieces * (worker + 1) / workers
    }

    /// Calls `body` for every worker, on this thread where there is one.
    private static func eachWorker(_ workers: Int, _ body: @Sendable (_ worker: Int) -> Void) {
        if workers < 2 { return body(0) }
        if !Crew.shared.run(workers: workers, body) {
            DispatchQueue.concurrentPerform(iterations: workers, execute: body)
        }
    }

    /// What several pieces of work come to, side by side on up to `threads` threads. They begin in their order: the longest
    /// should come first.
    public static func all<each Result: Sendable>(
        threads: Int, _ work: repeat @escaping @Sendable () -> each Result
    ) -> (repeat each Result) {
        let pieces = (repeat Piece(each work))
        var runs: [@Sendable () -> Void] = []
        for piece in repeat each pieces { runs.append { piece.run() } }
        let all = runs
        run(pieces: all.count, threads: threads) { piece, _ in all[piece]() }
        return (repeat (each pieces).found)
    }

    /// A piece of work and what it came to.
    private final class Piece<Found: Sendable>: Sendable {
        private let work: @Sendable () -> Found
        private let result = Mutex<Found?>(nil)

        init(_ work: @escaping @Sendable () -> Found) { self.work = work }

        func run() {
            let found = work()
            result.withLock { $0 = found }
        }

        var found: Found {
            guard let found = result.withLock({ $0 }) else {
                preconditionFailure("every piece is done when run returns")
            }
            return found
        }
    }
}
