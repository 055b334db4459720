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

    /// What two pieces of work come to, side by side where `threads` is more than 1.
    public static func both<A: Sendable, B: Sendable>(
        threads: Int, _ first: @Sendable () -> A, _ second: @Sendable () -> B
    ) -> (A, B) {
        let a = Mutex<A?>(nil), b = Mutex<B?>(nil)
        run(pieces: 2, threads: threads) { piece, _ in
            if piece == 0 {
                let found = first()
                a.withLock { $0 = found }
            } else {
                let found = second()
                b.withLock { $0 = found }
            }
        }
        guard let first = a.withLock({ $0 }), let second = b.withLock({ $0 }) else {
            preconditionFailure("both pieces are done when run returns")
        }
        return (first, second)
    }
}
