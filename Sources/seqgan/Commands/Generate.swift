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
            seed and its number alone, unless pairs are compared with each other. Where the constraints cannot be met,
            what was found is written, and the exit code is 65.

            With --partner-of, each strand of the file gets N partners that differ from each other and score above the
            model's threshold (with --label 0: at or below it). Its ambiguous letters are drawn anew for each partner from
            those they stand for, and written as drawn.

            EXAMPLES
              seqgan generate -m my.seqgan -n 1000 > out.fa
              seqgan generate -m my.seqgan -n 500 --min-score 0.9 --gc 0.4:0.6 --max-run 3 --avoid-motif GAATTC
              seqgan generate -m my.seqgan --partner-of targets.fa -n 5 > probes.fa
            """)

    @Option(
        name: .customShort("n"), help: ArgumentHelp("Pairs, or partners for each given strand.", valueName: "N"),
        takes: whole(1...1_000_000_000))
    var count = 1

    @Option(help: "1: pairs that interact; 0: pairs that do not.", takes: whole(0...1))
    var label = 1

    @Option(help: "fasta or tsv (A, B, label, score).")
    var format = Format.fasta

    @Option(help: "Make distinct partners for each strand of this file (FASTA, FASTQ, or lines).", completion: .file())
    var partnerOf: String?

    @Option(
        help: "The least score by the classifier, 0 to 1. [default: any; of partners, above the model's threshold]",
        takes: share())
    var minScore: Float?

    @Flag(help: "No pair twice.")
    var unique = false

    @Option(help: "No pair of this file.", completion: .file())
    var notIn: String?

    @Flag(help: "Pair the records of --not-in though their names be those of other mates.")
    var noNameCheck = false

    @Option(
        help: "Least distance to every strand already written: Hamming's for equal lengths, else the edit distance.",
        takes: whole(0...))
    var minDistance = 0

    @Option(
        help: "Draws for each pair that is asked for, before giving up; for a given strand those without a new one.",
        takes: whole(1...1_000_000))
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
        if noNameCheck, notIn == nil { throw ValidationError("--no-name-check goes with --not-in") }
    }

    func run() throws {
        try output.requireOther(than: [partnerOf, notIn, model.path])
        try exitOnFailure {
            let clock = RunSummary()
            let file = try model.load()
            let generator = try generator(of: file)
            let alphabet = file.classifier.alphabet
            let given = try partnerOf.map { try givenStrands($0, file, generator) } ?? []
            let places = partnerOf == nil ? count : count * given.count
            let (constraints, lengths) = (try strands.constraints(alphabet), try strands.lengths)
            let scores = try wantedScores(threshold: file.classifier.threshold)
            let made = StrandsMade(
                generator: generator, label: label, given: Set(given.map(\.codes.count)), letters: alphabet.count)
            try made.require(
                lengths.map { ($0, strands.length ?? "") }, constraints, distance: minDistance, pairs: places)
            var written = try writtenPairs(alphabet, isSymmetric: file.classifier.isSymmetric)
            let design = PairDesign(
                classifier: file.classifier, generator: generator, label: label, constraints: constraints,
                lengths: lengths ?? 1...DuplexShape.maximumLength, scores: scores, seed: running.seed,
                mostDraws: partnerOf == nil ? places * maxTries : maxTries, threads: running.threadCount)
            let end = Mutex(
                OutputEnd(
                    sink: try ByteSink(path: output.output),
                    writer: PairWriter(alphabet: alphabet, label: label, format: format, each: count, given: given),
                    progress: ProgressBar(total: places, noun: "pairs", isQuiet: running.quiet)))
            let found = try design.fill(places: places, each: count, given: given, &written) { place, candidate in
                try end.withLock { try $0.write(place, candidate) }
            } didPass: { places in
                end.withLock { $0.progress.update(places) }
            }
            ProgressBar.clear()
            try end.withLock { try $0.sink.finish() }
            // What was found is a result, though not all that was asked for.
            guard found == places else {
                let message = end.withLock { tooFew(found, of: places, $0.found, scores, given) }
                throw Failure(message: message, code: ExitCodes.badData)
            }
            if !running.quiet { clock.write(found, seed: running.seed) }
        }
    }

    /// Where pairs go, in the order of their places.
    private struct OutputEnd {
        let sink: ByteSink
        let writer: PairWriter
        var progress: ProgressBar
        /// For each given strand, the partners written.
        private(set) var found: [Int]
        private var text: [UInt8] = []

        init(sink: ByteSink, writer: PairWriter, progress: ProgressBar) {
            (self.sink, self.writer, self.progress) = (sink, writer, progress)
            found = Array(repeating: 0, count: writer.given.count)
        }

        mutating func write(_ place: Int, _ candidate: PairDesign.Candidate) throws {
            text.removeAll(keepingCapacity: true)
            writer.write(place, candidate, into: &text)
            try sink.write(text)
            if !found.isEmpty { found[place / writer.each] += 1 }
        }
    }

    /// What a pair's score has to be: partners are predicted what they are asked to be, free pairs are as the generator
    /// makes them.
    private func wantedScores(threshold: Float) throws -> WantedScores? {
        var scores = WantedScores()
        if let minScore { scores.least = minScore }
        guard partnerOf != nil else { return minScore == nil ? nil : scores }
        if label == 1 {
            if minScore == nil { scores.above = threshold }
        } else if scores.least > threshold {
            throw ValidationError(
                "--min-score \(scores.least) with --label 0: partners that do not interact score \(threshold) at most, "
                    + "the model's threshold")
        } else {
            scores.most = threshold
        }
        return scores
    }

    /// Strands that are named where there are too few partners.
    private static let mostNames = 5

    /// Says that fewer pairs were found than places, and for which strands.
    private func tooFew(
        _ found: Int, of places: Int, _ partners: [Int], _ scores: WantedScores?, _ given: [GivenStrand]
    ) -> String {
        guard partnerOf != nil else {
            return "found \(found) of \(counted(places, "pairs")) that meet the constraints in \(maxTries) draws each: "
                + "loosen them or raise --max-tries"
        }
        let short = partners.indices.filter { partners[$0] < count }
        let names = short.prefix(Generate.mostNames).map { "\(excerpt(Array(given[$0].name.utf8))): \(partners[$0])" }
        let more = short.count > names.count ? ", and \(short.count - names.count) more" : ""
        return "found \(found) of \(counted(places, "distinct partners")) with a score \(scores?.text ?? ""), "
            + "fewer than \(count) for \(short.count) of \(counted(given.count, "strands")) "
            + "(\(names.joined(separator: ", "))\(more)); given up after \(counted(maxTries, "draws")) without a new one: "
            + "raise --max-tries or loosen the constraints"
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
        let (pairs, _) = try StrandInput(
            paths: [notIn], columns: PairColumns(), alphabet: alphabet, comparesNames: !noNameCheck
        ).readPairs()
        for p in 0..<pairs.count { written.exclude(Array(pairs.a(p)), Array(pairs.b(p))) }
        return written
    }
}
