// DuplexStructure: the paired letters, bulges, interior loops and overhangs of an alignment.

/// How many letters of an aligned pair are in each element of its structure.
///
/// Between two columns that pair, a run of letters that do not is a bulge where all are of one strand, and an interior
/// loop where both strands have some; a mismatch is an interior loop of one letter each.
public struct DuplexStructure: Sendable, Equatable {
    /// Columns whose letters pair.
    public private(set) var pairedLetters = 0
    /// Letters of both strands in bulges, and in interior loops.
    public private(set) var bulgedLetters = 0, loopLetters = 0
    /// Letters of both strands before the first column that pairs and after the last one; all, where none pairs.
    public private(set) var endLetters = 0
    /// Whether letters pair, and at one end or both a letter does not.
    public var hasOverhang: Bool { pairedLetters > 0 && endLetters > 0 }
    /// Whether every letter of both strands is paired.
    public var isExact: Bool { pairedLetters > 0 && bulgedLetters + loopLetters + endLetters == 0 }

    /// Counts the letters of `alignment`.
    public init(_ alignment: DuplexAlignment) {
        // Letters since the last column that pairs.
        var (a, b) = (0, 0)
        for column in alignment.columns {
            if !column.isPair {
                if column.a != nil { a += 1 }
                if column.b != nil { b += 1 }
                continue
            }
            if pairedLetters == 0 {
                endLetters += a + b
            } else if a > 0, b > 0 {
                loopLetters += a + b
            } else {
                bulgedLetters += a + b
            }
            pairedLetters += 1
            (a, b) = (0, 0)
        }
        endLetters += a + b
    }
}
