// StrandEncoding: where the letters of a record become the codes of a model. Here SeqIO and SeqModel meet.

import Kernels
import SeqIO
import SeqModel

extension Alphabet {
    /// For every byte, what it is to this alphabet.
    var letterKinds: [LetterKind] {
        codes.map { code in
            if code == Alphabet.invalid { return .none }
            let members = members(of: code).count
            return members == 1 || members == count ? .plain : .ambiguous
        }
    }
}

extension PairCodes {
    /// Makes room for the strands of `files`.
    mutating func reserve(for files: [String]) {
        // Packed text is about a quarter of its letters; memory that stays untouched costs nothing.
        let packed = files.reduce(0) { $0 + (ByteSource.size(of: $1) ?? 0) }
        reserve(4 * min(packed, 1 << 28))
    }

    /// Adds the strands of `entry`. Throws, and adds nothing, where one is too long or holds a letter with no code.
    mutating func append(
        _ entry: PairEntry, of batch: PairBatch, _ alphabet: Alphabet, longest: Int = DuplexShape.maximumLength
    ) throws(InputError) {
        let mark = mark
        do throws(InputError) {
            try append(batch, entry.strandA, entry, inB: false, alphabet, longest)
            if !entry.strandB.isEmpty { try append(batch, entry.strandB, entry, inB: true, alphabet, longest) }
        } catch {
            truncate(to: mark)
            throw error
        }
    }

    private mutating func append(
        _ batch: PairBatch, _ range: Range<Int>, _ entry: PairEntry, inB: Bool, _ alphabet: Alphabet,
        _ longest: Int
    ) throws(InputError) {
        guard range.count <= longest else {
            throw .malformed(
                batch.location(of: entry, inB: inB, offset: 0), seen: "a strand of \(range.count) letters",
                expected: "at most \(longest)")
        }
        if let offset = appendStrand(batch.bytes, range, table: alphabet.codes) {
            let at = range.lowerBound + offset
            throw .malformed(
                batch.location(of: entry, inB: inB, offset: offset),
                seen: "the letter \(excerpt(batch.bytes[at...at])) in strand \(inB ? "B" : "A")",
                expected: "letters of \(alphabet.name)")
        }
    }
}

/// The number that `bytes` spell, in the forms that Swift reads (`0.97`, `1e-3`); nil where they spell none.
func number(_ bytes: ArraySlice<UInt8>) -> Double? {
    if bytes.count == 1, let byte = bytes.first, byte == 48 || byte == 49 { return Double(byte - 48) }
    return Double(String(decoding: bytes, as: UTF8.self))
}

/// Calls `body` with every record that `reader` takes for a pair, in order.
///
/// Throws at the first bad record, be it the reader's finding or `body`'s; where `skipsBad`, returns how many were
/// passed over instead. `progress` is told of every batch.
func forEachPair(
    _ reader: sending PairReader, skipsBad: Bool, progress: ProgressBar? = nil,
    _ body: (PairEntry, PairBatch) throws(InputError) -> Void
) throws(InputError) -> Int {
    let batches = BatchesAhead(reader)
    var batch = PairBatch()
    var progress = progress
    var (skipped, count) = (0, 0)
    defer { ProgressBar.clear() }
    while try batches.next(&batch) {
        for entry in batch.entries {
            do throws(InputError) {
                switch entry.kind {
                case .header, .comment: continue
                case .rejected: throw batch.rejections[entry.rejection]
                case .pair: try body(entry, batch)
                }
            } catch {
                guard skipsBad else { throw error }
                skipped += 1
            }
        }
        count += batch.entries.count
        progress?.update(count, done: batches.bytesRead)
    }
    return skipped
}

/// Reads all labelled pairs of `options` into memory, and counts the bad records that were passed over.
///
/// A strand longer than `longest` is a bad record; `option` names what sets that, with a space behind it.
func readLabelled(
    _ options: InputOptions, _ alphabet: Alphabet, longest: Int? = nil, option: String = "", isQuiet: Bool,
    unpacking: Unpacking = .ahead
) throws -> (pairs: LabelledPairs, skipped: Int) {
    let reader = PairReader(
        paths: options.files, columns: try options.pairColumns(label: true), letters: alphabet.letterKinds,
        mates: options.mates, unpacking: unpacking)
    var pairs = LabelledPairs(alphabet: alphabet)
    pairs.strands.reserve(for: options.files)
    var remarks = StrandRemarks()
    let progress = ProgressBar(inputs: options.files, isQuiet: isQuiet)
    let skipped = try forEachPair(reader, skipsBad: options.skipsBad, progress: progress) {
        (entry, batch) throws(InputError) in
        let text = labelText(entry, batch)
        guard let label = number(text), (0...1).contains(label) else {
            let isMissing = text.isEmpty && entry.isSequenceText
            throw .malformed(
                Location(path: batch.path, line: entry.line),
                seen: isMissing ? "a record without a label" : "the label \(excerpt(text))",
                expected: isMissing
                    ? "'label=' and a number from 0 to 1 behind the name, or a table of strand A, strand B, label"
                    : "a number from 0 to 1")
        }
        if let longest { try requireLength(longest, entry, batch, option: option) }
        try pairs.strands.append(entry, of: batch, alphabet)
        pairs.targets.append(Float(label))
        remarks.count(entry, of: batch, alphabet)
    }
    remarks.tell(alphabet)
    return (pairs, skipped)
}

/// Throws where a strand of `entry` is longer than `longest`, which `option` sets.
func requireLength(_ longest: Int, _ entry: PairEntry, _ batch: PairBatch, option: String = "") throws(InputError) {
    let length = max(entry.strandA.count, entry.strandB.count)
    guard length > longest else { return }
    throw .malformed(
        batch.location(of: entry, inB: entry.strandB.count > longest, offset: 0),
        seen: "a strand of \(length) letters", expected: "at most \(option)\(longest)")
}

/// The label's text: its column, or in FASTA and FASTQ what is behind `label=` in the first header; empty if none.
private func labelText(_ entry: PairEntry, _ batch: PairBatch) -> ArraySlice<UInt8> {
    guard entry.isSequenceText else { return batch.bytes[entry.label] }
    let header = batch.bytes[entry.text].prefix { $0 != 10 && $0 != 13 }
    let key = Array("label=".utf8)
    return header.split { $0 == 32 || $0 == 9 }.first { $0.starts(with: key) }?.dropFirst(key.count) ?? []
}

/// Throws the failure that passed-over records end in.
func requireNoneSkipped(_ skipped: Int) throws {
    if skipped > 0 {
        let verb = skipped == 1 ? "was" : "were"
        throw Failure(message: "\(counted(skipped, "bad records")) \(verb) passed over", code: ExitCodes.badData)
    }
}
