// GeneratorTraining: the engine of the paired generator's training: two phases, looks at samples, collapse, checkpoints.

import Kernels

/// What ends a generator's training without a generator.
public enum GeneratorFailure: Error {
    /// The checkpoint is of no training with this data and plan.
    case foreignCheckpoint
    /// A loss is not a number by this step.
    case lossNotFinite(step: Int)
    /// The pairs collapsed this many times, the last time to these figures.
    case collapsed(times: Int, SampleFigures)
    /// Pairs that are no better, to the classifier, than strands paired by chance, whose figures follow.
    case learnedNothing(SampleFigures, chance: SampleFigures)
    /// It was stopped before the first look at samples.
    case noTime
}

/// Trains a paired generator: first the network that writes strands A, by maximum likelihood, then the one that writes
/// strands B to them, against a critic.
///
/// Every `interval` steps of the second phase it looks at samples. Where these have collapsed it goes back to the last sound
/// state and draws differently; where the classifier takes too few of them, the classifier's weight as a teacher is raised.
/// Of the last third the generator is kept whose samples are best.
public final class GeneratorTraining {
    /// How it trains.
    public let plan: GeneratorPlan
    private let classifier: PairClassifier
    private let data: GeneratorData
    private let strands: StrandTrainer

    /// Steps of the second phase between two looks at samples; how often training may go back after a collapse.
    private static let interval = 250, mostRestarts = 3

    /// A part of the training.
    public enum Phase: Sendable {
        /// Strand A's network learns, at most `GeneratorTraining.strandSteps` steps.
        case strands
        /// Generator and critic learn, the plan's steps.
        case pairs
    }

    /// Steps of the first phase at most.
    public static let strandSteps = StrandTrainer.mostSteps

    /// What is said of the training as it goes on.
    public enum Event: Sendable {
        /// The second phase begins; the figures are those of the data.
        case began(real: SampleFigures)
        /// Samples were looked at after this step.
        case looked(step: Int, StepFigures, SampleFigures)
        /// The samples had collapsed by a step; training goes back to an earlier one.
        case wentBack(from: Int, to: Int, SampleFigures)
    }

    /// Where the training stands: counters and buffers for a checkpoint, and the best generator so far.
    public struct State: Sendable {
        /// For `TrainingCheckpoint`.
        public let numbers: [String: Int], buffers: [[Float]]
        /// None in the first phase.
        public let generator: PairGenerator?
    }

    /// What the training came to.
    public struct Outcome: Sendable {
        /// The generator, with the acceptance that brings its scores and strands B nearer to those of the data.
        public let generator: PairGenerator
        /// Its samples before that, and the step after which it was kept.
        public let figures: SampleFigures, step: Int
    }

    /// A training on `pairs`; a target above the classifier's threshold is label 1.
    public init(_ classifier: PairClassifier, _ pairs: LabelledPairs, plan: GeneratorPlan) {
        (self.classifier, self.plan) = (classifier, plan)
        data = GeneratorData(classifier, pairs, seed: plan.seed)
        strands = StrandTrainer(data.strandNet, data.pairs, chosen: data.chosen, plan: plan)
    }

    /// Trains to the end of the plan, or until `shouldStop`, asked before each step, says so.
    ///
    /// `start` is where an earlier run stood, in either phase. `afterStep` is told each step of a phase, `tell` what happens,
    /// and `keep` is given a state to save now and then. What these throw ends the training.
    public func run(
        from start: TrainingCheckpoint? = nil, shouldStop: () throws -> Bool = { false },
        afterStep: (Phase, Int) -> Void = { _, _ in }, tell: (Event) throws -> Void = { _ in },
        keep: (State) throws -> Void = { _ in }
    ) throws -> Outcome {
        let weights = try learnStrands(from: start, shouldStop: shouldStop, afterStep: afterStep, keep: keep)
        var run = Run(classifier, data, strands: weights, plan)
        if let start, start.numbers["step"] != nil { try run.resume(start) }
        try tell(.began(real: run.survey.real))
        while run.trainer.step < plan.steps, try !shouldStop() {
            run.trainer.runStep()
            afterStep(.pairs, run.trainer.step)
            let step = run.trainer.step
            if step % GeneratorTraining.interval == 0 || step == plan.steps {
                try run.look(tell)
                if run.lastGood.step == step { try keep(run.state) }
            }
        }
        return try run.outcome()
    }

    /// The first phase: the weights of strand A's network.
    private func learnStrands(
        from start: TrainingCheckpoint?, shouldStop: () throws -> Bool, afterStep: (Phase, Int) -> Void,
        keep: (State) throws -> Void
    ) throws -> FloatBuffer {
        if let start, start.numbers["step"] != nil {
            // They are the last buffer of a state of the second phase.
            guard let weights = start.buffers.last, weights.count == data.strandNet.count,
                weights.allSatisfy({ abs($0) <= ModelFile.largestWeight })
            else { throw GeneratorFailure.foreignCheckpoint }
            let buffer = FloatBuffer(count: weights.count)
            buffer[0..<weights.count] = weights
            return buffer
        }
        if let start, !strands.resume(start) { throw GeneratorFailure.foreignCheckpoint }
        while !strands.isDone, try !shouldStop() {
            let isJudged = strands.runStep()
            afterStep(.strands, strands.step)
            if isJudged {
                let (numbers, buffers) = strands.checkpoint
                try keep(State(numbers: numbers, buffers: buffers, generator: nil))
            }
        }
        return strands.best
    }

    /// The second phase.
    private struct Run {
        let trainer: GeneratorTrainer
        let survey: SampleSurvey
        let strands: FloatBuffer
        let plan: GeneratorPlan
        var lastGood: GeneratorTrainer.State
        var best: (figures: SampleFigures, generator: PairGenerator, step: Int)?
        var last: SampleFigures?
        var restarts = 0

        init(_ classifier: PairClassifier, _ data: GeneratorData, strands: FloatBuffer, _ plan: GeneratorPlan) {
            (self.strands, self.plan) = (strands, plan)
            trainer = GeneratorTrainer(classifier, data, composition: data.composition(strands), plan: plan)
            survey = SampleSurvey(trainer)
            lastGood = trainer.state
        }

        /// Goes on from `start`. Throws where no training with this data and plan can stand there.
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
            last = survey.look(at: trainer.generator)
            if let generator = start.model?.generator?.paired {
                guard trainer.couldHaveMade(generator) else { throw .foreignCheckpoint }
                best = (survey.look(at: generator), generator, bestStep)
            }
        }

        /// Looks at samples, and goes back where they have collapsed.
        mutating func look(_ tell: (Event) throws -> Void) throws {
            let (step, steps) = (trainer.step, trainer.takeFigures())
            guard steps.criticLoss.isFinite, steps.generatorLoss.isFinite else {
                throw GeneratorFailure.lossNotFinite(step: step)
            }
            let generator = trainer.generator
            let figures = survey.look(at: generator)
            try tell(.looked(step: step, steps, figures))
            if figures.isCollapsed(real: survey.real) {
                restarts += 1
                guard restarts <= mostRestarts else { throw GeneratorFailure.collapsed(times: restarts, figures) }
                try tell(.wentBack(from: step, to: lastGood.step, figures))
                trainer.restore(lastGood, changingSeedBy: UInt64(restarts))
                return
            }
            // From where the teacher begins to speak.
            if step * 4 >= plan.steps, figures.fallsShort(of: survey.real) { trainer.raiseTeacherWeight() }
            lastGood = trainer.state
            last = figures
            // Early generators differ more than the choice among late ones is worth.
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

        /// The best generator. Throws where it is no better than chance.
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
