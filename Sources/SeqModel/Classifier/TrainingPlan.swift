// TrainingPlan: the hyperparameters of the training of a classifier.

/// The hyperparameters of the training of a classifier.
public struct TrainingPlan: Sendable {
    /// Passes over all pairs, at most.
    public var epochs = 8
    /// Pairs per step.
    public var batch = 256
    /// Peak learning rate; for a duplex that of the energies, and that of its network is `networkRate` times this.
    public var learningRate: Float = 0.03
    /// The learning rate of a duplex's network, relative to that of its energies.
    public var networkRate: Float = 0.1
    /// AdamW's weight decay per unit of learning rate; not applied to energies.
    public var decay: Float = 1e-4
    /// Dropout rate of the hidden units of a duplex's network, 0 to 1.
    public var dropout: Float = 0
    /// Negatives made per positive in each epoch.
    public var negatives = 0
    /// Epochs in a row without improvement after which training stops.
    public var patience = 6
    /// Seed of all random numbers.
    public var seed: UInt64 = 11
    /// Number of threads; the result does not depend on it.
    public var threads = 1

    /// The default plan.
    public init() {}
}
