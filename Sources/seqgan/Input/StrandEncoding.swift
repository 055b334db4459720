// StrandEncoding: converts the letters of records to the codes of a model. SeqIO and SeqModel meet here.

import Kernels
import SeqIO
import SeqModel

extension Alphabet {
    /// The kind of every byte in this alphabet.
    var letterKinds: [LetterKind] {
        codes.map { code in
            if code == Alphabet.invalid { return .none }
            let members = members(of: code).count
            return members == 1 || members == count ? .plain : .ambiguous
        }
    }
}

extension StrandCodes {
    /// Reserves memory for the strands of `files`.
    mutating func reserve(for files: [String]) {
        // Packed text has about a quarter of the size of its letters; memory that is not touched costs nothing.
        let packed = files.reduce(0) { $0 + (ByteSource.size(of: $1) ?? 0) }
        reserve(4 * min(packed, 1 << 28))
    }

    /// Appends the strands of `entry`. Throws, and appends nothing, where the length of one is outside `limits` or a
    /// letter has no code.
    mutating func append(
        _ entry: PairEntry, of batch: PairBatch, _ alphabet: Alphabet, _ limits: LengthLimits
    ) throws(InputError) {
        let mark = mark
        do throws(InputError) {
            try append(batch, entry.strandA, entry, inB: false, alphabet, limits)
            if !entry.strandB.isEmpty { try append(batch, entry.strandB, entry, inB: true, alphabet, limits) }
        } catch {
            truncate(to: mark)
            throw error
        }
    }

    private mutating func append(
        _ batch: PairBatch, _ range: Range<Int>, _ entry: PairEntry, inB: Bool, _ alphabet: Alphabet,
        _ limits: LengthLimits
    ) throws(InputError) {
        // A wrong letter is reported before a wrong length: the length of a name or of a missing value tells little.
        guard range.count <= DuplexShape.maximumLength else { throw refused(range, inB: inB, entry, batch, limits) }
        if let offset = append(batch.bytes, range, table: alphabet.codes) {
            let at = range.lowerBound + offset
            let expected = alphabet.codeLetters.count > alphabet.count ? " or IUPAC ambiguity letters" : ""
            throw .malformed(
                batch.location(of: entry, inB: inB, offset: offset),
                seen: "the letter \(excerpt(batch.bytes[at...at])) in strand \(inB ? "B" : "A")",
                expected: "letters of \(alphabet.name)\(expected)\(StrandAdvice.on(batch.bytes[range]))")
        }
        guard limits.lengths.contains(range.count) else { throw refused(range, inB: inB, entry, batch, limits) }
    }

    private func refused(
        _ range: Range<Int>, inB: Bool, _ entry: PairEntry, _ batch: PairBatch, _ limits: LengthLimits
    ) -> InputError {
        let strand = batch.bytes[range]
        let isMissing = MissingValue.matches(strand) ? " (\(excerpt(strand)): a missing value?)" : ""
        return .malformed(
            batch.location(of: entry, inB: inB, offset: 0),
            seen: "a strand of \(counted(range.count, "letters"))\(isMissing)",
            expected: limits.expected(ofLength: range.count))
    }
}

/// Parses a decimal number such as `0.97` or `1e-3`; nil for any other text.
func number(_ bytes: ArraySlice<UInt8>) -> Double? {
    if bytes.count == 1, let byte = bytes.first, byte == 48 || byte == 49 { return Double(byte - 48) }
    return Double(decimal: bytes)
}

/// Calls `body` with every pair of `reader`, in order, and returns what was skipped.
///
/// Throws at the first bad record, found by the reader or by `body`; with `skipsBad`, bad records are skipped.
/// `progress` is updated after every batch.
func forEachPair(
    _ reader: sending PairReader, skipsBad: Bool, progress: ProgressBar? = nil,
    _ body: (PairEntry, PairBatch) throws(InputError) -> Void
) throws(InputError) -> SkippedRecords {
    let batches = BatchPrefetcher(reader)
    var batch = PairBatch()
    var progress = progress
    var (skipped, count) = (SkippedRecords(), 0)
    defer { ProgressBar.clear() }
    while try batches.next(&batch) {
        for entry in batch.entries {
            do throws(InputError) {
                switch entry.kind {
                case .header, .comment: continue
                case .repeatedHeader: skipped.addHeader(Location(path: batch.path, line: entry.line))
                case .rejected: throw batch.rejections[entry.rejection]
                case .pair: try body(entry, batch)
                }
            } catch {
                guard skipsBad else { throw error }
                skipped.add(error)
            }
        }
        count += batch.entries.count
        progress?.update(count, done: batches.bytesRead)
    }
    return skipped
}
