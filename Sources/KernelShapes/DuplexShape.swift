// DuplexShape: the sizes of a duplex classifier and the layout of its parameters in one flat buffer.

/// The sizes of a duplex classifier and the offsets of its parameters in one flat buffer.
///
/// Legend: H heads, K letters, R = K^order contexts of a stack, W units of a hidden layer, F features.
/// The buffer has three sections: *energies*, *network* and *standardisation* (means and scales of the features, not
/// trained). Energies are log Boltzmann weights, -dG/kT: the higher, the more stable. The tables that the recurrence
/// reads are no parameters and have a buffer of their own, see `LoopTables`.
///
/// A shape with C conditions has a fourth section: for each condition a copy of the energies, what a unit of it adds to
/// them, and what it adds to the first layer. The loops see none of that: at given conditions `duplexWeights` folds it
/// into the energies and biases that a shape without conditions has.
public struct DuplexShape: Sendable, Equatable {
    /// Heads H: 4, 8 or 16; also 2 in double precision.
    public let heads: Int
    /// Heads that the recurrence computes at once, the lanes of its vectors: 8, or all where there are fewer; 2 in
    /// double precision.
    public let lanes: Int
    /// Letters K of the alphabet.
    public let letters: Int
    /// 2: the energy of a stack depends on two neighbouring pairs (K^4 weights a head); 1: on its second pair alone
    /// (K^2).
    public let order: Int
    /// Whether the strands of a duplex are antiparallel: B is read from its 3' end. Otherwise B is read as written.
    public let isAntiparallel: Bool
    /// Whether the score is the same when the strands are swapped.
    public let isSymmetric: Bool
    /// Whether each strand is also paired with itself, for hairpins and homodimers, which compete with the duplex.
    public let hasSelfMaps: Bool
    /// Whether self maps have bulges, as the map of both strands has.
    public let hasSelfBulges: Bool
    /// Positions in A and B with weights of their own, later ones share the last; 0 where the position does not matter.
    public let rowPositions: Int, columnPositions: Int
    /// Units W of each of the two hidden layers, a multiple of 8.
    public let hidden: Int
    /// What turns the log partition functions into a logit.
    public let head: DuplexHead
    /// Conditions C on which energies and network depend.
    public let conditions: Int
    /// The condition, from 0, that is the concentration of the strands, on which energies do not depend; nil if there
    /// is none.
    public let concentration: Int?
    /// A bound of the duplex's constant; nil: none. See `canHaveBound`.
    public let bound: DuplexBound?

    /// Hairpin loop lengths with a weight of their own: 0 to 31 unpaired letters; longer loops share the last.
    public static let hairpinLengths = 32
    /// The longest strand that the loops accept, in letters.
    public static let maximumLength = 512
    /// Features in the look-up of position and letter, where there are position weights.
    public static let lookupWidth = 16
    /// Energies of a pair of letters: the number of `PairField`'s cases.
    public static let pairFields = PairField.allCases.count
    /// Energies of loops: the number of `GapField`'s cases, padded to 4.
    public static let gapFields = 4

    /// A shape. The sizes must be as documented on the properties; `lanes` defaults to the smaller of `heads` and 8.
    public init(
        heads: Int, lanes: Int? = nil, letters: Int, order: Int, isAntiparallel: Bool, isSymmetric: Bool,
        hasSelfMaps: Bool, hasSelfBulges: Bool = true, rowPositions: Int, columnPositions: Int, hidden: Int,
        head: DuplexHead = .network, conditions: Int = 0, concentration: Int? = nil, bound: DuplexBound? = nil
    ) {
        precondition([2, 4, 8, 16].contains(heads) && letters >= 2 && (1...2).contains(order) && hidden % 8 == 0)
        self.heads = heads
        self.lanes = lanes ?? Swift.min(heads, 8)
        precondition([2, 4, 8].contains(self.lanes) && heads % self.lanes == 0)
        self.letters = letters
        self.order = order
        self.isAntiparallel = isAntiparallel
        self.isSymmetric = isSymmetric
        (self.hasSelfMaps, self.hasSelfBulges) = (hasSelfMaps, hasSelfBulges)
        self.rowPositions = rowPositions
        self.columnPositions = columnPositions
        self.hidden = hidden
        precondition(conditions >= 0 && concentration.map { (0..<conditions).contains($0) } ?? true)
        (self.head, self.conditions, self.concentration) = (head, conditions, concentration)
        self.bound = bound
        contexts = order == 2 ? letters * letters : letters
        hasPositions = rowPositions > 0
        pairFeatures = heads
        strandFeatures = (hasSelfMaps ? 2 * heads : 0) + 1 + (hasPositions ? DuplexShape.lookupWidth : 0)
        features = pairFeatures + 2 * strandFeatures
        blocks = heads / self.lanes
        loopTables = LoopTables(
            lanes: self.lanes, contexts: contexts, rowPositions: rowPositions, columnPositions: columnPositions)
        _ = layOut()
        precondition(bound.map { (0..<heads).contains($0.head) && canHaveBound } ?? true)
    }

    /// Contexts R of a stack on one strand: K^order.
    public let contexts: Int
    /// Whether there are position weights and look-ups.
    public let hasPositions: Bool
    /// Whether it may have a bound: the score is that of the equilibrium, energies do not depend on the position, and
    /// swapping the strands leaves the partition function of a duplex unchanged wherever it leaves the score unchanged.
    public var canHaveBound: Bool {
        head == .equilibrium && !hasPositions && !(isSymmetric && isAntiparallel && order == 1)
    }
    /// Blocks of `lanes` heads.
    public let blocks: Int
    /// The layout of the tables of one block.
    public let loopTables: LoopTables
    /// Length of the loop tables of all blocks.
    public var tableCount: Int { blocks * loopTables.count }
    /// Length of a gradient: with respect to the parameters, followed by that with respect to the loop tables.
    public var gradientCount: Int { count + tableCount }

    // Features, in this order: those of the pair, of strand A, of strand B.
    /// Features of the pair: the log partition function of the duplex for each head.
    public let pairFeatures: Int
    /// Features of one strand: log partition functions of hairpins and homodimers for each head (where there are self
    /// maps), its length, its look-up (where there are position weights).
    public let strandFeatures: Int
    /// All features F.
    public let features: Int

    // Offsets of the energies; see `layOut`.
    /// (K, K, 2, H): energies of a pair, as in `PairField`.
    public private(set) var pair = 0
    /// (R, R, H): stacking energies of a pair on the pair before it.
    public private(set) var stack = 0
    /// (4, H): energies of loops, as in `GapField`.
    public private(set) var gaps = 0
    /// (32, H): energies of hairpin loops of 0, 1, ... unpaired letters.
    public private(set) var hairpin = 0
    /// (rowPositions, 3, H): what a position of A adds to initiations, stacks and helix ends.
    public private(set) var rowWeights = 0
    /// (columnPositions, H): what a position of B adds to helix ends.
    public private(set) var columnWeights = 0
    /// (3, H), with the equilibrium head: what is added to the log partition functions of the duplex, of the folded
    /// strand and of the homodimer before the heads are summed, see `EquilibriumField`; else the end of the energies.
    public private(set) var equilibrium = 0
    /// The end of the energies.
    public private(set) var energyEnd = 0

    // Offsets of the network.
    /// (rowPositions, K, 16) and (columnPositions, K, 16): the look-ups of strands A and B.
    public private(set) var rowLookup = 0, columnLookup = 0
    /// (F, W): weights of the first layer, a row for each feature.
    public private(set) var firstWeights = 0
    /// (W): biases of the first layer.
    public private(set) var firstBias = 0
    /// (W, W): weights of the second layer, a row for each unit of the first.
    public private(set) var secondWeights = 0
    /// (W): biases of the second layer.
    public private(set) var secondBias = 0
    /// (W): weights of the logit.
    public private(set) var lastWeights = 0
    /// (1): bias of the logit.
    public private(set) var lastBias = 0
    /// The end of the trained parameters.
    public private(set) var trainedEnd = 0

    // Offsets of the standardisation.
    /// (F): the mean of each feature, which is subtracted from it.
    public private(set) var means = 0
    /// (F): the factor that each feature is then multiplied by.
    public private(set) var scales = 0
    /// (1), with the equilibrium head: the natural logarithm of the concentration of each strand in mol/l, where that
    /// is a condition; else 0.
    public private(set) var logConcentration = 0
    /// The end of what the loops read.
    public private(set) var readEnd = 0

    // Offsets of what conditions add.
    /// For each condition but the concentration, in order: as many numbers as there are energies, in their layout.
    public private(set) var conditionEnergies = 0
    /// (C, W): weights of the conditions in the first layer.
    public private(set) var conditionInputs = 0
    /// Length of the whole buffer.
    public private(set) var count = 0
}

extension DuplexShape {
    /// The tensors of the parameters in buffer order, empty ones included.
    public var tensors: [TensorSpec] {
        var shape = self
        return shape.layOut()
    }

    /// Sets the offsets and returns the table of all tensors. This is the only description of the layout.
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
        equilibrium = table.end
        if head == .equilibrium { _ = table.add("energy.equilibrium", [EquilibriumField.allCases.count, h]) }
        energyEnd = table.align()
        if head == .network { equilibrium = energyEnd }
        let energies = table.tensors
        rowLookup = table.add("lookup.a", [rowPositions, k, DuplexShape.lookupWidth], small)
        columnLookup = table.add("lookup.b", [columnPositions, k, DuplexShape.lookupWidth], small)
        firstWeights = table.add("network.first.weight", [features, w], layer(features))
        firstBias = table.add("network.first.bias", [w])
        secondWeights = table.add("network.second.weight", [w, w], layer(w))
        secondBias = table.add("network.second.bias", [w])
        // At first the network corrects nothing much.
        lastWeights = table.add("network.last.weight", [w], layer(head == .equilibrium ? 100 * w : w))
        lastBias = table.add("network.last.bias", [1])
        trainedEnd = table.align()
        means = table.add("feature.mean", [features])
        _ = table.align()
        scales = table.add("feature.scale", [features])
        logConcentration = table.align()
        if head == .equilibrium { _ = table.add("feature.log_concentration", [1]) }
        readEnd = table.align()
        conditionEnergies = readEnd
        for condition in 0..<conditions where condition != concentration {
            for tensor in energies {
                _ = table.add("condition.\(condition + 1).\(tensor.name)", tensor.shape, ties: tensor.ties)
            }
            _ = table.align()
        }
        conditionInputs = table.end
        if conditions > 0 { _ = table.add("network.first.conditions", [conditions, w]) }
        count = table.align()
        return table.tensors
    }

    /// The energies of pairs that are equal where strands may be swapped: those of (a, b) and (b, a). A swap reverses
    /// an antiparallel duplex, so that there the initiation of one is tied to the end of the other.
    private var pairTies: [Int] {
        // With order 1 an antiparallel duplex has no energies of ends, and initiations are not tied.
        guard isSymmetric, !isAntiparallel || order == 2 else { return [] }
        let fields = DuplexShape.pairFields
        return (0..<letters * letters * fields).map { row in
            let (a, b, field) = (row / fields / letters, row / fields % letters, row % fields)
            return (b * letters + a) * fields + (isAntiparallel ? fields - 1 - field : field)
        }
    }

    /// The same for stacks. Where a swap reverses the duplex, the stack of (y, w) on (x, z) is that of (z, x) on (w,
    /// y).
    private var stackTies: [Int] {
        guard isSymmetric else { return [] }
        let reverses = isAntiparallel && order == 2
        func reversed(_ context: Int) -> Int { context % letters * letters + context / letters }
        return (0..<contexts * contexts).map { place in
            let (row, column) = (place / contexts, place % contexts)
            return reverses ? reversed(column) * contexts + reversed(row) : column * contexts + row
        }
    }
}

/// What turns the log partition functions of a pair into its logit.
public enum DuplexHead: String, Sendable, CaseIterable {
    /// A network of two hidden layers.
    case network
    /// The equilibrium of duplex, homodimers and folded strands by mass balance; the network corrects the logarithm of
    /// the duplex's equilibrium constant.
    case equilibrium
}

/// What the equilibrium head adds to log partition functions, in buffer order.
public enum EquilibriumField: Int, Sendable, CaseIterable {
    /// The duplex of A and B.
    case duplex
    /// A strand folded on itself, or unfolded.
    case fold
    /// A homodimer.
    case homodimer
}

/// The energies of a pair of letters, log Boltzmann weights (-dG/kT), in buffer order.
public enum PairField: Int, Sendable, CaseIterable {
    /// Helix initiation: the pair is the first of the structure, or the first after a loop.
    case start
    /// Helix end: the pair is the last of the structure, or the last before a loop; used with order 2 only.
    case end
}

/// The energies of internal loops and bulges, log Boltzmann weights (-dG/kT), in buffer order.
public enum GapField: Int, Sendable, CaseIterable {
    /// Loop opening: a loop of one unpaired letter between two helices. The letters may be of A, of B or of both.
    case open
    /// Loop extension by one unpaired letter of either strand.
    case extend
    /// A bulge: one unpaired letter of A or of B between two pairs that still stack.
    case bulge
}
