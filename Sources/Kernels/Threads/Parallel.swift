// Parallel: runs fixed pieces of work on several threads.

import Dispatch
import Synchronization

/// A value that several threads use in turn, or one of an array with a value for each worker.
public final class WorkerCell<Memory>: Sendable {
    private let memory: Mutex<Memory>

    /// A cell that owns `memory`.
    public init(_ memory: sending Memory) { self.memory = Mutex(memory) }

    /// Calls `body` with the value. Only one thread at a time has access.
    public func work<Result: Sendable>(_ body: (inout Memory) -> Result) -> Result { memory.withLock { body(&$0) } }
}

/// Runs pieces of work on several threads.
public enum Parallel {
    /// Calls `body(piece, worker)` for every piece in `0 ..< pieces`, on up to `threads` threads, and returns when all
    /// are done. Which worker takes which piece is not determined: results must depend on the piece alone.
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

    /// Calls `body` `threads` times, as concurrently as the system allows, and returns when all calls have returned:
    /// for work that `body` itself distributes. A call may begin late, when all work is done; it must then return at
    /// once.
    public static func runUntilDone(threads: Int, _ body: @Sendable () -> Void) {
        if threads > 1 { DispatchQueue.concurrentPerform(iterations: threads) { _ in body() } } else { body() }
    }

    /// As `run`, for up to 64 pieces. Each worker first takes its own share of neighbouring pieces, and then helps the
    /// others, from the end of their shares.
    static func runNeighbours(
        pieces: Int, threads: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void
    ) {
        precondition(pieces <= 64)
        let workers = max(1, min(threads, pieces))
        // The pieces taken, as bits.
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

    /// The share of a worker in `runNeighbours`.
    static func share(of worker: Int, among workers: Int, pieces: Int) -> Range<Int> {
        pieces * worker / workers..<pieces * (worker + 1) / workers
    }

    /// Calls `body` once for each worker. The pool runs one job at a time; nested and concurrent calls use Dispatch.
    private static func eachWorker(_ workers: Int, _ body: @Sendable (_ worker: Int) -> Void) {
        if workers < 2 { return body(0) }
        if !ThreadPool.shared.run(workers: workers, body) {
            DispatchQueue.concurrentPerform(iterations: workers, execute: body)
        }
    }

    /// The results of several pieces of work, run concurrently on up to `threads` threads. They start in the given
    /// order: the longest should come first.
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

    /// A piece of work and its result.
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
