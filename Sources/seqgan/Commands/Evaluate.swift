// Evaluate: evaluates a model on labelled pairs, or generated pairs beside real ones.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

/// `seqgan evaluate`.
struct Evaluate: CommandWithExamples {
    static let examples = [
        "seqgan evaluate -m my.seqgan test.tsv.gz",
        """
        seqgan evaluate -m my.seqgan test.tsv.gz \\
            --report test.html
        """,
        """
        seqgan evaluate --columns strandA,strandB,yield \\
            --json test.tsv.gz
        """,
        """
        seqgan evaluate -m my.seqgan test.tsv.gz \\
            --multiqc test_mqc.json
        """,
        """
        seqgan generate -n 2000 | seqgan evaluate \\
            --generated - --real labelled.tsv.gz -m dna
        """,
    ]

    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluate a model on labelled pairs, or compare generated pairs with real ones.",
        discussion: HelpText.discussion(
            """
            Writes rows of name and value: AUROC, AP, MCC and other figures at the model's threshold, the best MCC \
            over all thresholds, confusion counts, and calibration by tenths of the score (count, mean score, mean \
            label).

            With --generated and --real, writes rows of name, generated and real: each figure of the generated pairs, \
            and that of the real pairs. Real pairs are those with a label above the threshold, where column 3 or the \
            third of --columns holds labels. seqgan-evaluate(1) defines the figures.
            """, examples: examples))

    @OptionGroup(title: "Evaluation") var figures: EvaluationOptions
    @OptionGroup(title: "Comparison") var sets: ComparisonOptions
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Model") var lengths: LengthOptions
    @OptionGroup(title: "Conditions") var at: ConditionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Output") var table: TableOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        let (generated, real) = (sets.generated, sets.real)
        if figures.multiqc != nil, generated != nil {
            throw ValidationError("--multiqc reports on a model and labelled pairs: it does not go with --generated")
        }
        if figures.json, table.headerOut {
            throw ValidationError("--header-out names columns: it does not go with --json")
        }
        if (generated == nil) != (real == nil) { throw ValidationError("--generated and --real go together") }
        if generated != nil, let other = input.files.first ?? input.mates {
            throw ValidationError("--generated and --real are the only inputs, not '\(other)'")
        }
        if let generated, generated == real {
            throw ValidationError("--generated and --real are the same file: '\(generated)'")
        }
    }

    func run() throws {
        let (generated, real) = (sets.generated, sets.real)
        if generated == nil { try input.requireInput() }
        let inputs = generated == nil ? input.everyFile + [model.path] : [generated, real, model.path]
        try output.requireDistinct(from: inputs)
        let outputs = try [output.output, figures.report] + MultiQCSections.files(figures.multiqc)
        try OutputOptions.requireDistinct(outputs, from: inputs)
        let letters = try Alphabet(option: sets.alphabet)
        try exitOnFailure {
            if let generated, let real {
                try compare(generated, real, letters)
            } else {
                try evaluate()
            }
        }
    }

    private func evaluate() throws {
        let summary = RunSummary()
        let classifier = try model.load().classifier
        let conditions = try at.resolved(classifier.conditions)
        let page = try figures.report.map(ReportFile.init)
        let sections = try figures.multiqc.map(MultiQCSections.init)
        let sink = try ByteSink(path: output.output)
        let (pairs, skipped, conditionRemarks) = try readLabelled(
            input, classifier.alphabet, lengths.limits(classifier), conditions, isQuiet: running.quiet,
            unpacking: running.unpacking)
        var remarks = StrandRemarks()
        remarks.count(pairs.pairs, classifier)
        remarks.report(classifier.alphabet, classifier)
        conditionRemarks.report(conditions)
        guard pairs.count > 0 else {
            throw Failure(message: "no labelled pairs to evaluate", code: ExitCodes.badData)
        }
        let evaluation = ClassifierEvaluation(
            classifier, pairs, threshold: figures.threshold, threads: running.threadCount, isQuiet: running.quiet)
        let rows = evaluation.metrics.rows
        try sink.write(table.header(FigureText.titles, input.delimiter))
        try sink.write(figures.json ? Array(FigureText.json(rows).utf8) : FigureText.table(rows, input.delimiter))
        try sink.finish()
        try page?.write(evaluation.page)
        try sections?.write(evaluation)
        if !running.quiet {
            summary.write(pairs.count, seed: running.seed, conditions: conditionRemarks.text(conditions))
        }
        try skipped.report()
    }

    private func compare(_ generated: String, _ real: String, _ letters: Alphabet) throws {
        let summary = RunSummary()
        let known = model.isNamed ? try model.load().classifier : nil
        if known == nil, !at.settings.isEmpty { throw ValidationError("--at goes with a model: name it with -m") }
        let conditions = try at.resolved(known?.conditions ?? [])
        let classifier = known?.at(conditions.point)
        let letters = classifier?.alphabet ?? letters
        let threshold = figures.threshold ?? Double(classifier?.threshold ?? 0.5)
        let page = try figures.report.map(ReportFile.init)
        let sink = try ByteSink(path: output.output)
        let columns = input.separation.separating(try input.namedColumns(), in: [real])
        let limits = classifier.map { lengths.limits($0) } ?? LengthLimits()
        var made = try readSample(
            generated, columns: input.separation.separating(PairColumns(), in: [generated]), findsLabels: false,
            threshold: nil, letters, limits,
            comparesNames: !input.noNameCheck, skipsBad: input.skipsBad)
        let sample = try readSample(
            real, columns: columns, findsLabels: input.columns == nil, threshold: threshold, letters, limits,
            comparesNames: !input.noNameCheck, skipsBad: input.skipsBad)
        for (pairs, path) in [(made.pairs, generated), (sample.pairs, real)] where pairs.count == 0 {
            throw Failure(message: "\(path): no pairs to compare", code: ExitCodes.badData)
        }
        let comparison = SampleComparison(
            generated: made.pairs, real: sample.pairs, classifier: classifier, seed: running.seed,
            threads: running.threadCount)
        let rows = comparison.rows(letters, threshold: threshold)
        let delimiter = input.separation.used(for: [generated, real])
        try sink.write(figures.json ? Array(FigureText.json(rows).utf8) : FigureText.table(rows, delimiter))
        try sink.finish()
        let pages = ComparedPairs(
            comparison, made.pairs, sample.pairs, letters, threshold: threshold, classifier: classifier)
        try page?.write(pages.page)
        let remarks = ConditionRemarks(atPointOf: made.pairs.count)
        remarks.report(conditions)
        if !running.quiet { summary.write(made.pairs.count, seed: running.seed, conditions: remarks.text(conditions)) }
        made.skipped += sample.skipped
        try made.skipped.report()
    }
}
