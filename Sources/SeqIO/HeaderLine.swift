// HeaderLine: whether a line of a table is a header or a pair.

/// Which lines of a table are headers.
public enum HeaderRule: String, Sendable, CaseIterable {
    /// The first line of each file.
    case yes
    /// No line.
    case no
    /// Those that the rules of `HeaderLine` find.
    case auto
}

/// Tells header lines from lines with strands, anywhere in a table.
///
/// A line is a header where a strand's field is a name (it has bytes that are no letters, and more than a few wrong
/// ones). It is also a header where the fields of the strands, though made of letters of bases, are words that tables
/// use as column titles (`strandA`, `gRNA`, `A`), or are short and rich in ambiguity letters while another field is a
/// word in a column of numbers. In a large alphabet every word could be a strand: there a header is lower case above
/// upper-case strands. Strands such as the degenerate barcode `BDHVBDHV` meet none of these rules.
struct HeaderLine {
    private let letters: [LetterKind]
    private let numbers: TableLayout.Numbers
    /// Which columns hold numbers in the first lines.
    private let isNumeric: [Bool]
    /// Whether a strand in the first lines has lower-case letters.
    private let strandsHaveLowerCase: Bool
    /// Whether the alphabet is small, so that most words are not strands.
    private let isSmallAlphabet: Bool

    /// Prepares the rules for a table. `rows` are its first lines without the very first.
    init(_ rows: [[ArraySlice<UInt8>]], _ numbers: TableLayout.Numbers, _ letters: [LetterKind]) {
        (self.letters, self.numbers) = (letters, numbers)
        isSmallAlphabet = letters.count { $0 == .plain } <= 16
        let width = rows.map(\.count).max() ?? 0
        isNumeric = (0..<min(width, HeaderLine.mostColumns)).map { column in
            2 * rows.count { $0.count > column && HeaderLine.isNumber($0[column]) } > rows.count
        }
        strandsHaveLowerCase = rows.contains { row in
            numbers.strands(of: row).contains { FieldProfile($0, letters).hasLowerCase }
        }
    }

    private static let mostColumns = 64

    /// Whether a line is a header. A name in a strand's field makes a header of the first line only; later it is a
    /// bad record.
    func isHeader(_ fields: [ArraySlice<UInt8>], isFirst: Bool) -> Bool {
        let strands = numbers.strands(of: fields)
        let looks = strands.map { FieldProfile($0, letters) }
        guard !looks.isEmpty, !looks.contains(where: \.hasControls) else { return false }
        if !looks.allSatisfy(\.isStrand) {
            guard isFirst else { return false }
            guard isSmallAlphabet else { return true }
            // A header has no strand in any field. A strand with a wrong letter must not become a header.
            return looks.contains(where: \.isName)
                && !fields.prefix(HeaderLine.mostColumns).contains { FieldProfile($0, letters).looksLikeStrand }
        }
        if isSmallAlphabet {
            if looks.contains(where: { $0.ambiguous > 0 }), strands.allSatisfy(HeaderLine.isWord) { return true }
            return looks.allSatisfy(\.mayBeWord) && hasWordOverNumbers(fields)
        }
        return isFirst && looks.contains(where: \.hasLowerCase) && !isNumeric.isEmpty && !strandsHaveLowerCase
    }

    /// Whether a field other than the strands is a word in a column of numbers.
    private func hasWordOverNumbers(_ fields: [ArraySlice<UInt8>]) -> Bool {
        fields.indices.contains { column in
            column < isNumeric.count && isNumeric[column] && !fields[column].isEmpty
                && !HeaderLine.isNumber(fields[column]) && !MissingValue.matches(fields[column])
        }
    }

    /// Whether a field is written as a number: digits, with signs, points or exponents among them.
    private static func isNumber(_ field: ArraySlice<UInt8>) -> Bool {
        field.contains { $0 >= 48 && $0 <= 57 }
            && field.allSatisfy { byte in
                byte >= 48 && byte <= 57 || "+-.eE%".utf8.contains(byte)
            }
    }

    /// Whether a field is a common title of a column of strands that is made of bases and ambiguity letters.
    static func isWord(_ field: ArraySlice<UInt8>) -> Bool {
        if field.count == 1 { return true }
        guard field.count <= 8 else { return false }
        return words.contains(packed(field))
    }

    /// All such titles in lower case. They consist of the letters ACGTU, RYSWKMBDHVN and I only.
    private static let words = [
        "strand", "stranda", "strandb", "strands", "dna", "dnaa", "dnab", "rna", "rnaa", "rnab", "cdna", "gdna",
        "ssdna",
        "dsdna", "mrna", "grna", "sgrna", "crrna", "tracrrna", "trna", "rrna", "snrna", "ncrna", "shrna", "sirna",
        "mirna", "ssrna", "dsrna", "tag", "taga", "tagb", "bait", "mut", "wt", "hyb",
    ].map { packed(Array($0.utf8)[...]) }

    /// Up to eight bytes, in lower case, packed into an integer.
    private static func packed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1 | 0x20) }
    }
}

/// Words that tables use for missing values.
public enum MissingValue {
    /// Whether `field` is such a word: NA, nan, null and the like, or empty.
    public static func matches(_ field: some Collection<UInt8>) -> Bool {
        guard field.count <= 4 else { return false }
        let lower = String(decoding: field, as: UTF8.self).lowercased()
        return ["", "na", "n/a", "nan", "null", "none", "nil", "-", ".", "?", "#n/a"].contains(lower)
    }
}
