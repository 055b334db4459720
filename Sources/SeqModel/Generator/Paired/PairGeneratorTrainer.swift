// PairGeneratorTrainer: trains a pair generator in two phases, with evaluations, restarts and checkpoints.

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

/// Trains a pair generator: first the model of strand A by maximum likelihood (`StrandTrainer`), then the network
/// for strand B given A, in a `PartnerPhase`. Samples are evaluated every 250 steps of the second phase.
public final class PairGeneratorTrainer {
    /// The hyperparameters.
    public let plan: PairGeneratorPlan
    private let classifier: PairClassifier
    private let data: GeneratorData

    /// Steps of the second phase between two evaluations of samples.
    private static let interval = 250

    /// A phase of the training.
    public enum Phase: Sendable {
        /// Training of the model of strand A: at most `PairGeneratorTrainer.strandSteps` steps.
        case strands
        /// Training of strand B's network: the plan's steps.
        case pairs
    }

    /// The maximum number of steps of the first phase.
    public static let strandSteps = 3_000

    /// An event of the second phase, to report.
    public enum Event: Sendable {
        /// The second phase begins; `real` are the statistics of the data.
        case began(real: SampleFigures)
        /// Samples were evaluated after this step.
        case evaluated(step: Int, Losses, SampleFigures)
        /// The samples had collapsed at step `from`; the state of step `to` was restored.
        case restarted(from: Int, to: Int, SampleFigures)
    }

    /// The losses of the steps since the last evaluation.
    public enum Losses: Sendable {
        /// Mean cross-entropies of a letter or length of strand B in nats: of the steps, and of held-out pairs.
        case likelihood(training: Double, validation: Double)
        /// Means over the steps.
        case adversarial(StepFigures)
    }

    /// A state of the training, to save: counters and buffers of a `TrainingCheckpoint`, and the best generator so far.
    public struct State: Sendable {
        /// Counters by name.
        public let numbers: [String: Int]
        /// Weights and Adam's moments.
        public let buffers: [[Float]]
        /// The best generator so far; nil before there is one.
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

    /// Prepares a training on `pairs`, which have the classifier's conditions; targets above its threshold are label 1.
    /// An adversarial training takes no conditions.
    public init(_ classifier: PairClassifier, _ pairs: LabelledPairs, plan: PairGeneratorPlan) {
        precondition(plan.method != .adversarial || pairs.conditions.width == 0)
        (self.classifier, self.plan) = (classifier, plan)
        data = GeneratorData(classifier, pairs, plan: plan)
    }

    /// Trains to the end of the plan, or until `shouldStop` returns true; it is called before each step. `timeUsed`
    /// returns the part of the time limit that has passed (0 to 1), or 0 without a limit.
    ///
    /// `start` is a checkpoint of either phase of an earlier run. `afterStep` is called with the phase and the number
    /// of its steps done, `report` with each event, `save` with the state after each evaluation that found no collapse.
    /// Throws `GeneratorFailure`, and the errors of the closures.
    public func run(
        from start: TrainingCheckpoint? = nil, shouldStop: () throws -> Bool = { false },
        timeUsed: () -> Double = { 0 }, afterStep: (Phase, Int) -> Void = { _, _ in },
        report: (Event) throws -> Void = { _ in },
        save: (State) throws -> Void = { _ in }
    ) throws -> Outcome {
        let strands = data.strandModel(plan.method)
        let weights = try learnStrands(
            strands, from: start, shouldStop: shouldStop, afterStep: afterStep, save: save)
        let survey = SampleSurvey(classifier, data, seed: plan.seed)
        let composition = data.composition(strands, weights)
        var phase: any PartnerPhase =
            switch plan.method {
            case .autoregressive: LikelihoodPhase(data, data.encoderDecoder, survey, composition, plan)
            case .aligned: LikelihoodPhase(data, data.pairHMM, survey, composition, plan)
            case .adversarial: AdversarialPhase(classifier, data, survey, composition, plan)
            }
        if let start, start.numbers["step"] != nil { try phase.resume(start) }
        try report(.began(real: survey.real))
        let before = timeUsed()
        while !phase.isDone, try !shouldStop() {
            phase.runStep(timeUsed: before < 1 ? (timeUsed() - before) / (1 - before) : 1)
            let step = phase.step
            afterStep(.pairs, step)
            if step % PairGeneratorTrainer.interval == 0 || step == plan.steps {
                if try phase.evaluate(report) { try save(phase.state) }
            }
        }
        return try phase.outcome()
    }

    /// Runs the first phase, or skips it if `start` is of the second. Returns the weights of the model `net` of
    /// strand A.
    private func learnStrands(
        _ net: some StrandModel, from start: TrainingCheckpoint?, shouldStop: () throws -> Bool,
        afterStep: (Phase, Int) -> Void, save: (State) throws -> Void
    ) throws -> FloatBuffer {
        if let start, start.numbers["step"] != nil {
            // In a checkpoint of the second phase they are the last buffer.
            guard let weights = start.buffers.last, weights.count == net.count,
                weights.allSatisfy({ abs($0) <= ModelFile.largestWeight })
            else { throw GeneratorFailure.foreignCheckpoint }
            let buffer = FloatBuffer(count: weights.count)
            buffer[0..<weights.count] = weights
            return buffer
        }
        let strands = StrandTrainer(net, data.pairs, at: data.inputs, chosen: data.chosen, plan: plan)
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
}
