// DuplexConfiguration: what a duplex classifier is, apart from its weights.

import Kernels

/// What a duplex classifier is, apart from its weights.
public struct DuplexConfiguration: ClassifierProperties, Sendable, Equatable {
    /// The letters that it knows.
    public var alphabet: Alphabet
    /// Heads H: 4, 8 or 16.
    public var heads = 8
    /// How the strands face each other.
    public var orientation = Orientation.antiparallel
    /// Whether swapping the strands leaves the score as it is.
    public var isSymmetric = true
    /// Whether each strand is also laid against itself.
    public var hasSelfMaps = true
    /// Positions of A and B with weights of their own; 0 where position does not matter.
    public var rowPositions = 0, columnPositions = 0
    /// Units of each hidden layer.
    public var hidden = 64
    /// A score above it is predicted as 1.
    public var threshold: Float = 0.5
    /// The lengths of the strands it was trained on.
    public var trainedLengths = 1...1 {
        didSet {
            scoredLengths = ScoredLengths.of(trained: trainedLengths, longest: longestStrand)
        }
    }
    /// The lengths at which it holds; set with `trainedLengths`, as was measured.
    public internal(set) var scoredLengths = 1...1

    var longestStrand: Int { DuplexShape.maximumLength }

    /// A configuration with the usual sizes.
    public init(alphabet: Alphabet) { self.alphabet = alphabet }

    /// Alphabets above this many letters get stacks that know only the pair they end in: K^4 weights are too many.
    public static let largestStackedAlphabet = 6

    /// How the weights lie.
    public var shape: DuplexShape {
        DuplexShape(
            heads: heads, letters: alphabet.count,
            order: alphabet.count <= DuplexConfiguration.largestStackedAlphabet ? 2 : 1,
            isAntiparallel: orientation == .antiparallel, isSymmetric: isSymmetric, hasSelfMaps: hasSelfMaps,
            rowPositions: rowPositions, columnPositions: columnPositions, hidden: hidden)
    }
}
