// PairArguments: what the loops of the duplex are given: weights, strands, and what the loss of a pair is made of.

/// Strands as the loops take them: codes one after the other; strand s is `starts[s] ..< starts[s + 1]`. Where they are
/// pairs, pair p is the strands 2p and 2p + 1.
public struct StrandList {
    /// See `init`.
    public let codes: UnsafePointer<UInt8>
    /// See `init`.
    public let starts: UnsafePointer<Int>
    /// See `init`.
    public let longest: Int

    /// Each code is below the number of letters; `longest` is at least the longest strand.
    public init(codes: UnsafePointer<UInt8>, starts: UnsafePointer<Int>, longest: Int) {
        self.codes = codes
        self.starts = starts
        self.longest = longest
    }
}

/// What the loss of a pair is made of.
public struct LossTerm: Sendable {
    /// The soft label, 0 to 1.
    public var target: Float
    /// How much the pair counts.
    public var weight: Float
    /// Seed of the dropout mask.
    public var dropoutSeed: UInt64

    /// A term of the loss.
    public init(target: Float, weight: Float, dropoutSeed: UInt64) {
        self.target = target
        self.weight = weight
        self.dropoutSeed = dropoutSeed
    }
}

/// What the loops of the duplex read.
public struct DuplexNumbers<Scalar> {
    /// As `DuplexShape` lays out parameters: Boltzmann weights in place of energies, the rest as it is.
    public let weights: UnsafePointer<Scalar>
    /// The loop tables of all blocks, made of these weights.
    public let tables: UnsafePointer<Scalar>

    /// `tables` holds `DuplexShape.tableCount` numbers, aligned to 64 bytes; both must outlive the value.
    public init(weights: UnsafePointer<Scalar>, tables: UnsafePointer<Scalar>) {
        (self.weights, self.tables) = (weights, tables)
    }
}
