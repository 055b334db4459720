// GeneratorLearning: which generator is trained, with which plan, and added to a model.

import Kernels
import SeqModel

/// Adds a generator to a model.
struct GeneratorLearning {
    let options: TrainingOptions
    let running: RunOptions
    let clock: RunSummary
    let log: TrainingLog
    let keeper: CheckpointKeeper
    /// Whether the model was given: then a convolutional classifier of it is where a discriminator begins.
    let hasStart: Bool

    /// Adds to `file` a generator that learns from `pairs`.
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
            (generator, record) = try images(kind, file).run(pairs)
            file.generator = .images(generator)
        } else {
            let generator: PairGenerator
            (generator, record) = try paired(file).run(pairs)
            file.generator = .paired(generator)
        }
        file.record.merge(record) { _, new in new }
    }

    private func paired(_ file: ModelFile) -> GeneratorTraining {
        var plan = GeneratorPlan()
        plan.seed = running.seed
        plan.steps = options.steps ?? plan.steps
        if options.learn == .generator { plan.batch = options.batch ?? plan.batch }
        plan.threads = running.threadCount
        plan.loss = options.adversarialLoss
        plan.criticSteps = options.criticSteps
        return GeneratorTraining(
            classifier: file.classifier, plan: plan, maxSeconds: options.maxSeconds, clock: clock,
            quiet: running.quiet, log: log, keeper: keeper, file: file)
    }

    private func images(_ kind: ImageGeneratorKind, _ file: ModelFile) -> ImageGeneratorTraining {
        var plan = ImageGeneratorPlan()
        plan.seed = running.seed
        plan.steps = options.steps ?? plan.steps
        if options.learn == .generator { plan.batch = options.batch ?? plan.batch }
        plan.threads = running.threadCount
        var start: ConvolutionalClassifier?
        if hasStart, kind == .dcgan, case .convolutional(let net) = file.classifier { start = net }
        return ImageGeneratorTraining(
            kind: kind, plan: plan, orientation: options.orientation, start: start, maxSeconds: options.maxSeconds,
            clock: clock, quiet: running.quiet, log: log, keeper: keeper, file: file)
    }
}
