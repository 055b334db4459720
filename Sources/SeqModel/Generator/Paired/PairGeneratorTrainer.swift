// PairGeneratorTrainer: trains a paired generator in two phases, with evaluations, restarts and checkpoints.

import Kernels

/// A reason why a training gives no generator.
public enum GeneratorFailure: Error {
    /// The checkpoint does not fit these data and this plan.
    case foreignCheckpoint
    /// The mean of a loss up to this step is not finite.
    case lossNotFinite(step: Int)
    /// The samples collapsed this many times; the statistics are those of the last samples.
    case collapsed(times: Int, SampleFigures)
    /// The classifier accepts the samples no more often than strands of the data paired at random, whose statistics are
    /// `chance`.
    case learnedNothing(SampleFigures, chance: SampleFigures)
    /// The training was stopped before the first evaluation of samples.
    case noTime
}

/// Trains a paired generator: first the network for strand A by maximum likelihood (`StrandTrainer`), then the network
/// for strand B given A against a critic (`PartnerTrainer`).
///
/// Samples are evaluated every 250 steps of the second phase. If they have collapsed, the last good state is restored
/// and training continues with another seed. If the classifier accepts too few of them, the weight of its loss is
/// raised. The result is the generator with the best samples in the last third of the steps.
public final class PairGeneratorTrainer {
    /// The hyperparameters.
    public let plan: PairGeneratorPlan
    private let classifier: PairClassifier
    private let data: GeneratorData
    /// Made where the first phase is run: it begins with an evaluation.
    private lazy var strands = StrandTrainer(data.strandNet, data.pairs, chosen: data.chosen, plan: plan)

    /// Steps of the second phase between two evaluations of samples.
    private static let interval = 250
    /// The maximum number of restarts after a collapse.
    private static let mostRestarts = 3

    /// A phase of the training.
    public enum Phase: Sendable {
        /// Training of strand A's network: at most `PairGeneratorTrainer.strandSteps` steps.
        case strands
        /// Adversarial training of strand B's network: the plan's steps.
        case pairs
    }

    /// The maximum number of steps of the first phase.
    public static let strandSteps = StrandTrainer.mostSteps

    /// An event of the second phase, to report.
    public enum Event: Sendable {
        /// The second phase begins; `real` are the statistics of the data.
        case began(real: SampleFigures)
        /// Samples were evaluated after this step; the step figures are means since the last evaluation.
        case evaluated(step: Int, StepFigures, SampleFigures)
        /// The samples had collapsed at step `from`; the state of step `to` was restored.
        case restarted(from: Int, to: Int, SampleFigures)
    }

    /// A state of the training, to save: counters and buffers of a `TrainingCheckpoint`, and the best generator so far.
    public struct State: Sendable {
        /// Counters by name.
        public let numbers: [String: Int]
        /// Weights and Adam's moments.
        public let buffers: [[Float]]
        /// The best generator so far; nil until the last third of the second phase.
        public let generator: PairGenerator?
    }

    /// The result of the training.
    public struct Outcome: Sendable {
        /// The generator, with its rejection sampler fitted to the data.
        public let generator: PairGenerator
        /// The statistics of its samples without rejection.
        public let figures: SampleFigures
        /// The step of the second phase whose generator was chosen.
        public let step: Int
    }

    /// Prepares a training on `pairs`; targets above the classifier's threshold are label 1.
    public init(_ classifier: PairClassifier, _ pairs: LabelledPairs, plan: PairGeneratorPlan) {
        (self.classifier, self.plan) = (classifier, plan)
        data = GeneratorData(classifier, pairs, seed: plan.seed)
    }

    /// Trains to the end of the plan, or until `shouldStop` returns true; it is called before each step.
    ///
    /// `start` is a checkpoint of either phase of an earlier run. `afterStep` is called with the phase and the number
    /// of its steps done, `report` with each event, `save` with the state after each evaluation that found no collapse.
    /// Throws `GeneratorFailure`, and the errors of the closures.
    public func run(
        from start: TrainingCheckpoint? = nil, shouldStop: () throws -> Bool = { false },
        afterStep: (Phase, Int) -> Void = { _, _ in }, report: (Event) throws -> Void = { _ in },
        save: (State) throws -> Void = { _ in }
    ) throws -> Outcome {
        let weights = try learnStrands(from: start, shouldStop: shouldStop, afterStep: afterStep, save: save)
        var phase = AdversarialPhase(classifier, data, strands: weights, plan)
        if let start, start.numbers["step"] != nil { try phase.resume(start) }
        try report(.began(real: phase.survey.real))
        while phase.trainer.step < plan.steps, try !shouldStop() {
            phase.trainer.runStep()
            let step = phase.trainer.step
            afterStep(.pairs, step)
            if step % PairGeneratorTrainer.interval == 0 || step == plan.steps {
                try phase.evaluate(report)
                if phase.lastGood.step == step { try save(phase.state) }
            }
        }
        return try phase.outcome()
    }

    /// Runs the first phase, or skips it if `start` is of the second. Returns the weights of strand A's network.
    private func learnStrands(
        from start: TrainingCheckpoint?, shouldStop: () throws -> Bool, afterStep: (Phase, Int) -> Void,
        save: (State) throws -> Void
    ) throws -> FloatBuffer {
        if let start, start.numbers["step"] != nil {
            // In a checkpoint of the second phase they are the last buffer.
            guard let weights = start.buffers.last, weights.count == data.strandNet.count,
                weights.allSatisfy({ abs($0) <= ModelFile.largestWeight })
            else { throw GeneratorFailure.foreignCheckpoint }
            let buffer = FloatBuffer(count: weights.count)
            buffer[0..<weights.count] = weights
            return buffer
        }
        if let start, !strands.resume(start) { throw GeneratorFailure.foreignCheckpoint }
        while !strands.isDone, try !shouldStop() {
            let isEvaluated = strands.runStep()
            afterStep(.strands, strands.step)
            if isEvaluated {
                let (numbers, buffers) = strands.checkpoint
                try save(State(numbers: numbers, buffers: buffers, generator: nil))
            }
        }
        return strands.best
    }

    /// The second phase.
    private struct AdversarialPhase {
        let trainer: PartnerTrainer
        let survey: SampleSurvey
        let strands: FloatBuffer
        let plan: PairGeneratorPlan
        var lastGood: PartnerTrainer.State
        var best: (figures: SampleFigures, generator: PairGenerator, step: Int)?
        var last: SampleFigures?
        var restarts = 0

        init(_ classifier: PairClassifier, _ data: GeneratorData, strands: FloatBuffer, _ plan: PairGeneratorPlan) {
            (self.strands, self.plan) = (strands, plan)
            trainer = PartnerTrainer(classifier, data, composition: data.composition(strands), plan: plan)
            survey = SampleSurvey(trainer)
            lastGood = trainer.state
        }

        /// Restores the checkpoint `start`. Throws `foreignCheckpoint` if it does not fit these data and this plan.
        mutating func resume(_ start: TrainingCheckpoint) throws(GeneratorFailure) {
            let numbers = start.numbers
            let (restarts, raises) = (numbers["restarts"] ?? 0, numbers["teacher-raises"] ?? 0)
            guard let step = numbers["step"], (0...mostRestarts).contains(restarts),
                let state = trainer.state(step: step, teacherRaises: raises, start.buffers.dropLast())
            else { throw .foreignCheckpoint }
            let bestStep = numbers["best-step"] ?? step
            guard (0...step).contains(bestStep) else { throw .foreignCheckpoint }
            self.restarts = restarts
            trainer.restore(state, changingSeedBy: UInt64(restarts))
            lastGood = state
            last = survey.evaluate(trainer.generator)
            if let generator = start.model?.generator?.paired {
                guard trainer.isCompatible(with: generator) else { throw .foreignCheckpoint }
                best = (survey.evaluate(generator), generator, bestStep)
            }
        }

        /// Evaluates samples, and restores the last good state if they have collapsed.
        mutating func evaluate(_ report: (Event) throws -> Void) throws {
            let (step, steps) = (trainer.step, trainer.takeFigures())
            guard steps.criticLoss.isFinite, steps.generatorLoss.isFinite else {
                throw GeneratorFailure.lossNotFinite(step: step)
            }
            let generator = trainer.generator
            let figures = survey.evaluate(generator)
            try report(.evaluated(step: step, steps, figures))
            if figures.isCollapsed(real: survey.real) {
                restarts += 1
                guard restarts <= mostRestarts else { throw GeneratorFailure.collapsed(times: restarts, figures) }
                try report(.restarted(from: step, to: lastGood.step, figures))
                trainer.restore(lastGood, changingSeedBy: UInt64(restarts))
                return
            }
            // Before a quarter of the steps, the classifier's loss has weight 0.
            if step * 4 >= plan.steps, figures.fallsShort(of: survey.real) { trainer.raiseTeacherWeight() }
            lastGood = trainer.state
            last = figures
            // Early samples vary strongly: a good evaluation there says little about the generator.
            if step * 3 >= plan.steps * 2, figures.quality >= best?.figures.quality ?? -1 {
                best = (figures, generator, step)
            }
        }

        var state: State {
            State(
                numbers: [
                    "step": lastGood.step, "best-step": best?.step ?? 0, "restarts": restarts,
                    "teacher-raises": lastGood.teacherRaises,
                ], buffers: lastGood.buffers + [strands[0..<strands.count]], generator: best?.generator)
        }

        /// The best generator. Throws `noTime` without one, and `learnedNothing` if it is no better than chance.
        func outcome() throws(GeneratorFailure) -> Outcome {
            guard let last else { throw .noTime }
            let chosen = best ?? (last, trainer.generator, trainer.step)
            guard chosen.figures.isBetter(than: survey.chance) else {
                throw .learnedNothing(last, chance: survey.chance)
            }
            return Outcome(
                generator: survey.calibrated(chosen.generator), figures: chosen.figures, step: chosen.step)
        }
    }
}
