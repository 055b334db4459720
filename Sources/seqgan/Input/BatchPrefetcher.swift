// BatchPrefetcher: reads the batches of a reader on a thread of its own, where that is wanted.

import SeqIO
import Synchronization

/// Reads batches ahead of their consumer; of a reader that unpacks in turn, each batch on demand.
final class BatchPrefetcher {
    /// Bytes of the input, as stored (packed), up to the end of the batch that was returned last.
    private(set) var bytesRead = 0
    private let source: Source
    /// Nil where nothing is read ahead.
    private let pieces: Prefetcher<Piece>?
    private var isEnded = false
    /// The failure that ended the reading, after the batch that was returned last.
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

    /// Starts to read.
    init(_ reader: sending PairReader) {
        let isAhead = reader.unpacking == .ahead
        let source = Source(reader)
        self.source = source
        pieces =
            isAhead
            ? Prefetcher(empty: { Piece() }) { piece in
                source.reader.withLock { reader in BatchPrefetcher.fill(&piece, &reader) }
            } : nil
    }

    /// Reads a batch; returns true where it is the last.
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

    /// Replaces `batch` by the next one; returns false when there are no more. Throws the reader's error once all
    /// batches before it were returned, as they may have an earlier error.
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
            _ = source.reader.withLock { reader in BatchPrefetcher.fill(&piece, &reader) }
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
