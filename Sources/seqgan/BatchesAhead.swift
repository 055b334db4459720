// BatchesAhead: the batches of a reader, read on a thread of their own while others are looked at, where one is to be had.

import SeqIO
import Synchronization

/// Reads some batches ahead of who asks for them; of a reader that unpacks in turn, each as it is asked for.
final class BatchesAhead {
    /// Bytes of the input, packed as they lie there, behind the batch handed out last.
    private(set) var bytesRead = 0
    private let source: Source
    /// None where nothing is read ahead.
    private let pieces: PiecesAhead<Piece>?
    private var isEnded = false

    private struct Piece: Sendable {
        var batch = PairBatch()
        var isLast = false
        var failure: InputError?
        var bytesRead = 0
    }

    private final class Source: Sendable {
        let reader: Mutex<PairReader>
        init(_ reader: sending PairReader) { self.reader = Mutex(reader) }
    }

    /// Begins to read.
    init(_ reader: sending PairReader) {
        let isAhead = reader.unpacking == .ahead
        let source = Source(reader)
        self.source = source
        pieces =
            isAhead
            ? PiecesAhead(empty: { Piece() }) { piece in
                source.reader.withLock { reader in BatchesAhead.fill(&piece, &reader) }
            } : nil
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
        guard let pieces else {
            let (isThere, total) = try source.reader.withLock { reader throws(InputError) in
                (try reader.fill(&batch), reader.bytesRead)
            }
            (isEnded, bytesRead) = (!isThere, total)
            return isThere
        }
        try pieces.use { piece throws(InputError) in
            bytesRead = piece.bytesRead
            isEnded = piece.isLast
            if let failure = piece.failure { throw failure }
            swap(&batch, &piece.batch)
            return true
        }
        return !isEnded
    }
}
