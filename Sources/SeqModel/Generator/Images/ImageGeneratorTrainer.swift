// ImageGeneratorTrainer: the training of the plain GANs as they are usually trained, on images of interacting pairs.

import Kernels

/// How a plain GAN is trained.
public struct ImageGeneratorPlan: Sendable {
    /// Steps, each of the discriminator on pairs of the data and on generated ones, and of the generator.
    public var steps = 4_000
    /// Images a step.
    public var batch = 32
    /// Adam's learning rate.
    public var rate: Float = 2e-4
    /// Threads; the result does not depend on them.
    public var threads = 1
    /// Seed of everything drawn.
    public var seed: UInt64 = 11

    /// A plan with the usual numbers.
    public init() {}
}

/// Trains a plain GAN on binary cross-entropy: the discriminator on pairs of the data, then on generated ones, then the
/// generator through it. Adam with beta1 0.5. The same data, plan and seed give the same weights.
public final class ImageGeneratorTrainer {
    /// What it is, and how it trains.
    public let kind: ImageGeneratorKind, plan: ImageGeneratorPlan
    /// Steps done.
    public private(set) var step = 0
    /// The pairs that it learns from.
    public let pairs: Pairs
    private let image: PairImage, judged: PairImage
    private let lengths: [ClosedRange<Int>]
    private let kernels: BatchKernels
    private let generatorTape: BatchTape, judgeTape: BatchTape
    private let generatorState: Learned, judgeState: Learned
    /// For each number of a generated image: its place there, and in the image that the discriminator sees.
    private let places: [(made: Int, seen: Int)]
    /// What the discriminator sees for -1 and 1.
    private let off: Float, on: Float = 1
    private var sums = [0.0, 0.0, 0.0, 0.0]
    private var summed = 0

    /// A net's weights with what Adam keeps of them.
    private struct Learned {
        let weights, gradient: FloatBuffer
        let adam: Adam

        init(_ net: BatchNet, _ weights: FloatBuffer) {
            self.weights = weights
            gradient = FloatBuffer(count: net.trained)
            adam = Adam(count: net.trained, betas: (0.5, 0.999))
        }
    }

    /// A trainer on `pairs`, which have no ambiguous letters and no strand longer than `length`. Where `start` is given,
    /// its net is the discriminator, and the images lie as it sees them.
    public init(
        _ kind: ImageGeneratorKind, _ pairs: Pairs, alphabet: Alphabet, length: Int, orientation: Orientation,
        start: ConvolutionalClassifier?, plan: ImageGeneratorPlan
    ) {
        (self.kind, self.plan, self.pairs) = (kind, plan, pairs)
        let laid = start?.configuration.orientation ?? orientation
        let columns = start?.configuration.length ?? length
        image = PairImage(alphabet: alphabet, length: columns, layout: .channels, orientation: laid)
        judged = start?.configuration.image ?? image
        lengths = (0...1).map { side in
            let all = (0..<pairs.count).map { pairs.strands.length(2 * $0 + side) }
            return (all.min() ?? 1)...(all.max() ?? 1)
        }
        kernels = BatchKernels(threads: plan.threads)
        let net = kind.generator(letters: alphabet.count, length: columns)
        let judge = start?.net ?? kind.discriminator(letters: alphabet.count, length: columns)
        generatorTape = BatchTape(net, samples: plan.batch, learns: true, kernels)
        judgeTape = BatchTape(judge, samples: plan.batch, learns: true, kernels)
        var random = RandomSource(seed: plan.seed, stream: 51)
        generatorState = Learned(net, net.initialWeights(&random))
        let judgeWeights = judge.initialWeights(&random)
        if let start { judgeWeights[0..<judge.count] = start.weights[0..<judge.count] }
        judgeState = Learned(judge, judgeWeights)
        // A classifier has learned from images of 0 and 1.
        off = start == nil ? -1 : 0
        let (made, seen) = (generatorTape.output, judgeTape.input)
        var places: [(Int, Int)] = []
        for side in 0...1 {
            for column in 0..<columns {
                for letter in 0..<alphabet.count {
                    places.append(
                        (
                            image.place(made, 0, strand: side, column: column, letter: letter)
                                - made.firsts.values[0],
                            judged.place(seen, 0, strand: side, column: column, letter: letter)
                                - seen.firsts.values[0]
                        ))
                }
            }
        }
        self.places = places
    }

    /// The generator as it stands.
    public var generator: ImageGenerator {
        ImageGenerator(kind, image: image, lengths: lengths, weights: generatorState.weights)
    }

    /// Mean losses of discriminator and generator and the discriminator's accuracy on pairs of the data and on generated
    /// ones, since they were last asked for.
    public func takeFigures() -> (judgeLoss: Double, generatorLoss: Double, real: Double, fake: Double) {
        let count = Double(max(1, summed * plan.batch))
        let means = sums.map { $0 / count }
        (sums, summed) = ([0, 0, 0, 0], 0)
        return (means[0] / 2, means[1], means[2], means[3])
    }

    /// One step.
    public func runStep() {
        var random = RandomSource(seed: plan.seed, stream: UInt64(step) | 1 << 59)
        let (batch, seen) = (plan.batch, judgeTape.input)
        seen.fill(batch, with: off)
        for k in 0..<batch {
            judged.write(pairs, pair: random.index(below: pairs.count), on: on, off: off, to: seen, k)
        }
        teachJudge(target: 1, update: 2 * step, seed: random.next())
        for k in 0..<batch {
            for c in 0..<ImageGeneratorKind.noise { generatorTape.input[k, 0, 0, c] = random.normal() }
        }
        // As is usual, the discriminator sees what the running means give.
        generatorTape.forward(generatorState.weights, count: batch, step == 0 ? mode(random.next()) : .scoring)
        show(batch)
        teachJudge(target: 0, update: 2 * step + 1, seed: random.next())
        teachGenerator(seed: random.next())
        step += 1
        summed += 1
    }

    private func mode(_ seed: UInt64) -> BatchTape.Mode { .learning(seed: seed, updates: step) }

    /// Lays the generated images before the discriminator.
    private func show(_ batch: Int) {
        let (made, seen) = (generatorTape.output, judgeTape.input)
        let half = (on - off) / 2
        for k in 0..<batch {
            let (from, to) = (made.firsts.values[k], seen.firsts.values[k])
            for place in places { seen.values[to + place.seen] = off + half * (made.values[from + place.made] + 1) }
        }
    }

    /// Losses of what the discriminator says of its images for `target`, and their gradient. Adds to the sums.
    private func judge(target: Float, loss: Int, accuracy: Int?) {
        for k in 0..<plan.batch {
            let logit = judgeTape.output[k, 0, 0, 0]
            sums[loss] += binaryCrossEntropy(logit, target)
            if let accuracy, (logit > 0) == (target > 0.5) { sums[accuracy] += 1 }
            judgeTape.outputGradient[k, 0, 0, 0] = (PairClassifier.score(logit) - target) / Float(plan.batch)
        }
    }

    private func teachJudge(target: Float, update: Int, seed: UInt64) {
        judgeTape.forward(judgeState.weights, count: plan.batch, .learning(seed: seed, updates: update))
        judge(target: target, loss: 0, accuracy: target > 0.5 ? 2 : 3)
        judgeTape.backward(
            judgeState.weights, count: plan.batch, seed: seed, sums: judgeState.gradient, needsInput: false)
        learn(judgeState, update: update + 1)
    }

    private func teachGenerator(seed: UInt64) {
        generatorTape.forward(generatorState.weights, count: plan.batch, mode(seed))
        show(plan.batch)
        judgeTape.forward(judgeState.weights, count: plan.batch, .learning(seed: seed, updates: 2 * step + 2))
        judge(target: 1, loss: 1, accuracy: nil)
        judgeTape.backward(judgeState.weights, count: plan.batch, seed: seed, sums: nil, needsInput: true)
        let (to, from) = (generatorTape.outputGradient, judgeTape.inputGradient)
        let half = (on - off) / 2
        for k in 0..<plan.batch {
            let (made, seen) = (to.firsts.values[k], from.firsts.values[k])
            for place in places { to.values[made + place.made] = half * from.values[seen + place.seen] }
        }
        generatorTape.backward(
            generatorState.weights, count: plan.batch, seed: seed, sums: generatorState.gradient, needsInput: false)
        learn(generatorState, update: step + 1)
    }

    private func learn(_ state: Learned, update: Int) {
        state.adam.step(
            state.weights, gradient: state.gradient, number: update, rate: plan.rate, threads: plan.threads)
    }
}

extension ImageGeneratorTrainer {
    private var kept: [FloatBuffer] {
        [generatorState, judgeState].flatMap { [$0.weights, $0.adam.first, $0.adam.second] }
    }

    /// Where training stands; `model` is what the generator is to be added to.
    public func checkpoint(digest: String, model: ModelFile) -> TrainingCheckpoint {
        TrainingCheckpoint(
            digest: digest, numbers: ["step": step], buffers: kept.map { $0[0..<$0.count] }, model: model)
    }

    /// Goes on from `checkpoint`; false where it is none of this trainer's.
    public func resume(_ checkpoint: TrainingCheckpoint) -> Bool {
        guard checkpoint.buffers.map(\.count) == kept.map(\.count), let step = checkpoint.numbers["step"],
            (1...plan.steps).contains(step)
        else { return false }
        for (buffer, values) in zip(kept, checkpoint.buffers) { buffer[0..<buffer.count] = values }
        self.step = step
        return true
    }
}
