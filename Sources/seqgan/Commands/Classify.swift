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
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    @Option(help: "Predict 1 above this score. [default: the model's own]")
    var threshold: Double?

    @Option(help: "Write only the pairs predicted 0 or 1, as they came in.")
    var keep: Int?

    @Flag(help: "Write the logit instead of the score.")
    var logit = false

    func validate() throws {
        if let keep, !(0...1).contains(keep) { throw ValidationError("--keep takes 0 or 1") }
        if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold takes 0 to 1") }
    }

    func run() throws {
        try input.requireInput()
        try output.requireOther(than: input.everyFile)
        try ending {
            let clock = ClosingLine()
            let file = try model.load()
            let scorer = PairScorer(
                classifier: file.classifier,
                threshold: Float(threshold ?? Double(file.classifier.threshold)), keep: keep,
                writesLogit: logit, skipsBad: input.skipsBad)
            let reader = PairReader(
                paths: input.files, columns: try input.pairColumns(label: false),
                letters: scorer.alphabet.letterKinds, mates: input.mates)
            let counts = try Pipeline.run(
                reader, to: try ByteSink(path: output.output), threads: running.threadCount,
                progress: ProgressBar(inputs: input.files, isQuiet: running.quiet),
                makeScratch: { PairScorer.Scratch(strands: PairCodes(alphabet: scorer.alphabet)) },
                compute: { scorer.score(&$0) })
            counts.remarks.tell(scorer.alphabet, lengths: file.classifier.trainedLengths)
            if !running.quiet { clock.write(counts.pairs, seed: running.seed) }
            try requireNoneSkipped(counts.skipped)
        }
    }
}
