// GeneratorTraining: trains the generator that the options name, and adds it to a model.

import Kernels
import SeqModel

/// Trains a generator by the command's options.
struct GeneratorTraining {
    let options: TrainingOptions
    let session: TrainingSession
    /// Whether the model was given by `--from`. Its classifier, if it is a cnn, then initialises the discriminator of
    /// dcgan.
    let hasStart: Bool

    /// Trains a generator on `pairs` and adds it, and its training record, to `file`.
    ///
    /// Throws a `Failure` if no pair is positive, or if the training gives no generator.
    func run(_ file: inout ModelFile, _ pairs: LabelledPairs) throws {
        let threshold = file.classifier.threshold
        guard pairs.targets.contains(where: { $0 > threshold }) else {
            throw Failure(
                message: "no pair's label is above \(threshold): a generator needs pairs that interact",
                code: ExitCodes.badData)
        }
        let record: [String: String]
        if let kind = options.generator.images {
            let generator: ImageGenerator
            (generator, record) = try imageTraining(kind, file).run(pairs)
            file.generator = .images(generator)
        } else {
            let generator: PairGenerator
            (generator, record) = try pairTraining(file, pairs.count).run(pairs)
            file.generator = .paired(generator)
        }
        file.record.merge(record) { _, new in new }
    }

    private func pairTraining(_ file: ModelFile, _ pairs: Int) -> PairGeneratorTraining {
        var plan = PairGeneratorPlan(options.generator.method ?? .autoregressive, pairs: pairs)
        plan.seed = session.running.seed
        plan.steps = options.steps ?? plan.steps
        if options.learn == .generator { plan.batch = options.batch ?? plan.batch }
        plan.threads = session.running.threadCount
        plan.loss = options.adversarialLoss
        plan.criticSteps = options.criticSteps
        return PairGeneratorTraining(plan: plan, session: session, file: file)
    }

    private func imageTraining(_ kind: ImageGeneratorKind, _ file: ModelFile) -> ImageGeneratorTraining {
        var plan = ImageGeneratorPlan()
        plan.seed = session.running.seed
        plan.steps = options.steps ?? plan.steps
        if options.learn == .generator { plan.batch = options.batch ?? plan.batch }
        plan.threads = session.running.threadCount
        var start: ConvolutionalClassifier?
        if hasStart, kind == .dcgan, case .convolutional(let net) = file.classifier { start = net }
        return ImageGeneratorTraining(
            kind: kind, plan: plan, orientation: options.orientation, start: start, session: session, file: file)
    }
}
