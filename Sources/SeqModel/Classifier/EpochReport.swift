// EpochReport: losses and metrics of an epoch of a classifier's training.

/// Losses and metrics of an epoch.
public struct EpochReport: Sendable {
    /// The number of the epoch, counted from 1.
    public var epoch: Int
    /// Mean binary cross-entropy (nats) of the training pairs, each before the step it was used in; NaN in a report
    /// from a checkpoint.
    public var trainingLoss: Double
    /// Mean binary cross-entropy (nats) of the validation pairs and the negatives added to them; see `ValidationPairs`.
    public var validationLoss: Double
    /// Metrics of the validation pairs.
    public var validation: ClassificationMetrics
    /// Whether its validation loss is the least so far.
    public var isBest: Bool
}
