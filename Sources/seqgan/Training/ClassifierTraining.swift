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
        let (pairs, survey) = (data.all, data.survey)
        remark(survey, contradictions: data.contradictions)
        var plan: TrainingPlan
        let trainer: any ClassifierLearning
        switch options.classifier {
        case .duplex:
            var configuration: DuplexConfiguration
            (configuration, plan) = options.settle(survey, pairs: pairs.count, alphabet: alphabet)
            plan.threads = running.threadCount
            plan.seed = running.seed
            configuration.trainedLengths = survey.lengths
            trainer = ClassifierTrainer(
                configuration, plan: plan, training: data.training, validation: data.validation)
        case .cnn:
            let configuration: ConvolutionalConfiguration
            (configuration, plan) = options.settleConvolutional(
                survey, pairs: pairs.count, length: max(survey.lengths.upperBound, data.validation.pairs.longest),
                alphabet: alphabet)
            plan.threads = running.threadCount
            plan.seed = running.seed
            trainer = ConvolutionalTrainer(
                configuration, plan: plan, training: data.training, validation: data.validation)
        }
        let report = try learn(trainer, plan)
        return ModelFile(classifier: trainer.classifier, record: record(plan, survey, pairs.count, report))
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

    /// A validation loss below which there is nothing left to learn.
    private static let leastLoss = 1e-4

    /// Runs the epochs, says what each came to, and returns the best.
    private func learn(_ trainer: any ClassifierLearning, _ plan: TrainingPlan) throws -> EpochReport {
        var best: EpochReport?
        var worse = 0
        if let start = keeper.start {
            guard let (report, count) = trainer.resume(start) else { throw keeper.refusal }
            (best, worse) = (report, count)
        }
        try log.begin(["epoch", "training_loss", "validation_loss", "AUROC", "AP", "MCC"])
        var progress = ProgressBar(
            total: plan.epochs * trainer.stepsPerEpoch, noun: "steps", from: trainer.step, isQuiet: running.quiet)
        while trainer.epoch < plan.epochs, worse < options.patience,
            (best?.validationLoss ?? 1) >= ClassifierTraining.leastLoss
        {
            var isSound = true
            let report = trainer.runEpoch {
                !isSound || keeper.isInterrupted || options.maxSeconds.map { clock.seconds > $0 } ?? false
            } afterStep: { step, loss in
                isSound = isSound && loss.isFinite
                progress.update(step)
            }
            isSound = isSound && report?.validationLoss.isFinite ?? true
            try requireSound(isSound, trainer, plan)
            try keeper.endIfInterrupted()
            guard let report else { break }
            worse = report.isBest ? 0 : worse + 1
            if report.isBest { best = report }
            let m = report.validation
            let figures = [
                report.trainingLoss, report.validationLoss, m.areaUnderROC, m.averagePrecision, m.matthewsCorrelation,
            ]
            try log.add(report.epoch, figures, decimals: 5, seconds: clock.seconds)
            if !running.quiet {
                printMessage(
                    "epoch \(report.epoch)/\(plan.epochs): loss \(fixed(figures[0], 4)), validation loss "
                        + "\(fixed(figures[1], 4)), AUROC \(fixed(figures[2], 4)), AP \(fixed(figures[3], 4)), MCC \(fixed(figures[4], 4))"
                )
            }
            try keeper.keep(trainer.checkpoint(digest: keeper.digest))
        }
        guard let best else {
            throw Failure(message: "no epoch was finished in time: raise --max-seconds", code: ExitCodes.badData)
        }
        let area = best.validation.areaUnderROC
        if area.isNaN {
            printMessage("whether the model learned anything can't be told: the held-out pairs are all of one class")
        } else if area < 0.55 {
            printMessage("the model learned nothing: AUROC \(fixed(area, 3)) on held-out pairs")
        }
        return best
    }

    /// Throws where a loss or the weights of `trainer` have gone beyond all bounds, once its last good state is kept.
    private func requireSound(_ isLossSound: Bool, _ trainer: any ClassifierLearning, _ plan: TrainingPlan) throws {
        let largest = trainer.largestWeight
        guard !isLossSound || !(largest <= ModelFile.largestWeight) else { return }
        let what = !isLossSound ? "the loss" : "a weight"
        throw Failure(
            message: (isLossSound && largest.isFinite ? "a weight grew to \(largest)" : "\(what) is not a number")
                + " by step \(trainer.step), learning rate \(plan.learningRate): lower --learning-rate; "
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
