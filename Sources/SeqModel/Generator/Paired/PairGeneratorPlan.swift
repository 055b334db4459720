// PairGeneratorPlan: the hyperparameters of a pair generator's training.

import Kernels

/// The hyperparameters of a pair generator's training.
public struct PairGeneratorPlan: Sendable {
    /// The kind of the network for strand B.
    public let method: PairGenerator.Method
    /// Steps that train it. An adversarial one updates the critic, then the generator.
    public var steps: Int
    /// Pairs per step.
    public var batch: Int
    /// Peak learning rate of a network that is trained by maximum likelihood.
    public var rate: Float
    /// Steps that pre-train the critic, with wrong pairs in place of generated ones.
    public var criticSteps = 0
    /// Learning rates of adversarial training. They are constant for half of the steps, then decrease linearly to 5 %.
    public var generatorRate: Float = 6e-4, criticRate: Float = 5e-4
    /// Weight of the classifier's loss, see `SubstitutionTeacher`. It is 0 for a quarter of the steps, then increases
    /// linearly to this value at half of them.
    public var teacherWeight: Float = 0.05
    /// The losses of critic and generator.
    public var loss = AdversarialLoss.relativistic
    /// Weight of the gradient penalty R1 (Mescheder et al. 2018).
    public var penalty: Float = 1
    /// Threads; the result does not depend on them.
    public var threads = 1
    /// Seed of all random numbers.
    public var seed: UInt64 = 11

    /// The default plan for data of so many `pairs`.
    public init(_ method: PairGenerator.Method, pairs: Int) {
        self.method = method
        rate = method == .aligned ? 2e-2 : 4e-3
        switch method {
        case .autoregressive: (steps, batch) = (min(max(pairs / 20, 20_000), 40_000), 64)
        case .aligned: (steps, batch) = (4_000, 64)
        case .adversarial: (steps, batch) = (4_500, 64)
        }
    }
}
