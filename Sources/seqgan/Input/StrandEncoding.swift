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

extension StrandCodes {
    /// Makes room for the strands of `files`.
    mutating func reserve(for files: [String]) {
        // Packed text is about a quarter of its letters; memory that stays untouched costs nothing.
        let packed = files.reduce(0) { $0 + (ByteSource.size(of: $1) ?? 0) }
        reserve(4 * min(packed, 1 << 28))
    }

    /// Adds the strands of `entry`. Throws, and adds nothing, where the length of one is not within `limits`, or it holds a
    /// letter with no code.
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
        // What cannot be a strand is told of first: of a name or a missing value the length says little.
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
        let isMissing = MissingValue.isOne(strand) ? " (\(excerpt(strand)): a missing value?)" : ""
        return .malformed(
            batch.location(of: entry, inB: inB, offset: 0),
            seen: "a strand of \(counted(range.count, "letters"))\(isMissing)",
            expected: limits.expected(ofLength: range.count))
    }
}

/// The decimal number that `bytes` spell, such as `0.97` or `1e-3`; nil where they spell none.
func number(_ bytes: ArraySlice<UInt8>) -> Double? {
    if bytes.count == 1, let byte = bytes.first, byte == 48 || byte == 49 { return Double(byte - 48) }
    return Double(decimal: bytes)
}

/// Calls `body` with every record that `reader` takes for a pair, in order.
///
/// Throws at the first bad record, be it the reader's finding or `body`'s; where `skipsBad`, these are skipped. Returns what
/// was skipped. `progress` is told of every batch.
func forEachPair(
    _ reader: sending PairReader, skipsBad: Bool, progress: ProgressBar? = nil,
    _ body: (PairEntry, PairBatch) throws(InputError) -> Void
) throws(InputError) -> SkippedRecords {
    let batches = BatchesAhead(reader)
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
