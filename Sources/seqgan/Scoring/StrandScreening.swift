// StrandScreening: scores every sequence of one list against every sequence of another, as lines or a matrix.

import Kernels
import SeqIO
import SeqModel
import Synchronization

/// Scores every strand of one list against every strand of another and writes the results.
struct StrandScreening {
    let classifier: PairClassifier
    let threshold: Float
    /// Only pairs with this prediction are written; nil: all.
    let keep: Int?
    /// Whether pairs are left out where the model tells without scoring them that they are not kept.
    let usesBound: Bool
    let ambiguity: AmbiguityScore
    let writesLogit: Bool
    /// Whether to write an .npy array (rows, columns) of scores, not lines.
    let isMatrix: Bool
    /// The order of the lines, by score; nil for that of the input.
    let ranking: Ranking?
    let delimiter: Delimiter
    /// The part of the rows to score, with about as many pairs as the others; nil: all rows.
    let shard: InputShard?
    let threads: Int
    let quiet: Bool

    /// The number of rows that are formatted and written at a time.
    private var group: Int { 4 * threads }

    /// Writes the pairs of `rows` with `columns`, row by row. Without `columns`: the pairs of the rows with each
    /// other and themselves, each once where strands may be swapped. Returns the number of pairs scored.
    func run(_ rows: NamedStrands, _ columns: NamedStrands?, to sink: ByteSink) throws -> Int {
        let fromDiagonal = columns == nil && classifier.isSymmetric && !isMatrix
        let others = columns ?? rows
        let (n, m) = (rows.count, others.count)
        let screen = StrandScreen(
            classifier, rows: rows.codes, columns: others.codes, ambiguity: ambiguity,
            above: usesBound && keep == 1 ? threshold : nil, threads: threads)
        func pairs(ofRows count: Int) -> Int { count * m - (fromDiagonal ? count * (count - 1) / 2 : 0) }
        let fields = NameFields(others.names, delimiter)
        let mine = shard?.rows(n, total: pairs(ofRows: n), before: pairs) ?? 0..<n
        let total = pairs(ofRows: mine.upperBound) - pairs(ofRows: mine.lowerBound)
        var progress = ProgressBar(total: total, noun: "pairs", isQuiet: quiet)
        defer { ProgressBar.clear() }
        if isMatrix { try sink.write(NumpyHeader(type: "<f4", shape: [mine.count, m]).encoded()) }
        var lines = LineOutput(sink, ranking)
        var done = 0
        for start in stride(from: mine.lowerBound, to: mine.upperBound, by: screen.tileRows) {
            let tile = start..<min(mine.upperBound, start + screen.tileRows)
            screen.score(tile, fromDiagonal: fromDiagonal)
            for first in stride(from: tile.lowerBound, to: tile.upperBound, by: group) {
                let part = first..<min(tile.upperBound, first + group)
                let logits = part.map { screen.row($0, of: tile) }
                let texts = Mutex([([UInt8], [LineMark])](repeating: ([], []), count: part.count))
                let bar = lines.bar
                Parallel.run(pieces: part.count, threads: threads) { piece, _ in
                    let row = part.lowerBound + piece
                    let text = text(
                        logits[piece], rows, row, others, fields, from: fromDiagonal ? row : 0, above: bar)
                    texts.withLock { $0[piece] = text }
                }
                for text in texts.withLock({ $0 }) { try lines.write(text.0, text.1) }
                done += part.reduce(0) { $0 + m - (fromDiagonal ? $1 : 0) }
                progress.update(done)
            }
        }
        try lines.end()
        var remarks = StrandRemarks()
        remarks.drawn = screen.drawnPairs
        remarks.report(classifier.alphabet, classifier)
        return total
    }

    /// The share of a strand that is bound. Equal strands bind as the pair A and B, half of what is bound, and as
    /// homodimers: their bound share is twice the score. Otherwise it is the score.
    private func boundShare(_ score: Float, areEqual: @autoclosure () -> Bool) -> Float {
        // The strands are compared only where the result could change the prediction.
        guard classifier.countsHomodimers, score <= threshold, 2 * score > threshold, areEqual() else { return score }
        return 2 * score
    }

    /// The lines of a row, or its numbers as bytes. Ranked lines are marked, and only those above `bar` are wanted.
    private func text(
        _ logits: [Float], _ rows: NamedStrands, _ row: Int, _ columns: NamedStrands, _ fields: NameFields,
        from first: Int, above bar: Double?
    ) -> ([UInt8], [LineMark]) {
        var text: [UInt8] = []
        var marks: [LineMark] = []
        var name: [UInt8] = []
        delimiter.append(rows.names[row][...], to: &name)
        name.append(delimiter.byte)
        for column in first..<logits.count {
            if let bar, Double(logits[column]) <= bar { continue }
            // Left out: known not to be kept.
            if logits[column] == -.infinity { continue }
            let score = PairClassifier.score(logits[column])
            let value = writesLogit ? logits[column] : score
            if isMatrix {
                for shift in stride(from: 0, to: 32, by: 8) {
                    text.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift)))
                }
                continue
            }
            let share = boundShare(score, areEqual: rows.codes[row] == columns.codes[column])
            let predicted = share > threshold ? 1 : 0
            if let keep, keep != predicted { continue }
            text.append(contentsOf: name)
            fields.append(column, to: &text)
            text.append(48 + UInt8(predicted))
            text.append(delimiter.byte)
            writeFixed(value, into: &text)
            text.append(10)
            if ranking != nil { marks.append(LineMark(end: text.count, rank: Double(logits[column]))) }
        }
        return (text, marks)
    }
}

/// The names of strands as they stand in lines, each with a delimiter behind it, in one array.
///
/// All threads write them: a slice of an array, or one array for each name, would be retained for each line, and the
/// cores would wait for each other's counts.
private struct NameFields: Sendable {
    private var bytes: [UInt8] = []
    /// Where each field begins, and the end of the last one.
    private var starts = [0]

    init(_ names: [[UInt8]], _ delimiter: Delimiter) {
        for name in names {
            delimiter.append(name[...], to: &bytes)
            bytes.append(delimiter.byte)
            starts.append(bytes.count)
        }
    }

    /// Appends the field of a name to a line.
    @inline(__always) func append(_ name: Int, to text: inout [UInt8]) {
        for place in starts[name]..<starts[name + 1] { text.append(bytes[place]) }
    }
}
