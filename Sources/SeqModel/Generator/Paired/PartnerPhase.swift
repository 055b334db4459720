// PartnerPhase: the second phase of a pair generator's training, which differs by the kind of strand B's network.

import Kernels

/// The training of the network for strand B, as `PairGeneratorTrainer` runs it.
protocol PartnerPhase {
    /// Steps done.
    var step: Int { get }
    /// Whether all steps are done, or nothing is gained by more.
    var isDone: Bool { get }
    /// The last good state, to save.
    var state: PairGeneratorTrainer.State { get }

    /// Restores the checkpoint `start`. Throws `foreignCheckpoint` if it does not fit these data and this plan.
    mutating func resume(_ start: TrainingCheckpoint) throws(GeneratorFailure)

    /// Runs one step. `timeUsed` is the part of the time for this phase that has passed (0 to 1).
    mutating func runStep(timeUsed: Double)

    /// Evaluates samples and reports it. Returns whether `state` is that of this step.
    mutating func evaluate(_ report: (PairGeneratorTrainer.Event) throws -> Void) throws -> Bool

    /// The best generator. Throws `noTime` without one, and `learnedNothing` if it is no better than chance.
    func outcome() throws(GeneratorFailure) -> PairGeneratorTrainer.Outcome
}
