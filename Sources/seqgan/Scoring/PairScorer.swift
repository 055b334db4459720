// PairScorer: scores a batch of records and formats the output lines.

import Kernels
import SeqIO
import SeqModel

/// Scores the pairs of a pipeline slot and formats its output.
struct PairScorer: Sendable {
    let classifier: PairClassifier
    let threshold: Float
    let keep: Int?
    let writesLogit: Bool
    let skipsBad: Bool
    let limits: LengthLimits
    let ambiguity: AmbiguityScore
    /// The conditions of the pairs: `classifier` is the one at their values for the whole run.
    var conditions = RunConditions.none
    /// What is written after the score.
    var figures = PairFigures()
    /// The order of the lines; nil for that of the input.
    var ranking: Ranking?
    /// The classifier at any conditions, for pairs whose conditions are in columns.
    var anywhere: PairClassifier?
    /// The same for figures, which are those of whole duplexes, also where scores count 3' ends.
    var whole: PairClassifier?

    /// The working memory of a slot.
    struct Scratch: Sendable {
        var pairs: Pairs
        var logits: [Float] = []
        var workspace = Workspace()
        /// The conditions of each pair, where there are columns, and those of the current pair.
        var points = PairConditions(width: 0), point: [Float] = []
        /// What is written after the scores.
        var figures = PairFigures.Values()
    }

    var alphabet: Alphabet { classifier.alphabet }

    /// The working memory for a slot.
    func scratch() -> Scratch {
        Scratch(
            pairs: Pairs(alphabet: alphabet), points: PairConditions(width: conditions.conditions.count),
            point: conditions.point)
    }

    /// Encodes, scores and formats; stops at the first bad record unless these are skipped.
    func score(_ slot: inout Pipeline.Slot<Scratch>) {
        // Copied once, not for every record.
        let (batch, alphabet, limits) = (slot.batch, alphabet, limits)
        slot.scratch.pairs.removeAll()
        slot.scratch.points.removeAll()
        let hasConditions = !batch.hasConditions.isEmpty
        var end = batch.entries.count
        var skipped: [Int] = []
        for index in batch.entries.indices {
            do throws(InputError) {
                switch batch.entries[index].kind {
                case .comment: continue
                case .header:
                    guard keep != nil, batch.entries[index].isSequenceText else { continue }
                    (end, slot.failure) = (index, TableOptions.noColumns)
                case .repeatedHeader:
                    slot.counts.skipped.addHeader(
                        batch.located(Location(path: batch.path, line: batch.entries[index].line)))
                case .rejected: throw batch.rejections[batch.entries[index].rejection]
                case .pair:
                    if hasConditions {
                        try conditions.read(batch.entries[index], of: batch, into: &slot.scratch.point)
                    }
                    try slot.scratch.pairs.strands.append(batch.entries[index], of: batch, alphabet, limits)
                    if hasConditions {
                        slot.scratch.points.append(slot.scratch.point)
                        slot.counts.conditions.count(slot.scratch.point, of: batch, conditions)
                    }
                    slot.counts.remarks.count(batch.entries[index], of: batch, alphabet)
                }
            } catch {
                guard !skipsBad else {
                    slot.counts.skipped.add(batch.located(error))
                    skipped.append(index)
                    continue
                }
                end = index
                slot.failure = failure(batch.located(error))
            }
            if end == index { break }
        }
        computeLogits(of: &slot, areAtOwn: hasConditions)
        computeFigures(of: &slot)
        slot.counts.pairs = slot.scratch.pairs.count
        slot.counts.remarks.count(slot.scratch.pairs, classifier)
        slot.marks.removeAll(keepingCapacity: true)
        format(batch, slot.scratch, upTo: end, without: skipped, into: &slot.output, marks: &slot.marks)
    }

    /// Computes the logits of the encoded pairs, at the conditions of each or at those of the run.
    private func computeLogits(of slot: inout Pipeline.Slot<Scratch>, areAtOwn: Bool) {
        let pairs = slot.scratch.pairs
        if areAtOwn, let anywhere {
            anywhere.logits(
                pairs, 0..<pairs.count, at: slot.scratch.points, workspace: slot.scratch.workspace,
                ambiguity: ambiguity, into: &slot.scratch.logits)
        } else {
            classifier.logits(
                pairs, 0..<pairs.count, workspace: slot.scratch.workspace, ambiguity: ambiguity,
                into: &slot.scratch.logits)
            slot.counts.conditions.count(pairs.count)
        }
    }

    private func computeFigures(of slot: inout Pipeline.Slot<Scratch>) {
        guard !figures.isEmpty else { return }
        let pairs = slot.scratch.pairs
        while slot.scratch.points.width > 0, slot.scratch.points.count < pairs.count {
            slot.scratch.points.append(conditions.point)
        }
        slot.scratch.figures = figures.values(
            whole ?? classifier, pairs, at: slot.scratch.points, ambiguity, slot.scratch.workspace)
        slot.counts.figures.count(slot.scratch.figures)
        slot.counts.probabilities = slot.scratch.figures.probabilities
    }

    private func format(
        _ batch: PairBatch, _ scratch: borrowing Scratch, upTo end: Int, without skipped: [Int],
        into output: inout [UInt8], marks: inout [LineMark]
    ) {
        let (logits, delimiter) = (scratch.logits, figures.delimiter.byte)
        var pair = 0
        var bad = skipped[...]
        for index in 0..<end {
            if bad.first == index {
                bad = bad.dropFirst()
                continue
            }
            let kind = batch.entries[index].kind
            switch kind {
            case .rejected, .repeatedHeader: continue
            case .comment, .header:
                output.append(contentsOf: batch.bytes[batch.entries[index].text])
                if kind == .header, keep == nil {
                    for title in PairFigures.scoreTitles + figures.titles {
                        output.append(delimiter)
                        output.append(contentsOf: title.utf8)
                    }
                }
                output.append(10)
                if ranking != nil { marks.append(LineMark(end: output.count)) }
            case .pair:
                let logit = logits[pair]
                pair += 1
                let score = PairClassifier.score(logit)
                let predicted = score > threshold ? 1 : 0
                if let keep {
                    guard keep == predicted else { continue }
                    output.append(contentsOf: batch.bytes[batch.entries[index].text])
                } else {
                    write(index, of: batch, into: &output)
                    output.append(delimiter)
                    output.append(48 + UInt8(predicted))
                    output.append(delimiter)
                    writeFixed(writesLogit ? logit : score, into: &output)
                    if !figures.isEmpty { figures.write(scratch.figures, pair - 1, into: &output) }
                }
                output.append(10)
                guard let ranking else { continue }
                let rank = ranking.rank(pair - 1, logit: logit, scratch.figures)
                marks.append(LineMark(end: output.count, rank: rank))
            }
        }
    }

    /// Appends the line as read; for FASTA and FASTQ: name A, name B, strand A, strand B.
    private func write(_ index: Int, of batch: PairBatch, into output: inout [UInt8]) {
        guard batch.entries[index].isSequenceText else {
            output.append(contentsOf: batch.bytes[batch.entries[index].text])
            return
        }
        let entry = batch.entries[index]
        for (n, range) in [entry.nameA, entry.nameB, entry.strandA, entry.strandB].enumerated() {
            if n > 0 { output.append(figures.delimiter.byte) }
            figures.delimiter.append(batch.bytes[range], to: &output)
        }
    }
}
