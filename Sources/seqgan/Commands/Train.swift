// Train: labelled pairs to a model.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Learn from labelled pairs and write a model.",
        discussion: """
            What is not given is found from the data: how the strands face each other, whether they may be swapped,
            whether position matters, how long to train. Labels are 0 and 1, or numbers between (soft labels).

            EXAMPLES
              seqgan train labelled.tsv.gz -o my.seqgan
              seqgan train --columns strandA,strandB,yield --label-threshold 0.2 pairs.tsv.gz -o my.seqgan
              seqgan train --learn both labelled.tsv.gz -o my.seqgan
              seqgan train labelled.tsv.gz -o my.seqgan --report training.html
              seqgan train --learn generator --from my.seqgan labelled.tsv.gz -o new.seqgan
              seqgan train --classifier cnn --layout stacked --orientation parallel labelled.tsv.gz -o cnn.seqgan
              seqgan train --learn generator --generator dcgan --orientation parallel labelled.tsv.gz -o dcgan.seqgan
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var checkpoints: CheckpointOptions
    @OptionGroup var running: RunOptions

    @Option(name: .shortAndLong, help: "The model file to write.", completion: .file(extensions: ["seqgan"]))
    var output: String

    @Option(help: "A table with a row for each epoch.", completion: .file())
    var log: String?

    @Option(
        help: "A page with the curves, the model on held-out pairs, what it learned and generates.",
        completion: .file(extensions: ["html"]))
    var report: String?

    @Option(
        help: "A trained model: its classifier teaches the generator; a cnn becomes dcgan's discriminator.",
        completion: .file(extensions: ["seqgan"]))
    var from: String?

    func validate() throws {
        if from != nil, training.learn != .generator {
            throw ValidationError("--from goes with --learn generator: its classifier is kept as it is")
        }
    }

    func run() throws {
        try input.requireInput()
        // The model may take the place of the one that it comes from, and a state that of the one that it goes on from.
        let inputs = input.everyFile + [training.validation]
        try OutputOptions.requireOther(output, than: inputs + [checkpoints.resume])
        try OutputOptions.requireOthers([checkpoints.checkpoint], than: inputs + [from])
        try OutputOptions.requireOthers([log, report], than: inputs + [from, checkpoints.resume])
        try OutputOptions.requireOthers([output, log, report, checkpoints.checkpoint], than: [])
        guard let named = Alphabet(named: training.alphabet) else {
            throw ValidationError("--alphabet takes dna, rna, protein or 2 to 26 different letters")
        }
        try exitOnFailure {
            let clock = RunSummary()
            let start = try from.map(loadModel)
            let alphabet = start?.classifier.alphabet ?? named
            // Opened first, so that a name that can't be written is known before the work is done.
            let sink = try ByteSink(path: output)
            let log = try TrainingLog(path: log)
            let page = try report.map(ReportFile.init)
            let longest = min(training.length ?? .max, start?.classifier.longestStrand ?? DuplexShape.maximumLength)
            let option = longest == training.length ? "--length " : ""
            let (pairs, skipped) = try readLabelled(
                input, alphabet, LengthLimits(1...longest, option: option), isQuiet: running.quiet,
                unpacking: running.unpacking)
            guard pairs.count >= 2 else {
                throw Failure(
                    message: "\(counted(pairs.count, "labelled pairs")): training needs at least 2",
                    code: ExitCodes.badData)
            }
            let data = try TrainingData(
                pairs, alphabet, threshold: training.labelThreshold, settings: training.decisive(seed: running.seed),
                model: start?.encoded() ?? [], threads: running.threadCount
            ) {
                try split(pairs, alphabet, seed: running.seed)
            }
            let keeper = try CheckpointKeeper(checkpoints, digest: data.digests.all, clock: clock)
            let classifying = ClassifierTraining(
                options: training.ofClassifier, running: running, clock: clock, log: log, keeper: keeper)
            let done = try keeper.model(
                training.learn, given: start, alphabet,
                longest: max(data.all.pairs.longest, data.validation.pairs.longest))
            var file = try start ?? done ?? classifying.run(data, alphabet)
            if training.learn != .classifier {
                let learning = GeneratorLearning(
                    options: training, running: running, clock: clock, log: log, keeper: keeper, hasStart: start != nil)
                try learning.run(&file, data.training)
            }
            file.record["data-digest"] = data.digests.data
            try sink.write(try readable(file))
            try sink.finish()
            try log.finish()
            let pages = TrainingReport(
                file: file, log: log, training: data.training, validation: data.validation, seed: running.seed,
                threads: running.threadCount)
            try page?.write(pages.page())
            if !running.quiet { clock.write(pairs.count, "pairs", seed: running.seed) }
            try skipped.conclude()
        }
    }

    /// The file's bytes, once they have been read again: what would be refused later is not written.
    private func readable(_ file: ModelFile) throws -> [UInt8] {
        let bytes = file.encoded()
        do {
            _ = try ModelFile(decoding: bytes)
        } catch {
            throw Failure(
                message: "what was learned is no sound model (\(error)): no model was written", code: ExitCodes.badData
            )
        }
        return bytes
    }

    /// Holds back the validation pairs: a file of them, or a share drawn by the seed.
    private func split(_ pairs: LabelledPairs, _ alphabet: Alphabet, seed: UInt64) throws -> (
        training: LabelledPairs, held: LabelledPairs
    ) {
        let share: Double
        if let given = training.validation {
            guard let number = Double(given) else {
                var options = input
                options.files = [given]
                options.mates = nil
                let (held, _) = try readLabelled(
                    options, alphabet,
                    training.length.map { LengthLimits(1...$0, option: "--length ") } ?? LengthLimits(),
                    isQuiet: running.quiet, unpacking: running.unpacking)
                return (pairs, held)
            }
            share = number
        } else {
            share = 0.05
        }
        return pairs.split(share: share, seed: seed, threads: running.threadCount)
    }
}
