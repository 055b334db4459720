// TrainingPlan: how a classifier is trained.

/// How a classifier is trained.
public struct TrainingPlan: Sendable {
    /// Times that all pairs are seen.
    public var epochs = 8
    /// Pairs a step.
    public var batch = 256
    /// Peak learning rate of the energies; the network's is `networkRate` times that.
    public var learningRate: Float = 0.03
    /// The network's learning rate as a share of the energies'.
    public var networkRate: Float = 0.1
    /// AdamW's decay of the network's weights, per unit of learning rate.
    public var decay: Float = 1e-4
    /// Share of hidden units left out at each step.
    public var dropout: Float = 0
    /// Fresh negatives a positive, each epoch.
    public var negatives = 0
    /// Seed of everything drawn.
    public var seed: UInt64 = 11
    /// Threads; the result does not depend on it.
    public var threads = 1

    /// The usual plan.
    public init() {}
}
