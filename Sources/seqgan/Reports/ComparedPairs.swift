// ComparedPairs: the page that compares generated pairs with real ones.

import Kernels
import Report
import SeqModel

/// A comparison and the pairs that it is about.
struct ComparedPairs {
    let comparison: SampleComparison
    private let made: Pairs, known: Pairs
    private let alphabet: Alphabet
    private let threshold: Double
    /// The classifier at the conditions of the pairs, where there is one.
    private let classifier: PairClassifier?

    init(
        _ comparison: SampleComparison, _ made: Pairs, _ known: Pairs, _ alphabet: Alphabet, threshold: Double,
        classifier: PairClassifier?
    ) {
        (self.comparison, self.made, self.known, self.alphabet) = (comparison, made, known, alphabet)
        (self.threshold, self.classifier) = (threshold, classifier)
    }

    var page: Page {
        Page(
            title: "\(groupedPairs(made.count, "generated")) beside \(groupedPairs(known.count, "real"))",
            lead:
                "Whether they are new, as varied as real pairs, have the same k-mer frequencies, and interact as "
                + "real pairs do.", facts: facts, sections: sections, footer: ReportFile.footer)
    }

    var generated: PairSetFigures { comparison.generated }
    var real: PairSetFigures { comparison.real }

    /// The most important figures.
    var facts: [(name: String, value: String)] {
        var facts = [
            ("unique", percent(generated.unique, 1)), ("new", percent(generated.new, 1)),
            ("facing agreement", percent(generated.facing[comparison.orientation]?.agreement ?? .nan, 1)),
            ("facing agreement, real pairs", percent(real.facing[comparison.orientation]?.agreement ?? .nan, 1)),
            ("precision", percent(generated.precision, 1)), ("precision, real pairs", percent(real.precision, 1)),
            ("recall", percent(generated.recall, 1)), ("recall, real pairs", percent(real.recall, 1)),
            ("4-mer distance", figure(generated.kmerDistance, 3)),
            ("4-mer distance, real pairs", figure(real.kmerDistance, 3)),
        ]
        if !generated.scores.isEmpty {
            facts.append(("accepted by the classifier", percent(generated.accepted(above: threshold), 1)))
        }
        return facts.map { (name: $0.0, value: $0.1) }
    }

    /// Sections on the relation, the letters, the variety, the scores, and single pairs.
    var sections: [Section] {
        [relation, letters, variety, spread, examples]
    }

    private var pictures: PairPictures? {
        real.facing[comparison.orientation].map {
            PairPictures(alphabet: alphabet, reference: $0.table, classifier: classifier)
        }
    }

    private var relation: Section {
        let offset = pictures?.reference.offset ?? 0
        var figures: [Figure] = []
        if let pictures, let made = generated.facing[comparison.orientation] {
            figures = [("Real", pictures.reference), ("Generated", made.table)].map { name, table in
                pictures.facing(
                    "\(name) pairs", table,
                    caption: "Mutual information of facing letters: \(figure(table.mutualInformation, 3)) bits.")
            }
            figures.append(columns(made.columns))
        }
        return Section(
            "The relation: which letters face each other",
            lead:
                "Strands aligned \(comparison.orientation.rawValue), "
                + "\(offset == 0 ? "flush" : "B shifted by \(offset)"). In a good result both tables have the same "
                + "strong cells. A uniform table of generated pairs means that the letters of each column were "
                + "learned and the relation was not.", figures: figures)
    }

    private func columns(_ made: [Double]) -> Figure {
        var chart = LineChart(title: "Agreement by position", x: "position in A", y: "faces its partner")
        func points(_ columns: [Double]) -> [(x: Double, y: Double)] {
            columns.enumerated().map { (Double($0 + 1), $1) }
        }
        chart.series = [
            .init("real", points(real.facing[comparison.orientation]?.columns ?? []), .reference),
            .init("generated", points(made), .first),
        ]
        chart.yRange = 0...1
        chart.hasWholeX = true
        return Figure(
            "Agreement by position", chart.drawn(),
            caption:
                "Share of the letters of A that face the most frequent partner of that letter in real pairs. Where "
                + "lengths differ, it falls towards the end.")
    }

    private var letters: Section {
        var chart = LineChart(title: "Column entropy", x: "position", y: "bits")
        func points(_ bits: [Double]) -> [(x: Double, y: Double)] { bits.enumerated().map { (Double($0 + 1), $1) } }
        chart.series = [
            .init("real A", points(real.entropy.bits[0]), .reference),
            .init("real B", points(real.entropy.bits[1]), .reference, isDashed: true),
            .init("generated A", points(generated.entropy.bits[0]), .first),
            .init("generated B", points(generated.entropy.bits[1]), .first, isDashed: true),
        ]
        let most = chart.series.isEmpty ? 2 : (real.entropy.bits + generated.entropy.bits).joined().max() ?? 2
        chart.yRange = 0...max(most, 0.5) * 1.05
        chart.hasWholeX = true
        let entropy = Figure(
            "Column entropy", chart.drawn(),
            caption:
                "Entropy of the letters at each position. A generator that collapses to a few pairs shows dips that "
                + "real pairs do not have.")
        return Section(
            "The letters: varied, new, with the same k-mers",
            lead:
                "In a good result the dots lie along the diagonal and the curves on the grey ones. The column of "
                + "real pairs is what to compare each figure with: there it compares two halves of them.",
            figures: [kmers, entropy].compactMap { $0 }, tables: [table])
    }

    private var kmers: Figure? {
        let (p, q) = (real.kmers, generated.kmers)
        guard p.total > 0, q.total > 0 else { return nil }
        var chart = LineChart(title: "4-mers", x: "share of 4-mers, real, %", y: "generated, %")
        let names = alphabet.letters.map { Character(UnicodeScalar($0)) }
        let common = p.counts.indices.filter { p.counts[$0] + q.counts[$0] > 0 }
            .sorted { (p.counts[$0] + q.counts[$0], $1) > (p.counts[$1] + q.counts[$1], $0) }.prefix(600)
        var largest = 0.0
        for kmer in common {
            var (rest, text) = (kmer, "")
            for _ in 0..<KmerProfile.length {
                text.insert(names[rest % names.count], at: text.startIndex)
                rest /= names.count
            }
            let x = 100 * Double(p.counts[kmer]) / Double(p.total)
            let y = 100 * Double(q.counts[kmer]) / Double(q.total)
            largest = max(largest, x, y)
            chart.dots.append(.init(x: x, y: y, radius: 2.2, note: "\(text): \(figure(x, 2)) and \(figure(y, 2)) %"))
        }
        (chart.xRange, chart.yRange, chart.hasDiagonal) = (0...largest * 1.04, 0...largest * 1.04, true)
        return Figure(
            "4-mers, distance \(figure(generated.kmerDistance, 3))", chart.drawn(),
            caption:
                "Each dot is a 4-mer. The distance between two halves of the real pairs is "
                + "\(figure(real.kmerDistance, 3)): less cannot be expected.")
    }

    private var table: Table {
        func row(_ name: String, _ decimals: Int, _ value: (PairSetFigures) -> Double) -> [String] {
            [name, figure(value(generated), decimals), figure(value(real), decimals)]
        }
        return Table([
            ["", "generated", "real"], row("different pairs, share", 4) { $0.unique },
            row("not among the real pairs, share", 4) { $0.new }, row("identity of two strands A", 4) { $0.identity },
            row("least column entropy, bits", 3) { $0.entropy.least },
            row("mean column entropy, bits", 3) { $0.entropy.mean },
            row("mean column entropy of A, bits", 3) { $0.entropy.means.a },
            row("mean column entropy of B, bits", 3) { $0.entropy.means.b },
            row("4-mer distance to half of the real pairs", 4) { $0.kmerDistance },
            row("distance of the length distributions", 4) { $0.lengthDistance },
            row("edits to the nearest real pair, mean", 2) { $0.nearestMean },
            row("edits to the nearest real pair, least", 0) { $0.nearestLeast },
        ])
    }

    private var spread: Section {
        guard !generated.scores.isEmpty else { return Section("", lead: "", figures: []) }
        let labels = generated.scores.map { _ in true } + real.scores.map { _ in false }
        let curves = ScoreCurves(scores: generated.scores + real.scores, labels: labels)
        var chart = MirroredHistogram(
            title: "Scores of generated and real pairs", x: "score", range: 0...1,
            above: ("generated", curves.histograms[1], .first), below: ("real", curves.histograms[0], .reference))
        chart.threshold = (threshold, "threshold \(figure(threshold, 2))")
        return Section(
            "Scores by the classifier",
            lead:
                "In a good result the halves mirror each other. Generated pairs at the right end only are cleaner "
                + "than real ones; those left of the threshold are rejected by the classifier.",
            figures: [
                Figure(
                    "Scores, generated above and real below", chart.drawn(),
                    caption: "Share of the pairs, on a square-root scale. Generated: quartiles "
                        + "\(figure(generated.quantile(0.25), 2)), \(figure(generated.quantile(0.5), 2)), "
                        + "\(figure(generated.quantile(0.75), 2)); real: \(figure(real.quantile(0.25), 2)), "
                        + "\(figure(real.quantile(0.5), 2)), \(figure(real.quantile(0.75), 2)).")
            ])
    }

    private var examples: Section {
        var figures: [Figure] = []
        if let pictures {
            for (name, pairs, count) in [("generated", made, 6), ("real", known, 2)] {
                for p in 0..<min(count, pairs.count) {
                    figures.append(
                        pictures.duplex("\(name) \(p + 1)", pairs, p))
                }
            }
        }
        return Section(
            "Single pairs",
            lead:
                "The first pairs of each set. \(pictures?.bars ?? ""). Good generated pairs look like the real ones at "
                + "the end.", figures: figures)
    }
}
