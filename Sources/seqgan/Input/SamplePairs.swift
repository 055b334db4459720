// SamplePairs: reads files of pairs to compare: all generated pairs, and the real pairs that interact.

import Kernels
import SeqIO
import SeqModel

/// Reads the pairs of `path`.
///
/// With `threshold`, reads only pairs with a label above it, where the file has labels: in the column that `columns`
/// names, or, with `findsLabels`, in the third column where the first pair has a number from 0 to 1 there. Every row
/// must then have a label. A strand with a length outside `limits` is a bad record. With `comparesNames`, records
/// that are no mates are an error.
func readSample(
    _ path: String, columns: PairColumns, findsLabels: Bool, threshold: Double?, _ alphabet: Alphabet,
    _ limits: LengthLimits, comparesNames: Bool, skipsBad: Bool
) throws -> (pairs: Pairs, skipped: SkippedRecords) {
    let input = StrandInput(
        paths: [path], columns: columns, alphabet: alphabet, limits: limits, comparesNames: comparesNames,
        skipsBad: skipsBad)
    var hasLabels: Bool? = columns.label != nil ? true : findsLabels ? nil : false
    return try input.readPairs { (entry, batch) throws(InputError) in
        let text = label(entry, batch, columns)
        let label = text.flatMap(number).flatMap { (0...1).contains($0) ? $0 : nil }
        let isLabelled = hasLabels ?? (label != nil)
        hasLabels = isLabelled
        if let threshold, isLabelled {
            guard let label else {
                throw .malformed(
                    batch.location(of: entry, inB: false, offset: 0),
                    seen: text.map { "the label \(excerpt($0))" } ?? "no label", expected: "a number from 0 to 1")
            }
            return label > threshold
        }
        return true
    }
}

/// The text of a record's label: the field that the reader found, or the third column of a table.
private func label(_ entry: PairEntry, _ batch: PairBatch, _ columns: PairColumns) -> ArraySlice<UInt8>? {
    if columns.label != nil { return batch.bytes[entry.label] }
    guard !entry.isSequenceText else { return nil }
    let fields = columns.delimiter.fields(of: batch.bytes[entry.text])
    return fields.count > 2 ? fields[2] : nil
}
