// Classify: the filter that scores pairs.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

struct Classify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",  // given, as finding it out takes ArgumentParser longer than all else
        abstract: "Score pairs: adds the columns 'predicted' and 'score'.",
        discussion: """
            The score is the probability of label 1, or the expected soft label; predicted is 1 where it is above the
            threshold. Lines come out in the order in which they came in.

            EXAMPLES
              zcat pairs.tsv.gz | seqgan classify -m my.seqgan > scored.tsv
              seqgan classify -m my.seqgan --keep 1 pairs.fa.gz > interacting.fa
              seqgan classify --all-pairs --keep 1 strands.fa > crosstalk.tsv
              seqgan classify --shard 3/8 pairs.tsv.gz -o part3.tsv   # cat part?.tsv is what one run writes

            With --all-pairs or --against the inputs are single sequences, and each line of the output is: name A, name B,
            predicted, score. Those of a table without a column of names are called what they are. Of a strand and one that
            equals it, half of what binds counts as the pair A and B and half as two homodimers: the score is that half,
            and predicted is 1 where twice the score is above the threshold.
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var lengths: LengthOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    @Option(
        help: "Predict 1 above this score. [default: the model's own]", takes: share())
    var threshold: Double?

    @Option(
        help: "Write only the pairs predicted 0 or 1, as they came in.",
        takes: whole(0...1))
    var keep: Int?

    @Flag(help: "Write the logit instead of the score.")
    var logit = false

    @Flag(help: "Where strands have ambiguity letters: the largest score of what they stand for, not the mean.")
    var worst = false

    @Flag(help: "Score single sequences, each against each other and itself.")
    var allPairs = false

    @Option(
        help: ArgumentHelp("Score single sequences, each against each of this file.", valueName: "FILE"),
        completion: .file())
    var against: String?

    @Flag(help: "Of all-pairs or against: write a matrix of scores (float32, .npy).")
    var matrix = false

    @Option(
        help: ArgumentHelp("Only the i-th of n parts of the input, or of the rows of all pairs.", valueName: "i/n"),
        takes: typed("i/n such as 3/8, with i from 1 to n") { InputShard($0) })
    var shard: InputShard?

    private var ambiguity: AmbiguityScore { worst ? .largest : .mean }
    private var isScreen: Bool { allPairs || against != nil }

    func validate() throws {
        if allPairs, against != nil { throw ValidationError("--all-pairs and --against exclude each other") }
        if matrix, !isScreen { throw ValidationError("--matrix goes with --all-pairs or --against") }
        if matrix, keep != nil { throw ValidationError("--matrix has every pair: --keep does not go with it") }
        if isScreen, input.mates != nil { throw ValidationError("--mates does not go with single sequences") }
        if shard != nil, !isScreen, input.everyFile.contains("-") {
            throw ValidationError("--shard goes with files: standard input can't be cut")
        }
        if against == "-", input.files.isEmpty || input.files.contains("-") {
            throw ValidationError("both sets of strands can't come from standard input")
        }
    }

    func run() throws {
        try input.requireInput()
        try output.requireOther(than: input.everyFile + [against, model.path])
        if !isScreen { try requireFilesToCut() }
        try exitOnFailure {
            let clock = RunSummary()
            let file = try model.load()
            if isScreen { return try screen(file.classifier, clock) }
            let scorer = PairScorer(
                classifier: file.classifier,
                threshold: Float(threshold ?? Double(file.classifier.threshold)), keep: keep,
                writesLogit: logit, skipsBad: input.skipsBad, limits: lengths.limits(file.classifier),
                ambiguity: ambiguity)
            let reader = PairReader(
                paths: input.files, columns: try input.pairColumns(label: false),
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
                makeScratch: { PairScorer.Scratch(pairs: Pairs(alphabet: scorer.alphabet)) },
                compute: { scorer.score(&$0) })
            counts.remarks.tell(scorer.alphabet, file.classifier)
            if !running.quiet { clock.write(counts.pairs, seed: running.seed) }
            try counts.skipped.conclude()
        }
    }

    /// Throws where a part is asked for of what has no size, such as a pipe. What is not there is found when it is opened.
    private func requireFilesToCut() throws {
        guard shard != nil else { return }
        for path in input.everyFile where ByteSource.size(of: path) == nil {
            try exitOnFailure { _ = try ByteSource(path: path) }
            throw ValidationError("--shard goes with files: '\(path)' is none, and can't be cut")
        }
    }

    private func screen(_ classifier: PairClassifier, _ clock: RunSummary) throws {
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
        if !running.quiet { clock.write(count, seed: running.seed) }
        if let others { skipped += others.skipped }
        try skipped.conclude()
    }
}
