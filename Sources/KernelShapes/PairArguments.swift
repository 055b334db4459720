// PairArguments: what the loops are told of the pairs they work on.

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
