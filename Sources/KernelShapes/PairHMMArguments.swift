// PairHMMArguments: the arguments of the loops of pair hidden Markov models.

/// The arguments of the recurrences of one block.
public struct PairHMMArguments {
    /// The shape.
    public var shape: PairHMMShape
    /// The block's probabilities; those of emissions relative to equally frequent letters.
    public var tables: UnsafePointer<Float>
    /// Strand A in the order in which B faces it, and its letters n.
    public var a: UnsafePointer<UInt8>, rows: Int
    /// Strand B; nil for any letters; and its letters m, or the most letters.
    public var b: UnsafePointer<UInt8>?, columns: Int
    /// (m + 1): 1 where B may end after so many letters, else 0.
    public var ends: UnsafePointer<Float>
    /// (n + 2, m + 2, states, lanes): the weight of all that follows a cell in which so many letters are behind.
    public var cells: UnsafeMutablePointer<Float>
    /// (n + 2, 2): the factor of each row, and its product with those of all later rows.
    public var factors: UnsafeMutablePointer<Float>
    /// (m + 2, lanes): the same weights behind the last pair, without factors.
    public var tail: UnsafeMutablePointer<Float>

    /// The arguments; see the properties.
    public init(
        _ shape: PairHMMShape, tables: UnsafePointer<Float>, a: UnsafePointer<UInt8>, rows: Int,
        b: UnsafePointer<UInt8>?, columns: Int, ends: UnsafePointer<Float>, cells: UnsafeMutablePointer<Float>,
        factors: UnsafeMutablePointer<Float>, tail: UnsafeMutablePointer<Float>
    ) {
        (self.shape, self.tables, self.a, self.rows) = (shape, tables, a, rows)
        (self.b, self.columns, self.ends) = (b, columns, ends)
        (self.cells, self.factors, self.tail) = (cells, factors, tail)
    }
}
