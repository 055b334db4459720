// PairColumns: where in a table the strands and the label stand, and which bytes are letters.

/// A column of a table, by its number or by its name in the header.
public enum PairColumn: Sendable, Equatable {
    /// Counted from 1.
    case number(Int)
    /// As in the header.
    case name(String)

    /// The largest number: a line of `LineScanner.mostBytes` has no more columns.
    public static let largestNumber = LineScanner.mostBytes

    /// A column as it is typed: digits are a number, 1 to `largestNumber`, other text a name. Nil for other numbers, with a sign
    /// or without, and for no text at all.
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

/// Which columns hold the strands, and the label where one is wanted.
public struct PairColumns: Sendable, Equatable {
    /// Strand A, or the single sequence.
    public var strandA = PairColumn.number(1)
    /// Strand B; nil where each record is a single sequence.
    public var strandB: PairColumn? = .number(2)
    /// The label; nil where none is wanted.
    public var label: PairColumn?
    /// The name of a single sequence; nil where it is to be found.
    public var name: PairColumn?
    /// Whether the strands' columns were asked for, so that a table in which others look more like strands is taken as it
    /// is.
    public var areGiven = false
    /// What is said of a line that is one strand alone: how single sequences are asked for.
    public var singleAdvice = ""
    /// Which lines name the columns.
    public var header = HeaderRule.auto

    /// Columns 1 and 2, and `label`.
    public init(label: PairColumn? = nil) { self.label = label }

    /// Single sequences, in `sequence`, column 1 unless given, with the names in `name`.
    public init(sequence: PairColumn?, name: PairColumn? = nil) {
        strandA = sequence ?? .number(1)
        strandB = nil
        self.name = name
        areGiven = sequence != nil
    }
}

/// What a byte is to an alphabet; `PairReader` tells a header from a pair by it.
public enum LetterKind: Sendable {
    /// No letter.
    case none
    /// A letter, or one that stands for any (N).
    case plain
    /// A letter that stands for some others (R, Y, S, ...).
    case ambiguous
}
