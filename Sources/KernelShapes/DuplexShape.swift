// DuplexShape: how the weights of a duplex classifier lie in one flat buffer. Numbers only, no loop.

/// The sizes of a duplex classifier and the offsets of its weights in one flat buffer.
///
/// Legend: H heads, K letters, R = K^order contexts of a stack, W units of a hidden layer, F features.
/// Offsets are in numbers, multiples of 16, so that every vector is aligned. Three sections follow each other:
/// *energies* (the loops see their exponentials), *network* (used as they are) and *standards* (never trained).
public struct DuplexShape: Sendable, Equatable {
    /// Heads H: 4, 8 or 16; 2 in double precision.
    public let heads: Int
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
    /// Weights of a pair of letters: start, close (after a gap), open (before a gap), end.
    public static let pairFields = 4
    /// Weights of gaps: `GapField`'s cases, padded to 8.
    public static let gapFields = 8

    /// Describes a shape; the sizes must be as documented on the properties.
    public init(
        heads: Int, letters: Int, order: Int, isAntiparallel: Bool, isSymmetric: Bool, hasSelfMaps: Bool,
        rowPositions: Int, columnPositions: Int, hidden: Int
    ) {
        precondition([2, 4, 8, 16].contains(heads) && letters >= 2 && (1...2).contains(order) && hidden % 8 == 0)
        self.heads = heads
        self.letters = letters
        self.order = order
        self.isAntiparallel = isAntiparallel
        self.isSymmetric = isSymmetric
        self.hasSelfMaps = hasSelfMaps
        self.rowPositions = rowPositions
        self.columnPositions = columnPositions
        self.hidden = hidden
    }

    /// Contexts R of a stack on one strand.
    public var contexts: Int { order == 2 ? letters * letters : letters }
    /// Whether position weights and look-ups are there.
    public var hasPositions: Bool { rowPositions > 0 }

    // Features, in this order: of the pair, of strand A, of strand B.
    /// Features of the pair: a log-sum for each head.
    public var pairFeatures: Int { heads }
    /// Features of one strand: hairpin and homodimer log-sums (where there are self maps), its length, its look-up.
    public var strandFeatures: Int {
        (hasSelfMaps ? 2 * heads : 0) + 1 + (hasPositions ? DuplexShape.lookupWidth : 0)
    }
    /// All features F.
    public var features: Int { pairFeatures + 2 * strandFeatures }

    // Energies.
    /// (K, K, 4, H): start, close, open, end of a pair of letters.
    public var pair: Int { 0 }
    /// (R, R, H): the stack of a pair on the one before.
    public var stack: Int { pair + letters * letters * DuplexShape.pairFields * heads }
    /// (8, H): extend A's gap, extend B's, from A's gap into B's, open B's relative to A's, bulge of A, of B.
    public var gaps: Int { stack + contexts * contexts * heads }
    /// (32, H): loop lengths 1, 2, ...
    public var hairpin: Int { gaps + DuplexShape.gapFields * heads }
    /// (rowPositions, 3, H): start, stack and end at a position of A.
    public var rowWeights: Int { hairpin + DuplexShape.hairpinLengths * heads }
    /// (columnPositions, H): end at a position of B.
    public var columnWeights: Int { rowWeights + rowPositions * 3 * heads }
    /// Where the energies end.
    public var energyEnd: Int { rounded(columnWeights + columnPositions * heads) }

    // Network.
    /// (rowPositions, K, 16) and (columnPositions, K, 16): the look-ups of strands A and B.
    public var rowLookup: Int { energyEnd }
    /// See `rowLookup`.
    public var columnLookup: Int { rowLookup + rowPositions * letters * DuplexShape.lookupWidth }
    /// (F, W): the first layer, a row a feature.
    public var firstWeights: Int { columnLookup + columnPositions * letters * DuplexShape.lookupWidth }
    /// (W)
    public var firstBias: Int { firstWeights + features * hidden }
    /// (W, W): the second layer, a row a unit of the first.
    public var secondWeights: Int { firstBias + hidden }
    /// (W)
    public var secondBias: Int { secondWeights + hidden * hidden }
    /// (W): the logit's weights.
    public var lastWeights: Int { secondBias + hidden }
    /// (1): the logit's bias.
    public var lastBias: Int { lastWeights + hidden }
    /// Where the trained numbers end.
    public var trainedEnd: Int { lastBias + 16 }

    // Standards.
    /// (F): the mean of each feature, subtracted.
    public var means: Int { trainedEnd }
    /// (F): what each feature is then multiplied by.
    public var scales: Int { means + rounded(features) }
    /// Length of the whole buffer.
    public var count: Int { scales + rounded(features) }

    private func rounded(_ n: Int) -> Int { (n + 15) / 16 * 16 }
}

/// The weights of gaps, in the order in which they lie.
public enum GapField: Int, Sendable, CaseIterable {
    /// Another letter of A left out.
    case extendA
    /// Another letter of B left out.
    case extendB
    /// A letter of B left out after letters of A.
    case turn
    /// Opening a gap in B, relative to one in A.
    case openB
    /// One letter of A left out between two pairs that still stack.
    case bulgeA
    /// One letter of B left out between two pairs that still stack.
    case bulgeB
}
