// BatchesAhead: the batches of a reader, read on a thread of their own while others are looked at.

import Dispatch
import SeqIO
import Synchronization

/// Reads some batches ahead of who asks for them.
final class BatchesAhead {
    /// Bytes of the input, packed as they lie there, behind the batch handed out last.
    private(set) var bytesRead = 0
    private let shared: Shared
    private var turn = 0
    private var isEnded = false

    private struct Piece: Sendable {
        var batch = PairBatch()
        var isLast = false
        var failure: InputError?
        var bytesRead = 0
    }

    private final class Cell: Sendable {
        let piece = Mutex(Piece())
    }

    private final class Shared: Sendable {
        let reader: Mutex<PairReader>
        // As many as are unpacked ahead, see `ByteSource`.
        let cells = (0..<8).map { _ in Cell() }
        // Both begin at 0: a semaphore may not end below the number that it began with.
        let free = DispatchSemaphore(value: 0), ready = DispatchSemaphore(value: 0)
        let isAbandoned = Atomic<Bool>(false)
        init(_ reader: sending PairReader) { self.reader = Mutex(reader) }
    }

    /// Begins to read.
    init(_ reader: sending PairReader) {
        let shared = Shared(reader)
        self.shared = shared
        for _ in shared.cells { shared.free.signal() }
        DispatchQueue.global().async {
            var turn = 0
            var isLast = false
            while !isLast {
                shared.free.wait()
                if shared.isAbandoned.load(ordering: .relaxed) { return }
                isLast = shared.cells[turn].piece.withLock { piece in
                    shared.reader.withLock { reader in BatchesAhead.fill(&piece, &reader) }
                }
                turn = (turn + 1) % shared.cells.count
                shared.ready.signal()
            }
        }
    }

    deinit {
        shared.isAbandoned.store(true, ordering: .relaxed)
        shared.free.signal()
    }

    /// Reads a batch; true where nothing follows it.
    private static func fill(_ piece: inout Piece, _ reader: inout PairReader) -> Bool {
        do throws(InputError) {
            piece.isLast = try !reader.fill(&piece.batch)
        } catch {
            piece.isLast = true
            piece.failure = error
        }
        piece.bytesRead = reader.bytesRead
        return piece.isLast
    }

    /// Swaps `batch` for the next one; false when there are no more. Throws what the reader throws.
    func next(_ batch: inout PairBatch) throws(InputError) -> Bool {
        if isEnded { return false }
        shared.ready.wait()
        isEnded = try shared.cells[turn].piece.withLock { piece throws(InputError) in
            bytesRead = piece.bytesRead
            if let failure = piece.failure {
                isEnded = true
                throw failure
            }
            swap(&batch, &piece.batch)
            return piece.isLast
        }
        turn = (turn + 1) % shared.cells.count
        shared.free.signal()
        return !isEnded
    }
}
