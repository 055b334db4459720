// ClassifierTraining: the epochs of a classifier's training, watched: figures to the log, an early stop, failure said.

import Kernels
import SeqIO
import SeqModel

/// Trains a classifier and keeps watch over it.
struct ClassifierTraining {
    let options: TrainingOptions
    let running: RunOptions
    let clock: RunSummary
    let log: TrainingLog
    let keeper: CheckpointKeeper

    /// Trains on the data, and chooses by what of it was held back.
    func run(_ data: TrainingData, _ alphabet: Alphabet) throws -> ModelFile {
        let survey = data.survey
        remark(survey, contradictions: data.contradictions)
        var (configuration, plan) = resolved(data, alphabet)
        plan.threads = running.threadCount
        plan.seed = running.seed
        let trainer = ClassifierTrainer(
            configuration, plan: plan, training: data.training, validation: data.validation)
        let report = try learn(trainer)
        return ModelFile(classifier: trainer.classifier, record: record(plan, survey, data.count, report))
    }

    /// What the options and the data come to.
    private func resolved(_ data: TrainingData, _ alphabet: Alphabet) -> (ClassifierConfiguration, TrainingPlan) {
        let (survey, pairs) = (data.survey, data.count)
        switch options.classifier {
        case .duplex:
            let (configuration, plan) = DuplexConfiguration.resolved(
                options.choices, survey, pairs: pairs, alphabet: alphabet)
            return (.duplex(configuration), plan)
        case .cnn:
            let longest = max(survey.lengths.upperBound, data.validation.pairs.longest)
            let (configuration, plan) = ConvolutionalConfiguration.resolved(
                options.choices, survey, pairs: pairs, alphabet: alphabet, size: options.size, layout: options.layout,
                length: options.length ?? longest)
            return (.convolutional(configuration), plan)
        }
    }

    /// Says what of the labels leaves little or nothing to learn.
    private func remark(_ survey: DataSurvey, contradictions: Int) {
        let threshold = options.labelThreshold
        if survey.positives == 0 {
            printMessage("no label is above \(threshold): there are no pairs that interact to tell from others")
        } else if survey.negatives == 0 {
            printMessage("every label is above \(threshold): the pairs are told from their strands paired anew")
        }
        if contradictions > 0 {
            printMessage(
                "\(counted(contradictions, "pairs")) \(contradictions == 1 ? "repeats" : "repeat") an earlier one with a label on the other side of \(threshold): "
                    + "no model can agree with both")
        }
    }

    /// Runs the epochs, says what each came to, and returns the best.
    private func learn(_ trainer: ClassifierTrainer) throws -> EpochReport {
        try log.begin(["epoch", "training_loss", "validation_loss", "AUROC", "AP", "MCC"])
        let best: EpochReport
        do {
            var progress: ProgressBar?
            best = try trainer.run(patience: options.patience, from: keeper.start) {
                keeper.isInterrupted || options.maxSeconds.map { clock.seconds > $0 } ?? false
            } afterStep: { step in
                // Made by now: a resumed training has come further than none.
                if progress == nil {
                    progress = ProgressBar(
                        total: trainer.plan.epochs * trainer.stepsPerEpoch, noun: "steps", from: step - 1,
                        isQuiet: running.quiet)
                }
                progress?.update(step)
            } afterEpoch: { report in
                try keeper.endIfInterrupted()
                try tell(report, of: trainer.plan.epochs)
                try keeper.keep(trainer.checkpoint(digest: keeper.digest))
            }
        } catch let ended as TrainingFailure {
            throw try failure(ended, trainer.plan)
        }
        try keeper.endIfInterrupted()
        let area = best.validation.areaUnderROC
        if area.isNaN {
            printMessage("whether the model learned anything can't be told: the held-out pairs are all of one class")
        } else if area < 0.55 {
            printMessage("the model learned nothing: AUROC \(fixed(area, 3)) on held-out pairs")
        }
        return best
    }

    private func tell(_ report: EpochReport, of epochs: Int) throws {
        let m = report.validation
        let figures = [
            report.trainingLoss, report.validationLoss, m.areaUnderROC, m.averagePrecision, m.matthewsCorrelation,
        ]
        try log.add(report.epoch, figures, decimals: 5, seconds: clock.seconds)
        guard !running.quiet else { return }
        let texts = figures.map { fixed($0, 4) }
        printMessage(
            "epoch \(report.epoch)/\(epochs): loss \(texts[0]), validation loss \(texts[1]), AUROC \(texts[2]), "
                + "AP \(texts[3]), MCC \(texts[4])")
    }

    /// What a run ends in whose training came to no classifier. Throws what an interruption ends it in.
    private func failure(_ ended: TrainingFailure, _ plan: TrainingPlan) throws -> Failure {
        let (what, step): (String, Int)
        switch ended {
        case .foreignCheckpoint: return keeper.refusal
        case .noEpoch:
            try keeper.endIfInterrupted()
            return Failure(message: "no epoch was finished in time: raise --max-seconds", code: ExitCodes.badData)
        case .lossNotFinite(let at): (what, step) = ("the loss is not a number", at)
        case .weightTooLarge(let weight, let at):
            (what, step) = (weight.isFinite ? "a weight grew to \(weight)" : "a weight is not a number", at)
        }
        return Failure(
            message: "\(what) by step \(step), learning rate \(plan.learningRate): lower --learning-rate; "
                + (try keeper.keepLast()), code: ExitCodes.badData)
    }

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
