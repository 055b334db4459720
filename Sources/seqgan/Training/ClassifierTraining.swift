// ClassifierTraining: trains a classifier, with progress, log, checkpoints and messages.

import Kernels
import SeqIO
import SeqModel

/// Trains a classifier by the command's options.
struct ClassifierTraining {
    let options: TrainingOptions
    let session: TrainingSession

    /// Trains on `data` and returns the model of the best epoch, with its training record.
    ///
    /// Throws a `Failure` if the training diverges, is interrupted or finishes no epoch in time.
    func run(_ data: TrainingData, _ alphabet: Alphabet) throws -> ModelFile {
        let survey = data.survey
        warn(survey, contradictions: data.contradictions)
        var (configuration, plan) = resolved(data, alphabet)
        plan.threads = session.running.threadCount
        plan.seed = session.running.seed
        let trainer = ClassifierTrainer(
            configuration, plan: plan, training: data.training, validation: data.validation)
        let report = try learn(trainer)
        return ModelFile(classifier: trainer.boundedClassifier, record: record(plan, survey, data.count, report))
    }

    /// The configuration and the plan: the options, and defaults that depend on the data.
    private func resolved(_ data: TrainingData, _ alphabet: Alphabet) -> (ClassifierConfiguration, TrainingPlan) {
        let (survey, pairs) = (data.survey, data.count)
        switch options.classifier {
        case .duplex:
            let (configuration, plan) = DuplexConfiguration.resolved(
                options.choices, survey, pairs: pairs, alphabet: alphabet, values: data.training.conditions)
            return (.duplex(configuration), plan)
        case .cnn:
            let longest = max(survey.lengths.upperBound, data.validation.pairs.longest)
            let (configuration, plan) = ConvolutionalConfiguration.resolved(
                options.choices, survey, pairs: pairs, alphabet: alphabet, size: options.size, layout: options.layout,
                length: options.length ?? longest)
            return (.convolutional(configuration), plan)
        }
    }

    /// Prints warnings about labels from which little or nothing can be learned.
    private func warn(_ survey: DataSurvey, contradictions: Int) {
        let threshold = options.labelThreshold
        if survey.positives == 0 {
            printMessage("no label is above \(threshold): there are no positive pairs to learn from")
        } else if survey.negatives == 0 {
            printMessage("every label is above \(threshold): negatives are made by pairing strands at random")
        }
        if contradictions > 0 {
            let verb = contradictions == 1 ? "repeats" : "repeat"
            printMessage(
                "\(counted(contradictions, "pairs")) \(verb) an earlier one with a label on the other side of "
                    + "\(threshold): no model can agree with both")
        }
    }

    /// Runs the epochs, reports each, and returns the best one.
    private func learn(_ trainer: ClassifierTrainer) throws -> EpochReport {
        try session.log.begin(["epoch", "training_loss", "validation_loss", "AUROC", "AP", "MCC"])
        let best: EpochReport
        do {
            var progress: ProgressBar?
            best = try trainer.run(patience: options.patience ?? trainer.plan.patience, from: session.keeper.start) {
                session.keeper.isInterrupted || session.isOutOfTime
            } afterStep: { step in
                // Created late, as a resumed training does not start at step 0.
                if progress == nil {
                    progress = session.progressBar(total: trainer.plan.epochs * trainer.stepsPerEpoch, at: step)
                }
                progress?.update(step)
            } afterEpoch: { report in
                try session.keeper.endIfInterrupted()
                try log(report, of: trainer.plan.epochs)
                try session.keeper.keep(trainer.checkpoint(digest: session.keeper.digest))
            }
        } catch let ended as TrainingFailure {
            throw try failure(ended, trainer.plan)
        }
        try session.keeper.endIfInterrupted()
        let area = best.validation.areaUnderROC
        if area.isNaN {
            printMessage("the model cannot be assessed: all held-out pairs are of one class")
        } else if area < 0.55 {
            printMessage("the model learned nothing: AUROC \(fixed(area, 3)) on held-out pairs")
        }
        return best
    }

    /// Adds an epoch to the log and prints it.
    private func log(_ report: EpochReport, of epochs: Int) throws {
        let m = report.validation
        let figures = [
            report.trainingLoss, report.validationLoss, m.areaUnderROC, m.averagePrecision, m.matthewsCorrelation,
        ]
        try session.log.add(report.epoch, figures, decimals: 5, seconds: session.clock.seconds)
        guard !session.running.quiet else { return }
        let texts = figures.map { fixed($0, 4) }
        printMessage(
            "epoch \(report.epoch)/\(epochs): loss \(texts[0]), validation loss \(texts[1]), AUROC \(texts[2]), "
                + "AP \(texts[3]), MCC \(texts[4])")
    }

    /// The error for a training without a result. Throws if it was interrupted.
    private func failure(_ ended: TrainingFailure, _ plan: TrainingPlan) throws -> Failure {
        let (what, step): (String, Int)
        switch ended {
        case .foreignCheckpoint: return session.keeper.refusal
        case .noEpoch:
            try session.keeper.endIfInterrupted()
            return Failure(message: "no epoch was finished in time: raise --max-seconds", code: ExitCodes.badData)
        case .lossNotFinite(let at): (what, step) = ("the loss is not a number", at)
        case .weightTooLarge(let weight, let at):
            (what, step) = (weight.isFinite ? "a weight grew to \(weight)" : "a weight is not a number", at)
        }
        return Failure(
            message: "\(what) by step \(step), learning rate \(plan.learningRate): lower --learning-rate; "
                + (try session.keeper.keepLast()), code: ExitCodes.badData)
    }

    /// The training record of the model file.
    private func record(_ plan: TrainingPlan, _ survey: DataSurvey, _ count: Int, _ best: EpochReport) -> [String:
        String]
    {
        [
            "seed": "\(plan.seed)", "pairs": "\(count)", "positives": "\(survey.positives)",
            "epochs": "\(plan.epochs)", "best-epoch": "\(best.epoch)", "batch": "\(plan.batch)",
            "learning-rate": "\(plan.learningRate)", "negatives": "\(plan.negatives)",
            "validation-loss": fixed(best.validationLoss, 6),
            "validation-auroc": fixed(best.validation.areaUnderROC, 6),
            "validation-ap": fixed(best.validation.averagePrecision, 6),
            "validation-mcc": fixed(best.validation.matthewsCorrelation, 6), "program": Seqgan.versionText,
        ]
    }
}
