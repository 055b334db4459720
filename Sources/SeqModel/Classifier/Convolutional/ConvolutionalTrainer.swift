// ConvolutionalTrainer: the training of a convolutional classifier, step by step, epoch by epoch.

import Kernels

/// Trains a convolutional classifier. The same data, plan and seed give the same weights, whatever the number of threads.
public final class ConvolutionalTrainer: ClassifierLearning {
    /// What is trained.
    public let configuration: ConvolutionalConfiguration
    /// Steps done so far.
    public private(set) var step = 0
    /// Epochs done, or under way.
    public private(set) var epoch = 0
    private let plan: TrainingPlan
    private let net: BatchNet
    private let image: PairImage
    private let kernels: BatchKernels
    private let tape: BatchTape
    private let training: LabelledPairs
    private let validation: ValidationPairs
    private let positives: PositivePairs
    private let weights, gradient, best: FloatBuffer
    private let adam: Adam
    private let workspaces: [Workspace]
    private var bestLoss = Double.infinity
    private var bestEpoch = 0

    /// A trainer with fresh weights. `training` and `validation` must not be empty, and no strand longer than the image.
    public init(
        _ configuration: ConvolutionalConfiguration, plan: TrainingPlan, training: LabelledPairs,
        validation: LabelledPairs
    ) {
        self.configuration = configuration
        self.plan = plan
        self.training = training
        self.validation = ValidationPairs(validation, plan: plan, threshold: configuration.threshold)
        positives = PositivePairs(training, threshold: configuration.threshold, negatives: plan.negatives)
        image = configuration.image
        net = configuration.net
        kernels = BatchKernels(threads: plan.threads)
        tape = BatchTape(net, samples: plan.batch, learns: true, kernels)
        var random = RandomSource(seed: plan.seed, stream: 41)
        weights = net.initialWeights(&random)
        gradient = FloatBuffer(count: net.trained)
        adam = Adam(count: net.trained)
        best = FloatBuffer(count: net.count)
        best[0..<net.count] = weights[0..<net.count]
        workspaces = (0..<max(1, plan.threads)).map { _ in Workspace() }
    }

    /// The classifier of the best epoch so far.
    public var classifier: PairClassifier { .convolutional(ConvolutionalClassifier(configuration, weights: best)) }

    /// The largest weight in size as it stands now; not a number where one is none.
    public var largestWeight: Float { weights.largestInSize }

    /// Steps of an epoch, fresh negatives included.
    public var stepsPerEpoch: Int {
        max(1, (training.count + plan.negatives * positives.count + plan.batch - 1) / plan.batch)
    }

    /// Trains for one epoch and judges it. Returns nil when `shouldStop` (asked before each step) says so.
    public func runEpoch(shouldStop: () -> Bool = { false }, afterStep: (Int, Double) -> Void = { _, _ in })
        -> EpochReport?
    {
        epoch += 1
        var random = RandomSource(seed: plan.seed, stream: UInt64(3000 + epoch))
        var data = training
        positives.addNegatives(plan.negatives, to: &data, random: &random)
        data = data.resolved(&random, alphabet: configuration.alphabet)
        var order = Array(0..<data.count)
        random.shuffle(&order)
        // Batches as even as can be: the statistics of a small last one would be poor.
        let batches = max(1, (order.count + plan.batch - 1) / plan.batch)
        var loss = 0.0
        for k in 0..<batches {
            if shouldStop() { return nil }
            let batch = order[order.count * k / batches..<order.count * (k + 1) / batches]
            let stepLoss = learn(
                data, batch, progress: Double((epoch - 1) * batches + k) / Double(batches * plan.epochs))
            loss += stepLoss
            afterStep(step, stepLoss / Double(batch.count))
        }
        return judge(trainingLoss: loss / Double(order.count))
    }

    /// One step of AdamW. Returns the sum of the losses.
    private func learn(_ data: LabelledPairs, _ batch: ArraySlice<Int>, progress: Double) -> Double {
        step += 1
        var random = RandomSource(seed: plan.seed, stream: UInt64(step) | 1 << 60)
        tape.input.clear(batch.count)
        for (k, pair) in batch.enumerated() {
            let isSwapped = configuration.isSymmetric && random.next() & 1 == 1
            image.write(data.pairs, pair: pair, isSwapped: isSwapped, to: tape.input, k)
        }
        let seed = random.next()
        tape.forward(weights, count: batch.count, .learning(seed: seed, updates: step - 1))
        var loss = 0.0
        for (k, pair) in batch.enumerated() {
            let (logit, target) = (tape.output[k, 0, 0, 0], data.targets[pair])
            loss += binaryCrossEntropy(logit, target)
            tape.outputGradient[k, 0, 0, 0] = (PairClassifier.score(logit) - target) / Float(batch.count)
        }
        tape.backward(weights, count: batch.count, seed: seed, sums: gradient, needsInput: false)
        let warm = min(1, progress / 0.1 + 0.04)
        let rate = Float(warm * (0.001 + 0.999 * 0.5 * (1 + cosine(.pi * progress)))) * plan.learningRate
        adam.step(
            weights, gradient: gradient, number: step, rate: rate, decay: plan.decay, threads: plan.threads)
        return loss
    }

    private func judge(trainingLoss: Double) -> EpochReport {
        let (loss, metrics) = examine(weights)
        let isBest = loss < bestLoss
        if isBest {
            (bestLoss, bestEpoch) = (loss, epoch)
            best[0..<net.count] = weights[0..<net.count]
        }
        return EpochReport(
            epoch: epoch, trainingLoss: trainingLoss, validationLoss: loss, validation: metrics, isBest: isBest)
    }

    /// Loss and metrics of `weights` on the validation pairs.
    private func examine(_ weights: FloatBuffer) -> (loss: Double, metrics: ClassificationMetrics) {
        PairClassifier.convolutional(ConvolutionalClassifier(configuration, weights: weights))
            .examined(on: validation, workspaces)
    }

    /// Where training stands between two epochs.
    public func checkpoint(digest: String) -> TrainingCheckpoint {
        TrainingCheckpoint(
            digest: digest, numbers: ["epoch": epoch, "step": step, "best-epoch": bestEpoch],
            buffers: kept.map { $0[0..<$0.count] })
    }

    private var kept: [FloatBuffer] { [weights, best, adam.first, adam.second] }

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
