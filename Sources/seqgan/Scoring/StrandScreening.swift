// StrandScreening: single sequences in, every one of them against every other out, as lines or as a matrix.

import Kernels
import SeqIO
import SeqModel
import Synchronization

/// Scores every strand of one list against every strand of another, and writes what it comes to.
struct StrandScreening {
    let classifier: PairClassifier
    let threshold: Float
    /// Only pairs predicted so are written.
    let keep: Int?
    let ambiguity: AmbiguityScore
    let writesLogit: Bool
    /// An .npy array (rows, columns) of scores, not lines.
    let isMatrix: Bool
    /// Only the rows of this part; its pairs are about as many as those of the others.
    let shard: InputShard?
    let threads: Int
    let quiet: Bool

    /// Rows that are made into text, and written, at a time.
    private var group: Int { 4 * threads }

    /// Writes the pairs of `rows` with `columns`, row by row; without `columns` those of the rows with each other and with
    /// themselves, each once where the strands may be swapped. Returns how many were scored.
    func run(_ rows: NamedStrands, _ columns: NamedStrands?, to sink: ByteSink) throws -> Int {
        let fromDiagonal = columns == nil && classifier.isSymmetric && !isMatrix
        let others = columns ?? rows
        let (n, m) = (rows.count, others.count)
        let screen = StrandScreen(
            classifier, rows: rows.codes, columns: others.codes, ambiguity: ambiguity, threads: threads)
        func pairs(ofRows count: Int) -> Int { count * m - (fromDiagonal ? count * (count - 1) / 2 : 0) }
        let mine = shard?.rows(n, total: pairs(ofRows: n), before: pairs) ?? 0..<n
        let total = pairs(ofRows: mine.upperBound) - pairs(ofRows: mine.lowerBound)
        var progress = ProgressBar(total: total, noun: "pairs", isQuiet: quiet)
        defer { ProgressBar.clear() }
        if isMatrix { try sink.write(NumpyHeader(type: "<f4", shape: [mine.count, m]).encoded()) }
        var done = 0
        for start in stride(from: mine.lowerBound, to: mine.upperBound, by: screen.tileRows) {
            let tile = start..<min(mine.upperBound, start + screen.tileRows)
            screen.score(tile, fromDiagonal: fromDiagonal)
            for first in stride(from: tile.lowerBound, to: tile.upperBound, by: group) {
                let part = first..<min(tile.upperBound, first + group)
                let logits = part.map { screen.row($0, of: tile) }
                let texts = Mutex([[UInt8]](repeating: [], count: part.count))
                Parallel.run(pieces: part.count, threads: threads) { piece, _ in
                    let row = part.lowerBound + piece
                    let text = text(logits[piece], rows, row, others, from: fromDiagonal ? row : 0)
                    texts.withLock { $0[piece] = text }
                }
                for text in texts.withLock({ $0 }) { try sink.write(text) }
                done += part.reduce(0) { $0 + m - (fromDiagonal ? $1 : 0) }
                progress.update(done)
            }
        }
        var remarks = StrandRemarks()
        remarks.drawn = screen.drawnPairs
        remarks.tell(classifier.alphabet, classifier)
        return total
    }

    /// The share of a strand that is bound where it meets itself: in pairs of A and B, which are half of what binds, and in as many
    /// homodimers; else the score.
    private func boundShare(_ score: Float, _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Float {
        // Only where that would change what is predicted are the strands compared.
        guard classifier.countsHomodimers, score <= threshold, 2 * score > threshold, a == b else { return score }
        return 2 * score
    }

    /// A row's lines, or its numbers.
    private func text(
        _ logits: [Float], _ rows: NamedStrands, _ row: Int, _ columns: NamedStrands, from first: Int
    ) -> [UInt8] {
        var text: [UInt8] = []
        for column in first..<logits.count {
            let score = PairClassifier.score(logits[column])
            let value = writesLogit ? logits[column] : score
            if isMatrix {
                for shift in stride(from: 0, to: 32, by: 8) {
                    text.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift)))
                }
                continue
            }
            let share = boundShare(score, rows.codes[row], columns.codes[column])
            let predicted = share > threshold ? 1 : 0
            if let keep, keep != predicted { continue }
            text.append(contentsOf: rows.names[row])
            text.append(9)
            text.append(contentsOf: columns.names[column])
            text.append(9)
            text.append(48 + UInt8(predicted))
            text.append(9)
            writeFixed(value, into: &text)
            text.append(10)
        }
        return text
    }
}
