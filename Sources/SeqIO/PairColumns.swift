// PairColumns: where in a table the strands and the label stand, and which bytes are letters.

/// A column of a table, by its number or by its name in the header.
public enum PairColumn: Sendable, Equatable {
    /// Counted from 1.
    case number(Int)
    /// As in the header.
    case name(String)
}

/// Which columns hold the strands, and the label where one is wanted.
public struct PairColumns: Sendable, Equatable {
    /// Strand A.
    public var strandA = PairColumn.number(1)
    /// Strand B; nil where each record is a single sequence.
    public var strandB: PairColumn? = .number(2)
    /// The label; nil where none is wanted.
    public var label: PairColumn?

    /// Columns 1 and 2, and `label`.
    public init(label: PairColumn? = nil) { self.label = label }
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
