// Train: labelled pairs to a model.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learn from labelled pairs and write a model.",
        discussion: """
            What is not given is found from the data: how the strands face each other, whether they may be swapped,
            whether position matters, how long to train. Labels are 0 and 1, or numbers between (soft labels).

            EXAMPLES
              seqgan train labelled.tsv.gz -o my.seqgan
              seqgan train --columns strandA,strandB,yield --label-threshold 0.2 pairs.tsv.gz -o my.seqgan
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var running: RunOptions

    @Option(name: .shortAndLong, help: "The model file to write.", completion: .file(extensions: ["seqgan"]))
    var output: String

    @Option(help: "A table with a row for each epoch.", completion: .file())
    var log: String?

    func run() throws {
        try input.requireInput()
        try OutputOptions.requireOther(output, than: input.files)
        guard let alphabet = Alphabet(named: training.alphabet) else {
            throw ValidationError("--alphabet takes dna, rna, protein or 2 to 26 different letters")
        }
        try ending {
            let clock = ClosingLine()
            // Opened first, so that a name that can't be written is known before the work is done.
            let sink = try ByteSink(path: output)
            let logSink = try log.map { path throws(OutputError) in try ByteSink(path: path) }
            let (pairs, skipped) = try readLabelled(input, alphabet)
            guard pairs.count >= 2 else {
                throw Failure(
                    message: "\(pairs.count) labelled pairs: training needs at least 2", code: ExitCodes.badData)
            }
            let survey = DataSurvey(pairs, threshold: training.labelThreshold, alphabet: alphabet)
            var (configuration, plan) = training.settle(survey, pairs: pairs.count, alphabet: alphabet)
            plan.threads = running.threadCount
            configuration.trainedLengths = survey.lengths
            let (train, validation) = try split(pairs, alphabet, seed: plan.seed)
            let trainer = ClassifierTrainer(configuration, plan: plan, training: train, validation: validation)
            let report = try learn(trainer, plan, clock, logSink)
            let file = ModelFile(
                classifier: trainer.classifier, record: record(plan, survey, pairs.count, report))
            try sink.write(file.encoded())
            try sink.finish()
            try logSink?.finish()
            if !running.quiet { clock.write(plan.epochs * trainer.pairsPerEpoch, "pairs", seed: plan.seed) }
            try requireNoneSkipped(skipped)
        }
    }

    /// Runs the epochs, says what each came to, and returns the best.
    private func learn(_ trainer: ClassifierTrainer, _ plan: TrainingPlan, _ clock: ClosingLine, _ log: ByteSink?)
        throws
        -> EpochReport
    {
        var best: EpochReport?
        var worse = 0
        try log?.write("epoch\ttraining_loss\tvalidation_loss\tAUROC\tAP\tMCC\tseconds\n".utf8)
        for _ in 0..<plan.epochs {
            let report = trainer.runEpoch { training.maxSeconds.map { clock.seconds > $0 } ?? false }
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
            let row = figures.map { fixed($0, 5) }.joined(separator: "\t")
            try log?.write("\(report.epoch)\t\(row)\t\(fixed(clock.seconds, 1))\n".utf8)
            if !running.quiet {
                complain(
                    "epoch \(report.epoch)/\(plan.epochs): loss \(fixed(figures[0], 4)), validation loss "
                        + "\(fixed(figures[1], 4)), AUROC \(fixed(figures[2], 4)), AP \(fixed(figures[3], 4)), MCC \(fixed(figures[4], 4))"
                )
            }
            if worse >= training.patience { break }
        }
        guard let best else {
            throw Failure(message: "no epoch was finished in time: raise --max-seconds", code: ExitCodes.badData)
        }
        if best.validation.areaUnderROC.isNaN || best.validation.areaUnderROC < 0.55 {
            complain("the model learned nothing: AUROC \(fixed(best.validation.areaUnderROC, 3)) on held-out pairs")
        }
        return best
    }

    /// Holds back the validation pairs: a file of them, or a share drawn by the seed.
    private func split(_ pairs: LabelledPairs, _ alphabet: Alphabet, seed: UInt64) throws -> (
        LabelledPairs, LabelledPairs
    ) {
        let share: Double
        if let given = training.validation {
            guard let number = Double(given) else {
                var options = input
                options.files = [given]
                return (pairs, try readLabelled(options, alphabet).pairs)
            }
            share = number
        } else {
            share = 0.05
        }
        return pairs.split(share: share, seed: seed, alphabet: alphabet)
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
