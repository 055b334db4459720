// Classify: the filter that scores pairs.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

/// `seqgan classify`.
struct Classify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",  // ArgumentParser would derive it, which takes longer than all other start-up
        abstract: "Score pairs: adds the columns 'predicted' and 'score'.",
        discussion: """
            The score is the probability of label 1, or the expected soft label; predicted is 1 where it is above the
            threshold. The output is in the order of the input.

            EXAMPLES
              zcat pairs.tsv.gz | seqgan classify -m my.seqgan > scored.tsv
              seqgan classify -m my.seqgan --keep 1 pairs.fa.gz > interacting.fa
              seqgan classify --all-pairs --keep 1 strands.fa > crosstalk.tsv
              seqgan classify -m my.seqgan --at sodium=50mM --at concentration=0.2uM --melting primers.tsv
              seqgan classify --sites genome.fa.gz --format bed probes.fa > sites.bed
              seqgan classify --shard 3/8 pairs.tsv.gz -o part3.tsv   # cat part?.tsv equals the output of one run

            With --all-pairs or --against the inputs are single sequences, and each line of the output is: name A,
            name B, predicted, score. In a table without a column of names, sequences are their own names. Two equal
            strands bind as the pair A and B and, just as often, as homodimers of A and of B: the score is the yield
            of the pair, half of the bound share, and predicted is 1 where twice the score is above the threshold.

            With --sites the inputs are probes, and each line is a place where one binds: probe, target, start, end
            (from 0, the end not included), strand, score. The score is that of the probe and the site with 10 letters
            on either side.
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var lengths: LengthOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var at: ConditionOptions
    @OptionGroup var sites: SiteOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    @Option(
        help: "Predict 1 above this score. [default: the model's own]", takes: share())
    var threshold: Double?

    @Option(
        help: "Write only the pairs with this prediction, 0 or 1, in the format of the input.",
        takes: whole(0...1))
    var keep: Int?

    @Flag(help: "Write the logit instead of the score.")
    var logit = false

    @Flag(help: "For strands with ambiguity letters: the largest score over their expansions, not the mean.")
    var worst = false

    @Flag(help: "Score single sequences, each against all others and itself.")
    var allPairs = false

    @Option(
        help: ArgumentHelp("Score single sequences, each against all of this file.", valueName: "FILE"),
        completion: .file())
    var against: String?

    @Flag(help: "With --all-pairs or --against: write a matrix of scores (float32, .npy).")
    var matrix = false

    @Option(
        help: ArgumentHelp(
            "Score only the i-th of n parts of the input, of the rows of --all-pairs or --against, or of the targets "
                + "of --sites.",
            valueName: "i/n"),
        takes: typed("i/n such as 3/8, with i from 1 to n") { InputShard($0) })
    var shard: InputShard?

    @Flag(
        help: """
            Add the column melting: the temperature (C) at which half of the strands are bound in the duplex (score \
            one half); empty where there is none between 0 and 100.
            """)
    var melting = false

    @Flag(
        help: """
            Add the columns dG, dH (kcal/mol) and dS (cal/(mol K)) of binding, at the conditions of the pair; empty \
            where it binds too strongly.
            """)
    var energies = false

    private var ambiguity: AmbiguityScore { worst ? .largest : .mean }
    private var isScreen: Bool { allPairs || against != nil }

    func validate() throws {
        try validateSites()
        if allPairs, against != nil { throw ValidationError("--all-pairs and --against exclude each other") }
        if matrix, !isScreen { throw ValidationError("--matrix goes with --all-pairs or --against") }
        if matrix, keep != nil { throw ValidationError("--matrix writes every pair: it does not go with --keep") }
        for (option, isGiven) in [("--melting", melting), ("--energies", energies)] where isGiven {
            if isScreen { throw ValidationError("\(option) goes with pairs, not with --all-pairs or --against") }
            if keep != nil { throw ValidationError("\(option) adds columns: it does not go with --keep") }
        }
        if isScreen, input.mates != nil { throw ValidationError("--mates does not go with single sequences") }
        if shard != nil, !isScreen, sites.targets == nil, input.everyFile.contains("-") {
            throw ValidationError("--shard needs files: standard input cannot be cut")
        }
        if against == "-", input.files.isEmpty || input.files.contains("-") {
            throw ValidationError("both sets of strands cannot come from standard input")
        }
    }

    func run() throws {
        try input.requireInput()
        try output.requireDistinct(from: input.everyFile + [against, sites.targets, model.path])
        if !isScreen, sites.targets == nil { try requireFilesToCut() }
        try exitOnFailure {
            let summary = RunSummary()
            let file = try model.load()
            let conditions = try at.resolved(file.classifier.conditions)
            let classifier = file.classifier.at(conditions.point)
            try requireFigures(classifier, conditions)
            if let targets = sites.targets { return try findSites(in: targets, classifier, conditions, summary) }
            if isScreen { return try screen(classifier, conditions, summary) }
            let scorer = PairScorer(
                classifier: classifier,
                threshold: Float(threshold ?? Double(file.classifier.threshold)), keep: keep,
                writesLogit: logit, skipsBad: input.skipsBad, limits: lengths.limits(file.classifier),
                ambiguity: ambiguity, conditions: conditions,
                figures: PairFigures(
                    hasMelting: melting, hasEnergies: energies,
                    meltingShift: Float(conditions.buffer.temperatureShift)),
                anywhere: file.classifier)
            let reader = PairReader(
                paths: input.files, columns: conditions.added(to: try input.pairColumns(label: false)),
                letters: scorer.alphabet.letterKinds, mates: input.mates, comparesNames: !input.noNameCheck,
                shard: shard,
                unpacking: Pipeline.unpacking(threads: running.threadCount))
            let progress =
                shard == nil
                ? ProgressBar(inputs: input.files, isQuiet: running.quiet)
                : ProgressBar(total: nil, noun: "pairs", isQuiet: running.quiet)
            let counts = try Pipeline.run(
                reader, to: try ByteSink(path: output.output), threads: running.threadCount,
                progress: progress,
                makeScratch: { scorer.scratch() },
                compute: { scorer.score(&$0) })
            counts.remarks.report(scorer.alphabet, file.classifier)
            counts.conditions.report(conditions)
            counts.figures.report()
            if !running.quiet {
                summary.write(counts.pairs, seed: running.seed, conditions: counts.conditions.text(conditions))
            }
            try counts.skipped.report()
        }
    }

    /// Throws a usage error where the model does not have what `--melting` or `--energies` need.
    private func requireFigures(_ classifier: PairClassifier, _ conditions: RunConditions) throws {
        if energies, conditions.buffer.temperatureShift > 0 {
            throw ValidationError("--energies does not go with --at formamide: it only knows of melting temperatures")
        }
        if melting, classifier.temperatureIndex == nil {
            throw ValidationError("--melting needs a model with the condition temperature: this one has none")
        }
        if energies, !classifier.hasBindingEnergies {
            throw ValidationError(
                "--energies needs a model with the condition temperature and the equilibrium head "
                    + "(train --conditions temperature,... --head equilibrium)")
        }
    }

    /// Throws a usage error where `--shard` is given for an input without a size, such as a pipe. A missing file is
    /// reported when it is opened.
    private func requireFilesToCut() throws {
        guard shard != nil else { return }
        for path in input.everyFile where ByteSource.size(of: path) == nil {
            try exitOnFailure { _ = try ByteSource(path: path) }
            throw ValidationError("--shard needs files: '\(path)' is not a regular file and cannot be cut")
        }
    }

    private func screen(
        _ classifier: PairClassifier, _ conditions: RunConditions, _ summary: RunSummary
    ) throws {
        let limits = lengths.limits(classifier)
        func read(_ paths: [String]) throws -> (strands: NamedStrands, skipped: SkippedRecords) {
            try StrandInput(
                paths: paths, columns: try input.singleColumns(), alphabet: classifier.alphabet, limits: limits,
                skipsBad: input.skipsBad
            ).readNamed(for: classifier)
        }
        var (rows, skipped) = try read(input.files)
        let others = try against.map { try read([$0]) }
        let screening = StrandScreening(
            classifier: classifier, threshold: Float(threshold ?? Double(classifier.threshold)), keep: keep,
            ambiguity: ambiguity, writesLogit: logit, isMatrix: matrix, shard: shard, threads: running.threadCount,
            quiet: running.quiet)
        let sink = try ByteSink(path: output.output)
        let count = try screening.run(rows, others?.strands, to: sink)
        try sink.finish()
        let remarks = ConditionRemarks(atPointOf: count)
        remarks.report(conditions)
        if !running.quiet { summary.write(count, seed: running.seed, conditions: remarks.text(conditions)) }
        if let others { skipped += others.skipped }
        try skipped.report()
    }
}
