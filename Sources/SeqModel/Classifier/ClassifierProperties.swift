// ClassifierProperties: the part of a configuration that all kinds of classifiers have.

/// The properties of a classifier whatever its kind.
protocol ClassifierProperties {
    /// The letters of its strands.
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
