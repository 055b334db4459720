// ImageGeneratorTraining: trains a plain GAN, with progress, log, checkpoints and messages.

import Kernels
import SeqIO
import SeqModel

/// Trains a plain GAN on positive pairs. Its generator is kept even if it did not learn how the strands relate.
struct ImageGeneratorTraining {
    let kind: ImageGeneratorKind
    let plan: ImageGeneratorPlan
    /// The orientation of the strands in the images; nil: by `start`, or by the data.
    let orientation: Orientation?
    /// The classifier that initialises the discriminator, if there is one.
    let start: ConvolutionalClassifier?
    let session: TrainingSession
    /// The model that the generator will be added to.
    let file: ModelFile

    /// Trains on the positive pairs of `pairs`. Returns the generator and its part of the training record.
    ///
    /// Throws a `Failure` if the training diverges or is interrupted, or if `orientation` is not that of `start`.
    func run(_ pairs: LabelledPairs) throws -> (generator: ImageGenerator, record: [String: String]) {
        let data = DataSurvey(pairs, threshold: file.classifier.threshold, alphabet: file.classifier.alphabet)
        let positives = pairs.interacting(
            above: file.classifier.threshold, alphabet: file.classifier.alphabet, seed: plan.seed)
        let laid = orientation ?? start?.configuration.orientation ?? data.orientation
        if let start, start.configuration.orientation != laid {
            throw Failure(
                message: "the classifier that initialises the discriminator was trained on strands "
                    + "\(start.configuration.orientation.rawValue), not \(laid.rawValue)", code: ExitCodes.badData)
        }
        let trainer = ImageGeneratorTrainer(
            kind, positives, alphabet: file.classifier.alphabet, length: positives.longest, orientation: laid,
            start: start, plan: plan)
        let survey = ImageSurvey(positives, seed: plan.seed)
        let real = survey.real
        try session.log.begin(
            ImageGeneratorTraining.columns,
            data: ["column_entropy": real.leastEntropy, "unique": real.unique, "facing": real.facing])
        let keeper = session.keeper
        let figures = try withProgress { update in
            try trainer.run(survey, from: session.generatorStart) {
                try keeper.endIfInterrupted()
                return session.isOutOfTime
            } afterStep: { step in
                update(step)
            } afterEvaluation: { steps, figures in
                try report(trainer.step, steps, figures)
                try keeper.keep(trainer.checkpoint(digest: keeper.digest, model: file))
            }
        }
        if !survey.hasRelation(figures) {
            printMessage(
                "the generator did not learn how the strands relate: \(fixed(figures.facing, 3)) of the letters face "
                    + "their most frequent partner (data \(fixed(real.facing, 3)), strands paired at random "
                    + "\(fixed(survey.chance.facing, 3))), though one-hot-ness is \(fixed(figures.oneHot, 3)); the "
                    + "generator is saved as a baseline")
        }
        return (trainer.generator, record(figures, trainer, laid))
    }

    /// Runs `training` with a progress bar, which it updates with the number of steps done. Translates its errors.
    private func withProgress<T>(_ training: ((Int) -> Void) throws -> T) throws -> T {
        var progress: ProgressBar?
        defer { ProgressBar.clear() }
        do {
            return try training { step in
                if progress == nil { progress = session.progressBar(total: plan.steps, at: step) }
                progress?.update(step)
            }
        } catch GeneratorFailure.foreignCheckpoint {
            throw session.keeper.refusal
        } catch GeneratorFailure.lossNotFinite(let step) {
            throw try session.keeper.lossNotFinite(step: step, rates: "learning rate \(plan.rate)")
        }
    }

    private static let columns = [
        "step", "D_loss", "G_loss", "D_accuracy_real", "D_accuracy_fake", "column_entropy", "unique", "one_hot",
        "facing",
    ]

    /// Adds an evaluation to the log and prints it.
    private func report(
        _ step: Int, _ steps: ImageGeneratorTrainer.Figures, _ figures: ImageSurvey.Figures
    ) throws {
        let row = [
            steps.discriminatorLoss, steps.generatorLoss, steps.realAccuracy, steps.fakeAccuracy, figures.leastEntropy,
            figures.unique, figures.oneHot, figures.facing,
        ]
        try session.log.add(step, row, decimals: 4, seconds: session.clock.seconds)
        guard !session.running.quiet else { return }
        printMessage(
            "step \(step)/\(plan.steps): D loss \(fixed(row[0], 3)), G loss \(fixed(row[1], 3)), D accuracy "
                + "\(fixed(row[2], 2)) real \(fixed(row[3], 2)) fake, one-hot \(fixed(row[6], 3)), facing "
                + "\(fixed(row[7], 3)), unique \(fixed(row[5], 3))")
    }

    /// The generator's part of the training record.
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
