// DuplexShape: the sizes of a duplex classifier and how its parameters lie in one flat buffer. Numbers only, no loop.

/// The sizes of a duplex classifier and the offsets of its parameters in one flat buffer.
///
/// Legend: H heads, K letters, R = K^order contexts of a stack, W units of a hidden layer, F features.
/// Three sections follow each other: *energies*, *network* (used as they are) and *standards* (never trained). What the
/// recurrence reads is no parameter and lies in a buffer of its own, see `LoopTables`.
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

    /// Lengths of hairpin loops with a weight of their own; longer loops share the last.
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
        contexts = order == 2 ? letters * letters : letters
        hasPositions = rowPositions > 0
        pairFeatures = heads
        strandFeatures = (hasSelfMaps ? 2 * heads : 0) + 1 + (hasPositions ? DuplexShape.lookupWidth : 0)
        features = pairFeatures + 2 * strandFeatures
        blocks = heads / self.lanes
        loopTables = LoopTables(
            lanes: self.lanes, contexts: contexts, rowPositions: rowPositions, columnPositions: columnPositions)
        _ = layOut()
    }

    /// Contexts R of a stack on one strand.
    public let contexts: Int
    /// Whether position weights and look-ups are there.
    public let hasPositions: Bool
    /// Blocks of `lanes` heads.
    public let blocks: Int
    /// How the tables of one block lie.
    public let loopTables: LoopTables
    /// Numbers of the loop tables of all blocks.
    public var tableCount: Int { blocks * loopTables.count }
    /// Numbers of a gradient: by the parameters, and behind these by the loop tables.
    public var gradientCount: Int { count + tableCount }

    // Features, in this order: of the pair, of strand A, of strand B.
    /// Features of the pair: a log-sum for each head.
    public let pairFeatures: Int
    /// Features of one strand: hairpin and homodimer log-sums (where there are self maps), its length, its look-up.
    public let strandFeatures: Int
    /// All features F.
    public let features: Int

    // Offsets of the energies, log Boltzmann weights; see `layOut`.
    /// (K, K, 2, H): `PairField`'s cases.
    public private(set) var pair = 0
    /// (R, R, H): the stack of a pair on the one before.
    public private(set) var stack = 0
    /// (4, H): `GapField`'s cases.
    public private(set) var gaps = 0
    /// (32, H): hairpin loops of 0, 1, ... letters.
    public private(set) var hairpin = 0
    /// (rowPositions, 3, H): initiation, stack and end at a position of A.
    public private(set) var rowWeights = 0
    /// (columnPositions, H): end at a position of B.
    public private(set) var columnWeights = 0
    /// Where the energies end.
    public private(set) var energyEnd = 0

    // Offsets of the network.
    /// (rowPositions, K, 16) and (columnPositions, K, 16): the look-ups of strands A and B.
    public private(set) var rowLookup = 0, columnLookup = 0
    /// (F, W): the first layer, a row a feature.
    public private(set) var firstWeights = 0
    /// (W)
    public private(set) var firstBias = 0
    /// (W, W): the second layer, a row a unit of the first.
    public private(set) var secondWeights = 0
    /// (W)
    public private(set) var secondBias = 0
    /// (W): the logit's weights.
    public private(set) var lastWeights = 0
    /// (1): the logit's bias.
    public private(set) var lastBias = 0
    /// Where the trained numbers end.
    public private(set) var trainedEnd = 0

    // Offsets of the standards.
    /// (F): the mean of each feature, subtracted.
    public private(set) var means = 0
    /// (F): what each feature is then multiplied by.
    public private(set) var scales = 0
    /// Length of the whole buffer.
    public private(set) var count = 0
}

extension DuplexShape {
    /// The tensors of the parameters, in the order in which they lie; those of no numbers are there as well.
    public var tensors: [TensorSpec] {
        var shape = self
        return shape.layOut()
    }

    /// The table of all tensors: sets the offsets. Nothing else describes the layout.
    private mutating func layOut() -> [TensorSpec] {
        let (k, h, w) = (letters, heads, hidden)
        let energy = InitialValues.normal(mean: -1, deviation: 0.3)
        let small = InitialValues.normal(mean: 0, deviation: 0.1)
        func layer(_ fanIn: Int) -> InitialValues { .normal(mean: 0, deviation: (1 / Float(fanIn)).squareRoot()) }
        var table = TensorTable()
        pair = table.add("energy.pair", [k, k, DuplexShape.pairFields, h], energy, ties: pairTies)
        stack = table.add("energy.stack", order == 2 ? [k, k, k, k, h] : [k, k, h], energy, ties: stackTies)
        gaps = table.add("energy.gaps", [DuplexShape.gapFields, h], .rows(means: [0, -1, -3], deviation: 0.1))
        hairpin = table.add("energy.hairpin", [DuplexShape.hairpinLengths, h], energy)
        rowWeights = table.add("energy.positions_a", [rowPositions, 3, h], small)
        columnWeights = table.add("energy.positions_b", [columnPositions, h], small)
        energyEnd = table.align()
        rowLookup = table.add("lookup.a", [rowPositions, k, DuplexShape.lookupWidth], small)
        columnLookup = table.add("lookup.b", [columnPositions, k, DuplexShape.lookupWidth], small)
        firstWeights = table.add("network.first.weight", [features, w], layer(features))
        firstBias = table.add("network.first.bias", [w])
        secondWeights = table.add("network.second.weight", [w, w], layer(w))
        secondBias = table.add("network.second.bias", [w])
        lastWeights = table.add("network.last.weight", [w], layer(w))
        lastBias = table.add("network.last.bias", [1])
        trainedEnd = table.align()
        means = table.add("feature.mean", [features])
        _ = table.align()
        scales = table.add("feature.scale", [features])
        count = table.align()
        return table.tensors
    }

    /// Which pairs' energies are one and the same where strands may be swapped: of (a, b) and (b, a), and of an antiparallel
    /// duplex, which is then turned round, the initiation of one and the end of the other.
    private var pairTies: [Int] {
        // Where a stack knows only its own pair, an antiparallel duplex has no weights of ends.
        guard isSymmetric, !isAntiparallel || order == 2 else { return [] }
        let fields = DuplexShape.pairFields
        return (0..<letters * letters * fields).map { row in
            let (a, b, field) = (row / fields / letters, row / fields % letters, row % fields)
            return (b * letters + a) * fields + (isAntiparallel ? fields - 1 - field : field)
        }
    }

    /// The same of stacks: the stack of (y, w) on (x, z) is that of (z, x) on (w, y) where the duplex is turned round.
    private var stackTies: [Int] {
        guard isSymmetric else { return [] }
        let turns = isAntiparallel && order == 2
        func reversed(_ context: Int) -> Int { context % letters * letters + context / letters }
        return (0..<contexts * contexts).map { place in
            let (row, column) = (place / contexts, place % contexts)
            return turns ? reversed(column) * contexts + reversed(row) : column * contexts + row
        }
    }
}

/// The weights of a pair of letters, in the order in which they lie.
public enum PairField: Int, Sendable, CaseIterable {
    /// A helix is initiated here, or goes on behind a loop.
    case start
    /// A helix ends here, or a loop begins; only where a stack knows the pair before (order 2).
    case end
}

/// The weights of loops, in the order in which they lie.
public enum GapField: Int, Sendable, CaseIterable {
    /// A loop between two helices: letters of A, of B or of both that are left out.
    case open
    /// The extension of a loop by a letter of either strand.
    case extend
    /// A bulge: one letter of A or of B left out between two pairs that still stack.
    case bulge
}
