// MateNames: whether two records are mates of one pair, by their names.

/// Compares the names of the two records of each pair of an input.
///
/// A name has a mate mark where it ends in `/1`, `.1`, `_1` or `_R1` (or 2) after something else, or where ` 1:N:` or
/// ` 1:Y:` follows it, as Illumina writes. A slash and Illumina's comment always mark mates. The other marks also
/// number versions and items: `probe_1` beside `target_1` is no error, unless an earlier pair of the input was marked
/// in the same way as mates, such as `r1_1` and `r1_2`.
struct MateNames {
    /// The result of comparing two names.
    enum Verdict {
        /// One name has no mark, or both names are the same.
        case nothing
        case mates
        /// Both are mates, but of different pairs.
        case mismatch
    }

    private struct Mark {
        /// The offset of the mark in the record's text, which is the end of the name without it.
        var end: Int
        /// `1` or `2`, as ASCII.
        var mate: UInt8
        /// `/`, `.`, `_` or R, or `:` for Illumina's comment.
        var sign: UInt8

        var isCertain: Bool { sign == UInt8(ascii: "/") || sign == UInt8(ascii: ":") }
    }

    /// Whether the record that was read last becomes the next strand A, because the one before it had no mate.
    var isHeld = false
    /// Whether a record without a mate was found, and no two records since then were mates.
    var isOutOfStep = false
    /// The marks by which an earlier pair was recognised.
    private var signs: (UInt8, UInt8, UInt8) = (0, 0, 0)

    /// Compares the names of the two records of a pair.
    mutating func compare(_ a: borrowing SequenceRecord, _ b: borrowing SequenceRecord) -> Verdict {
        guard let markA = MateNames.mark(of: a), let markB = MateNames.mark(of: b) else { return .nothing }
        if MateNames.haveSameBase(a, markA, b, markB) {
            guard markA.mate != markB.mate else { return .nothing }
            if markA.sign == markB.sign { remember(markA.sign) }
            return .mates
        }
        // One name has Illumina's comment and the other a suffix, which may be a mark or part of the name.
        if markA.sign != markB.sign || !markA.isCertain || markA.sign == UInt8(ascii: ":") {
            if a.name == b.name { return .nothing }
            if let suffixA = MateNames.suffix(of: a), let suffixB = MateNames.suffix(of: b),
                suffixA.mate != suffixB.mate, MateNames.haveSameBase(a, suffixA, b, suffixB)
            {
                return .mates
            }
        }
        if markA.mate == markB.mate, !(isMate(markA) && isMate(markB)) { return .nothing }
        return .mismatch
    }

    /// Whether the mark is known to be a mate mark.
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

    /// The mark of a record's name. A slash takes precedence over a comment, a comment over an ambiguous suffix.
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

    private static func haveSameBase(
        _ a: borrowing SequenceRecord, _ markA: Mark, _ b: borrowing SequenceRecord, _ markB: Mark
    ) -> Bool {
        markA.end == markB.end && LineScanner.areEqual(a.text, b.text, in: 1..<markA.end)
    }
}

extension PairReader {
    /// Whether the two records just read may form a pair, by their names.
    ///
    /// Where they follow each other in one file and do not match, the first is a bad record and the second is held
    /// for the next pair: the pairs after a lost record are right again as soon as two names agree. With two files it
    /// is unknown which of them has lost a record, so `notMates` is thrown.
    mutating func checkNames(_ matesPath: String?, into batch: inout PairBatch) throws(InputError) -> Bool {
        let verdict = names.compare(records.a, records.b)
        guard verdict == .mismatch || names.isOutOfStep && verdict == .nothing else {
            names.isOutOfStep = false
            return true
        }
        let isWanted = records.a.position > part.after
        // Names of mates differ at their ends, so they are shown whole.
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
