// Select: the filter that keeps designs which do not bind each other.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

/// `seqgan select`.
struct Select: CommandWithExamples {
    static let examples = [
        """
        seqgan generate --exact --endless --length 20 |
            seqgan select -n 50 > barcodes.fa
        """,
        "seqgan select --pools 3 primers.fa > pooled.tsv",
        "seqgan select --single --best strands.fa > set.fa",
        """
        seqgan select --complement --clear-of old.fa \\
            --rejected why.tsv strands.fa > more.fa
        """,
        """
        seqgan select --single --at temperature=25C \\
            --at temperature=37C strands.fa > set.fa
        """,
        """
        seqgan select --pools 3 --report pools.html primers.fa \\
            > pooled.tsv
        """,
    ]

    static let configuration = CommandConfiguration(
        commandName: "select",
        abstract: "Keep designs that bind their own partners and nothing else, or divide them among pools.",
        discussion: HelpText.discussion(
            """
            Reads designs, pairs or single strands, and writes those that can be used together, as they came in: no \
            strand of a design binds a strand of another above --max-crosstalk, and none binds itself.

            The first design is kept, then each one that goes with all that were kept before. --best reads all \
            designs and chooses a large set. With -n the input is not read any further once there are enough; where \
            there are too few, what was found is written, and the exit code is 65.
            """, examples: examples))

    @OptionGroup(title: "Selection") var choice: SelectionOptions
    @OptionGroup(title: "Selection") var ends: ThreePrimeOptions
    @OptionGroup(title: "Strands") var strands: ConstraintOptions
    @OptionGroup(title: "Strands") var partners: PartnerOptions
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Model") var lengths: LengthOptions
    @OptionGroup(title: "Conditions") var at: RepeatedConditionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Output") var table: TableOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        if choice.pools == nil {
            if choice.maxCount != nil { throw ValidationError("--max-count goes with --pools") }
            if choice.poolColumn != nil { throw ValidationError("--pool-column goes with --pools") }
        } else if choice.best || choice.count != nil || choice.minDistance > 0 {
            throw ValidationError("--pools divides all designs: it does not go with -n, --best or --min-distance")
        }
        if designKind != .pairs, input.mates != nil {
            throw ValidationError("--mates goes with pairs, not with --\(designKind.rawValue)")
        }
        if choice.minScore != nil, !designKind.isPaired {
            throw ValidationError("--min-score goes with pairs and --complement: no other strands are meant to bind")
        }
        if choice.clearOf == "-", input.everyFile.contains("-") {
            throw ValidationError("designs and the strands of --clear-of cannot both come from standard input")
        }
    }

    /// What makes a design: pairs, but with --pools records of one name.
    var designKind: DesignKind { choice.kind ?? (choice.pools == nil ? .pairs : .group) }

    func run() throws {
        try input.requireInput()
        try OutputOptions.requireDistinct(
            [output.output, choice.rejected, choice.report], from: input.everyFile + [choice.clearOf, model.path])
        if output.output == nil { try output.requireDistinct(from: input.everyFile + [choice.clearOf, model.path]) }
        try exitOnFailure {
            let summary = RunSummary()
            let file = try model.load()
            let conditions = try at.resolved(file.classifier.conditions)
            let classifier = try ends.applied(to: file.classifier)
            let scorer = CrosstalkScorer(conditions.map { classifier.at($0.point) }, threads: running.threadCount)
            var selection = try DesignSelection(self, file.classifier, scorer)
            let page = try choice.report.map(ReportFile.init)
            let output = try selection.run()
            let remarks = ConditionRemarks(atPointOf: output.seen)
            for condition in conditions { remarks.report(condition) }
            let points = conditions.map { remarks.text($0) }
            if selection.isComplete {
                try page?.write(SelectionReport(self, output, selection.scores, selection.pools, points).page)
            }
            if !running.quiet {
                for message in selection.messages(output) { printMessage(message) }
                summary.write(
                    output.seen, "designs", seed: running.seed,
                    conditions: points.joined(separator: "; "))
            }
            try selection.reportFailures(output)
        }
    }
}
