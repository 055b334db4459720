// ClassifierTraining: the epochs of a classifier's training, watched: figures to the log, an early stop, failure said.

import Kernels
import SeqIO
import SeqModel

/// Trains a classifier and keeps watch over it.
struct ClassifierTraining {
    let options: TrainingOptions
    let running: RunOptions
    let clock: ClosingLine
    let log: TrainingLog
    let keeper: CheckpointKeeper

    /// Trains on `training`, chooses by `validation`; `pairs` are both, for what has to be found from the data.
    func run(
        _ pairs: LabelledPairs, _ training: LabelledPairs, _ validation: LabelledPairs, _ alphabet: Alphabet
    ) throws -> ModelFile {
        let survey = DataSurvey(pairs, threshold: options.labelThreshold, alphabet: alphabet)
        var plan: TrainingPlan
        let trainer: any ClassifierLearning
        switch options.classifier {
        case .duplex:
            var configuration: DuplexConfiguration
            (configuration, plan) = options.settle(survey, pairs: pairs.count, alphabet: alphabet)
            plan.threads = running.threadCount
            plan.seed = running.seed
            configuration.trainedLengths = survey.lengths
            trainer = ClassifierTrainer(configuration, plan: plan, training: training, validation: validation)
        case .cnn:
            let configuration: ConvolutionalConfiguration
            (configuration, plan) = options.settleConvolutional(
                survey, pairs: pairs.count, length: max(survey.lengths.upperBound, validation.strands.longest),
                alphabet: alphabet)
            plan.threads = running.threadCount
            plan.seed = running.seed
            trainer = ConvolutionalTrainer(configuration, plan: plan, training: training, validation: validation)
        }
        let report = try learn(trainer, plan)
        return ModelFile(classifier: trainer.classifier, record: record(plan, survey, pairs.count, report))
    }

    /// A validation loss below which there is nothing left to learn.
    private static let leastLoss = 1e-4

    /// Runs the epochs, says what each came to, and returns the best.
    private func learn(_ trainer: any ClassifierLearning, _ plan: TrainingPlan) throws -> EpochReport {
        var best: EpochReport?
        var worse = 0
        if let start = keeper.start {
            guard let (report, count) = trainer.resume(start) else {
                throw Failure(message: "the state to resume is of another training", code: ExitCodes.badData)
            }
            (best, worse) = (report, count)
        }
        try log.begin(["epoch", "training_loss", "validation_loss", "AUROC", "AP", "MCC"])
        var progress = ProgressBar(
            total: plan.epochs * trainer.stepsPerEpoch, noun: "steps", from: trainer.step, isQuiet: running.quiet)
        while trainer.epoch < plan.epochs, worse < options.patience,
            (best?.validationLoss ?? 1) >= ClassifierTraining.leastLoss
        {
            let report = trainer.runEpoch {
                keeper.isInterrupted || options.maxSeconds.map { clock.seconds > $0 } ?? false
            } afterStep: { step, _ in
                progress.update(step)
            }
            try keeper.endIfInterrupted()
            guard let report else { break }
            guard report.trainingLoss.isFinite, report.validationLoss.isFinite else {
                throw Failure(
                    message: "the loss is not a number after step \(trainer.step): lower --learning-rate "
                        + "(now \(plan.learningRate)); no model was written", code: ExitCodes.badData)
            }
            worse = report.isBest ? 0 : worse + 1
            if report.isBest { best = report }
            let m = report.validation
            let figures = [
                report.trainingLoss, report.validationLoss, m.areaUnderROC, m.averagePrecision, m.matthewsCorrelation,
            ]
            try log.add(report.epoch, figures, decimals: 5, seconds: clock.seconds)
            if !running.quiet {
                complain(
                    "epoch \(report.epoch)/\(plan.epochs): loss \(fixed(figures[0], 4)), validation loss "
                        + "\(fixed(figures[1], 4)), AUROC \(fixed(figures[2], 4)), AP \(fixed(figures[3], 4)), MCC \(fixed(figures[4], 4))"
                )
            }
            try keeper.keep(trainer.checkpoint(digest: keeper.digest))
        }
        guard let best else {
            throw Failure(message: "no epoch was finished in time: raise --max-seconds", code: ExitCodes.badData)
        }
        if best.validation.areaUnderROC.isNaN || best.validation.areaUnderROC < 0.55 {
            complain("the model learned nothing: AUROC \(fixed(best.validation.areaUnderROC, 3)) on held-out pairs")
        }
        return best
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
