// PairGeneratorTraining: trains a pair generator, with progress, log, checkpoints and messages.

import Kernels
import SeqIO
import SeqModel

/// Trains a pair generator beside a model's classifier, which judges its pairs and teaches an adversarial one.
struct PairGeneratorTraining {
    let plan: PairGeneratorPlan
    let session: TrainingSession
    /// The model that the generator will be added to.
    let file: ModelFile

    /// Trains on `pairs`. Returns the generator and its part of the training record.
    ///
    /// Throws a `Failure` if the training diverges, is interrupted or too short, if the samples keep collapsing, or if
    /// they are no better than strands paired at random.
    func run(_ pairs: LabelledPairs) throws -> (generator: PairGenerator, record: [String: String]) {
        let trainer = PairGeneratorTrainer(file.classifier, pairs, plan: plan)
        var bar: (phase: PairGeneratorTrainer.Phase, progress: ProgressBar)?
        defer { ProgressBar.clear() }
        do {
            let outcome = try trainer.run(from: session.generatorStart) {
                try session.keeper.endIfInterrupted()
                return session.isOutOfTime
            } timeUsed: {
                session.timeUsed
            } afterStep: { phase, step in
                if bar?.phase != phase { bar = (phase, progress(phase, at: step)) }
                bar?.progress.update(step)
            } report: { event in
                try report(event)
            } save: { state in
                try session.keeper.keep(checkpoint(state))
            }
            return (outcome.generator, record(outcome.figures, step: outcome.step))
        } catch let ended as GeneratorFailure {
            throw try failure(ended)
        }
    }

    /// A progress bar for a phase, created at its first step in this run.
    private func progress(_ phase: PairGeneratorTrainer.Phase, at step: Int) -> ProgressBar {
        switch phase {
        case .strands:
            session.progressBar(
                total: PairGeneratorTrainer.strandSteps, noun: "steps on strands A at most", at: step)
        case .pairs: session.progressBar(total: plan.steps, at: step)
        }
    }

    private func checkpoint(_ state: PairGeneratorTrainer.State) -> TrainingCheckpoint {
        var model = file
        model.generator = state.generator.map { .paired($0) }
        return TrainingCheckpoint(
            digest: session.keeper.digest, numbers: state.numbers, buffers: state.buffers, model: model)
    }

    /// Logs and prints an event.
    private func report(_ event: PairGeneratorTrainer.Event) throws {
        switch event {
        case .began(let real):
            try session.log.begin(columns, data: PairGeneratorTraining.reference(real))
        case .evaluated(let step, let losses, let figures): try report(step, losses, figures)
        case .restarted(let step, let earlier, let figures):
            printMessage(
                "the generated pairs collapsed by step \(step) (least column entropy "
                    + "\(fixed(figures.leastEntropy, 2)) bits): restarting from step \(earlier) with another seed")
        }
    }

    /// The error for a training without a result.
    private func failure(_ ended: GeneratorFailure) throws -> Failure {
        switch ended {
        case .foreignCheckpoint: session.keeper.refusal
        case .lossNotFinite(let step):
            try session.keeper.lossNotFinite(
                step: step,
                rates: plan.method != .adversarial
                    ? "learning rate \(plan.rate)"
                    : "learning rates \(plan.criticRate) of the critic and \(plan.generatorRate) of the generator")
        case .collapsed(let times, let figures):
            Failure(
                message: "the generated pairs collapsed \(times) times (least column entropy "
                    + "\(fixed(figures.leastEntropy, 2)) bits, unique \(fixed(figures.unique, 3))); "
                    + "no model was written", code: ExitCodes.badData)
        case .learnedNothing(let last, let chance):
            Failure(
                message: "the generator learned nothing: the classifier accepts "
                    + "\(fixed(100 * last.agreement[1], 1)) % of its pairs, and "
                    + "\(fixed(100 * chance.agreement[1], 1)) % of strands paired at random; "
                    + "no model was written", code: ExitCodes.badData)
        case .noTime:
            Failure(
                message: "the generator had no time to learn: raise --max-seconds; no model was written",
                code: ExitCodes.badData)
        }
    }

    /// The columns of the log: losses, then figures of samples.
    private var columns: [String] {
        let losses =
            switch plan.method {
            case .autoregressive, .aligned: ["training_loss", "validation_loss"]
            case .adversarial: ["D_loss", "G_loss", "D_margin", "D_accuracy_real", "D_accuracy_fake"]
            }
        return ["step"] + losses
            + ["column_entropy", "unique", "one_hot", "facing", "score", "agreement_1", "agreement_0"]
    }

    /// The figures of the data, to compare the generator's with.
    private static func reference(_ real: SampleFigures) -> [String: Double] {
        ["column_entropy": real.leastEntropy, "facing": real.facing, "score": real.score]
    }

    /// Adds an evaluation to the log and prints it.
    private func report(_ step: Int, _ losses: PairGeneratorTrainer.Losses, _ figures: SampleFigures) throws {
        let (row, text): ([Double], String)
        switch losses {
        case .likelihood(let training, let validation):
            row = [training, validation]
            text = "loss \(fixed(training, 4)), validation loss \(fixed(validation, 4))"
        case .adversarial(let steps):
            row = [
                steps.criticLoss, steps.generatorLoss, steps.margin, steps.realAccuracy, steps.fakeAccuracy,
            ]
            text = "D loss \(fixed(steps.criticLoss, 3)), G loss \(fixed(steps.generatorLoss, 3))"
        }
        let samples = [
            figures.leastEntropy, figures.unique, figures.oneHot, figures.facing, figures.score, figures.agreement[1],
            figures.agreement[0],
        ]
        try session.log.add(step, row + samples, decimals: 4, seconds: session.clock.seconds)
        guard !session.running.quiet else { return }
        printMessage(
            "step \(step)/\(plan.steps): \(text), classifier agrees \(fixed(figures.agreement[1], 3)), "
                + "least entropy \(fixed(figures.leastEntropy, 2)) bits, unique \(fixed(figures.unique, 3))")
    }

    /// The generator's part of the training record.
    private func record(_ figures: SampleFigures, step: Int) -> [String: String] {
        [
            "generator-seed": "\(plan.seed)", "generator-steps": "\(plan.steps)", "generator-best-step": "\(step)",
            "generator-agreement": fixed(figures.agreement[1], 4), "generator-score": fixed(figures.score, 4),
            "generator-entropy": fixed(figures.leastEntropy, 4), "generator-unique": fixed(figures.unique, 4),
            "generator-facing": fixed(figures.facing, 4),
        ]
    }
}
