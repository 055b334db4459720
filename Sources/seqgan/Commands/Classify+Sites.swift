// Classify+Sites: the part of classify that finds sites in targets of any length.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

extension Classify {
    /// Throws a usage error where options do not go with `--sites`.
    func validateSites() throws {
        guard let targets = sites.targets else { return }
        let others = [
            ("--all-pairs", scores.allPairs), ("--against", scores.against != nil), ("--matrix", scores.matrix),
            ("--keep", scores.keep != nil), ("--melting", scores.melting), ("--energies", scores.energies),
            ("--duplex", duplexes.duplex), ("--posterior", duplexes.posterior != nil),
            ("--mates", input.mates != nil),
        ]
        if let other = others.first(where: \.1) { throw ValidationError("--sites does not go with \(other.0)") }
        if targets == "-", input.files.isEmpty || input.files.contains("-") {
            throw ValidationError("probes and targets cannot both come from standard input")
        }
        if sites.format == .bed, table.headerOut {
            throw ValidationError("--header-out names columns: BED files have no header")
        }
        if sites.format == .bed, let delimiter = input.separation.delimiter, delimiter != .tab {
            throw ValidationError("--delimiter: the columns of BED files are separated by tabs")
        }
        if scores.shard != nil, targets == "-" {
            throw ValidationError("--shard needs files: standard input cannot be cut")
        }
    }

    /// Finds the sites of the probes in the targets at `path` and writes them.
    func findSites(
        in path: String, _ classifier: PairClassifier, _ conditions: RunConditions, _ summary: RunSummary
    ) throws {
        if let strand = sites.strand, strand != .written, !classifier.hasOpposite {
            throw ValidationError(
                "--strand: the letters \(classifier.alphabet.name) have no complements, so only + goes")
        }
        if scores.shard != nil, ByteSource.size(of: path) == nil {
            _ = try ByteSource(path: path)
            throw ValidationError("--shard needs files: '\(path)' is not a regular file and cannot be cut")
        }
        let limits = lengths.limits(classifier)
        let (probes, skipped) = try StrandInput(
            paths: input.files, columns: try input.singleColumns(), alphabet: classifier.alphabet, limits: limits,
            skipsBad: input.skipsBad
        ).readNamed(for: classifier)
        let scanning = SiteScanning(
            finder: SiteFinder(
                classifier, probes: try scannable(probes),
                threshold: Float(scores.threshold ?? Double(classifier.threshold)),
                lengths: limits.lengths, strands: sites.strand ?? (classifier.hasOpposite ? .both : .written),
                ambiguity: scores.ambiguity, hasDuplexes: sites.format != .bed),
            probes: probes.names, alphabet: classifier.alphabet, path: path, shard: scores.shard,
            isCircular: sites.circular, skipsMasked: sites.skipMasked, threads: running.threadCount,
            unpacking: running.unpacking, quiet: running.quiet)
        let sink = try ByteSink(path: output.output)
        let scan = try scanning.run()
        try sink.write(table.header(SiteWriter.titles, input.delimiter, shard: scores.shard))
        try SiteWriter(
            probes: probes.names, targets: scan.names, format: sites.format ?? .tsv, writesLogit: scores.logit,
            delimiter: sites.format == .bed ? .tab : input.delimiter
        ).write(ordered(scan.sites), to: sink)
        if let failure = scan.failure {
            try sink.flush()
            throw failure
        }
        try sink.finish()
        scan.report(classifier.alphabet, skipsMasked: sites.skipMasked)
        let remarks = ConditionRemarks(atPointOf: probes.count)
        remarks.report(conditions)
        if !running.quiet {
            summary.write(scan.letters, "letters", seed: running.seed, conditions: remarks.text(conditions))
        }
        try skipped.report()
    }

    /// The sites that are written, in their order: the best of each probe, sorted where that is asked for.
    private func ordered(_ all: [Site]) -> [Site] {
        let best = ranks.top.map { Site.best($0, ofEachProbe: all) } ?? all
        guard ranks.sort != nil else { return best }
        return best.indices.sorted {
            best[$0].logit != best[$1].logit ? best[$0].logit > best[$1].logit : $0 < $1
        }.map { best[$0] }
    }

    /// The codes of the probes. Throws where one has too many expansions to search with each.
    private func scannable(_ probes: NamedStrands) throws -> StrandCodes {
        let most = Pairs.mostExpansions
        for probe in 0..<probes.count {
            let count = probes.codes.expansions(of: probe)
            guard count > most else { continue }
            throw Failure(
                message: "probe \(excerpt(probes.names[probe])) stands for more than \(most) sequences without "
                    + "ambiguity letters, expected at most \(most)",
                code: ExitCodes.badData)
        }
        return probes.codes
    }
}
