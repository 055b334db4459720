// ImageTraining: the steps of a plain GAN's training, watched; its generator is kept whatever it learned.

import Kernels
import SeqIO
import SeqModel

/// Trains a plain GAN on pairs that interact and says what it learned, and what it did not.
struct ImageTraining {
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
            ImageTraining.columns,
            data: ["column_entropy": looks.real.leastEntropy, "unique": looks.real.unique, "facing": looks.real.facing])
        let figures = try watched { keep in
            try trainer.run(looks, from: keeper.start.flatMap { $0.model == nil ? nil : $0 }) {
                try keeper.endIfInterrupted()
                return maxSeconds.map { clock.seconds > $0 } ?? false
            } afterStep: { step in
                keep(step)
            } afterLook: { steps, figures in
                try report(trainer.step, steps, figures)
                try keeper.keep(trainer.checkpoint(digest: keeper.digest, model: file))
            }
        }
        if !looks.hasRelation(figures) {
            printMessage(
                "the relation was not learned: \(fixed(figures.facing, 3)) of the letters face their partner (the data "
                    + "\(fixed(looks.real.facing, 3)), strands paired by chance \(fixed(looks.chance.facing, 3))), though "
                    + "one-hot-ness is \(fixed(figures.oneHot, 3)); the generator is saved all the same, as a baseline")
        }
        return (trainer.generator, record(figures, trainer, laid))
    }

    /// Runs `training`, which tells its steps, under a progress bar; says what a failure of it comes to.
    private func watched<T>(_ training: ((Int) -> Void) throws -> T) throws -> T {
        var progress: ProgressBar?
        defer { ProgressBar.clear() }
        do {
            return try training { step in
                if progress == nil {
                    progress = ProgressBar(total: plan.steps, noun: "steps", from: step - 1, isQuiet: quiet)
                }
                progress?.update(step)
            }
        } catch GeneratorFailure.foreignCheckpoint {
            throw keeper.refusal
        } catch GeneratorFailure.lossNotFinite(let step) {
            throw try keeper.failureOfLoss(step: step, rates: "learning rate \(plan.rate)")
        }
    }

    private static let columns = [
        "step", "D_loss", "G_loss", "D_accuracy_real", "D_accuracy_fake", "column_entropy", "unique", "one_hot",
        "facing",
    ]

    private func report(
        _ step: Int, _ steps: ImageGeneratorTrainer.Figures, _ figures: ImageSurvey.Figures
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
