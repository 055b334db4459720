// HeaderLine: whether a line of a table names its columns, or is a pair.

/// Whether a table's lines name its columns.
public enum HeaderRule: String, Sendable, CaseIterable {
    /// The first line of each file does.
    case yes
    /// None does.
    case no
    /// Those do that a rule finds (see `HeaderLine`).
    case auto
}

/// Tells a line of column names from a line of strands, wherever it stands.
///
/// A line names columns where a strand's field is a name (bytes that are no letters, and not just a few of them wrong), or where
/// the strands' fields, though each of their letters could be a base, are words that tables have for headers (`strandA`, `gRNA`,
/// `A`), or short and full of ambiguity letters while another field is a word over a column of numbers. Of an alphabet of
/// many letters any word is made: there names are of lower case over strands of upper case. Strands such as the degenerate
/// barcode `BDHVBDHV` are none of these.
struct HeaderLine {
    private let letters: [LetterKind]
    private let numbers: TableReading.Numbers
    /// Which columns hold numbers in the first lines.
    private let isNumeric: [Bool]
    /// Whether the strands of the first lines have letters of lower case.
    private let strandsHaveLowerCase: Bool
    /// Whether the alphabet has few letters, so that most words are no strands.
    private let isOfFew: Bool

    /// The rule for a table whose first lines, without the first one, are `rows`.
    init(_ rows: [[ArraySlice<UInt8>]], _ numbers: TableReading.Numbers, _ letters: [LetterKind]) {
        (self.letters, self.numbers) = (letters, numbers)
        isOfFew = letters.count { $0 == .plain } <= 16
        let width = rows.map(\.count).max() ?? 0
        isNumeric = (0..<min(width, HeaderLine.mostColumns)).map { column in
            2 * rows.count { $0.count > column && HeaderLine.isNumber($0[column]) } > rows.count
        }
        strandsHaveLowerCase = rows.contains { row in
            numbers.strands(of: row).contains { FieldLook($0, letters).hasLowerCase }
        }
    }

    private static let mostColumns = 64

    /// Whether a line names columns. In a first line a strand's field that is a name is enough; elsewhere it is a bad record.
    func isHeader(_ fields: [ArraySlice<UInt8>], isFirst: Bool) -> Bool {
        let strands = numbers.strands(of: fields)
        let looks = strands.map { FieldLook($0, letters) }
        guard !looks.isEmpty, !looks.contains(where: \.hasControls) else { return false }
        if !looks.allSatisfy(\.isStrand) {
            guard isFirst else { return false }
            guard isOfFew else { return true }
            // A strand stands nowhere in a line of names; a wrong letter is not to make one of it.
            return looks.contains(where: \.isName)
                && !fields.prefix(HeaderLine.mostColumns).contains { FieldLook($0, letters).looksLikeStrand }
        }
        if isOfFew {
            if looks.contains(where: { $0.ambiguous > 0 }), strands.allSatisfy(HeaderLine.isWord) { return true }
            return looks.allSatisfy(\.mayBeWord) && hasWordOverNumbers(fields)
        }
        return isFirst && looks.contains(where: \.hasLowerCase) && !isNumeric.isEmpty && !strandsHaveLowerCase
    }

    /// Whether a field beside the strands is a word where the column holds numbers.
    private func hasWordOverNumbers(_ fields: [ArraySlice<UInt8>]) -> Bool {
        fields.indices.contains { column in
            column < isNumeric.count && isNumeric[column] && !fields[column].isEmpty
                && !HeaderLine.isNumber(fields[column]) && !MissingValue.isOne(fields[column])
        }
    }

    /// Whether a field is written as a number: digits, and signs, points or exponents among them.
    private static func isNumber(_ field: ArraySlice<UInt8>) -> Bool {
        field.contains { $0 >= 48 && $0 <= 57 }
            && field.allSatisfy { byte in
                byte >= 48 && byte <= 57 || "+-.eE%".utf8.contains(byte)
            }
    }

    /// Whether a field is a word that tables have for a column of strands and that is made of bases and ambiguity letters.
    static func isWord(_ field: ArraySlice<UInt8>) -> Bool {
        if field.count == 1 { return true }
        guard field.count <= 8 else { return false }
        return words.contains(packed(field))
    }

    /// All such words in lower case: letters of ACGTU, RYSWKMBDHVN and I and no others.
    private static let words = [
        "strand", "stranda", "strandb", "strands", "dna", "dnaa", "dnab", "rna", "rnaa", "rnab", "cdna", "gdna",
        "ssdna",
        "dsdna", "mrna", "grna", "sgrna", "crrna", "tracrrna", "trna", "rrna", "snrna", "ncrna", "shrna", "sirna",
        "mirna", "ssrna", "dsrna", "tag", "taga", "tagb", "bait", "mut", "wt", "hyb",
    ].map { packed(Array($0.utf8)[...]) }

    /// Up to eight bytes in lower case as one word.
    private static func packed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1 | 0x20) }
    }
}

/// Words that tables have in the place of a value that is not there.
public enum MissingValue {
    /// Whether `field` is such a word: NA, nan, null and the like.
    public static func isOne(_ field: some Collection<UInt8>) -> Bool {
        guard field.count <= 4 else { return false }
        let lower = String(decoding: field, as: UTF8.self).lowercased()
        return ["", "na", "n/a", "nan", "null", "none", "nil", "-", ".", "?", "#n/a"].contains(lower)
    }
}
