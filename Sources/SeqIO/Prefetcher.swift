// Prefetcher: pieces of an input, produced on a thread of their own while earlier ones are used.

import Dispatch
import Synchronization

/// Produces pieces ahead of their consumer, in a ring of reused buffers.
///
/// Not Sendable: it belongs to the consumer of the pieces.
public final class Prefetcher<Piece: Sendable> {
    private final class Cell: Sendable {
        let piece: Mutex<Piece>
        init(_ piece: sending Piece) { self.piece = Mutex(piece) }
    }

    private final class Shared: Sendable {
        let cells: [Cell]
        // Both begin at 0: a semaphore must not be destroyed below its initial value.
        let free = DispatchSemaphore(value: 0), ready = DispatchSemaphore(value: 0)
        let isAbandoned = Atomic<Bool>(false)
        init(_ cells: [Cell]) { self.cells = cells }
    }

    private let shared: Shared
    private var turn = 0
    private var isHeld = false

    /// The number of pieces in the ring. With three threads on two cores one always waits: two pieces took a fifth
    /// longer, four nearly as long.
    private static var count: Int { 8 }

    /// Starts to produce pieces. `fill` is called on one thread with one piece after the other, made by `empty` and
    /// later reused, until it returns true for the last.
    public init(empty: () -> sending Piece, fill: @escaping @Sendable (inout Piece) -> Bool) {
        let shared = Shared((0..<Prefetcher.count).map { _ in Cell(empty()) })
        self.shared = shared
        for _ in shared.cells { shared.free.signal() }
        // A serial queue of its own gets its own thread. The shared queues have one thread a core: there a waiting
        // stage could keep the next from starting for up to a second.
        DispatchQueue(label: "pieces ahead").async {
            var turn = 0
            var isLast = false
            while !isLast {
                shared.free.wait()
                if shared.isAbandoned.load(ordering: .relaxed) { return }
                isLast = shared.cells[turn].piece.withLock { fill(&$0) }
                turn = (turn + 1) % shared.cells.count
                shared.ready.signal()
            }
        }
    }

    deinit {
        shared.isAbandoned.store(true, ordering: .relaxed)
        shared.free.signal()
    }

    /// Calls `use` with the current piece, waiting for it where it is not ready. The next piece follows once `use`
    /// returns true. Must not be called again after the last piece.
    public func use<Failure: Error>(_ use: (inout Piece) throws(Failure) -> Bool) throws(Failure) {
        if !isHeld { shared.ready.wait() }
        isHeld = true
        guard try shared.cells[turn].piece.withLock({ piece throws(Failure) in try use(&piece) }) else { return }
        isHeld = false
        turn = (turn + 1) % shared.cells.count
        shared.free.signal()
    }
}
