// ClassifierTrainer: the training of a duplex classifier, step by step, epoch by epoch.

import Kernels

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

/// What an epoch came to.
public struct EpochReport: Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// Mean binary cross-entropy of the epoch's pairs while training.
    public var trainingLoss: Double
    /// The same of the validation pairs, and of fresh negatives beside them where training makes some.
    public var validationLoss: Double
    /// Scores of the validation pairs against their labels.
    public var validation: ClassificationMetrics
    /// Whether it is the best so far.
    public var isBest: Bool
}

/// Trains a duplex classifier. The same data, plan and seed give the same weights, whatever the number of threads.
public final class ClassifierTrainer {
    /// What is trained.
    public let configuration: DuplexConfiguration
    /// Steps done so far.
    public private(set) var step = 0
    private let plan: TrainingPlan
    private let shape: DuplexShape
    private let kernels = DuplexKernels()
    private let training: LabelledPairs
    private let validation: ValidationPairs
    private let positives: PositivePairs
    private let ties: TiedRows
    private let parameters, total: FloatBuffer
    private let weights: DuplexWeights
    private let adam: Adam
    private let best: FloatBuffer
    private let gradients: PairwiseSum
    private let losses = FloatBuffer(count: ClassifierTrainer.pieces)
    private let workspaces: [Workspace]
    /// Epochs done, or under way.
    public private(set) var epoch = 0
    private var bestLoss = Double.infinity
    private var bestEpoch = 0

    /// Pieces of a batch: fixed, so that threads make no difference.
    private static let pieces = 32
    private static let warmUpSteps = 100
    private static let gradientNorm = 5.0

    /// A trainer with fresh weights. `training` and `validation` must not be empty.
    public init(
        _ configuration: DuplexConfiguration, plan: TrainingPlan, training: LabelledPairs, validation: LabelledPairs
    ) {
        self.configuration = configuration
        self.plan = plan
        self.training = training
        self.validation = ValidationPairs(validation, plan: plan, threshold: configuration.threshold)
        shape = configuration.shape
        ties = TiedRows(shape.tensors)
        positives = PositivePairs(training, threshold: configuration.threshold, negatives: plan.negatives)
        (parameters, total) = (FloatBuffer(count: shape.count), FloatBuffer(count: shape.gradientCount))
        weights = DuplexWeights(shape)
        adam = Adam(count: shape.trainedEnd)
        best = FloatBuffer(count: shape.count)
        gradients = kernels.gradientSum(shape, pieces: ClassifierTrainer.pieces)
        workspaces = (0..<max(1, plan.threads)).map { _ in Workspace() }
        initialise()
    }

    /// The classifier of the best epoch so far.
    public var classifier: PairClassifier {
        .duplex(DuplexClassifier(configuration, parameters: best, kernels: kernels))
    }

    /// The largest weight in size as it stands now; not a number where one is none.
    public var largestWeight: Float { parameters.largestInSize }

    /// Pairs in an epoch, fresh negatives included.
    public var pairsPerEpoch: Int { training.count + plan.negatives * positives.count }

    /// Batches of an epoch.
    public var stepsPerEpoch: Int { max(1, (pairsPerEpoch + plan.batch - 1) / plan.batch) }

    private func initialise() {
        var random = RandomSource(seed: plan.seed, stream: 1)
        parameters.initialise(shape.tensors, &random)
        ties.average(parameters)
        standardise()
        best[0..<shape.count] = parameters[0..<shape.count]
    }

    /// Sets the fixed means and scales from the first 2,000 pairs.
    private func standardise() {
        for f in 0..<shape.features { parameters[shape.scales + f] = 1 }
        kernels.fill(weights, from: parameters)
        let count = min(2000, training.count)
        var random = RandomSource(seed: plan.seed, stream: 2)
        let pairs = training.resolved(&random, alphabet: configuration.alphabet).pairs
        let features = kernels.features(
            weights, pairs, 0..<count, workspace: workspaces[0])
        for f in 0..<shape.features {
            let values = (0..<count).map { Double(features[$0 * shape.features + f]) }
            let mean = values.reduce(0, +) / Double(count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            // The two strands of a symmetric pair share their standard: that of the first.
            parameters[shape.means + f] = Float(mean)
            parameters[shape.scales + f] = variance > 1e-6 ? Float(1 / variance.squareRoot()) : 1
        }
        let lookup = shape.strandFeatures - (shape.hasPositions ? DuplexShape.lookupWidth : 0)
        for strand in 0..<2 {
            let start = shape.pairFeatures + strand * shape.strandFeatures
            for f in start..<start + shape.strandFeatures {
                if f >= start + lookup {
                    parameters[shape.means + f] = 0
                    parameters[shape.scales + f] = 1
                } else if shape.isSymmetric, strand == 1 {
                    parameters[shape.means + f] = parameters[shape.means + f - shape.strandFeatures]
                    parameters[shape.scales + f] = parameters[shape.scales + f - shape.strandFeatures]
                }
            }
        }
    }

    /// Trains for one epoch and judges it. Returns nil when `shouldStop` (asked before each step) says so.
    public func runEpoch(shouldStop: () -> Bool = { false }, afterStep: (Int, Double) -> Void = { _, _ in })
        -> EpochReport?
    {
        epoch += 1
        var random = RandomSource(seed: plan.seed, stream: UInt64(1000 + epoch))
        var data = training
        positives.addNegatives(plan.negatives, to: &data, random: &random)
        data = data.resolved(&random, alphabet: configuration.alphabet)
        var order = Array(0..<data.count)
        random.shuffle(&order)
        var loss = 0.0
        for start in stride(from: 0, to: order.count, by: plan.batch) {
            if shouldStop() { return nil }
            let batch = order[start..<min(start + plan.batch, order.count)]
            let stepLoss = learn(data, batch)
            loss += stepLoss * Double(batch.count)
            afterStep(step, stepLoss)
        }
        return judge(trainingLoss: loss / Double(order.count))
    }

    /// One step: gradients of the batch's pieces, their sum, its norm held, AdamW. Returns the mean loss.
    private func learn(_ data: LabelledPairs, _ batch: ArraySlice<Int>) -> Double {
        step += 1
        kernels.fill(weights, from: parameters)
        let weight = 1 / Float(batch.count)
        let pieces = ClassifierTrainer.pieces
        let size = (batch.count + pieces - 1) / pieces
        let (weights, gradients, losses) = (weights, gradients, losses)
        let (kernels, plan, step, workspaces) = (kernels, plan, step, workspaces)
        gradients.run(threads: plan.threads, into: total) { piece, worker, part in
            losses[piece] = 0
            let start = min(batch.startIndex + piece * size, batch.endIndex)
            let order = batch[start..<min(start + size, batch.endIndex)]
            guard !order.isEmpty else { return }
            let terms = order.map {
                LossTerm(
                    target: data.targets[$0], weight: weight,
                    dropoutSeed: plan.seed &+ UInt64(step) << 32 &+ UInt64($0))
            }
            losses[piece] = Float(
                kernels.gradient(
                    weights, data.pairs, order: order, terms: terms[...],
                    dropoutRate: plan.dropout, workspace: workspaces[worker], adding: gradients.parts, part: part))
        }
        kernels.gradientByEnergies(weights, gradient: total)
        ties.sum(total)
        let norm = total.sumOfSquares(0..<shape.trainedEnd).squareRoot()
        let scale = norm > ClassifierTrainer.gradientNorm ? Float(ClassifierTrainer.gradientNorm / norm) : 1
        let rate = plan.learningRate * schedule()
        adam.step(
            parameters, gradient: total, range: 0..<shape.energyEnd, number: step, rate: rate, scale: scale)
        adam.step(
            parameters, gradient: total, range: shape.energyEnd..<shape.trainedEnd, number: step,
            rate: rate * plan.networkRate, decay: plan.decay, scale: scale)
        holdExtensions()
        return losses[0..<pieces].reduce(0) { $0 + Double($1) }
    }

    /// Keeps the energy of a letter more in a loop where the loops read it as it is, and it still learns.
    private func holdExtensions() {
        let bound = Float(logarithm(LoopTables.largestExtension)) - 0.001
        let at = shape.gaps + GapField.extend.rawValue * shape.heads
        for k in at..<at + shape.heads { parameters[k] = min(parameters[k], bound) }
    }

    /// Warm-up over the first steps (a tenth of short runs), then a cosine down to 0.5 %.
    private func schedule() -> Float {
        let all = Double(max(1, stepsPerEpoch * plan.epochs))
        let progress = min(1, Double(step) / all)
        let warm = min(1, Double(step) / min(Double(ClassifierTrainer.warmUpSteps), max(1, all / 10)))
        return Float(warm * (0.005 + 0.995 * 0.5 * (1 + cosine(.pi * progress))))
    }

    private func judge(trainingLoss: Double) -> EpochReport {
        let (loss, metrics) = examine(parameters)
        let isBest = loss < bestLoss
        if isBest {
            bestLoss = loss
            bestEpoch = epoch
            best[0..<shape.count] = parameters[0..<shape.count]
        }
        return EpochReport(
            epoch: epoch, trainingLoss: trainingLoss, validationLoss: loss, validation: metrics, isBest: isBest)
    }

    /// Loss and metrics of `parameters` on the validation pairs.
    private func examine(_ parameters: FloatBuffer) -> (loss: Double, metrics: ClassificationMetrics) {
        PairClassifier.duplex(DuplexClassifier(configuration, parameters: parameters, kernels: kernels))
            .examined(on: validation, workspaces)
    }
}

extension ClassifierTrainer {
    /// Where training stands between two epochs.
    public func checkpoint(digest: String) -> TrainingCheckpoint {
        TrainingCheckpoint(
            digest: digest, numbers: ["epoch": epoch, "step": step, "best-epoch": bestEpoch],
            buffers: kept.map { $0[0..<$0.count] })
    }

    private var kept: [FloatBuffer] { [parameters, best, adam.first, adam.second] }

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
