// PairArguments: the arguments of the duplex loops: strands, weights, and the terms of the loss.

/// Strands as the loops read them: the codes of all strands in one array; strand s is `starts[s] ..< starts[s + 1]`.
/// In a list of pairs, pair p is the strands 2p (A) and 2p + 1 (B).
public struct StrandList {
    /// The codes of all strands, each below the number of letters K.
    public let codes: UnsafePointer<UInt8>
    /// The offset of each strand in `codes`, and that of the end of the last strand.
    public let starts: UnsafePointer<Int>
    /// An upper bound of the length of the strands, in letters.
    public let longest: Int

    /// A list of strands; see the properties. The memory must outlive the list.
    public init(codes: UnsafePointer<UInt8>, starts: UnsafePointer<Int>, longest: Int) {
        self.codes = codes
        self.starts = starts
        self.longest = longest
    }
}

/// The 3' ends of a duplex that count where they are bound.
public struct ThreePrimeEnds: Sendable, Equatable {
    /// The last letters of a strand that must be one helix to its end, 1 or more.
    public var length: Int
    /// Whether only the end of the first strand counts, as where the second is part of a longer one.
    public var isOfFirstOnly: Bool

    /// Ends of `length` letters.
    public init(length: Int, isOfFirstOnly: Bool = false) {
        (self.length, self.isOfFirstOnly) = (length, isOfFirstOnly)
    }
}

/// The term of one pair in the loss, a weighted binary cross-entropy.
public struct LossTerm: Sendable {
    /// The soft label, 0 to 1.
    public var target: Float
    /// The weight of the pair, 0 or more.
    public var weight: Float
    /// Seed of the dropout mask.
    public var dropoutSeed: UInt64

    /// A term of the loss; see the properties.
    public init(target: Float, weight: Float, dropoutSeed: UInt64) {
        self.target = target
        self.weight = weight
        self.dropoutSeed = dropoutSeed
    }
}

/// The weights and tables that the loops of the duplex read.
public struct DuplexNumbers<Scalar> {
    /// In the layout of `DuplexShape`: Boltzmann weights in place of the energies, then the network and
    /// standardisation.
    public let weights: UnsafePointer<Scalar>
    /// The loop tables of all blocks, computed from these weights; see `LoopTables`.
    public let tables: UnsafePointer<Scalar>

    /// `tables` holds `DuplexShape.tableCount` numbers, aligned to 64 bytes; both must outlive the value.
    public init(weights: UnsafePointer<Scalar>, tables: UnsafePointer<Scalar>) {
        (self.weights, self.tables) = (weights, tables)
    }
}

/// The conditions of pairs as the loops read them.
public struct PointList {
    /// The standardised values of the conditions, pair by pair.
    public let inputs: UnsafePointer<Float>
    /// The natural logarithm of the concentration of each strand in mol/l, for each pair; 0 where that is no condition.
    public let logConcentrations: UnsafePointer<Float>

    /// A list of points; see the properties. The memory must outlive the list.
    public init(inputs: UnsafePointer<Float>, logConcentrations: UnsafePointer<Float>) {
        (self.inputs, self.logConcentrations) = (inputs, logConcentrations)
    }
}

/// The conditions at which weights are computed.
public struct DuplexPoint: Sendable, Equatable {
    /// The standardised value of each condition.
    public var inputs: [Float]
    /// The natural logarithm of the concentration of each strand in mol/l; 0 where that is no condition.
    public var logConcentration: Float

    /// Conditions; `inputs` has as many numbers as the shape has conditions.
    public init(inputs: [Float] = [], logConcentration: Float = 0) {
        (self.inputs, self.logConcentration) = (inputs, logConcentration)
    }
}
