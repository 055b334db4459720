// CandidateRecords: records as they were read, with their strands as codes, in reused memory.

import Kernels
import SeqIO
import SeqModel

/// Records of an input in its order: candidates, and the comments and headers between them.
struct CandidateRecords: Sendable {
    /// A record, or a line of text that is none.
    struct Record: Sendable {
        /// Ranges of `bytes`: the text as read; the names of strands A and B, empty where there are none; the pool.
        var text = 0..<0, nameA = 0..<0, nameB = 0..<0, pool = 0..<0
        /// The first of its strands in `strands`; -1 for text.
        var strand = -1
        /// Where it was read, for messages.
        var line = 0
    }

    let kind: DesignKind
    private(set) var bytes: [UInt8] = []
    private(set) var records: [Record] = []
    /// The indices of the records that are candidates.
    private(set) var candidates: [Int] = []
    /// The strands of the candidates, exact partners included.
    private(set) var strands: StrandCodes
    private let alphabet: Alphabet

    init(_ kind: DesignKind, _ alphabet: Alphabet) {
        (self.kind, self.alphabet) = (kind, alphabet)
        strands = StrandCodes(alphabet: alphabet)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
        strands.removeAll()
    }

    /// Adds a line that is no record.
    mutating func append(text entry: PairEntry, of batch: PairBatch) {
        records.append(Record(text: copy(entry.text, of: batch)))
    }

    /// Adds a record. Throws, and adds nothing, for strands that are not as `limits` or `block` allow.
    mutating func append(
        _ entry: PairEntry, of batch: PairBatch, _ limits: LengthLimits, _ rule: PartnerRule?, _ block: DesignBlock
    ) throws(InputError) {
        let (mark, first) = (strands.mark, strands.count)
        try strands.append(entry, of: batch, alphabet, limits)
        for strand in first..<strands.count where strands.isAmbiguous && !block.canExpand(strands[strand]) {
            strands.truncate(to: mark)
            throw .malformed(
                batch.location(of: entry, inB: strand > first, offset: 0),
                seen: "a strand that stands for more than \(DesignBlock.mostVariants) strands",
                expected: "at most \(DesignBlock.mostVariants), so that each of them can be judged")
        }
        let pool = batch.bytes[entry.label]
        guard pool.isEmpty || (Int(String(decoding: pool, as: UTF8.self)) ?? 0) > 0 else {
            strands.truncate(to: mark)
            throw .malformed(
                batch.location(of: entry, inB: false, offset: 0), seen: "the pool \(excerpt(pool))",
                expected: "a whole number, 1 or more, or nothing")
        }
        if kind == .complement, let rule { strands.append(rule.partner(of: strands[first])[...]) }
        let text = copy(entry.text, of: batch)
        let shift = text.lowerBound - entry.text.lowerBound
        func moved(_ range: Range<Int>) -> Range<Int> {
            if range.isEmpty { return 0..<0 }
            // Fields in quotes with quotes in them are not as they were read.
            guard range.upperBound <= entry.text.upperBound else { return copy(range, of: batch) }
            return range.lowerBound + shift..<range.upperBound + shift
        }
        candidates.append(records.count)
        records.append(
            Record(
                text: text, nameA: moved(entry.nameA), nameB: moved(entry.nameB), pool: moved(entry.label),
                strand: first, line: entry.line))
    }

    private mutating func copy(_ range: Range<Int>, of batch: PairBatch) -> Range<Int> {
        bytes.append(contentsOf: batch.bytes[range])
        return bytes.count - range.count..<bytes.count
    }

    /// The strands of a candidate.
    func strands(of record: Record) -> Range<Int> { record.strand..<record.strand + kind.strandsOfRecord }

    /// The name of a candidate: that of its record, of both without the marks of mates, or its letters.
    func name(of record: Record) -> [UInt8] {
        let (a, b) = (bytes[record.nameA], bytes[record.nameB])
        if a.isEmpty {
            let own = kind == .pairs ? strands(of: record) : record.strand..<record.strand + 1
            let plus: [[UInt8]] = own.map { strands[$0].map { alphabet.codeLetters[Int($0)] } }
            return Array(plus.joined(separator: [UInt8(ascii: "+")]))
        }
        if b.isEmpty { return Array(a) }
        let base = DesignName.base(of: a)
        return base == DesignName.base(of: b) ? Array(base) : Array(a) + [UInt8(ascii: "+")] + Array(b)
    }
}

/// Reads candidates, some at a time.
final class CandidateReader {
    private let batches: BatchPrefetcher
    private var batch = PairBatch()
    private var place = 0
    private let limits: LengthLimits
    private let rule: PartnerRule?
    private let skipsBad: Bool
    /// A block of the kind of the designs, empty.
    private let block: DesignBlock
    private let alphabet: Alphabet
    /// What was skipped, and what is to be remarked on.
    private(set) var skipped = SkippedRecords(), remarks = StrandRemarks()
    /// The error that ended the reading, if one did; the records before it were read.
    private(set) var failure: (any Error)?

    init(
        _ reader: sending PairReader, _ classifier: PairClassifier, _ kind: DesignKind, _ limits: LengthLimits,
        _ rule: PartnerRule?, skipsBad: Bool
    ) {
        batches = BatchPrefetcher(reader)
        alphabet = classifier.alphabet
        block = DesignBlock(alphabet, isPaired: kind.isPaired)
        (self.limits, self.rule, self.skipsBad) = (limits, rule, skipsBad)
    }

    /// Bytes of the input read so far, as stored.
    var bytesRead: Int { batches.bytesRead }

    /// Adds records to `records` until it has `most` candidates; returns false at the end of the input.
    func read(into records: inout CandidateRecords, most: Int) -> Bool {
        do throws(InputError) {
            while records.candidates.count < most {
                if place == batch.entries.count {
                    guard try batches.next(&batch) else { return false }
                    place = 0
                }
                let entry = batch.entries[place]
                place += 1
                if entry.kind == .header, entry.isSequenceText {
                    failure = TableOptions.noColumns
                    return false
                }
                do throws(InputError) {
                    try take(entry, into: &records)
                } catch {
                    guard skipsBad else { throw error }
                    skipped.add(error)
                }
            }
            return true
        } catch {
            failure = error
            return false
        }
    }

    private func take(_ entry: PairEntry, into records: inout CandidateRecords) throws(InputError) {
        switch entry.kind {
        case .header, .comment: records.append(text: entry, of: batch)
        case .repeatedHeader: skipped.addHeader(Location(path: batch.path, line: entry.line))
        case .rejected: throw batch.rejections[entry.rejection]
        case .pair:
            try records.append(entry, of: batch, limits, rule, block)
            remarks.count(entry, of: batch, alphabet)
        }
    }

    /// Counts the candidates of `records` for the remarks.
    func count(_ records: CandidateRecords, _ classifier: PairClassifier) {
        remarks.count(records.strands, each: records.kind.strandsOfRecord, classifier)
    }
}
