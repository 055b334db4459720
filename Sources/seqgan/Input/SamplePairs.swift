// SamplePairs: files of pairs to compare: all of a generated one, those that interact of a real one.

import Kernels
import SeqIO
import SeqModel

/// Reads the pairs of `path`.
///
/// With `threshold` only those whose label is above it, where the file has labels: in the column that `columns` names, or in
/// the third where the first pair has a number from 0 to 1 there and `columns` names none. Then every row must have one.
/// A strand whose length is not within `limits` is a bad record, and where it `comparesNames` records that are no mates are an
/// error.
func readSample(
    _ path: String, columns: PairColumns, findsLabels: Bool, threshold: Double?, _ alphabet: Alphabet,
    _ limits: LengthLimits, comparesNames: Bool, skipsBad: Bool
) throws -> (pairs: Pairs, skipped: SkippedRecords) {
    let input = StrandInput(
        paths: [path], columns: columns, alphabet: alphabet, limits: limits, comparesNames: comparesNames,
        skipsBad: skipsBad)
    var hasLabels: Bool? = columns.label != nil ? true : findsLabels ? nil : false
    return try input.readPairs { (entry, batch) throws(InputError) in
        let text = label(entry, batch, isNamed: columns.label != nil)
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

/// The text of a record's label: as the reader found it, or a table's third column.
private func label(_ entry: PairEntry, _ batch: PairBatch, isNamed: Bool) -> ArraySlice<UInt8>? {
    if isNamed { return batch.bytes[entry.label] }
    guard !entry.isSequenceText else { return nil }
    let fields = batch.bytes[entry.text].split(separator: 9, maxSplits: 3, omittingEmptySubsequences: false)
    return fields.count > 2 ? fields[2] : nil
}
