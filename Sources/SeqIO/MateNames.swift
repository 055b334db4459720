// MateNames: whether the names of two records say that they are mates, and of one pair.

/// What the names of one input's pairs say, pair after pair.
///
/// A name bears a mate's mark where it ends in `/1`, `.1`, `_1` or `_R1` (or 2) behind something else, or where
/// ` 1:N:` or ` 1:Y:` follows it, as Illumina writes. A slash and Illumina's comment mark mates and nothing else. The
/// others number versions and items too: `probe_1` beside `target_1` is nothing wrong, unless an earlier pair of the
/// input was marked in the same way as mates, such as `r1_1` and `r1_2`.
struct MateNames {
    /// What two names say of each other.
    enum Verdict {
        /// Nothing: one bears no mark, or both have the same name.
        case nothing
        case mates
        /// Mates, but not each other's.
        case strangers
    }

    private struct Mark {
        /// Where in the record's text the mark begins, and so what is before it ends.
        var end: Int
        /// The byte 1 or 2.
        var mate: UInt8
        /// `/`, `.`, `_` or R, or `:` for Illumina's comment.
        var sign: UInt8

        var isCertain: Bool { sign == UInt8(ascii: "/") || sign == UInt8(ascii: ":") }
    }

    /// Whether the record read last has yet to be taken for a strand A: the one before it was alone.
    var isHeld = false
    /// Whether a record was alone, and no two since then were mates.
    var isOutOfStep = false
    /// The signs by which an earlier pair was marked.
    private var signs: (UInt8, UInt8, UInt8) = (0, 0, 0)

    /// Compares the names of the records of a pair.
    mutating func compare(_ a: borrowing SequenceRecord, _ b: borrowing SequenceRecord) -> Verdict {
        guard let markA = MateNames.mark(of: a), let markB = MateNames.mark(of: b) else { return .nothing }
        if MateNames.haveOneBase(a, markA, b, markB) {
            guard markA.mate != markB.mate else { return .nothing }
            if markA.sign == markB.sign { remember(markA.sign) }
            return .mates
        }
        // A comment beside a name with a suffix, which then may be the mark or a part of the name.
        if markA.sign != markB.sign || !markA.isCertain || markA.sign == UInt8(ascii: ":") {
            if a.name == b.name { return .nothing }
            if let suffixA = MateNames.suffix(of: a), let suffixB = MateNames.suffix(of: b),
                suffixA.mate != suffixB.mate, MateNames.haveOneBase(a, suffixA, b, suffixB)
            {
                return .mates
            }
        }
        if markA.mate == markB.mate, !(isMate(markA) && isMate(markB)) { return .nothing }
        return .strangers
    }

    /// Whether such a mark can but be a mate's.
    private func isMate(_ mark: Mark) -> Bool {
        mark.isCertain || mark.sign == signs.0 || mark.sign == signs.1 || mark.sign == signs.2
    }

    private mutating func remember(_ sign: UInt8) {
        switch sign {
        case UInt8(ascii: "."): signs.0 = sign
        case UInt8(ascii: "_"): signs.1 = sign
        case UInt8(ascii: "R"): signs.2 = sign
        default: break
        }
    }

    /// The mark of a record's name: a slash before a comment, a comment before what may be no mark.
    private static func mark(of record: borrowing SequenceRecord) -> Mark? {
        let suffix = suffix(of: record)
        if suffix?.isCertain == true { return suffix }
        var at = record.nameEnd
        while at < record.titleEnd, record.text[at] == 32 || record.text[at] == 9 { at += 1 }
        guard at + 3 < record.titleEnd, record.text[at + 1] == UInt8(ascii: ":"),
            record.text[at + 3] == UInt8(ascii: ":")
        else { return suffix }
        let (mate, filter) = (record.text[at], record.text[at + 2])
        guard isOneOrTwo(mate), filter == UInt8(ascii: "N") || filter == UInt8(ascii: "Y") else { return suffix }
        return Mark(end: record.nameEnd, mate: mate, sign: UInt8(ascii: ":"))
    }

    private static func suffix(of record: borrowing SequenceRecord) -> Mark? {
        var place = record.nameEnd - 2
        guard place > 1, isOneOrTwo(record.text[place + 1]) else { return nil }
        let mate = record.text[place + 1]
        let sign = record.text[place]
        switch sign {
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"): break
        case UInt8(ascii: "R"):
            place -= 1
            guard place > 1, record.text[place] == UInt8(ascii: "_") else { return nil }
        default: return nil
        }
        return Mark(end: place, mate: mate, sign: sign)
    }

    private static func isOneOrTwo(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "1") || byte == UInt8(ascii: "2") }

    private static func haveOneBase(
        _ a: borrowing SequenceRecord, _ markA: Mark, _ b: borrowing SequenceRecord, _ markB: Mark
    ) -> Bool {
        markA.end == markB.end && LineScanner.areAlike(a.text, b.text, in: 1..<markA.end)
    }
}

extension PairReader {
    /// Whether the records just read may be a pair, by their names.
    ///
    /// Where they follow each other and may not, the first is a bad record, and the second is held for the next pair: so
    /// the pairs behind a lost record are right again, as soon as two names agree. Of two files, nothing tells which has
    /// lost a record: then `notMates` is thrown.
    mutating func checkNames(_ matesPath: String?, into batch: inout PairBatch) throws(InputError) -> Bool {
        let verdict = names.compare(records.a, records.b)
        guard verdict == .strangers || names.isOutOfStep && verdict == .nothing else {
            names.isOutOfStep = false
            return true
        }
        let isWanted = records.a.position > part.after
        // Names of mates differ at their ends: they are shown whole.
        func error() -> InputError {
            .notMates(
                Location(path: batch.path, line: records.a.line), excerpt(records.a.name, most: 200),
                Location(path: matesPath ?? batch.path, line: records.b.line), excerpt(records.b.name, most: 200))
        }
        if matesPath != nil {
            if isWanted { throw error() }
            return true
        }
        (names.isHeld, names.isOutOfStep) = (true, true)
        if isWanted { batch.reject(error(), line: records.a.line, text: batch.append(records.a)) }
        return false
    }
}
