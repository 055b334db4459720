// Select: the filter that keeps designs which do not bind each other.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

/// `seqgan select`.
struct Select: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "select",
        abstract: "Keep designs that bind their own partners and nothing else, or share them out among pools.",
        discussion: """
            Reads designs (pairs, or single strands) and writes those that can be used together, as they came in: no two
            of them have a strand each that bind above --max-crosstalk, and none binds itself. First come, first kept;
            --best chooses the largest set that it finds among all. With -n the input is not read any further once there
            are enough; where there are not, what was found is written, and the exit code is 65.

            EXAMPLES
              seqgan generate --exact -n 1000000 --length 20 | seqgan select -n 50 > barcodes.fa
              seqgan select --best candidates.fa > set.fa
              seqgan select --complement --clear-of fridge.fa --rejected why.tsv addresses.fa > more.fa
              seqgan select --pools 3 --max-count 96 primers.fa > pooled.tsv
              seqgan select --at temperature=25C --at temperature=37C strands.fa > set.fa
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var lengths: LengthOptions

    @Flag(exclusivity: .exclusive)
    var kind: DesignKind?

    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("Keep this many designs, and no more. [default: all that go together]", valueName: "N"),
        takes: whole(1...1_000_000_000))
    var count: Int?

    @Flag(help: "Read all designs and choose a large set of them, not the first that go together.")
    var best = false

    @Option(
        help: ArgumentHelp(
            "Share all designs out among K pools, so that little binds within them, or among as few as leave nothing "
                + "above --max-crosstalk; writes a table.", valueName: "K|auto"),
        takes: typed("a whole number from 1 to 10000, or auto") { PoolCount($0) })
    var pools: PoolCount?

    @Option(help: "Most strands in a pool. [default: any number]", takes: whole(1...))
    var maxCount: Int?

    @Option(
        help: ArgumentHelp(
            "Column of a table with the pool that a strand must be in, or nothing. [default: by names that end in @2]",
            valueName: "COLUMN"),
        takes: typed("the number or name of a column") { PairColumn($0) })
    var poolColumn: PairColumn?

    @Option(help: "Greatest score of a strand with one of another design.", takes: share())
    var maxCrosstalk: Float = 0.05

    @Option(
        help: """
            Greatest score of a strand with itself, or with another of its group. [default: that of --max-crosstalk; \
            with --pools any]
            """,
        takes: share())
    var maxSelf: Float?

    @Option(help: "Least score of the two strands that are meant to bind. [default: any]", takes: share())
    var minScore: Float?

    @Option(
        help: ArgumentHelp("Keep nothing that binds a strand of this file.", valueName: "FILE"), completion: .file())
    var clearOf: String?

    @Option(
        help: "Least distance between strands of two designs: Hamming for equal lengths, else edit distance.",
        takes: whole(0...))
    var minDistance = 0

    @Option(
        help: ArgumentHelp(
            "Write each design that is not kept to this file: its name, the reason, who blocked it, the score.",
            valueName: "FILE"), completion: .file())
    var rejected: String?

    @OptionGroup var ends: ThreePrimeOptions
    @OptionGroup var strands: ConstraintOptions
    @OptionGroup var partners: PartnerOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var at: RepeatedConditionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    func validate() throws {
        if pools == nil {
            if maxCount != nil { throw ValidationError("--max-count goes with --pools") }
            if poolColumn != nil { throw ValidationError("--pool-column goes with --pools") }
        } else if best || count != nil || minDistance > 0 {
            throw ValidationError("--pools shares all designs out: it goes without -n, --best and --min-distance")
        }
        if designKind != .pairs, input.mates != nil {
            throw ValidationError("--mates goes with pairs, not with --\(designKind.rawValue)")
        }
        if minScore != nil, !designKind.isPaired {
            throw ValidationError("--min-score goes with pairs and --complement: no other strands are meant to bind")
        }
        if clearOf == "-", input.everyFile.contains("-") {
            throw ValidationError("designs and the strands of --clear-of cannot both come from standard input")
        }
    }

    /// What makes a design: pairs, but with --pools records of one name.
    var designKind: DesignKind { kind ?? (pools == nil ? .pairs : .group) }

    func run() throws {
        try input.requireInput()
        try OutputOptions.requireDistinct([output.output, rejected], from: input.everyFile + [clearOf, model.path])
        if output.output == nil { try output.requireDistinct(from: input.everyFile + [clearOf, model.path]) }
        try exitOnFailure {
            let summary = RunSummary()
            let file = try model.load()
            let conditions = try at.resolved(file.classifier.conditions)
            let classifier = try ends.applied(to: file.classifier)
            let scorer = CrosstalkScorer(conditions.map { classifier.at($0.point) }, threads: running.threadCount)
            var selection = try DesignSelection(self, file.classifier, scorer)
            let output = try selection.run()
            let remarks = ConditionRemarks(atPointOf: output.seen)
            for condition in conditions { remarks.report(condition) }
            if !running.quiet {
                for message in selection.messages(output) { printMessage(message) }
                summary.write(
                    output.seen, "designs", seed: running.seed,
                    conditions: conditions.map { remarks.text($0) }.joined(separator: "; "))
            }
            try selection.reportFailures(output)
        }
    }
}
