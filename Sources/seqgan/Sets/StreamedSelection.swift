// StreamedSelection: selects designs as they come, with the memory of those that are kept.

import Kernels
import SeqIO
import SeqModel

extension FirstCome {
    /// Reads designs, keeps those that go with all kept before, and writes them as they came in; ends as soon as there
    /// are enough.
    mutating func run(
        _ reader: CandidateReader, _ kind: DesignKind, _ classifier: PairClassifier, to output: inout SelectionOutput,
        progress: ProgressBar, isOfKept: Bool
    ) throws {
        var progress = progress
        defer { ProgressBar.clear() }
        var records = CandidateRecords(kind, classifier.alphabet)
        var block = DesignBlock(classifier.alphabet, isPaired: kind.isPaired)
        var isMore = true
        while isMore, !isComplete {
            records.removeAll()
            block.removeAll()
            isMore = reader.read(into: &records, most: blockSize)
            for index in records.candidates { records.append(records.records[index], to: &block) }
            reader.count(records, classifier)
            try output.write(records, take(block))
            progress.update(isOfKept ? count : output.seen, done: isOfKept ? count : reader.bytesRead)
        }
    }
}

extension CandidateRecords {
    /// Adds the design of a candidate to `block`.
    func append(_ record: Record, to block: inout DesignBlock) {
        for strand in strands(of: record) { block.append(strands[strand]) }
        block.endDesign()
    }
}

extension SelectionOutput {
    /// Writes the candidates of `records` that were kept, with the text between them, and counts the others; `results`
    /// are those of the candidates in order, as far as there are any.
    mutating func write(_ records: CandidateRecords, _ results: [Rejection?]) throws {
        var place = 0
        for record in records.records {
            if record.strand < 0 {
                try write(records.bytes[record.text])
                continue
            }
            guard place < results.count else { return }
            let name = records.name(of: record)
            if let rejection = results[place] {
                try reject(name, rejection)
            } else {
                try write(records.bytes[record.text])
                keep(name)
            }
            place += 1
        }
    }
}
