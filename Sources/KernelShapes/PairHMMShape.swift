// PairHMMShape: the layout of the numbers of a mixture of pair hidden Markov models.

/// The sizes of a mixture of pair hidden Markov models, and the order of its numbers.
///
/// The components lie in the lanes of vectors, in blocks of 8. A vector of a block is a probability of each of its
/// components; the vectors are those of `Transition`, one for the prior, and the emissions. Emissions of two letters
/// are (K, K): given the letter of strand A, that of strand B.
public struct PairHMMShape: Sendable, Equatable {
    /// Components of a block.
    public static let lanes = 8
    /// Vectors of a cell of the recurrence: one for each state.
    public static let states = State.allCases.count

    /// Letters K of the alphabet.
    public let letters: Int
    /// Blocks of components.
    public let blocks: Int
    /// Numbers that the logits are linear in: the terms of the conditions.
    public let conditions: Int

    /// A mixture of `8 blocks` components.
    public init(letters: Int, blocks: Int, conditions: Int) {
        precondition(letters > 0 && blocks > 0 && conditions >= 0)
        (self.letters, self.blocks, self.conditions) = (letters, blocks, conditions)
    }

    /// The states of a cell, in the order of its vectors: a pair within a helix, a pair within a loop, a letter of A
    /// alone, a letter of B alone, letters of A before the first pair, letters of B before these.
    public enum State: Int, CaseIterable, Sendable {
        case match, loop, deletion, insertion, skipping, leading
    }

    /// Transitions, by the state they leave; the last is that behind the last pair, where letters of B follow. (Letters
    /// of A behind it have the probability 1.)
    public enum Transition: Int, CaseIterable, Sendable {
        case leadingStay, leadingLeave
        case skippingStay, skippingLeave
        case matchMatch, matchLoop, matchDeletion, matchInsertion, matchEnd
        case loopMatch, loopLoop, loopDeletion, loopInsertion
        case deletionMatch, deletionDeletion, deletionInsertion
        case insertionMatch, insertionInsertion
        case trailingStay, trailingLeave
    }

    /// Numbers of transitions that leave each state: their probabilities add up to 1.
    static let groups = [2, 2, 5, 4, 3, 2, 2]

    /// The vector of the prior: the logarithm of a component's weight.
    public var prior: Int { Transition.allCases.count }
    /// The first vector of the emissions of pairs in helices, (K, K).
    public var match: Int { prior + 1 }
    /// That of pairs in loops, (K, K).
    public var loop: Int { match + letters * letters }
    /// That of letters of B alone, (K).
    public var insertion: Int { loop + letters * letters }
    /// That of letters of B before the first pair, (K).
    public var leading: Int { insertion + letters }
    /// That of letters of B behind the last pair, (K).
    public var trailing: Int { leading + letters }
    /// Vectors of a block.
    public var vectors: Int { trailing + letters }
    /// Numbers of all blocks: a row of the parameters.
    public var row: Int { blocks * vectors * PairHMMShape.lanes }
    /// The vectors whose probabilities add up to 1, in order, without the prior.
    public var groups: [Range<Int>] {
        var found: [Range<Int>] = []
        func add(_ size: Int, from start: Int) { found.append(start..<start + size) }
        for size in PairHMMShape.groups { add(size, from: found.last?.upperBound ?? 0) }
        for k in 0..<2 * letters + 3 { add(letters, from: match + k * letters) }
        return found
    }

    /// Floats of the cells for strands of so many letters.
    public func cellCount(rows: Int, columns: Int) -> Int {
        (rows + 2) * (columns + 2) * PairHMMShape.states * PairHMMShape.lanes
    }

    /// The offset of a state's vector of a cell.
    public func cell(_ i: Int, _ j: Int, columns: Int) -> Int {
        (i * (columns + 2) + j) * PairHMMShape.states * PairHMMShape.lanes
    }
}
