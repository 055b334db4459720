// LabelledInput: reads pairs with their labels and conditions, for training and evaluation.

import Kernels
import SeqIO
import SeqModel

/// Reads all labelled pairs of `options` into memory, each with its conditions. A strand with a length outside `limits`
/// is a bad record.
func readLabelled(
    _ options: InputOptions, _ alphabet: Alphabet, _ limits: LengthLimits, _ conditions: RunConditions = .none,
    isQuiet: Bool, unpacking: Unpacking = .ahead
) throws -> (pairs: LabelledPairs, skipped: SkippedRecords, remarks: ConditionRemarks) {
    let input = StrandInput(
        paths: options.files, columns: conditions.added(to: try options.pairColumns(label: true)), alphabet: alphabet,
        limits: limits, mates: options.mates, comparesNames: !options.noNameCheck, skipsBad: options.skipsBad,
        unpacking: unpacking,
        showsProgress: !isQuiet)
    var pairs = LabelledPairs(alphabet: alphabet)
    var targets: [Float] = []
    var points = PairConditions(width: conditions.conditions.count)
    var (remarks, conditionRemarks) = (StrandRemarks(), ConditionRemarks())
    var (last, point) = (Float(0), conditions.point)
    let skipped = try input.read(into: &pairs.pairs.strands) { (entry, batch) throws(InputError) in
        let text = labelText(entry, batch)
        guard let label = number(text), (0...1).contains(label) else {
            let isMissing = text.isEmpty && entry.isSequenceText
            throw .malformed(
                Location(path: batch.path, line: entry.line),
                seen: isMissing ? "a record without a label" : "the label \(excerpt(text))",
                expected: isMissing
                    ? "'label=' and a number from 0 to 1 after the name, or a table of strand A, strand B, label"
                    : "a number from 0 to 1")
        }
        last = Float(label)
        try conditions.read(entry, of: batch, into: &point)
        return true
    } added: { entry, batch in
        targets.append(last)
        points.append(point)
        conditionRemarks.count(point, of: batch, conditions)
        remarks.count(entry, of: batch, alphabet)
    }
    (pairs.targets, pairs.conditions) = (targets, points)
    remarks.report(alphabet)
    return (pairs, skipped, conditionRemarks)
}

/// The text of the label: its column, or in FASTA and FASTQ the value of `label=` in the first header; empty without
/// one.
private func labelText(_ entry: PairEntry, _ batch: PairBatch) -> ArraySlice<UInt8> {
    guard entry.isSequenceText else { return batch.bytes[entry.label] }
    let header = batch.bytes[entry.text].prefix { $0 != 10 && $0 != 13 }
    let key = Array("label=".utf8)
    return header.split { $0 == 32 || $0 == 9 }.first { $0.starts(with: key) }?.dropFirst(key.count) ?? []
}
