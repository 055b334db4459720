// LoopTables: how the tables that the recurrence reads lie, in a buffer of their own.

/// The weights of one block of L = `lanes` heads in the order in which the recurrence reads them: Boltzmann weights, made of
/// the energies by `duplexWeights`. They are no parameters: nothing learns them, no file has them.
///
/// The weight of a helix end is folded into the others, as a potential of the pair that a helix has come to: initiations
/// bring that of their pair, a stack divides by the end of the pair before and multiplies by that of its own. So a cell's M
/// is weighed as if it ended there, and a loop begins as a helix ends. A stack that knows only its own pair (order 1)
/// cannot divide: there all ends weigh 1.
///
/// A loop's opening is folded into the pairs, which then weigh what they do behind a loop; where a helix is initiated,
/// `gaps` takes it out again. So the recurrence multiplies by it nowhere.
///
/// Offsets are in numbers from the start of the block's tables; the blocks lie one behind the other.
public struct LoopTables: Sendable, Equatable {
    /// (R, R, 3, L): for two contexts the pair of their last letters, its stack on the pair before, and the same where a
    /// letter of either strand is left out in it.
    public let stack = 0
    /// (2, L): the extension of a loop by a letter; the initiation of a helix relative to the close of a loop.
    public let gaps: Int
    /// (32, L): hairpin loops of 0, 1, ... letters.
    public let hairpin: Int
    /// (rowPositions, 3, L): initiation, stack and end at a position of A.
    public let rowWeights: Int
    /// (columnPositions, L): end at a position of B.
    public let columnWeights: Int
    /// Numbers of all tables of a block.
    public let count: Int

    /// Vectors of two contexts: pair, stack and bulge.
    public static let fields = 3
    /// Weights of loops that the recurrence reads.
    public static let gapFields = 2
    /// The extension of a loop by a letter weighs this at most, so that no loop outgrows the helices before it, however
    /// long.
    public static let largestExtension = 1.0

    init(lanes: Int, contexts: Int, rowPositions: Int, columnPositions: Int) {
        gaps = contexts * contexts * LoopTables.fields * lanes
        hairpin = gaps + LoopTables.gapFields * lanes
        rowWeights = hairpin + DuplexShape.hairpinLengths * lanes
        columnWeights = rowWeights + rowPositions * 3 * lanes
        count = (columnWeights + columnPositions * lanes + 15) / 16 * 16
    }
}
