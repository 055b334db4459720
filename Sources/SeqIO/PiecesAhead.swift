// PiecesAhead: pieces of an input, made on a thread of their own while those before them are used.

import Dispatch
import Synchronization

/// Makes pieces ahead of who uses them, in memory that goes round.
///
/// Not Sendable: it belongs to whoever uses the pieces.
public final class PiecesAhead<Piece: Sendable> {
    private final class Cell: Sendable {
        let piece: Mutex<Piece>
        init(_ piece: sending Piece) { self.piece = Mutex(piece) }
    }

    private final class Shared: Sendable {
        let cells: [Cell]
        // Both begin at 0: a semaphore may not end below the number that it began with.
        let free = DispatchSemaphore(value: 0), ready = DispatchSemaphore(value: 0)
        let isAbandoned = Atomic<Bool>(false)
        init(_ cells: [Cell]) { self.cells = cells }
    }

    private let shared: Shared
    private var turn = 0
    private var isHeld = false

    /// Pieces at a time. Of three threads on two cores one always waits: with two pieces they took a fifth longer, with four
    /// nearly as long.
    private static var count: Int { 8 }

    /// Begins to make pieces: `fill` is called on one thread with one `empty` piece after the other, used ones among them,
    /// until it returns true for the last.
    public init(empty: () -> sending Piece, fill: @escaping @Sendable (inout Piece) -> Bool) {
        let shared = Shared((0..<PiecesAhead.count).map { _ in Cell(empty()) })
        self.shared = shared
        for _ in shared.cells { shared.free.signal() }
        // A queue of its own has a thread of its own. The shared queues have one a core: there a stage that waits would keep
        // the next from beginning, for a second at a time.
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

    /// Calls `use` with the piece under way, waiting for it where it is not made yet. The next one follows once `use` returns
    /// true; not to be called again behind the last.
    public func use<Failure: Error>(_ use: (inout Piece) throws(Failure) -> Bool) throws(Failure) {
        if !isHeld { shared.ready.wait() }
        isHeld = true
        guard try shared.cells[turn].piece.withLock({ piece throws(Failure) in try use(&piece) }) else { return }
        isHeld = false
        turn = (turn + 1) % shared.cells.count
        shared.free.signal()
    }
}
