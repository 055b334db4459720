// DuplexShape: how the weights of a duplex classifier lie in one flat buffer. Numbers only, no loop.

/// The sizes of a duplex classifier and the offsets of its weights in one flat buffer.
///
/// Legend: H heads, K letters, R = K^order contexts of a stack, W units of a hidden layer, F features.
/// Offsets are in numbers, multiples of 16, so that every vector is aligned. Four sections follow each other:
/// *energies*, *network* (used as they are), *standards* (never trained) and *loop tables*, made from the energies in
/// the form that the recurrence reads (see `LoopTables`); a buffer of parameters has nothing there.
public struct DuplexShape: Sendable, Equatable {
    /// Heads H: 4, 8 or 16; any even number in double precision.
    public let heads: Int
    /// Heads that the recurrence takes at a time, the lanes of its vectors: 8, or all where there are fewer; 2 in double
    /// precision.
    public let lanes: Int
    /// Letters K of the alphabet.
    public let letters: Int
    /// 2: a stack knows both letters of each strand (K^4 weights a head); 1: only the pair it ends in (K^2).
    public let order: Int
    /// Whether strand B faces strand A end to end (B is read from its 3' end) or side by side (as written).
    public let isAntiparallel: Bool
    /// Whether swapping the strands leaves the score as it is.
    public let isSymmetric: Bool
    /// Whether each strand is also laid against itself, for the structures that compete with the duplex.
    public let hasSelfMaps: Bool
    /// Positions with weights of their own in A and B; 0 where position does not matter.
    public let rowPositions: Int, columnPositions: Int
    /// Units W of each of the two hidden layers, a multiple of 8.
    public let hidden: Int

    /// Loop lengths with a hairpin weight of their own; longer loops share the last.
    public static let hairpinLengths = 32
    /// The longest strand that the loops take.
    public static let maximumLength = 512
    /// Width of the look-up of position and letter, where there are position weights.
    public static let lookupWidth = 16
    /// Weights of a pair of letters: `PairField`'s cases.
    public static let pairFields = PairField.allCases.count
    /// Weights of loops: `GapField`'s cases, padded to 4.
    public static let gapFields = 4

    /// Describes a shape; the sizes must be as documented on the properties.
    public init(
        heads: Int, lanes: Int? = nil, letters: Int, order: Int, isAntiparallel: Bool, isSymmetric: Bool,
        hasSelfMaps: Bool, rowPositions: Int, columnPositions: Int, hidden: Int
    ) {
        precondition([2, 4, 8, 16].contains(heads) && letters >= 2 && (1...2).contains(order) && hidden % 8 == 0)
        self.heads = heads
        self.lanes = lanes ?? Swift.min(heads, 8)
        precondition([2, 4, 8].contains(self.lanes) && heads % self.lanes == 0)
        self.letters = letters
        self.order = order
        self.isAntiparallel = isAntiparallel
        self.isSymmetric = isSymmetric
        self.hasSelfMaps = hasSelfMaps
        self.rowPositions = rowPositions
        self.columnPositions = columnPositions
        self.hidden = hidden
        func rounded(_ n: Int) -> Int { (n + 15) / 16 * 16 }

        contexts = order == 2 ? letters * letters : letters
        hasPositions = rowPositions > 0
        let lookup = rowPositions > 0 ? DuplexShape.lookupWidth : 0
        pairFeatures = heads
        strandFeatures = (hasSelfMaps ? 2 * heads : 0) + 1 + lookup
        features = pairFeatures + 2 * strandFeatures

        pair = 0
        stack = pair + letters * letters * DuplexShape.pairFields * heads
        gaps = stack + contexts * contexts * heads
        hairpin = gaps + DuplexShape.gapFields * heads
        rowWeights = hairpin + DuplexShape.hairpinLengths * heads
        columnWeights = rowWeights + rowPositions * 3 * heads
        energyEnd = rounded(columnWeights + columnPositions * heads)

        rowLookup = energyEnd
        columnLookup = rowLookup + rowPositions * letters * DuplexShape.lookupWidth
        firstWeights = columnLookup + columnPositions * letters * DuplexShape.lookupWidth
        firstBias = firstWeights + features * hidden
        secondWeights = firstBias + hidden
        secondBias = secondWeights + hidden * hidden
        lastWeights = secondBias + hidden
        lastBias = lastWeights + hidden
        trainedEnd = lastBias + 16

        means = trainedEnd
        scales = means + rounded(features)
        loops = scales + rounded(features)
        blocks = heads / self.lanes
        loopTables = LoopTables(
            lanes: self.lanes, contexts: contexts, rowPositions: rowPositions, columnPositions: columnPositions)
        count = loops + blocks * loopTables.count
    }

    /// Contexts R of a stack on one strand.
    public let contexts: Int
    /// Whether position weights and look-ups are there.
    public let hasPositions: Bool

    // Features, in this order: of the pair, of strand A, of strand B.
    /// Features of the pair: a log-sum for each head.
    public let pairFeatures: Int
    /// Features of one strand: hairpin and homodimer log-sums (where there are self maps), its length, its look-up.
    public let strandFeatures: Int
    /// All features F.
    public let features: Int

    // Energies.
    /// (K, K, 2, H): `PairField`'s cases.
    public let pair: Int
    /// (R, R, H): the stack of a pair on the one before.
    public let stack: Int
    /// (4, H): `GapField`'s cases.
    public let gaps: Int
    /// (32, H): loop lengths 1, 2, ...
    public let hairpin: Int
    /// (rowPositions, 3, H): start, stack and end at a position of A.
    public let rowWeights: Int
    /// (columnPositions, H): end at a position of B.
    public let columnWeights: Int
    /// Where the energies end.
    public let energyEnd: Int

    // Network.
    /// (rowPositions, K, 16) and (columnPositions, K, 16): the look-ups of strands A and B.
    public let rowLookup: Int
    /// See `rowLookup`.
    public let columnLookup: Int
    /// (F, W): the first layer, a row a feature.
    public let firstWeights: Int
    /// (W)
    public let firstBias: Int
    /// (W, W): the second layer, a row a unit of the first.
    public let secondWeights: Int
    /// (W)
    public let secondBias: Int
    /// (W): the logit's weights.
    public let lastWeights: Int
    /// (1): the logit's bias.
    public let lastBias: Int
    /// Where the trained numbers end.
    public let trainedEnd: Int

    // Standards.
    /// (F): the mean of each feature, subtracted.
    public let means: Int
    /// (F): what each feature is then multiplied by.
    public let scales: Int
    /// The loop tables: one after the other for each block of `lanes` heads.
    public let loops: Int
    /// Blocks of heads.
    public let blocks: Int
    /// How the tables of one block lie.
    public let loopTables: LoopTables
    /// Length of the whole buffer.
    public let count: Int
}

/// The weights of one block of L = `lanes` heads in the order in which the recurrence reads them: exponentials of the
/// energies.
///
/// The weight of an end is folded into the others, as a potential of the pair that a stretch has come to: starts bring that
/// of their pair, a stack divides by the end of the pair before and multiplies by that of its own. So a cell's M is weighed
/// as if it ended there, and a loop begins as a stretch ends. A stack that knows only its own pair (order 1) cannot divide:
/// there all ends weigh 1.
///
/// A loop's opening is folded into the pairs, which then weigh what they do behind a loop; where a stretch starts, `start`
/// takes it out again. So the recurrence multiplies by it nowhere.
///
/// Offsets are in numbers from the start of the block's tables.
public struct LoopTables: Sendable, Equatable {
    /// (R, R, 3, L): for two contexts the pair of their last letters, its stack on the pair before, and the same where a
    /// letter of either strand is left out in it.
    public let stack = 0
    /// (2, L): a letter more in a loop; the start of a stretch relative to the close of a loop.
    public let gaps: Int
    /// (32, L): loop lengths 1, 2, ...
    public let hairpin: Int
    /// (rowPositions, 3, L): start, stack and end at a position of A.
    public let rowWeights: Int
    /// (columnPositions, L): end at a position of B.
    public let columnWeights: Int
    /// Numbers of all tables of a block.
    public let count: Int

    /// Vectors of two contexts: pair, stack and bulge.
    public static let fields = 3
    /// Weights of loops that the recurrence reads.
    public static let gapFields = 2
    /// A letter more in a loop weighs this at most: so that no loop outgrows the stretches before it, however long.
    public static let largestExtension = 1.0

    init(lanes: Int, contexts: Int, rowPositions: Int, columnPositions: Int) {
        gaps = contexts * contexts * LoopTables.fields * lanes
        hairpin = gaps + LoopTables.gapFields * lanes
        rowWeights = hairpin + DuplexShape.hairpinLengths * lanes
        columnWeights = rowWeights + rowPositions * 3 * lanes
        count = (columnWeights + columnPositions * lanes + 15) / 16 * 16
    }
}

/// The weights of a pair of letters, in the order in which they lie.
public enum PairField: Int, Sendable, CaseIterable {
    /// A stretch starts here, or goes on behind a loop.
    case start
    /// A stretch ends here, or a loop begins; only where a stack knows the pair before (order 2).
    case end
}

/// The weights of loops, in the order in which they lie.
public enum GapField: Int, Sendable, CaseIterable {
    /// A loop between two stretches: letters of A, of B or of both that are left out.
    case open
    /// A letter more in it, of either strand.
    case extend
    /// One letter of A or of B left out between two pairs that still stack.
    case bulge
}
