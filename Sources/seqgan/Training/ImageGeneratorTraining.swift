// ImageGeneratorTraining: the steps of a plain GAN's training, watched; its generator is kept whatever it learned.

import Kernels
import SeqIO
import SeqModel

/// Trains a plain GAN on pairs that interact and says what it learned, and what it did not.
struct ImageGeneratorTraining {
    let kind: ImageGeneratorKind
    let plan: ImageGeneratorPlan
    let orientation: Orientation?
    /// A trained net that the discriminator begins as.
    let start: ConvolutionalClassifier?
    /// Seconds that all may take, and the clock since the start.
    let maxSeconds: Double?
    let clock: RunSummary
    let quiet: Bool
    let log: TrainingLog
    let keeper: CheckpointKeeper
    /// The model that the generator is to be added to.
    let file: ModelFile

    private static let interval = 250

    /// Trains on those of `pairs` that interact, and returns the generator with what the training record should say of it.
    func run(_ pairs: LabelledPairs) throws -> (generator: ImageGenerator, record: [String: String]) {
        let survey = DataSurvey(pairs, threshold: file.classifier.threshold, alphabet: file.classifier.alphabet)
        let positives = pairs.interacting(
            above: file.classifier.threshold, alphabet: file.classifier.alphabet, seed: plan.seed)
        let laid = orientation ?? start?.configuration.orientation ?? survey.orientation
        if let start, start.configuration.orientation != laid {
            throw Failure(
                message: "the classifier that the discriminator begins as sees strands "
                    + "\(start.configuration.orientation.rawValue), not \(laid.rawValue)", code: ExitCodes.badData)
        }
        let trainer = ImageGeneratorTrainer(
            kind, positives, alphabet: file.classifier.alphabet, length: positives.longest, orientation: laid,
            start: start, plan: plan)
        let looks = ImageSurvey(positives, seed: plan.seed)
        try log.begin(
            ImageGeneratorTraining.columns,
            data: ["column_entropy": looks.real.leastEntropy, "unique": looks.real.unique, "facing": looks.real.facing])
        if let state = keeper.start, state.model != nil, !trainer.resume(state) { throw keeper.refusal }
        var figures = looks.look(at: trainer.generator)
        while trainer.step < plan.steps {
            if let maxSeconds, clock.seconds > maxSeconds { break }
            try keeper.endIfInterrupted()
            trainer.runStep()
            guard trainer.step % ImageGeneratorTraining.interval == 0 || trainer.step == plan.steps else { continue }
            let steps = trainer.takeFigures()
            try keeper.requireFinite(
                [steps.judgeLoss, steps.generatorLoss], step: trainer.step, "learning rate \(plan.rate)")
            figures = looks.look(at: trainer.generator)
            try report(trainer.step, steps, figures)
            try keeper.keep(trainer.checkpoint(digest: keeper.digest, model: file))
        }
        if !looks.hasRelation(figures) {
            printMessage(
                "the relation was not learned: \(fixed(figures.facing, 3)) of the letters face their partner (the data "
                    + "\(fixed(looks.real.facing, 3)), strands paired by chance \(fixed(looks.chance.facing, 3))), though "
                    + "one-hot-ness is \(fixed(figures.oneHot, 3)); the generator is saved all the same, as a baseline")
        }
        return (trainer.generator, record(figures, trainer, laid))
    }

    private static let columns = [
        "step", "D_loss", "G_loss", "D_accuracy_real", "D_accuracy_fake", "column_entropy", "unique", "one_hot",
        "facing",
    ]

    private func report(
        _ step: Int, _ steps: (judgeLoss: Double, generatorLoss: Double, real: Double, fake: Double),
        _ figures: ImageSurvey.Figures
    ) throws {
        let row = [
            steps.judgeLoss, steps.generatorLoss, steps.real, steps.fake, figures.leastEntropy, figures.unique,
            figures.oneHot, figures.facing,
        ]
        try log.add(step, row, decimals: 4, seconds: clock.seconds)
        guard !quiet else { return }
        printMessage(
            "step \(step)/\(plan.steps): D loss \(fixed(row[0], 3)), G loss \(fixed(row[1], 3)), D accuracy "
                + "\(fixed(row[2], 2)) real \(fixed(row[3], 2)) fake, one-hot \(fixed(row[6], 3)), facing "
                + "\(fixed(row[7], 3)), unique \(fixed(row[5], 3))")
    }

    private func record(_ figures: ImageSurvey.Figures, _ trainer: ImageGeneratorTrainer, _ laid: Orientation)
        -> [String: String]
    {
        [
            "generator-seed": "\(plan.seed)", "generator-steps": "\(trainer.step)",
            "generator-discriminator-start": start == nil ? "fresh" : "classifier",
            "generator-entropy": fixed(figures.leastEntropy, 4), "generator-unique": fixed(figures.unique, 4),
            "generator-facing": fixed(figures.facing, 4), "generator-one-hot": fixed(figures.oneHot, 4),
        ]
    }
}
