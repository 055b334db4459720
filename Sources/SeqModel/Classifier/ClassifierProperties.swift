// ClassifierProperties: what every kind of classifier is described by, apart from its weights and its net.

/// The part of a classifier's configuration that all kinds have.
protocol ClassifierProperties {
    /// The letters that it knows.
    var alphabet: Alphabet { get }
    /// How the strands face each other.
    var orientation: Orientation { get set }
    /// Whether the strands of a pair may be swapped.
    var isSymmetric: Bool { get set }
    /// A score (0 to 1) above it is predicted as 1.
    var threshold: Float { get set }
    /// The lengths, in letters, of the strands it was trained on.
    var trainedLengths: ClosedRange<Int> { get set }
    /// The lengths, in letters, at which its scores hold, as measured; they contain `trainedLengths`.
    var scoredLengths: ClosedRange<Int> { get set }
    /// The longest strand that it takes, in letters.
    var longestStrand: Int { get }
}
