// LoopTables: the layout of the tables that the recurrence reads, which have a buffer of their own.

/// The Boltzmann weights of one block of L = `lanes` heads in the order in which the recurrence reads them. They are
/// computed from the energies by `duplexWeights`; they are not learned and not stored in model files.
///
/// The weight of a helix end is folded into the other weights, as a potential of the current pair of a helix: an
/// initiation includes the end weight of its pair; a stack is multiplied by the end weight of its own pair and divided
/// by that of the pair before. M of a cell is then the weight of structures that end in that cell, and a loop opens
/// without a further factor. With order 1 a stack does not know the pair before and cannot divide: all end weights
/// are 1.
///
/// The weight of opening a loop is folded into the pairs, which then have the weight of a pair after a loop; for a
/// helix that is initiated without a loop, `gaps` divides it out again. The recurrence needs no multiplication by it.
///
/// Offsets count numbers from the start of the block's tables; the blocks follow each other.
public struct LoopTables: Sendable, Equatable {
    /// (R, R, 3, L): for a context on each strand, the pair of their last letters, its stack on the pair before, and
    /// that stack over a bulge of one letter.
    public let stack = 0
    /// (2, L): loop extension by one letter; helix initiation relative to the first pair after a loop.
    public let gaps: Int
    /// (32, L): hairpin loops of 0, 1, ... unpaired letters.
    public let hairpin: Int
    /// (rowPositions, 3, L): factors of initiations, stacks and helix ends at a position of A.
    public let rowWeights: Int
    /// (columnPositions, L): factors of helix ends at a position of B.
    public let columnWeights: Int
    /// Length of the tables of a block, in numbers: a multiple of 16.
    public let count: Int

    /// Vectors for each two contexts: pair, stack and bulge.
    public static let fields = 3
    /// Vectors of `gaps`.
    public static let gapFields = 2
    /// Upper bound of the weight of loop extension. With a larger weight the sums would grow exponentially with the
    /// length of the loop.
    public static let largestExtension = 1.0

    init(lanes: Int, contexts: Int, rowPositions: Int, columnPositions: Int) {
        gaps = contexts * contexts * LoopTables.fields * lanes
        hairpin = gaps + LoopTables.gapFields * lanes
        rowWeights = hairpin + DuplexShape.hairpinLengths * lanes
        columnWeights = rowWeights + rowPositions * 3 * lanes
        count = (columnWeights + columnPositions * lanes + 15) / 16 * 16
    }
}
