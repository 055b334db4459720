// PairColumns: the columns of a table that hold strands, label and conditions, and the kinds of bytes of an alphabet.

/// A column of a table, by number or by its title in the header.
public enum PairColumn: Sendable, Equatable {
    /// The number, from 1.
    case number(Int)
    /// The title, exactly as in the header.
    case name(String)

    /// The largest column number: a line of `LineScanner.mostBytes` has no more columns.
    public static let largestNumber = LineScanner.mostBytes

    /// Parses a column as typed: digits are a number from 1 to `largestNumber`, any other text is a title. Nil for
    /// other numbers, signed or not, and for empty text.
    public init?(_ text: String) {
        let bytes = text.utf8
        let digits =
            bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            if text.isEmpty { return nil }
            self = .name(text)
            return
        }
        guard digits.count == bytes.count, let number = Int(text), (1...PairColumn.largestNumber).contains(number)
        else {
            return nil
        }
        self = .number(number)
    }
}

/// Which columns hold the strands, the label, the conditions and the names.
public struct PairColumns: Sendable, Equatable {
    /// Strand A, or the single sequence.
    public var strandA = PairColumn.number(1)
    /// Strand B; nil where each record is a single sequence.
    public var strandB: PairColumn? = .number(2)
    /// The label; nil where none is wanted.
    public var label: PairColumn?
    /// The name of a single sequence; nil where it is to be found from the table.
    public var name: PairColumn?
    /// The titles of the columns of conditions, all different. A table without a header has none of them.
    public var conditions: [String] = []
    /// Whether a table without one of these columns, and input that is no table, is an error.
    public var areConditionsRequired = false
    /// Whether the columns of the strands were chosen by the user. A table in which other columns look more like
    /// strands is then read as it is.
    public var areGiven = false
    /// Advice for the message about a line with one strand only: how to ask for single sequences.
    public var singleAdvice = ""
    /// What separates the columns.
    public var delimiter = Delimiter.tab
    /// How the user chooses the delimiter, such as an option with a space behind it, for advice.
    public var delimiterChoice = ""
    /// Which lines are headers.
    public var header = HeaderRule.auto
    /// Whether a header is made for input that has none: an entry of the kind `header` before the first record.
    public var makesHeader = false
    /// The number of a column that is not read, which a made header calls label.
    public var unreadLabel: Int?

    /// Strands in columns 1 and 2, and `label`.
    public init(label: PairColumn? = nil) { self.label = label }

    /// Single sequences in `sequence` (column 1 if nil), with their names in `name`.
    public init(sequence: PairColumn?, name: PairColumn? = nil) {
        strandA = sequence ?? .number(1)
        strandB = nil
        self.name = name
        areGiven = sequence != nil
    }
}

extension PairColumns {
    /// Advice, after a colon, on a line in which the delimiter does not separate columns: what seems to do so.
    func delimiterAdvice(on line: ArraySlice<UInt8>) -> String {
        // A title may have spaces, and a text bars.
        let found = [",;\t", "|", " "].lazy.compactMap { bytes in
            line.first { $0 != delimiter.byte && bytes.utf8.contains($0) }
        }
        guard let byte = found.first else { return "" }
        if let other = Delimiter.allCases.first(where: { $0.byte == byte }), !delimiterChoice.isEmpty {
            return ": try \(delimiterChoice)\(other)"
        }
        return ": try tr '\(UnicodeScalar(byte))' '\\t'"
    }
}

/// What a byte is in an alphabet. `PairReader` tells headers from pairs by it.
public enum LetterKind: Sendable {
    /// Not a letter.
    case none
    /// A letter, or one that stands for any letter (N).
    case plain
    /// A letter that stands for some of the others (R, Y, S, ...).
    case ambiguous
}
