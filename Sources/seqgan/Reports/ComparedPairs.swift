// ComparedPairs: generated pairs beside real ones, and the page that shows them.

import Kernels
import Report
import SeqModel

/// A comparison with the pairs that it is of.
struct ComparedPairs {
    private let comparison: SampleComparison
    private let made: Pairs, known: Pairs
    private let alphabet: Alphabet
    private let threshold: Double

    init(
        _ comparison: SampleComparison, _ made: Pairs, _ known: Pairs, _ alphabet: Alphabet, threshold: Double
    ) {
        (self.comparison, self.made, self.known, self.alphabet) = (comparison, made, known, alphabet)
        self.threshold = threshold
    }

    var page: Page {
        Page(
            title: "\(groupedPairs(made.count, "generated")) beside \(groupedPairs(known.count, "real"))",
            lead:
                "Whether they are new, as different from each other as real pairs, made of the same words, and related as "
                + "real pairs are.", facts: facts, sections: sections, footer: ReportFile.footer)
    }

    private var generated: PairSetFigures { comparison.generated }
    private var real: PairSetFigures { comparison.real }

    /// The figures that matter most.
    var facts: [(name: String, value: String)] {
        var facts = [
            ("unique", percent(generated.unique, 1)), ("new", percent(generated.new, 1)),
            ("facing agreement", percent(generated.facing[comparison.orientation]?.agreement ?? .nan, 1)),
            ("the same of real pairs", percent(real.facing[comparison.orientation]?.agreement ?? .nan, 1)),
            ("4-mer distance", figure(generated.kmerDistance, 3)), ("its floor", figure(real.kmerDistance, 3)),
        ]
        if !generated.scores.isEmpty {
            facts.append(("taken by the classifier", percent(generated.accepted(above: threshold), 1)))
        }
        return facts.map { (name: $0.0, value: $0.1) }
    }

    /// The relation, the letters, the scores, single pairs.
    var sections: [Section] {
        [relation, letters, spread, examples]
    }

    private var pictures: PairPictures? {
        real.facing[comparison.orientation].map { PairPictures(alphabet: alphabet, reference: $0.table) }
    }

    private var relation: Section {
        let offset = pictures?.reference.offset ?? 0
        var figures: [Figure] = []
        if let pictures, let made = generated.facing[comparison.orientation] {
            figures = [("Real", pictures.reference), ("Generated", made.table)].map { name, table in
                pictures.facing(
                    "\(name) pairs", table,
                    caption: "A letter tells \(figure(table.information, 3)) bits of the one it faces.")
            }
            figures.append(columns(made.columns))
        }
        return Section(
            "The relation: which letters face each other",
            lead:
                "Laid \(comparison.orientation.rawValue), \(offset == 0 ? "flush" : "B moved by \(offset)"). Good tables look "
                + "alike: the same strong cells, as strong. An even table of generated pairs means that the columns were "
                + "learned and the relation was not.", figures: figures)
    }

    private func columns(_ made: [Double]) -> Figure {
        var chart = LineChart(title: "Agreement by place", x: "place in A", y: "faces its partner")
        func points(_ columns: [Double]) -> [(x: Double, y: Double)] {
            columns.enumerated().map { (Double($0 + 1), $1) }
        }
        chart.series = [
            .init("real", points(real.facing[comparison.orientation]?.columns ?? []), .reference),
            .init("generated", points(made), .first),
        ]
        chart.yRange = 0...1
        return Figure(
            "Agreement, place by place", chart.drawn(),
            caption: "Share of the letters of A that face the most frequent partner of their kind in real pairs. Where "
                + "lengths differ, it falls towards the end.")
    }

    private var letters: Section {
        var chart = LineChart(title: "Column entropy", x: "place", y: "bits")
        func points(_ bits: [Double]) -> [(x: Double, y: Double)] { bits.enumerated().map { (Double($0 + 1), $1) } }
        chart.series = [
            .init("real A", points(real.entropy.bits[0]), .reference),
            .init("real B", points(real.entropy.bits[1]), .reference, isDashed: true),
            .init("generated A", points(generated.entropy.bits[0]), .first),
            .init("generated B", points(generated.entropy.bits[1]), .first, isDashed: true),
        ]
        let most = chart.series.isEmpty ? 2 : (real.entropy.bits + generated.entropy.bits).joined().max() ?? 2
        chart.yRange = 0...max(most, 0.5) * 1.05
        let entropy = Figure(
            "Column entropy", chart.drawn(),
            caption:
                "How open a place is to every letter. A generator that falls to a few pairs shows dips that real pairs "
                + "lack.")
        return Section(
            "The letters: different, new, and in the same words",
            lead:
                "Good dots lie along the diagonal and good curves lie on the grey ones. What is asked of each figure is in "
                + "the column of real pairs: there the same is told of two halves of them.",
            figures: [words, entropy].compactMap { $0 }, table: table)
    }

    private var words: Figure? {
        let (p, q) = (real.kmers, generated.kmers)
        guard p.total > 0, q.total > 0 else { return nil }
        var chart = LineChart(title: "4-mers", x: "share of 4-mers, real, %", y: "generated, %")
        let names = alphabet.letters.map { Character(UnicodeScalar($0)) }
        let common = p.counts.indices.filter { p.counts[$0] + q.counts[$0] > 0 }
            .sorted { (p.counts[$0] + q.counts[$0], $1) > (p.counts[$1] + q.counts[$1], $0) }.prefix(600)
        var largest = 0.0
        for word in common {
            var (rest, text) = (word, "")
            for _ in 0..<KmerProfile.length {
                text.insert(names[rest % names.count], at: text.startIndex)
                rest /= names.count
            }
            let x = 100 * Double(p.counts[word]) / Double(p.total)
            let y = 100 * Double(q.counts[word]) / Double(q.total)
            largest = max(largest, x, y)
            chart.dots.append(.init(x: x, y: y, radius: 2.2, note: "\(text): \(figure(x, 2)) and \(figure(y, 2)) %"))
        }
        (chart.xRange, chart.yRange, chart.hasDiagonal) = (0...largest * 1.04, 0...largest * 1.04, true)
        return Figure(
            "4-mers, distance \(figure(generated.kmerDistance, 3))", chart.drawn(),
            caption:
                "Each dot is a word of four letters. Two halves of the real pairs are \(figure(real.kmerDistance, 3)) "
                + "apart: nothing can be asked to be nearer.")
    }

    private var table: Table {
        func row(_ name: String, _ decimals: Int, _ value: (PairSetFigures) -> Double) -> [String] {
            [name, figure(value(generated), decimals), figure(value(real), decimals)]
        }
        return Table([
            ["", "generated", "real"], row("different pairs, share", 4) { $0.unique },
            row("not among the real, share", 4) { $0.new }, row("identity of two strands A", 4) { $0.identity },
            row("least column entropy, bits", 3) { $0.entropy.least },
            row("mean column entropy, bits", 3) { $0.entropy.mean },
            row("4-mer distance to half of the real", 4) { $0.kmerDistance },
            row("distance of the lengths", 4) { $0.lengthDistance },
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
            "What the classifier says",
            lead:
                "Good halves mirror each other. All of the upper half at the right end: pairs that are too clean. Left of "
                + "the threshold: pairs that the classifier refuses.",
            figures: [
                Figure(
                    "Scores, generated above and real below", chart.drawn(),
                    caption: "Share of the pairs; heights grow with the square root. Generated: quartiles "
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
                        pictures.duplex("\(name) \(p + 1)", pairs.a(p), pairs.b(p)))
                }
            }
        }
        return Section(
            "Pairs, one by one",
            lead:
                "The first of each. Bars join letters that face each other more often than by chance in real pairs. Good "
                + "generated pairs can't be told from the real ones at the end.", figures: figures)
    }
}
