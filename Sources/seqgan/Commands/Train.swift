// Train: trains a model on labelled pairs.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

/// `seqgan train`.
struct Train: CommandWithExamples {
    static let examples = [
        "seqgan train labelled.tsv.gz -o my.seqgan",
        """
        seqgan train --learn both labelled.tsv.gz \\
            -o my.seqgan
        """,
        """
        seqgan train --columns strandA,strandB,yield \\
            --label-threshold 0.2 labelled.tsv.gz -o my.seqgan
        """,
        """
        seqgan train --conditions temperature,sodium \\
            labelled.tsv.gz -o my.seqgan
        """,
        """
        seqgan train labelled.tsv.gz -o my.seqgan \\
            --report training.html
        """,
        """
        seqgan train --learn generator --from my.seqgan \\
            --generator pair-hmm labelled.tsv.gz \\
            -o new.seqgan
        """,
        """
        seqgan train --classifier cnn --layout stacked \\
            --orientation parallel labelled.tsv.gz \\
            -o cnn.seqgan
        """,
    ]

    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on labelled pairs.",
        discussion: HelpText.discussion(
            """
            Options that are not given are set from the data: the orientation of the strands, whether they may be \
            swapped, whether position matters, how long to train. Labels are 0 and 1, or numbers between.

            A generator learns to write strand B letter by letter, given strand A, by maximum likelihood; for strands \
            that hybridise, --generator pair-hmm learns and draws several times as fast. The GANs (--generator paired, \
            dense and dcgan) are there for comparison.
            """, examples: examples))

    @OptionGroup(title: "Training") var result: TrainedModelOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Input") var given: GivenModelOptions
    @OptionGroup(title: "Output") var pages: TrainingFileOptions
    @OptionGroup(title: "Output") var checkpoints: CheckpointOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        if given.from != nil, training.learn != .generator {
            throw ValidationError("--from needs --learn generator: the classifier of that model is kept unchanged")
        }
    }

    func run() throws {
        try input.requireInput()
        // The model may replace the one that --from names, and a checkpoint the one that --resume names.
        let inputs = input.everyFile + [training.validation]
        let source = given.from.flatMap { ModelSource($0).path }
        try OutputOptions.requireDistinct(result.output, from: inputs + [checkpoints.resume])
        try OutputOptions.requireDistinct([checkpoints.checkpoint], from: inputs + [source])
        try OutputOptions.requireDistinct([pages.log, pages.report], from: inputs + [source, checkpoints.resume])
        try OutputOptions.requireDistinct([result.output, pages.log, pages.report, checkpoints.checkpoint], from: [])
        let named = try Alphabet(option: training.alphabet)
        try exitOnFailure {
            let summary = RunSummary()
            let start = try given.from.map { try ModelSource($0).load() }
            let alphabet = start?.classifier.alphabet ?? named
            let conditions = RunConditions(required: try training.readConditions(from: start))
            // Opened first, so that an unwritable path is reported before the work is done.
            let sink = try ByteSink(path: result.output)
            let log = try TrainingLog(path: pages.log)
            let page = try pages.report.map(ReportFile.init)
            let longest = min(training.length ?? .max, start?.classifier.longestStrand ?? DuplexShape.maximumLength)
            let option = longest == training.length ? "--length " : ""
            let (data, skipped) = try readData(
                alphabet, LengthLimits(1...longest, option: option), conditions, model: start?.encoded() ?? [])
            let keeper = try CheckpointKeeper(checkpoints, digest: data.digests.all, clock: summary)
            let session = TrainingSession(
                running: running, maxSeconds: training.maxSeconds, clock: summary, log: log, keeper: keeper)
            let classifying = ClassifierTraining(
                options: training.forClassifier, session: training.learn == .both ? session.halved : session)
            let done = try keeper.model(
                training.learn, given: start, alphabet,
                longest: max(data.training.pairs.longest, data.validation.pairs.longest))
            var file = try start ?? done ?? classifying.run(data, alphabet)
            if training.learn != .classifier {
                let generating = GeneratorTraining(options: training, session: session, hasStart: start != nil)
                try generating.run(&file, data.training)
            }
            file.record["data-digest"] = data.digests.data
            try sink.write(try readable(file))
            try sink.finish()
            try log.finish()
            let report = TrainingReport(
                file: file, log: log, training: data.training, validation: data.validation, seed: running.seed,
                threads: running.threadCount)
            try page?.write(report.page())
            if !running.quiet { summary.write(data.count, "pairs", seed: running.seed) }
            try skipped.report()
        }
    }

    /// Reads the labelled pairs and holds some back; what is read is not kept beside both parts.
    private func readData(
        _ alphabet: Alphabet, _ limits: LengthLimits, _ conditions: RunConditions, model: [UInt8]
    ) throws -> (TrainingData, SkippedRecords) {
        let (pairs, skipped, _) = try readLabelled(
            input, alphabet, limits, conditions, isQuiet: running.quiet, unpacking: running.unpacking)
        guard pairs.count >= 2 else {
            throw Failure(
                message: "\(counted(pairs.count, "labelled pairs")): training needs at least 2",
                code: ExitCodes.badData)
        }
        let data = try TrainingData(
            pairs, alphabet, threshold: training.labelThreshold, settings: training.settings(seed: running.seed),
            model: model, threads: running.threadCount
        ) {
            try split(pairs, alphabet, conditions, seed: running.seed)
        }
        return (data, skipped)
    }

    /// The bytes of the file, decoded once as a check: a model that would be refused later is not written.
    private func readable(_ file: ModelFile) throws -> [UInt8] {
        let bytes = file.encoded()
        do {
            _ = try ModelFile(decoding: bytes)
        } catch {
            throw Failure(
                message: "the trained model is not valid (\(error)): no model was written",
                code: ExitCodes.badData)
        }
        return bytes
    }

    /// Splits off the validation pairs: those of a file, or a share drawn by the seed.
    private func split(
        _ pairs: LabelledPairs, _ alphabet: Alphabet, _ conditions: RunConditions, seed: UInt64
    ) throws -> (training: LabelledPairs, held: LabelledPairs) {
        let share: Double
        if let given = training.validation {
            guard let number = Double(given) else {
                var options = input
                options.files = [given]
                options.mates = nil
                let (held, _, _) = try readLabelled(
                    options, alphabet,
                    training.length.map { LengthLimits(1...$0, option: "--length ") } ?? LengthLimits(),
                    conditions, isQuiet: running.quiet, unpacking: running.unpacking)
                return (pairs, held)
            }
            share = number
        } else {
            share = 0.05
        }
        return pairs.split(share: share, seed: seed, threads: running.threadCount)
    }
}
