// Classify: the filter that scores pairs.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

/// `seqgan classify`.
struct Classify: CommandWithExamples {
    static let examples = [
        "seqgan classify pairs.tsv.gz > scored.tsv",
        "seqgan classify --keep 1 pairs.fa > interacting.fa",
        "seqgan classify --all-pairs --top 10 primers.fa",
        """
        seqgan classify --all-pairs --keep 1 strands.fa \\
            > crosstalk.tsv
        """,
        """
        seqgan classify --at temperature=60C \\
            --at sodium=50mM pairs.tsv > scored.tsv
        """,
        "seqgan classify --melting pairs.tsv > melting.tsv",
        """
        seqgan classify --sites genome.fa.gz --format bed \\
            probes.fa > sites.bed
        """,
        """
        seqgan classify --shard 3/8 pairs.tsv.gz \\
            -o part3.tsv
        """,
    ]

    static let configuration = CommandConfiguration(
        commandName: "classify",  // ArgumentParser would derive it, which takes longer than all other start-up
        abstract: "Score pairs: add the columns predicted and score.",
        discussion: HelpText.discussion(
            """
            The score, from 0 to 1, is the probability of label 1, or the expected label where the model was trained \
            on labels between 0 and 1. predicted is 1 where the score is above the threshold. The output has the \
            order of the input.

            With --all-pairs or --against the inputs are single sequences. Each line of the output has name A, name \
            B, predicted and score. In a table without a column of names, the sequences are their own names. Two equal \
            strands bind as the pair A and B and, just as often, as homodimers of A and of B. The score is the yield \
            of the pair, which is half of the bound share, and predicted is 1 where twice the score is above the \
            threshold.

            With --sites the inputs are probes, and each line is a place where one binds: probe, target, start and end \
            (counted from 0, without the end), strand, score and duplex. The score is that of the probe and the site \
            with 10 letters on either side. With --three-prime the end of the probe alone counts.
            """, examples: examples))

    @OptionGroup(title: "Scores") var scores: ScoreOptions
    @OptionGroup(title: "Scores") var ends: ThreePrimeOptions
    @OptionGroup(title: "Duplexes") var duplexes: DuplexOptions
    @OptionGroup(title: "Sites") var sites: SiteOptions
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Model") var lengths: LengthOptions
    @OptionGroup(title: "Conditions") var at: ConditionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Output") var ranks: RankingOptions
    @OptionGroup(title: "Output") var table: TableOptions
    @OptionGroup(title: "Run") var running: RunOptions

    private var isScreen: Bool { scores.isScreen }

    /// The order of the output; nil for that of the input. Throws a usage error for a column that is not written.
    func ranking() throws -> Ranking? {
        let there: [(Ranking.Column, Bool)] = [
            (.score, true), (.melting, scores.melting), (.dG, scores.energies), (.dH, scores.energies),
            (.dS, scores.energies), (.paired, duplexes.duplex),
        ]
        return try ranks.ranking(there.filter(\.1).map(\.0))
    }

    func validate() throws {
        try validateSites()
        if scores.allPairs, scores.against != nil {
            throw ValidationError("--all-pairs and --against exclude each other")
        }
        if scores.matrix, !isScreen { throw ValidationError("--matrix goes with --all-pairs or --against") }
        if scores.matrix, scores.keep != nil {
            throw ValidationError("--matrix writes every pair: it does not go with --keep")
        }
        if scores.noBound, !isScreen || scores.keep != 1 {
            throw ValidationError("--no-bound goes with --keep 1 and --all-pairs or --against")
        }
        if scores.matrix, table.headerOut {
            throw ValidationError("--header-out names columns: it does not go with --matrix")
        }
        let ordered = [("--matrix", scores.matrix), ("--posterior", duplexes.posterior != nil)]
        if let option = ranks.given, let array = ordered.first(where: \.1) {
            throw ValidationError("\(option) sets the order of lines: it does not go with \(array.0)")
        }
        let ofPairs = [
            ("--melting", scores.melting), ("--energies", scores.energies), ("--duplex", duplexes.duplex),
            ("--posterior", duplexes.posterior != nil),
        ]
        for (option, isGiven) in ofPairs where isGiven {
            if isScreen { throw ValidationError("\(option) goes with pairs, not with --all-pairs or --against") }
            if scores.keep != nil, option != "--posterior" {
                throw ValidationError("\(option) adds columns: it does not go with --keep")
            }
        }
        if isScreen, input.mates != nil { throw ValidationError("--mates does not go with single sequences") }
        if scores.shard != nil, !isScreen, sites.targets == nil, input.everyFile.contains("-") {
            throw ValidationError("--shard needs files: standard input cannot be cut")
        }
        if scores.against == "-", input.files.isEmpty || input.files.contains("-") {
            throw ValidationError("both sets of strands cannot come from standard input")
        }
        _ = try ranking()
    }

    func run() throws {
        try input.requireInput()
        let inputs = input.everyFile + [scores.against, sites.targets, model.path]
        try output.requireDistinct(from: inputs)
        try OutputOptions.requireDistinct([output.output, duplexes.posterior], from: inputs)
        if !isScreen, sites.targets == nil { try requireFilesToCut() }
        try exitOnFailure {
            let summary = RunSummary()
            let file = try model.load()
            let conditions = try at.resolved(file.classifier.conditions)
            let anywhere = try ends.applied(to: file.classifier, isOfFirstOnly: sites.targets != nil)
            let classifier = anywhere.at(conditions.point)
            try requireFigures(classifier, conditions)
            if let targets = sites.targets { return try findSites(in: targets, classifier, conditions, summary) }
            if isScreen { return try screen(classifier, conditions, summary) }
            let scorer = PairScorer(
                classifier: classifier,
                threshold: Float(scores.threshold ?? Double(file.classifier.threshold)), keep: scores.keep,
                writesLogit: scores.logit, skipsBad: input.skipsBad, limits: lengths.limits(file.classifier),
                ambiguity: scores.ambiguity, conditions: conditions,
                figures: PairFigures(
                    hasMelting: scores.melting, hasEnergies: scores.energies,
                    meltingShift: Float(conditions.buffer.temperatureShift), hasDuplex: duplexes.duplex,
                    keepsProbabilities: duplexes.posterior != nil,
                    rule: duplexes.isWanted ? PairingRule(classifier) : nil, delimiter: input.delimiter),
                ranking: try ranking(), anywhere: anywhere, whole: file.classifier)
            let progress =
                scores.shard == nil
                ? ProgressBar(inputs: input.files, isQuiet: running.quiet)
                : ProgressBar(total: nil, noun: "pairs", isQuiet: running.quiet)
            let counts = try Pipeline.run(
                try reader(scorer.alphabet, conditions), to: try ByteSink(path: output.output), ranking: scorer.ranking,
                threads: running.threadCount,
                progress: progress,
                makeScratch: { scorer.scratch() },
                compute: { scorer.score(&$0) })
            if let path = duplexes.posterior {
                let sink = try ByteSink(path: path)
                try counts.probabilities.write(to: sink)
                try sink.finish()
            }
            counts.remarks.report(scorer.alphabet, file.classifier)
            counts.conditions.report(conditions)
            counts.figures.report()
            if !running.quiet {
                summary.write(counts.pairs, seed: running.seed, conditions: counts.conditions.text(conditions))
            }
            try counts.skipped.report()
        }
    }

    /// What reads the pairs.
    private func reader(_ alphabet: Alphabet, _ conditions: RunConditions) throws -> sending PairReader {
        var columns = conditions.added(to: try input.pairColumns(label: false))
        columns.makesHeader = table.headerOut
        return PairReader(
            paths: input.files, columns: columns, letters: alphabet.letterKinds, mates: input.mates,
            comparesNames: !input.noNameCheck, shard: scores.shard,
            unpacking: Pipeline.unpacking(threads: running.threadCount))
    }

    /// Throws a usage error where the model does not have what `--melting`, `--energies` or `--duplex` need.
    private func requireFigures(_ classifier: PairClassifier, _ conditions: RunConditions) throws {
        try duplexes.require(classifier)
        if scores.energies, conditions.buffer.temperatureShift > 0 {
            throw ValidationError("--energies does not go with --at formamide: it only knows of melting temperatures")
        }
        if scores.melting, classifier.temperatureIndex == nil {
            throw ValidationError("--melting needs a model with the condition temperature: this one has none")
        }
        if scores.energies, !classifier.hasBindingEnergies {
            throw ValidationError(
                "--energies needs a model with the condition temperature and the equilibrium head "
                    + "(train --conditions temperature,... --head equilibrium)")
        }
    }

    /// Throws a usage error where `--shard` is given for an input without a size, such as a pipe. A missing file is
    /// reported when it is opened.
    private func requireFilesToCut() throws {
        guard scores.shard != nil else { return }
        for path in input.everyFile where ByteSource.size(of: path) == nil {
            try exitOnFailure { _ = try ByteSource(path: path) }
            throw ValidationError("--shard needs files: '\(path)' is not a regular file and cannot be cut")
        }
    }

    private func screen(
        _ classifier: PairClassifier, _ conditions: RunConditions, _ summary: RunSummary
    ) throws {
        let limits = lengths.limits(classifier)
        let delimiter = input.delimiter
        func read(_ paths: [String]) throws -> (strands: NamedStrands, skipped: SkippedRecords) {
            try StrandInput(
                paths: paths, columns: input.separation.separating(try input.singleColumns(), in: paths),
                alphabet: classifier.alphabet, limits: limits,
                skipsBad: input.skipsBad
            ).readNamed(for: classifier)
        }
        var (rows, skipped) = try read(input.files)
        let others = try scores.against.map { try read([$0]) }
        let screening = StrandScreening(
            classifier: classifier, threshold: Float(scores.threshold ?? Double(classifier.threshold)),
            keep: scores.keep, usesBound: !scores.noBound,
            ambiguity: scores.ambiguity, writesLogit: scores.logit, isMatrix: scores.matrix,
            ranking: try ranking(), delimiter: delimiter, shard: scores.shard,
            threads: running.threadCount,
            quiet: running.quiet)
        let sink = try ByteSink(path: output.output)
        try sink.write(table.header(MadeTitles.names + PairFigures.scoreTitles, input.delimiter, shard: scores.shard))
        let count = try screening.run(rows, others?.strands, to: sink)
        try sink.finish()
        let remarks = ConditionRemarks(atPointOf: count)
        remarks.report(conditions)
        if !running.quiet { summary.write(count, seed: running.seed, conditions: remarks.text(conditions)) }
        if let others { skipped += others.skipped }
        try skipped.report()
    }
}
