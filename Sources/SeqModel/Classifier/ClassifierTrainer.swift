// ClassifierTrainer: the engine of every classifier's training: epochs, judgement, patience, checkpoints.

import Kernels

/// What ends a classifier's training without a classifier.
public enum TrainingFailure: Error, Equatable {
    /// The checkpoint is of no training with this data and plan.
    case foreignCheckpoint
    /// The loss is not a number by this step.
    case lossNotFinite(step: Int)
    /// A weight has grown to this by this step: it is not a number, or more than a model may have.
    case weightTooLarge(Float, step: Int)
    /// It was stopped before an epoch was done.
    case noEpoch
}

/// Trains a classifier of any kind, epoch by epoch, and keeps the epoch with the least loss on the validation pairs.
///
/// The same configuration, data, plan and seed give the same classifier, whatever the number of threads and wherever the
/// training was interrupted and resumed.
public final class ClassifierTrainer {
    /// How it trains.
    public let plan: TrainingPlan
    /// Epochs done, or under way.
    public private(set) var epoch = 0
    /// Steps done.
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

    /// A validation loss below which there is nothing left to learn.
    private static let leastLoss = 1e-4

    /// A trainer with fresh parameters. `training` and `validation` must not be empty, and their strands no longer than the
    /// classifier takes.
    public init(
        _ configuration: ClassifierConfiguration, plan: TrainingPlan, training: LabelledPairs,
        validation: LabelledPairs
    ) {
        (self.configuration, self.plan, self.training) = (configuration, plan, training)
        self.validation = ValidationPairs(validation, plan: plan, threshold: configuration.properties.threshold)
        negatives = NegativeSampling(training, threshold: configuration.properties.threshold, each: plan.negatives)
        workspaces = (0..<max(1, plan.threads)).map { _ in Workspace() }
        learner = configuration.learner(plan, training)
        best = FloatBuffer(count: learner.parameters.count)
        best.copy(0..<best.count, from: learner.parameters, at: 0)
    }

    /// The classifier of the best epoch so far.
    public var classifier: PairClassifier { learner.classifier(best) }

    /// The largest weight in absolute value as it stands now; not a number where one is none.
    public var largestWeight: Float { learner.parameters.largestAbsoluteValue }

    /// Steps of an epoch, fresh negatives included.
    public var stepsPerEpoch: Int {
        max(1, (training.count + plan.negatives * negatives.positives + plan.batch - 1) / plan.batch)
    }

    /// Trains until all epochs of the plan are done, `patience` of them went by without a better one, or nothing is left to
    /// learn. Returns what the best epoch came to.
    ///
    /// `start` is where an earlier run stood. `shouldStop` is asked before each step: then the epoch under way is given up.
    /// `afterStep` is told the number of each step, `afterEpoch` what each epoch came to, and what it throws ends the
    /// training.
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

    /// Trains for one epoch and judges it. Returns nil when `shouldStop`, asked before each step, says so. `afterStep` is
    /// told each step's number and mean loss.
    public func runEpoch(
        shouldStop: () -> Bool = { false }, afterStep: (Int, Double) -> Void = { _, _ in }
    ) -> EpochReport? {
        epoch += 1
        var random = RandomSource(seed: plan.seed, learner.stream(ofEpoch: epoch))
        var data = training
        negatives.append(plan.negatives, to: &data, random: &random)
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
        return judge(trainingLoss: loss / Double(order.count))
    }

    private func judge(trainingLoss: Double) -> EpochReport {
        let (loss, metrics) = examine(learner.parameters)
        let isBest = loss < bestLoss
        if isBest {
            (bestLoss, bestEpoch) = (loss, epoch)
            best.copy(0..<best.count, from: learner.parameters, at: 0)
        }
        return EpochReport(
            epoch: epoch, trainingLoss: trainingLoss, validationLoss: loss, validation: metrics, isBest: isBest)
    }

    /// Loss and metrics of `parameters` on the validation pairs.
    private func examine(_ parameters: FloatBuffer) -> (loss: Double, metrics: ClassificationMetrics) {
        learner.classifier(parameters).examined(on: validation, workspaces)
    }
}

extension ClassifierTrainer {
    private var kept: [FloatBuffer] { [learner.parameters, best, learner.adam.first, learner.adam.second] }

    /// Where training stands between two epochs.
    public func checkpoint(digest: String) -> TrainingCheckpoint {
        TrainingCheckpoint(
            digest: digest, numbers: ["epoch": epoch, "step": step, "best-epoch": bestEpoch],
            buffers: kept.map { $0[0..<$0.count] })
    }

    /// Goes on from `checkpoint`, and returns what its best epoch came to and the epochs since then; nil where it is
    /// none of this trainer's.
    public func resume(_ checkpoint: TrainingCheckpoint) -> (best: EpochReport, worse: Int)? {
        guard checkpoint.holds(kept.map(\.count)),
            let (epoch, step, bestEpoch) = checkpoint.counters(plan, stepsPerEpoch: stepsPerEpoch)
        else { return nil }
        for (buffer, values) in zip(kept, checkpoint.buffers) { buffer[0..<buffer.count] = values }
        (self.epoch, self.step, self.bestEpoch) = (epoch, step, bestEpoch)
        let (loss, metrics) = examine(best)
        bestLoss = loss
        let report = EpochReport(
            epoch: bestEpoch, trainingLoss: .nan, validationLoss: loss, validation: metrics, isBest: true)
        return (report, epoch - bestEpoch)
    }
}

extension TrainingCheckpoint {
    /// Counters of a classifier's training by `plan`: epochs, steps, and the best epoch; nil where no epoch of such a training,
    /// of at most `stepsPerEpoch` steps, ends with them.
    fileprivate func counters(_ plan: TrainingPlan, stepsPerEpoch: Int) -> (epoch: Int, step: Int, best: Int)? {
        guard let epoch = numbers["epoch"], let step = numbers["step"], let best = numbers["best-epoch"],
            epoch >= 1, epoch <= plan.epochs, (1...epoch).contains(best),
            step >= epoch, step <= epoch * stepsPerEpoch
        else { return nil }
        return (epoch, step, best)
    }

    /// Whether the state has so many numbers in each buffer, the first two of them weights that a model may have, and the last
    /// of them what Adam keeps of squares, which are none below 0.
    func holds(_ counts: [Int]) -> Bool {
        buffers.map(\.count) == counts
            && buffers.prefix(2).allSatisfy { $0.allSatisfy { abs($0) <= ModelFile.largestWeight } }
            && buffers.last?.allSatisfy { $0 >= 0 } ?? true
    }
}

extension FloatBuffer {
    /// The largest number in absolute value; not a number where one is none.
    var largestAbsoluteValue: Float {
        self[0..<count].reduce(0) { largest, value in
            largest.isNaN || abs(value) <= largest ? largest : abs(value)
        }
    }
}
