// Generate: a model to new pairs.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel
import Synchronization

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write new pairs that interact, or do not.",
        discussion: """
            Pairs as FASTA, two records a pair, with the classifier's score; or as TSV. What a pair is depends on the
            seed and its number alone. Ambiguous letters of given strands are drawn from those they stand for. Where
            the constraints cannot be met, what was found is written, and the exit code is 65.

            EXAMPLES
              seqgan generate -m my.seqgan -n 1000 > out.fa
              seqgan generate -m my.seqgan -n 500 --min-score 0.9 --gc 0.4:0.6 --max-run 3 --avoid-motif GAATTC
              seqgan generate -m my.seqgan --partner-of targets.fa -n 5 > probes.fa
            """)

    @Option(name: .customShort("n"), help: ArgumentHelp("Pairs, or partners for each given strand.", valueName: "N"))
    var count = 1

    @Option(help: "1: pairs that interact; 0: pairs that do not.")
    var label = 1

    @Option(help: "fasta or tsv (A, B, label, score).")
    var format = Format.fasta

    @Option(help: "Make partners for the strands of this file (FASTA, FASTQ, or lines).", completion: .file())
    var partnerOf: String?

    @Option(help: "The least score by the classifier, 0 to 1.")
    var minScore: Float?

    @Flag(help: "No pair twice.")
    var unique = false

    @Option(help: "No pair of this file.", completion: .file())
    var notIn: String?

    @Flag(help: "Pair the records of --not-in though their names be those of other mates.")
    var noNameCheck = false

    @Option(
        help:
            "Least distance to every strand already written: Hamming's for equal lengths, else the edit distance.")
    var minDistance = 0

    @Option(help: "Draws for each pair that is asked for, before giving up.")
    var maxTries = 100

    @OptionGroup var strands: ConstraintOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    /// How pairs are written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case fasta, tsv
    }

    func validate() throws {
        if !(1...1_000_000_000).contains(count) { throw ValidationError("-n takes 1 to 1000000000") }
        if !(0...1).contains(label) { throw ValidationError("--label takes 0 or 1") }
        if let minScore, !(0...1).contains(minScore) { throw ValidationError("--min-score takes 0 to 1") }
        if noNameCheck, notIn == nil { throw ValidationError("--no-name-check goes with --not-in") }
        if minDistance < 0 { throw ValidationError("--min-distance takes 0 or more") }
        if !(1...1_000_000).contains(maxTries) { throw ValidationError("--max-tries takes 1 to 1000000") }
    }

    func run() throws {
        try output.requireOther(than: [partnerOf, notIn, model.path])
        try ending {
            let clock = ClosingLine()
            let file = try model.load()
            let generator = try generator(of: file)
            let alphabet = file.classifier.alphabet
            let given = try partnerOf.map { try givenStrands($0, file, generator) } ?? []
            var written = try writtenPairs(alphabet, isSymmetric: file.classifier.isSymmetric)
            let places = partnerOf == nil ? count : count * given.count
            let (most, overflows) = places.multipliedReportingOverflow(by: maxTries)
            let design = PairDesign(
                classifier: file.classifier, generator: generator, label: label,
                constraints: try strands.constraints(alphabet),
                lengths: try strands.lengths ?? 1...DuplexShape.maximumLength, leastScore: minScore, seed: running.seed,
                mostDraws: overflows ? Int.max : most, mostDrawsAPlace: partnerOf == nil ? Int.max : maxTries,
                threads: running.threadCount)
            let end = Mutex(
                OutputEnd(
                    sink: try ByteSink(path: output.output),
                    writer: PairWriter(alphabet: alphabet, label: label, format: format, each: count, given: given),
                    progress: ProgressBar(total: places, noun: "pairs", isQuiet: running.quiet)))
            let found = try design.fill(places: places, each: count, given: given, &written) { place, candidate in
                try end.withLock { try $0.write(place, candidate) }
            }
            ProgressBar.clear()
            guard found == places else {
                // What was found is a result, though not all that was asked for.
                try end.withLock { try $0.sink.finish() }
                throw Failure(
                    message: "found \(found) of \(places) pairs that meet the constraints in \(maxTries) draws each: "
                        + "loosen them or raise --max-tries", code: ExitCodes.badData)
            }
            try end.withLock { try $0.sink.finish() }
            if !running.quiet { clock.write(found, seed: running.seed) }
        }
    }

    /// Where pairs go, in the order of their places.
    private struct OutputEnd {
        let sink: ByteSink
        let writer: PairWriter
        var progress: ProgressBar
        private var text: [UInt8] = []

        init(sink: ByteSink, writer: PairWriter, progress: ProgressBar) {
            (self.sink, self.writer, self.progress) = (sink, writer, progress)
        }

        mutating func write(_ place: Int, _ candidate: PairDesign.Candidate) throws {
            text.removeAll(keepingCapacity: true)
            writer.write(place, candidate, into: &text)
            try sink.write(text)
            progress.update(place + 1)
        }
    }

    private func givenStrands(_ path: String, _ file: ModelFile, _ generator: TrainedGenerator) throws
        -> [GivenStrand]
    {
        guard let paired = generator.paired else {
            throw Failure(
                message: "--partner-of needs a paired generator: this model's makes both strands at once",
                code: ExitCodes.badData)
        }
        return try readGiven(path, file, paired)
    }

    private func generator(of file: ModelFile) throws -> TrainedGenerator {
        guard let generator = file.generator else {
            throw Failure(
                message: "the model has no generator: add one with seqgan train --learn generator --from MODEL",
                code: ExitCodes.badData)
        }
        guard generator.knows(label: label) else {
            throw Failure(
                message: "the generator learned from pairs of label \(1 - label) alone", code: ExitCodes.badData)
        }
        return generator
    }

    private func writtenPairs(_ alphabet: Alphabet, isSymmetric: Bool) throws -> WrittenPairs {
        var written = WrittenPairs(isUnique: unique, leastDistance: minDistance, isSymmetric: isSymmetric)
        guard let notIn else { return written }
        let reader = PairReader(
            paths: [notIn], columns: PairColumns(), letters: alphabet.letterKinds, comparesNames: !noNameCheck)
        var pairs = PairCodes(alphabet: alphabet)
        _ = try forEachPair(reader, skipsBad: false) { (entry, batch) throws(InputError) in
            pairs.removeAll()
            try pairs.append(entry, of: batch, alphabet, LengthLimits())
            written.exclude(Array(pairs.strand(0)), Array(pairs.strand(1)))
        }
        return written
    }
}
