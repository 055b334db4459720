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
    /// What ended the reading, behind the batch handed out last.
    private var failure: InputError?

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

    /// Swaps `batch` for the next one; false when there are no more. Throws what the reader throws, once what came before
    /// that has been handed out: something may be wrong there, too.
    func next(_ batch: inout PairBatch) throws(InputError) -> Bool {
        if isEnded {
            if let failure { throw failure }
            return false
        }
        if let pieces {
            pieces.use { piece in
                take(&piece, &batch)
                return true
            }
        } else {
            var piece = Piece()
            swap(&batch, &piece.batch)
            _ = source.reader.withLock { reader in BatchesAhead.fill(&piece, &reader) }
            take(&piece, &batch)
        }
        guard isEnded else { return true }
        if let failure, batch.entries.isEmpty { throw failure }
        return failure != nil
    }

    private func take(_ piece: inout Piece, _ batch: inout PairBatch) {
        (bytesRead, isEnded, failure) = (piece.bytesRead, piece.isLast, piece.failure)
        swap(&batch, &piece.batch)
    }
}
