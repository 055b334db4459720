// ClassifierTrainer: the training of classifiers of all kinds: epochs, validation, early stopping, checkpoints.

import Kernels

/// The reasons why a training ends without a classifier.
public enum TrainingFailure: Error, Equatable {
    /// The checkpoint is not one of a training with these data and this plan.
    case foreignCheckpoint
    /// The loss is not finite at this step.
    case lossNotFinite(step: Int)
    /// At this step a weight has this value: it is not a number, or larger than a model file allows.
    case weightTooLarge(Float, step: Int)
    /// It was stopped before the first epoch ended.
    case noEpoch
}

/// Trains a classifier of any kind and keeps the parameters of the epoch with the least validation loss.
///
/// The same configuration, data, plan and seed give the same classifier, whatever the number of threads, and whether or
/// not the training was interrupted and resumed.
public final class ClassifierTrainer {
    /// Epochs, batches, rates and seed.
    public let plan: TrainingPlan
    /// The current epoch, counted from 1; between epochs, the number of completed ones.
    public private(set) var epoch = 0
    /// Number of completed steps.
    public private(set) var step = 0
    private let configuration: ClassifierConfiguration
    private let learner: any ClassifierLearner
    private let training: LabelledPairs
    private let validation: ValidationPairs
    private let negatives: NegativeSampling
    private let best: FloatBuffer
    private let workspaces: [Workspace]
    private var bestLoss = Double.infinity
    private var bestEpoch = 0

    /// Training stops once the validation loss (nats) is below this.
    private static let leastLoss = 1e-4

    /// A trainer with initial parameters. `training` and `validation` must not be empty, and their strands must not be
    /// longer than the classifier allows.
    public init(
        _ configuration: ClassifierConfiguration, plan: TrainingPlan, training: LabelledPairs,
        validation: LabelledPairs
    ) {
        (self.configuration, self.plan, self.training) = (configuration, plan, training)
        self.validation = ValidationPairs(validation, plan: plan, threshold: configuration.properties.threshold)
        negatives = NegativeSampling(
            training, threshold: configuration.properties.threshold, perPositive: plan.negatives)
        workspaces = (0..<max(1, plan.threads)).map { _ in Workspace() }
        learner = configuration.learner(plan, training)
        best = FloatBuffer(count: learner.parameters.count)
        best.copy(0..<best.count, from: learner.parameters, at: 0)
    }

    /// The classifier of the best epoch so far.
    public var classifier: PairClassifier { learner.classifier(best) }

    /// The same with a bound for screens, where one of its heads gives one (`BoundFit`).
    public var boundedClassifier: PairClassifier {
        var random = RandomSource(seed: plan.seed, .duplexBound)
        let data = training.resolved(&random, alphabet: configuration.properties.alphabet)
        return classifier.bounded(on: data, workspaces)
    }

    /// The largest absolute value of the current weights; NaN where one is NaN.
    public var largestWeight: Float { learner.parameters.largestAbsoluteValue }

    /// Number of steps of an epoch, with the added negatives.
    public var stepsPerEpoch: Int {
        max(1, (training.count + plan.negatives * negatives.positives + plan.batch - 1) / plan.batch)
    }

    /// Trains until all epochs of the plan are done, `patience` epochs in a row were not better than the best, or the
    /// validation loss is below 1e-4. Returns the report of the best epoch.
    ///
    /// It goes on from the checkpoint `start`, if given. `shouldStop` is called before each step; where it returns
    /// true, the current epoch is discarded and training ends. `afterStep` is called with the number of each step,
    /// `afterEpoch` with the report of each epoch.
    ///
    /// Throws `TrainingFailure`, and whatever `afterEpoch` throws.
    public func run(
        patience: Int, from start: TrainingCheckpoint? = nil, shouldStop: () -> Bool = { false },
        afterStep: (Int) -> Void = { _ in }, afterEpoch: (EpochReport) throws -> Void = { _ in }
    ) throws -> EpochReport {
        var best: EpochReport?
        var worse = 0
        if let start {
            guard let (report, count) = resume(start) else { throw TrainingFailure.foreignCheckpoint }
            (best, worse) = (report, count)
        }
        while epoch < plan.epochs, worse < patience, (best?.validationLoss ?? 1) >= ClassifierTrainer.leastLoss {
            var isFinite = true
            let report = runEpoch {
                !isFinite || shouldStop()
            } afterStep: { step, loss in
                isFinite = isFinite && loss.isFinite
                afterStep(step)
            }
            isFinite = isFinite && report?.validationLoss.isFinite ?? true
            let largest = largestWeight
            if !isFinite { throw TrainingFailure.lossNotFinite(step: step) }
            if !(largest <= ModelFile.largestWeight) { throw TrainingFailure.weightTooLarge(largest, step: step) }
            guard let report else { break }
            worse = report.isBest ? 0 : worse + 1
            if report.isBest { best = report }
            try afterEpoch(report)
        }
        guard let best else { throw TrainingFailure.noEpoch }
        return best
    }

    /// Trains for one epoch and evaluates it. Returns nil as soon as `shouldStop`, called before each step, returns
    /// true. `afterStep` is called with the number and the mean loss (nats) of each step.
    public func runEpoch(
        shouldStop: () -> Bool = { false }, afterStep: (Int, Double) -> Void = { _, _ in }
    ) -> EpochReport? {
        epoch += 1
        var random = RandomSource(seed: plan.seed, learner.stream(ofEpoch: epoch))
        var data = training
        negatives.append(perPositive: plan.negatives, to: &data, random: &random)
        data = data.resolved(&random, alphabet: configuration.properties.alphabet)
        var order = Array(0..<data.count)
        random.shuffle(&order)
        let batches = learner.batches(of: order.count)
        var loss = 0.0
        for (k, range) in batches.enumerated() {
            if shouldStop() { return nil }
            step += 1
            let moment = TrainingMoment(
                step: step, stepsPerEpoch: stepsPerEpoch,
                progress: Double((epoch - 1) * batches.count + k) / Double(batches.count * plan.epochs))
            let stepLoss = learner.learn(data, order[range], at: moment)
            loss += stepLoss
            afterStep(step, stepLoss / Double(range.count))
        }
        return evaluate(trainingLoss: loss / Double(order.count))
    }

    /// Evaluates the current parameters, and keeps them if they are the best so far.
    private func evaluate(trainingLoss: Double) -> EpochReport {
        let (loss, metrics) = validated(learner.parameters)
        let isBest = loss < bestLoss
        if isBest {
            (bestLoss, bestEpoch) = (loss, epoch)
            best.copy(0..<best.count, from: learner.parameters, at: 0)
        }
        return EpochReport(
            epoch: epoch, trainingLoss: trainingLoss, validationLoss: loss, validation: metrics, isBest: isBest)
    }

    /// Loss and metrics of `parameters` on the validation pairs.
    private func validated(_ parameters: FloatBuffer) -> (loss: Double, metrics: ClassificationMetrics) {
        learner.classifier(parameters).evaluated(on: validation, workspaces)
    }
}

extension ClassifierTrainer {
    /// The buffers of a checkpoint.
    private var kept: [FloatBuffer] { [learner.parameters, best, learner.adam.first, learner.adam.second] }

    /// The state between two epochs; `digest` identifies the data and the options.
    public func checkpoint(digest: String) -> TrainingCheckpoint {
        TrainingCheckpoint(
            digest: digest, numbers: ["epoch": epoch, "step": step, "best-epoch": bestEpoch],
            buffers: kept.map { $0[0..<$0.count] })
    }

    /// Restores the state of `checkpoint`. Returns the report of its best epoch and the number of epochs since then;
    /// nil, with the state unchanged, where the checkpoint does not fit this trainer.
    public func resume(_ checkpoint: TrainingCheckpoint) -> (best: EpochReport, worse: Int)? {
        guard checkpoint.holds(kept.map(\.count)),
            let (epoch, step, bestEpoch) = checkpoint.counters(plan, stepsPerEpoch: stepsPerEpoch)
        else { return nil }
        for (buffer, values) in zip(kept, checkpoint.buffers) { buffer[0..<buffer.count] = values }
        (self.epoch, self.step, self.bestEpoch) = (epoch, step, bestEpoch)
        let (loss, metrics) = validated(best)
        bestLoss = loss
        let report = EpochReport(
            epoch: bestEpoch, trainingLoss: .nan, validationLoss: loss, validation: metrics, isBest: true)
        return (report, epoch - bestEpoch)
    }
}

extension TrainingCheckpoint {
    /// The counters of epochs, steps and the best epoch; nil where no epoch of a training by `plan`, with at most
    /// `stepsPerEpoch` steps per epoch, can end with them.
    fileprivate func counters(_ plan: TrainingPlan, stepsPerEpoch: Int) -> (epoch: Int, step: Int, best: Int)? {
        guard let epoch = numbers["epoch"], let step = numbers["step"], let best = numbers["best-epoch"],
            epoch >= 1, epoch <= plan.epochs, (1...epoch).contains(best),
            step >= epoch, step <= epoch * stepsPerEpoch
        else { return nil }
        return (epoch, step, best)
    }

    /// Whether the buffers have these counts of numbers, the first two (weights) are within what a model file allows,
    /// and the last one (Adam's second moments) has none below 0.
    func holds(_ counts: [Int]) -> Bool {
        buffers.map(\.count) == counts
            && buffers.prefix(2).allSatisfy { $0.allSatisfy { abs($0) <= ModelFile.largestWeight } }
            && buffers.last?.allSatisfy { $0 >= 0 } ?? true
    }
}

extension FloatBuffer {
    /// The largest absolute value; NaN where one is NaN.
    var largestAbsoluteValue: Float {
        self[0..<count].reduce(0) { largest, value in
            largest.isNaN || abs(value) <= largest ? largest : abs(value)
        }
    }
}
