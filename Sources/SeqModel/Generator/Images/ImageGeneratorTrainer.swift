// ImageGeneratorTrainer: trains a plain GAN on images of interacting pairs.

import Kernels

/// The hyperparameters of a plain GAN's training.
public struct ImageGeneratorPlan: Sendable {
    /// Steps. Each updates the discriminator on pairs of the data and on generated ones, then the generator.
    public var steps = 4_000
    /// Images per step.
    public var batch = 32
    /// Adam's learning rate.
    public var rate: Float = 2e-4
    /// Seed of all random numbers.
    public var seed: UInt64 = 11
    /// Threads; the result does not depend on them.
    public var threads = 1

    /// The default plan.
    public init() {}
}

/// Trains a plain GAN with binary cross-entropy and Adam (beta1 0.5, beta2 0.999).
///
/// A step updates the discriminator on pairs of the data, then on generated ones, then the generator through it. The
/// same data, plan and seed give the same weights, for any number of threads.
public final class ImageGeneratorTrainer {
    /// The kind of GAN.
    public let kind: ImageGeneratorKind
    /// The hyperparameters.
    public let plan: ImageGeneratorPlan
    /// Steps done.
    public private(set) var step = 0
    /// The training data.
    public let pairs: Pairs
    /// The layouts of the generator's images and of the discriminator's input.
    private let image: PairImage, discriminatorImage: PairImage
    private let lengths: [ClosedRange<Int>]
    private let kernels: BatchKernels
    private let generatorTape: BatchTape, discriminatorTape: BatchTape
    private let generatorState: OptimizedWeights, discriminatorState: OptimizedWeights
    /// For each value of a generated image: its offset there, and in the discriminator's input.
    private let places: [(made: Int, seen: Int)]
    /// The values in the discriminator's input that stand for -1 and 1.
    private let off: Float, on: Float = 1
    /// Sums over images since the last `takeFigures`: losses of discriminator and generator, right predictions of the
    /// discriminator on real and on generated images.
    private var sums = [0.0, 0.0, 0.0, 0.0]
    /// Steps in `sums`.
    private var summed = 0

    /// A net's weights, their gradient and Adam's moments.
    private struct OptimizedWeights {
        let weights, gradient: FloatBuffer
        let adam: Adam

        init(_ net: BatchNet, _ weights: FloatBuffer) {
            self.weights = weights
            gradient = FloatBuffer(count: net.trained)
            adam = Adam(count: net.trained, betas: (0.5, 0.999))
        }
    }

    /// Creates a trainer on `pairs`, which must have no ambiguous letters and no strand longer than `length`.
    ///
    /// If `start` is given, the discriminator is initialised with its net and weights, and length and orientation of
    /// the images are those of its configuration.
    public init(
        _ kind: ImageGeneratorKind, _ pairs: Pairs, alphabet: Alphabet, length: Int, orientation: Orientation,
        start: ConvolutionalClassifier?, plan: ImageGeneratorPlan
    ) {
        (self.kind, self.plan, self.pairs) = (kind, plan, pairs)
        let laid = start?.configuration.orientation ?? orientation
        let columns = start?.configuration.length ?? length
        image = PairImage(alphabet: alphabet, length: columns, layout: .channels, orientation: laid)
        discriminatorImage = start?.configuration.image ?? image
        lengths = (0...1).map { side in
            let all = (0..<pairs.count).map { pairs.strands.length(2 * $0 + side) }
            return (all.min() ?? 1)...(all.max() ?? 1)
        }
        kernels = BatchKernels(threads: plan.threads)
        let net = kind.generator(letters: alphabet.count, length: columns)
        let discriminator = start?.net ?? kind.discriminator(letters: alphabet.count, length: columns)
        generatorTape = BatchTape(net, samples: plan.batch, learns: true, kernels)
        discriminatorTape = BatchTape(discriminator, samples: plan.batch, learns: true, kernels)
        var random = RandomSource(seed: plan.seed, .imageParameters)
        generatorState = OptimizedWeights(net, net.initialWeights(&random))
        let discriminatorWeights = discriminator.initialWeights(&random)
        if let start { discriminatorWeights[0..<discriminator.count] = start.weights[0..<discriminator.count] }
        discriminatorState = OptimizedWeights(discriminator, discriminatorWeights)
        // A classifier was trained on images with values 0 and 1.
        off = start == nil ? -1 : 0
        let (made, seen) = (generatorTape.output, discriminatorTape.input)
        var places: [(Int, Int)] = []
        for side in 0...1 {
            for column in 0..<columns {
                for letter in 0..<alphabet.count {
                    places.append(
                        (
                            image.place(made, 0, strand: side, column: column, letter: letter)
                                - made.firsts.values[0],
                            discriminatorImage.place(seen, 0, strand: side, column: column, letter: letter)
                                - seen.firsts.values[0]
                        ))
                }
            }
        }
        self.places = places
    }

    /// The generator with its present weights.
    public var generator: ImageGenerator {
        ImageGenerator(kind, image: image, lengths: lengths, weights: generatorState.weights)
    }

    /// Means over the images of some steps.
    public struct Figures: Sendable {
        /// Binary cross-entropy of the discriminator and of the generator, in nats.
        public let discriminatorLoss: Double, generatorLoss: Double
        /// The discriminator's accuracy (0 to 1) on pairs of the data and on generated ones.
        public let realAccuracy: Double, fakeAccuracy: Double
    }

    /// The means over the steps since the last call.
    public func takeFigures() -> Figures {
        let count = Double(max(1, summed * plan.batch))
        let means = sums.map { $0 / count }
        (sums, summed) = ([0, 0, 0, 0], 0)
        return Figures(
            discriminatorLoss: means[0] / 2, generatorLoss: means[1], realAccuracy: means[2], fakeAccuracy: means[3])
    }

    /// Steps between two evaluations of samples.
    private static let interval = 250

    /// Trains to the end of the plan, or until `shouldStop` returns true; it is called before each step. Returns the
    /// statistics of the last samples by `survey`.
    ///
    /// `start` is the checkpoint of an earlier run. `afterStep` is called with the number of steps done,
    /// `afterEvaluation` every 250 steps and at the end. Throws `GeneratorFailure.foreignCheckpoint` if `start` does
    /// not fit this trainer, `GeneratorFailure.lossNotFinite`, and the errors of the closures.
    public func run(
        _ survey: ImageSurvey, from start: TrainingCheckpoint? = nil, shouldStop: () throws -> Bool = { false },
        afterStep: (Int) -> Void = { _ in },
        afterEvaluation: (Figures, ImageSurvey.Figures) throws -> Void = { _, _ in }
    ) throws -> ImageSurvey.Figures {
        if let start, !resume(start) { throw GeneratorFailure.foreignCheckpoint }
        var samples = survey.evaluate(generator)
        while step < plan.steps, try !shouldStop() {
            runStep()
            afterStep(step)
            guard step % ImageGeneratorTrainer.interval == 0 || step == plan.steps else { continue }
            let figures = takeFigures()
            guard figures.discriminatorLoss.isFinite, figures.generatorLoss.isFinite else {
                throw GeneratorFailure.lossNotFinite(step: step)
            }
            samples = survey.evaluate(generator)
            try afterEvaluation(figures, samples)
        }
        return samples
    }

    /// Runs one step: two updates of the discriminator, one of the generator.
    public func runStep() {
        var random = RandomSource(seed: plan.seed, .imageStep(step))
        let (batch, seen) = (plan.batch, discriminatorTape.input)
        seen.fill(batch, with: off)
        for k in 0..<batch {
            discriminatorImage.write(pairs, pair: random.index(below: pairs.count), on: on, off: off, to: seen, k)
        }
        updateDiscriminator(target: 1, update: 2 * step, seed: random.next())
        for k in 0..<batch {
            for c in 0..<ImageGeneratorKind.noise { generatorTape.input[k, 0, 0, c] = random.normal() }
        }
        // As in the original programs, these images come from batch normalisation with running means.
        generatorTape.forward(generatorState.weights, count: batch, step == 0 ? mode(random.next()) : .scoring)
        copyImages(batch)
        updateDiscriminator(target: 0, update: 2 * step + 1, seed: random.next())
        updateGenerator(seed: random.next())
        step += 1
        summed += 1
    }

    /// Training mode of the generator's batch normalisation.
    private func mode(_ seed: UInt64) -> BatchTape.Mode { .learning(seed: seed, updates: step) }

    /// Copies the generated images into the discriminator's input.
    private func copyImages(_ batch: Int) {
        let (made, seen) = (generatorTape.output, discriminatorTape.input)
        let half = (on - off) / 2
        for k in 0..<batch {
            let (from, to) = (made.firsts.values[k], seen.firsts.values[k])
            for place in places { seen.values[to + place.seen] = off + half * (made.values[from + place.made] + 1) }
        }
    }

    /// Sets the gradient of the loss for `target` with respect to the discriminator's logits, and adds the losses to
    /// `sums[loss]`, the right predictions to `sums[accuracy]`.
    private func setLossGradient(target: Float, loss: Int, accuracy: Int?) {
        for k in 0..<plan.batch {
            let logit = discriminatorTape.output[k, 0, 0, 0]
            sums[loss] += binaryCrossEntropy(logit, target)
            if let accuracy, (logit > 0) == (target > 0.5) { sums[accuracy] += 1 }
            discriminatorTape.outputGradient[k, 0, 0, 0] = (PairClassifier.score(logit) - target) / Float(plan.batch)
        }
    }

    /// Updates the discriminator on the images in its input.
    private func updateDiscriminator(target: Float, update: Int, seed: UInt64) {
        discriminatorTape.forward(discriminatorState.weights, count: plan.batch, .learning(seed: seed, updates: update))
        setLossGradient(target: target, loss: 0, accuracy: target > 0.5 ? 2 : 3)
        discriminatorTape.backward(
            discriminatorState.weights, count: plan.batch, seed: seed, sums: discriminatorState.gradient,
            needsInput: false)
        optimize(discriminatorState, update: update + 1)
    }

    /// Updates the generator by the gradient through the discriminator.
    private func updateGenerator(seed: UInt64) {
        generatorTape.forward(generatorState.weights, count: plan.batch, mode(seed))
        copyImages(plan.batch)
        discriminatorTape.forward(
            discriminatorState.weights, count: plan.batch, .learning(seed: seed, updates: 2 * step + 2))
        setLossGradient(target: 1, loss: 1, accuracy: nil)
        discriminatorTape.backward(
            discriminatorState.weights, count: plan.batch, seed: seed, sums: nil, needsInput: true)
        let (to, from) = (generatorTape.outputGradient, discriminatorTape.inputGradient)
        let half = (on - off) / 2
        for k in 0..<plan.batch {
            let (made, seen) = (to.firsts.values[k], from.firsts.values[k])
            for place in places { to.values[made + place.made] = half * from.values[seen + place.seen] }
        }
        generatorTape.backward(
            generatorState.weights, count: plan.batch, seed: seed, sums: generatorState.gradient, needsInput: false)
        optimize(generatorState, update: step + 1)
    }

    /// Runs a step of Adam.
    private func optimize(_ state: OptimizedWeights, update: Int) {
        state.adam.step(
            state.weights, gradient: state.gradient, number: update, rate: plan.rate, threads: plan.threads)
    }
}

extension ImageGeneratorTrainer {
    private var buffers: [FloatBuffer] {
        [generatorState, discriminatorState].flatMap { [$0.weights, $0.adam.first, $0.adam.second] }
    }

    /// The present state; `model` is the model that the generator will be added to.
    public func checkpoint(digest: String, model: ModelFile) -> TrainingCheckpoint {
        TrainingCheckpoint(
            digest: digest, numbers: ["step": step], buffers: buffers.map { $0[0..<$0.count] }, model: model)
    }

    /// Restores the state of `checkpoint`. Returns false, and changes nothing, if it does not fit this trainer.
    public func resume(_ checkpoint: TrainingCheckpoint) -> Bool {
        guard checkpoint.buffers.map(\.count) == buffers.map(\.count), let step = checkpoint.numbers["step"],
            (1...plan.steps).contains(step)
        else { return false }
        for (buffer, values) in zip(buffers, checkpoint.buffers) { buffer[0..<buffer.count] = values }
        self.step = step
        return true
    }
}
