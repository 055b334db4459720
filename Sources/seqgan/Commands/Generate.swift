// Generate: writes new pairs that a model's generator makes.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel
import Synchronization

/// `seqgan generate`.
struct Generate: CommandWithExamples {
    static let examples = [
        "seqgan generate -n 1000 > out.fa",
        """
        seqgan generate --partner-of targets.fa -n 5 \\
            > probes.fa
        """,
        """
        seqgan generate -n 500 --min-score 0.9 \\
            --gc 0.4:0.6 --max-run 3 --avoid-motif GAATTC
        """,
        """
        seqgan generate --exact --endless --length 20 |
            seqgan select -n 50 > barcodes.fa
        """,
    ]
    static let readsStandardInput = false

    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write new pairs that interact, or that do not.",
        usage: "seqgan generate [<options>]",
        discussion: HelpText.discussion(
            """
            Writes pairs as FASTA, two records a pair, with the classifier's score; or as a table. A pair depends on \
            the seed and on its own number only, unless pairs are compared with each other. Where the constraints \
            cannot be met, the pairs that were found are written, and the exit code is 65.

            With --partner-of, each strand of the file gets N partners that differ from each other and score above \
            the model's threshold; with --label 0, at or below it. Ambiguity letters of a given strand are replaced, \
            at random for each partner, by letters that they stand for.
            """, examples: examples))

    @OptionGroup(title: "Pairs") var pairs: PairOptions
    @OptionGroup(title: "Strands") var strands: ConstraintOptions
    @OptionGroup(title: "Strands") var partners: PartnerOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Conditions") var at: ConditionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Output") var separation: DelimiterOptions
    @OptionGroup(title: "Output") var table: TableOptions
    @OptionGroup(title: "Run") var running: RunOptions

    /// More pairs than any reader takes.
    private static let endlessPairs = 1 << 40

    func validate() throws {
        if pairs.exact, pairs.partnerOf != nil { throw ValidationError("--exact and --partner-of exclude each other") }
        if pairs.exact, pairs.label == 0 {
            throw ValidationError("--exact makes pairs that interact: it does not go with --label 0")
        }
        if partners.complementOf != nil, !pairs.exact { throw ValidationError("--complement-of goes with --exact") }
        if pairs.endless, pairs.partnerOf != nil || pairs.count != 1 || output.output != nil {
            throw ValidationError("--endless does not go with -n, --partner-of or --output")
        }
        if table.headerOut, pairs.format != .tsv {
            throw ValidationError("--header-out names columns: it goes with --format tsv")
        }
        if pairs.noNameCheck, pairs.notIn == nil { throw ValidationError("--no-name-check goes with --not-in") }
    }

    func run() throws {
        try output.requireDistinct(from: [pairs.partnerOf, pairs.notIn, model.path])
        try exitOnFailure {
            let summary = RunSummary()
            let file = try model.load()
            let conditions = try at.resolved(file.classifier.conditions)
            let generator = try generator(of: file)
            let alphabet = file.classifier.alphabet
            let given = try pairs.partnerOf.map { try givenStrands($0, file, generator) } ?? []
            let places =
                pairs.endless ? Generate.endlessPairs : pairs.partnerOf == nil ? pairs.count : pairs.count * given.count
            let rule = pairs.exact ? try partners.requiredRule(file.classifier, for: "--exact") : nil
            let (constraints, lengths) = (try strands.constraints(alphabet), try strands.lengths)
            let scores = try scoreRange(threshold: file.classifier.threshold)
            let made = GeneratorFeasibility(
                generator: generator, label: pairs.label, given: Set(given.map(\.codes.count)), letters: alphabet.count)
            try made.require(
                lengths.map { ($0, strands.length ?? "") }, constraints, distance: pairs.minDistance, pairs: places)
            var written = try writtenPairs(alphabet, isSymmetric: file.classifier.isSymmetric)
            let design = PairDesign(
                classifier: file.classifier.at(conditions.point), generator: generator, point: conditions.point,
                label: pairs.label, constraints: constraints,
                lengths: lengths ?? 1...DuplexShape.maximumLength, scores: scores, exact: rule, seed: running.seed,
                mostDraws: pairs.partnerOf == nil ? places * pairs.maxTries : pairs.maxTries,
                threads: running.threadCount)
            let end = Mutex(try outputEnd(alphabet, given, places: places))
            let found = try design.fill(places: places, each: pairs.count, given: given, &written) { place, candidate in
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

    private func outputEnd(
        _ alphabet: Alphabet, _ given: [GivenStrand], places: Int
    ) throws -> sending OutputEnd {
        let delimiter = separation.used(for: [])
        let sink = try ByteSink(path: output.output)
        try sink.write(table.header(PairWriter.titles, delimiter))
        return OutputEnd(
            sink: sink,
            writer: PairWriter(
                alphabet: alphabet, label: pairs.label, format: pairs.format, delimiter: delimiter, each: pairs.count,
                given: given),
            progress: ProgressBar(total: pairs.endless ? nil : places, noun: "pairs", isQuiet: running.quiet))
    }

    /// The scores that pairs must have: those of partners must be predicted as `label`, those of free pairs may be
    /// any.
    private func scoreRange(threshold: Float) throws -> ScoreRange? {
        var scores = ScoreRange()
        if let least = pairs.minScore { scores.least = least }
        guard pairs.partnerOf != nil else { return pairs.minScore == nil ? nil : scores }
        if pairs.label == 1 {
            if pairs.minScore == nil { scores.above = threshold }
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
        guard pairs.partnerOf != nil else {
            return
                "found \(found) of \(counted(places, "pairs")) that meet the constraints in \(pairs.maxTries) draws "
                + "each: loosen them or raise --max-tries"
        }
        let short = partners.indices.filter { partners[$0] < pairs.count }
        let names = short.prefix(Generate.mostNames).map { "\(excerpt(Array(given[$0].name.utf8))): \(partners[$0])" }
        let more = short.count > names.count ? ", and \(short.count - names.count) more" : ""
        return "found \(found) of \(counted(places, "distinct partners")) with a score \(scores?.text ?? ""), "
            + "fewer than \(pairs.count) for \(short.count) of \(counted(given.count, "strands")) "
            + "(\(names.joined(separator: ", "))\(more)); gave up after "
            + "\(counted(pairs.maxTries, "draws")) without a new one: raise --max-tries or loosen the constraints"
    }

    private func givenStrands(_ path: String, _ file: ModelFile, _ generator: TrainedGenerator) throws
        -> [GivenStrand]
    {
        guard let paired = generator.paired else {
            throw Failure(
                message: "--partner-of needs a generator that draws B given A: that of this model makes both at once",
                code: ExitCodes.badData)
        }
        return try readGiven(
            path, separation.separating(PairColumns(sequence: nil), in: [path]), file, paired)
    }

    private func generator(of file: ModelFile) throws -> TrainedGenerator {
        guard let generator = file.generator else {
            throw Failure(
                message: "the model has no generator: add one with seqgan train --learn generator --from MODEL",
                code: ExitCodes.badData)
        }
        guard generator.knows(label: pairs.label) else {
            throw Failure(
                message: "the generator was trained on pairs of label \(1 - pairs.label) only", code: ExitCodes.badData)
        }
        return generator
    }

    private func writtenPairs(_ alphabet: Alphabet, isSymmetric: Bool) throws -> AcceptedPairs {
        var written = AcceptedPairs(isUnique: pairs.unique, leastDistance: pairs.minDistance, isSymmetric: isSymmetric)
        guard let notIn = pairs.notIn else { return written }
        let (excluded, _) = try StrandInput(
            paths: [notIn], columns: separation.separating(PairColumns(), in: [notIn]), alphabet: alphabet,
            comparesNames: !pairs.noNameCheck
        ).readPairs()
        for p in 0..<excluded.count { written.exclude(Array(excluded.a(p)), Array(excluded.b(p))) }
        return written
    }
}
