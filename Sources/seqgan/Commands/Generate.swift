// Generate: writes new pairs that a model's generator makes.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel
import Synchronization

/// `seqgan generate`.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write new pairs that interact, or do not.",
        discussion: """
            Writes pairs as FASTA, two records a pair, with the classifier's score; or as TSV. A pair depends on the
            seed and its own number only, unless pairs are compared with each other. Where the constraints cannot be
            met, the pairs that were found are written, and the exit code is 65.

            With --partner-of, each strand of the file gets N partners that differ from each other and score above the
            model's threshold (with --label 0: at or below it). Ambiguity letters of a given strand are replaced, at
            random for each partner, by letters that they stand for, and written so.

            EXAMPLES
              seqgan generate -m my.seqgan -n 1000 > out.fa
              seqgan generate -m my.seqgan -n 500 --min-score 0.9 --gc 0.4:0.6 --max-run 3 --avoid-motif GAATTC
              seqgan generate -m my.seqgan --partner-of targets.fa -n 5 > probes.fa
              seqgan generate --exact --endless --length 20 --gc 0.4:0.6 | seqgan select -n 50 > barcodes.fa
            """)

    @Option(
        name: .customShort("n"), help: ArgumentHelp("Pairs, or partners for each given strand.", valueName: "N"),
        takes: whole(1...1_000_000_000))
    var count = 1

    @Option(help: "1: pairs that interact; 0: pairs that do not.", takes: whole(0...1))
    var label = 1

    @Option(help: "fasta or tsv (A, B, label, score).")
    var format = Format.fasta

    @Option(help: "Make distinct partners for each strand of this file (FASTA, FASTQ or lines).", completion: .file())
    var partnerOf: String?

    @Flag(help: "Make strand B the exact partner of strand A, its reverse complement.")
    var exact = false

    @Flag(help: "Go on until the reader of the output has enough, as seqgan select -n.")
    var endless = false

    @Option(
        help: "Least classifier score, 0 to 1. [default: any; with --partner-of, above the model's threshold]",
        takes: share())
    var minScore: Float?

    @Flag(help: "Write no pair twice.")
    var unique = false

    @Option(help: "Write no pair that is in this file.", completion: .file())
    var notIn: String?

    @Flag(help: "Pair the records of --not-in even where their names mark them as mates of others.")
    var noNameCheck = false

    @Option(
        help: "Least distance to every strand already written: Hamming for equal lengths, else edit distance.",
        takes: whole(0...))
    var minDistance = 0

    @Option(
        help: "Draws for each pair before giving up; with --partner-of, draws in a row without a new partner.",
        takes: whole(1...1_000_000))
    var maxTries = 100

    @OptionGroup var strands: ConstraintOptions
    @OptionGroup var partners: PartnerOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var at: ConditionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    /// More pairs than any reader takes.
    private static let endlessPairs = 1 << 40

    /// The output format.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case fasta, tsv
    }

    func validate() throws {
        if exact, partnerOf != nil { throw ValidationError("--exact and --partner-of exclude each other") }
        if exact, label == 0 {
            throw ValidationError("--exact makes pairs that interact: it does not go with --label 0")
        }
        if partners.complementOf != nil, !exact { throw ValidationError("--complement-of goes with --exact") }
        if endless, partnerOf != nil || count != 1 || output.output != nil {
            throw ValidationError("--endless goes without -n, --partner-of and --output")
        }
        if noNameCheck, notIn == nil { throw ValidationError("--no-name-check goes with --not-in") }
    }

    func run() throws {
        try output.requireDistinct(from: [partnerOf, notIn, model.path])
        try exitOnFailure {
            let summary = RunSummary()
            let file = try model.load()
            let conditions = try at.resolved(file.classifier.conditions)
            let generator = try generator(of: file)
            let alphabet = file.classifier.alphabet
            let given = try partnerOf.map { try givenStrands($0, file, generator) } ?? []
            let places = endless ? Generate.endlessPairs : partnerOf == nil ? count : count * given.count
            let rule = exact ? try partners.requiredRule(file.classifier, for: "--exact") : nil
            let (constraints, lengths) = (try strands.constraints(alphabet), try strands.lengths)
            let scores = try scoreRange(threshold: file.classifier.threshold)
            let made = GeneratorFeasibility(
                generator: generator, label: label, given: Set(given.map(\.codes.count)), letters: alphabet.count)
            try made.require(
                lengths.map { ($0, strands.length ?? "") }, constraints, distance: minDistance, pairs: places)
            var written = try writtenPairs(alphabet, isSymmetric: file.classifier.isSymmetric)
            let design = PairDesign(
                classifier: file.classifier.at(conditions.point), generator: generator, point: conditions.point,
                label: label, constraints: constraints,
                lengths: lengths ?? 1...DuplexShape.maximumLength, scores: scores, exact: rule, seed: running.seed,
                mostDraws: partnerOf == nil ? places * maxTries : maxTries, threads: running.threadCount)
            let end = Mutex(
                OutputEnd(
                    sink: try ByteSink(path: output.output),
                    writer: PairWriter(alphabet: alphabet, label: label, format: format, each: count, given: given),
                    progress: ProgressBar(total: endless ? nil : places, noun: "pairs", isQuiet: running.quiet)))
            let found = try design.fill(places: places, each: count, given: given, &written) { place, candidate in
                try end.withLock { try $0.write(place, candidate) }
            } didPass: { places in
                end.withLock { $0.progress.update(places) }
            }
            ProgressBar.clear()
            try end.withLock { try $0.sink.finish() }
            let remarks = ConditionRemarks(atPointOf: found)
            remarks.report(conditions)
            // An incomplete result is written nevertheless.
            guard found == places else {
                let message = end.withLock { tooFew(found, of: places, $0.found, scores, given) }
                throw Failure(message: message, code: ExitCodes.badData)
            }
            if !running.quiet {
                summary.write(found, seed: running.seed, conditions: remarks.text(conditions))
            }
        }
    }

    /// Writes pairs in the order of their places.
    private struct OutputEnd {
        let sink: ByteSink
        let writer: PairWriter
        var progress: ProgressBar
        /// For each given strand, the number of partners written.
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

    /// The scores that pairs must have: those of partners must be predicted as `label`, those of free pairs may be
    /// any.
    private func scoreRange(threshold: Float) throws -> ScoreRange? {
        var scores = ScoreRange()
        if let minScore { scores.least = minScore }
        guard partnerOf != nil else { return minScore == nil ? nil : scores }
        if label == 1 {
            if minScore == nil { scores.above = threshold }
        } else if scores.least > threshold {
            throw ValidationError(
                "--min-score \(scores.least) with --label 0: partners that do not interact score at most "
                    + "\(threshold), the model's threshold")
        } else {
            scores.most = threshold
        }
        return scores
    }

    /// The most strands that a message names.
    private static let mostNames = 5

    /// The message that fewer pairs were found than asked for, and for which strands.
    private func tooFew(
        _ found: Int, of places: Int, _ partners: [Int], _ scores: ScoreRange?, _ given: [GivenStrand]
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
            + "(\(names.joined(separator: ", "))\(more)); gave up after "
            + "\(counted(maxTries, "draws")) without a new one: raise --max-tries or loosen the constraints"
    }

    private func givenStrands(_ path: String, _ file: ModelFile, _ generator: TrainedGenerator) throws
        -> [GivenStrand]
    {
        guard let paired = generator.paired else {
            throw Failure(
                message: "--partner-of needs a generator that draws B given A: that of this model makes both at once",
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
                message: "the generator was trained on pairs of label \(1 - label) only", code: ExitCodes.badData)
        }
        return generator
    }

    private func writtenPairs(_ alphabet: Alphabet, isSymmetric: Bool) throws -> AcceptedPairs {
        var written = AcceptedPairs(isUnique: unique, leastDistance: minDistance, isSymmetric: isSymmetric)
        guard let notIn else { return written }
        let (pairs, _) = try StrandInput(
            paths: [notIn], columns: PairColumns(), alphabet: alphabet, comparesNames: !noNameCheck
        ).readPairs()
        for p in 0..<pairs.count { written.exclude(Array(pairs.a(p)), Array(pairs.b(p))) }
        return written
    }
}
