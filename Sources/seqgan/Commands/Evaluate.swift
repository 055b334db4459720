// Evaluate: a model judged on labelled pairs, or generated pairs on real ones.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judge a model on labelled pairs, or generated pairs beside real ones.",
        discussion: """
            Rows of name and value: AUROC, AP, MCC and the rest at the model's threshold, the best MCC of all thresholds,
            confusion counts, calibration by tenths of the score (count, mean score, mean label).

            With --generated and --real, rows of name, generated and real. Of the real pairs (those above the threshold,
            where column 3 or the third of --columns holds labels): what generated ones can be asked for. kmer_distance
            and length_distance are to half of the real pairs, in the real column from the other half. identity is that
            of two strands A drawn at random. facing_..._A-T is the share of A's letters A that face a T, agreement
            the share that faces the real pairs' most frequent partner, bits what a letter tells of the one it faces,
            letters how many of a pair face one, all at the offset that tells most.

            EXAMPLES
              seqgan evaluate -m my.seqgan test.tsv.gz
              seqgan evaluate -m my.seqgan --columns strandA,strandB,yield --json test.tsv.gz
              seqgan evaluate -m my.seqgan test.tsv.gz --report test.html
              seqgan evaluate -m my.seqgan test.tsv.gz --multiqc test_mqc.json && multiqc .
              seqgan generate -m my.seqgan -n 2000 | seqgan evaluate --generated - --real labelled.tsv.gz -m my.seqgan
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var lengths: LengthOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    @Option(
        help: "A label or score above this counts as 1. [default: the model's own; without one 0.5]",
        takes: share())
    var threshold: Double?

    @Flag(help: "JSON instead of a table.")
    var json = false

    @Option(help: "Pairs to judge by --real, as generate writes them; '-': standard input.", completion: .file())
    var generated: String?

    @Option(help: "The pairs that generated ones should be like.", completion: .file())
    var real: String?

    @Option(help: "The letters of --generated and --real, where there is no model: dna, rna, protein or themselves.")
    var alphabet = "dna"

    @Option(help: "A page with curves and pictures.", completion: .file(extensions: ["html"]))
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Files for MultiQC: NAME_mqc.json, and its plots in NAME_roc_mqc.json, NAME_calibration_mqc.json, "
                + "NAME_confusion_mqc.json.", valueName: "NAME_mqc.json"),
        completion: .file(extensions: ["json"]))
    var multiqc: String?

    func validate() throws {
        if multiqc != nil, generated != nil {
            throw ValidationError("--multiqc tells of a model on labelled pairs, not of --generated")
        }
        if (generated == nil) != (real == nil) { throw ValidationError("--generated and --real go together") }
        if generated != nil, let other = input.files.first ?? input.mates {
            throw ValidationError("with --generated and --real there is no other input: '\(other)'")
        }
        if let generated, generated == real {
            throw ValidationError("--generated and --real are the same: '\(generated)'")
        }
    }

    func run() throws {
        if generated == nil { try input.requireInput() }
        let inputs = generated == nil ? input.everyFile + [model.path] : [generated, real, model.path]
        try output.requireOther(than: inputs)
        try OutputOptions.requireOthers([output.output, report] + MultiQCSections.files(multiqc), than: inputs)
        guard let letters = Alphabet(named: alphabet) else {
            throw ValidationError("--alphabet takes dna, rna, protein or 2 to 26 different letters")
        }
        try exitOnFailure {
            if let generated, let real {
                try compare(generated, real, letters)
            } else {
                try judge()
            }
        }
    }

    private func judge() throws {
        let clock = RunSummary()
        let classifier = try model.load().classifier
        let page = try report.map(ReportFile.init)
        let sections = try multiqc.map(MultiQCSections.init)
        let sink = try ByteSink(path: output.output)
        let (pairs, skipped) = try readLabelled(
            input, classifier.alphabet, lengths.limits(classifier), isQuiet: running.quiet,
            unpacking: running.unpacking)
        var remarks = StrandRemarks()
        remarks.count(pairs.pairs, classifier)
        remarks.tell(classifier.alphabet, classifier)
        guard pairs.count > 0 else {
            throw Failure(message: "no labelled pairs to judge by", code: ExitCodes.badData)
        }
        let judged = JudgedPairs(
            classifier, pairs, threshold: threshold, threads: running.threadCount, isQuiet: running.quiet)
        let rows = judged.metrics.rows
        try sink.write((json ? FigureText.json(rows) : FigureText.table(rows)).utf8)
        try sink.finish()
        try page?.write(judged.page)
        try sections?.write(judged)
        if !running.quiet { clock.write(pairs.count, seed: running.seed) }
        try skipped.conclude()
    }

    private func compare(_ generated: String, _ real: String, _ letters: Alphabet) throws {
        let clock = RunSummary()
        let classifier = try model.loadIfNamed()?.classifier
        let letters = classifier?.alphabet ?? letters
        let threshold = threshold ?? Double(classifier?.threshold ?? 0.5)
        let page = try report.map(ReportFile.init)
        let sink = try ByteSink(path: output.output)
        let columns = try input.namedColumns()
        let limits = classifier.map { lengths.limits($0) } ?? LengthLimits()
        var made = try readSample(
            generated, columns: PairColumns(), findsLabels: false, threshold: nil, letters, limits,
            comparesNames: !input.noNameCheck, skipsBad: input.skipsBad)
        let known = try readSample(
            real, columns: columns, findsLabels: input.columns == nil, threshold: threshold, letters, limits,
            comparesNames: !input.noNameCheck, skipsBad: input.skipsBad)
        for (pairs, path) in [(made.pairs, generated), (known.pairs, real)] where pairs.count == 0 {
            throw Failure(message: "\(path): no pairs to compare", code: ExitCodes.badData)
        }
        let comparison = SampleComparison(
            generated: made.pairs, real: known.pairs, classifier: classifier, seed: running.seed,
            threads: running.threadCount)
        let rows = comparison.rows(letters, threshold: threshold)
        try sink.write((json ? FigureText.json(rows) : FigureText.table(rows)).utf8)
        try sink.finish()
        let pages = ComparedPairs(comparison, made.pairs, known.pairs, letters, threshold: threshold)
        try page?.write(pages.page)
        if !running.quiet { clock.write(made.pairs.count, seed: running.seed) }
        made.skipped += known.skipped
        try made.skipped.conclude()
    }
}
