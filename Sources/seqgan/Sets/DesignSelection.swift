// DesignSelection: what a run of select does, from its options to its outputs.

import Kernels
import SeqIO
import SeqModel

/// A run of select: reads designs, chooses, and writes.
struct DesignSelection {
    private let options: Select
    private let classifier: PairClassifier
    private let scorer: CrosstalkScorer
    private let kind: DesignKind
    private let rule: PartnerRule?
    private let limits: SelectionLimits
    private let reader: CandidateReader
    /// What there is to tell of pools.
    private(set) var pools: PoolFigures?
    /// The scores of the designs that were kept; nil without a report, and of pools.
    private(set) var scores: SetScores?

    /// Prepares the run that `options` asks for, with `classifier` at any conditions. Throws usage errors.
    init(_ options: Select, _ classifier: PairClassifier, _ scorer: CrosstalkScorer) throws {
        (self.options, self.classifier, self.scorer) = (options, classifier, scorer)
        kind = options.designKind
        let partners = options.partners
        rule =
            kind == .complement
            ? try partners.requiredRule(classifier, for: "--complement") : try partners.rule(classifier)
        limits = SelectionLimits(
            crosstalk: options.choice.maxCrosstalk, own: options.choice.maxSelf ?? options.choice.maxCrosstalk,
            leastIntended: options.choice.minScore, constraints: try options.strands.constraints(classifier.alphabet),
            lengths: try options.strands.lengths, leastDistance: options.choice.minDistance)
        let input = options.input
        var columns = kind == .pairs ? try input.pairColumns(label: false) : try input.singleColumns()
        columns.label = options.choice.poolColumn
        columns.makesHeader = options.table.headerOut && options.choice.pools == nil
        reader = CandidateReader(
            PairReader(
                paths: input.files, columns: columns, letters: classifier.alphabet.letterKinds, mates: input.mates,
                comparesNames: !input.noNameCheck, unpacking: options.running.unpacking), classifier, kind,
            options.lengths.limits(classifier), rule, skipsBad: input.skipsBad)
    }

    /// Reads, chooses and writes.
    mutating func run() throws -> SelectionOutput {
        let owned = try options.choice.clearOf.map(ownedStrands)
        let ownedBlock = try owned.map(block)
        let sink = try ByteSink(path: options.output.output)
        var output = try SelectionOutput(
            sink, rejections: try options.choice.rejected.map { try ByteSink(path: $0) },
            owned: owned?.names ?? [], options.input.delimiter)
        let isReported = options.choice.report != nil
        var kept: DesignBlock?
        if let pools = options.choice.pools {
            try divide(among: pools, ownedBlock, to: &output, sink)
        } else if options.choice.best || kind == .group {
            let designs = LoadedDesigns(reader, kind, classifier)
            let results =
                options.choice.best ? best(designs, ownedBlock) : firstCome(designs, ownedBlock)
            try designs.write(results, to: &output)
            if isReported {
                kept = designs.block(0..<designs.count).only(results.indices.filter { results[$0] == nil })
            }
        } else {
            var selection = FirstCome(scorer, limits, clearOf: ownedBlock, rule, most: options.choice.count)
            let progress =
                options.choice.count.map { ProgressBar(total: $0, noun: "designs", isQuiet: options.running.quiet) }
                ?? ProgressBar(inputs: options.input.files, noun: "designs", isQuiet: options.running.quiet)
            try selection.run(
                reader, kind, classifier, to: &output, progress: progress, isOfKept: options.choice.count != nil)
            if isReported { kept = selection.block(like: DesignBlock(classifier.alphabet, isPaired: kind.isPaired)) }
        }
        if reader.failure == nil { try output.finish() } else { try output.flush() }
        // Who reads the output need not wait for the report.
        if reader.failure == nil, let kept { scores = SetScores(kept, scorer, isQuiet: options.running.quiet) }
        reader.remarks.report(classifier.alphabet, classifier, of: kind == .pairs ? "pairs" : "strands")
        return output
    }

    /// Whether all of the input was read that was wanted, so that the outputs are complete.
    var isComplete: Bool { reader.failure == nil }

    /// What a run says at its end, beside its closing line.
    func messages(_ output: SelectionOutput) -> [String] {
        let isToldLater = options.choice.count.map { output.kept < $0 } ?? false
        let kept =
            output.kept < output.seen && !isToldLater
            ? "kept \(output.kept) of \(counted(output.seen, "designs")): \(output.reasons)" : ""
        return [kept, pools?.summary ?? ""].filter { !$0.isEmpty }
    }

    /// Throws for what ended the reading, for fewer designs than wanted, and for bad records that were skipped.
    func reportFailures(_ output: SelectionOutput) throws {
        var tooFew: Failure?
        if let count = options.choice.count, output.kept < count {
            let reasons = output.reasons
            tooFew = Failure(
                message: "found \(output.kept) of \(counted(count, "designs")) among \(output.seen)"
                    + (reasons.isEmpty ? "" : ": not kept were \(reasons)"), code: ExitCodes.badData)
        }
        if let failure = reader.failure {
            if let tooFew { printMessage(tooFew.message) }
            throw failure
        }
        if let tooFew, reader.skipped.bad > 0 { printMessage(tooFew.message) }
        try reader.skipped.report()
        if let tooFew { throw tooFew }
    }

    private func firstCome(_ designs: LoadedDesigns, _ owned: DesignBlock?) -> [Rejection?] {
        var selection = FirstCome(scorer, limits, clearOf: owned, rule, most: options.choice.count)
        var results: [Rejection?] = []
        while results.count < designs.count, !selection.isComplete {
            let range = results.count..<min(designs.count, results.count + selection.blockSize)
            results += selection.take(designs.block(range))
        }
        return results
    }

    private func best(_ designs: LoadedDesigns, _ owned: DesignBlock?) -> [Rejection?] {
        let selection = BestSelection(
            scorer: scorer, limits: limits, seed: options.running.seed, most: options.choice.count)
        var progress = ProgressBar(total: designs.count, noun: "designs", isQuiet: options.running.quiet)
        defer { ProgressBar.clear() }
        return selection.run(designs.block(0..<designs.count), clearOf: owned) { progress.update($0) }
    }

    /// Shares the designs out among pools and writes the table.
    private mutating func divide(
        among pools: PoolCount, _ owned: DesignBlock?, to output: inout SelectionOutput, _ sink: ByteSink
    ) throws {
        let designs = LoadedDesigns(reader, kind, classifier)
        // A table without the strands after a failure would look whole.
        guard reader.failure == nil else { return }
        var limits = limits
        // All are wanted that nothing is asked of; those that bind themselves do so in any pool.
        limits.own = options.choice.maxSelf ?? 1
        let selection = BestSelection(scorer: scorer, limits: limits, seed: options.running.seed, most: nil)
        let block = designs.block(0..<designs.count)
        let rejected = selection.brokenByThemselves(block, clearOf: owned)
        for (design, rejection) in rejected.enumerated() {
            if let rejection {
                try output.reject(designs.name(of: design), rejection)
            } else {
                output.keep(designs.name(of: design))
            }
        }
        let progress = ProgressBar(
            total: designs.designOfStrand.count, noun: "strands", isQuiet: options.running.quiet)
        let pooling = try Pooling(
            designs, scorer, limit: limits.crosstalk, rejected: rejected, count: pools,
            mostInPool: options.choice.maxCount,
            progress: progress)
        try pooling.write(to: sink, options.input.delimiter)
        self.pools = PoolFigures(
            pooling, ownAbove: selection.countOfOwn(in: designs, above: limits.crosstalk, rejected))
    }

    /// The strands to stay clear of.
    private func ownedStrands(_ path: String) throws -> NamedStrands {
        try StrandInput(
            paths: [path], columns: options.input.separation.separating(PairColumns(sequence: nil), in: [path]),
            alphabet: classifier.alphabet,
            limits: options.lengths.limits(classifier)
        ).readNamed(for: classifier).strands
    }

    private func block(_ strands: NamedStrands) throws -> DesignBlock {
        var block = DesignBlock(classifier.alphabet, isPaired: false)
        for strand in 0..<strands.count {
            guard block.canExpand(strands.codes[strand]) else {
                throw Failure(
                    message: "\(options.choice.clearOf ?? ""): \(excerpt(strands.names[strand])) stands for more than "
                        + "\(DesignBlock.mostVariants) strands, expected at most as many, so that each can be judged",
                    code: ExitCodes.badData)
            }
            block.append(strands.codes[strand])
            block.endDesign()
        }
        return block
    }
}
