// EpochReport: what an epoch of a classifier's training came to.

/// What an epoch came to.
public struct EpochReport: Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// Mean binary cross-entropy of the epoch's pairs while training.
    public var trainingLoss: Double
    /// The same of the validation pairs, and of fresh negatives beside them where training makes some.
    public var validationLoss: Double
    /// Scores of the validation pairs against their labels.
    public var validation: ClassificationMetrics
    /// Whether it is the best so far.
    public var isBest: Bool
}
