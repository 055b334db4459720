// ConvolutionalLearner: a convolutional classifier in training.

import Kernels

/// A convolutional classifier in training.
final class ConvolutionalLearner: ClassifierLearner {
    let parameters: FloatBuffer
    let adam: Adam
    private let configuration: ConvolutionalConfiguration
    private let plan: TrainingPlan
    private let net: BatchNet
    private let image: PairImage
    private let tape: BatchTape
    private let gradient: FloatBuffer

    /// A learner with initial parameters.
    init(_ configuration: ConvolutionalConfiguration, plan: TrainingPlan) {
        (self.configuration, self.plan) = (configuration, plan)
        image = configuration.image
        net = configuration.net
        tape = BatchTape(net, samples: plan.batch, learns: true, BatchKernels(threads: plan.threads))
        var random = RandomSource(seed: plan.seed, .convolutionalParameters)
        parameters = net.initialWeights(&random)
        gradient = FloatBuffer(count: net.trained)
        adam = Adam(count: net.trained)
    }

    func stream(ofEpoch epoch: Int) -> RandomStream { .convolutionalEpoch(epoch) }

    /// Batches of nearly equal sizes: in a small last batch, the statistics of batch normalisation would be poor.
    func batches(of count: Int) -> [Range<Int>] {
        let batches = max(1, (count + plan.batch - 1) / plan.batch)
        return (0..<batches).map { count * $0 / batches..<count * ($0 + 1) / batches }
    }

    func classifier(_ parameters: FloatBuffer) -> PairClassifier {
        .convolutional(ConvolutionalClassifier(configuration, weights: parameters))
    }

    func learn(_ data: LabelledPairs, _ batch: ArraySlice<Int>, at moment: TrainingMoment) -> Double {
        let (step, progress) = (moment.step, moment.progress)
        var random = RandomSource(seed: plan.seed, .convolutionalStep(step))
        tape.input.clear(batch.count)
        for (k, pair) in batch.enumerated() {
            let isSwapped = configuration.isSymmetric && random.next() & 1 == 1
            image.write(data.pairs, pair: pair, isSwapped: isSwapped, to: tape.input, k)
        }
        let seed = random.next()
        tape.forward(parameters, count: batch.count, .learning(seed: seed, updates: step - 1))
        var loss = 0.0
        for (k, pair) in batch.enumerated() {
            let (logit, target) = (tape.output[k, 0, 0, 0], data.targets[pair])
            loss += binaryCrossEntropy(logit, target)
            tape.outputGradient[k, 0, 0, 0] = (PairClassifier.score(logit) - target) / Float(batch.count)
        }
        tape.backward(parameters, count: batch.count, seed: seed, sums: gradient, needsInput: false)
        let warm = min(1, progress / 0.1 + 0.04)
        let rate = Float(warm * (0.001 + 0.999 * 0.5 * (1 + cosine(.pi * progress)))) * plan.learningRate
        adam.step(
            parameters, gradient: gradient, number: step, rate: rate, decay: plan.decay, threads: plan.threads)
        return loss
    }
}
