// JudgedPairs: a classifier's scores on labelled pairs, and the page that shows them.

import Kernels
import Report
import SeqModel

/// Labelled pairs with their scores.
struct JudgedPairs {
    let metrics: ClassificationMetrics
    private let pairs: LabelledPairs
    private let scores: [Double]
    private let threshold: Double
    private let classifier: PairClassifier
    private(set) var curves: ScoreCurves

    /// Scores `pairs`; `threshold` is the model's own where nil.
    init(_ classifier: PairClassifier, _ pairs: LabelledPairs, threshold: Double?, threads: Int, isQuiet: Bool) {
        self.pairs = pairs
        self.classifier = classifier
        self.threshold = threshold ?? Double(classifier.threshold)
        let workspaces = (0..<threads).map { _ in Workspace() }
        var progress = ProgressBar(total: pairs.count, noun: "pairs", isQuiet: isQuiet)
        let logits = classifier.logits(of: pairs.pairs, workspaces: workspaces) { progress.update($0) }
        ProgressBar.clear()
        scores = logits.map { Double(PairClassifier.score($0)) }
        metrics = ClassificationMetrics(
            scores: scores, targets: pairs.targets.map(Double.init), threshold: self.threshold)
        let labels = pairs.targets.map { [threshold = self.threshold] in Double($0) > threshold }
        curves = ScoreCurves(scores: scores, labels: labels)
    }

    var page: Page {
        Page(
            title: "A classifier on \(groupedPairs(pairs.count, "labelled"))",
            lead: "How well scores tell pairs that interact from pairs that do not. A label or score above "
                + "\(figure(threshold, 2)) counts as 1.",
            facts: facts, sections: sections, footer: ReportFile.footer)
    }

    /// The figures that matter most.
    var facts: [(name: String, value: String)] {
        [
            ("AUROC", figure(metrics.areaUnderROC, 4)), ("average precision", figure(metrics.averagePrecision, 4)),
            ("MCC", figure(metrics.matthewsCorrelation, 4)), ("accuracy", percent(metrics.accuracy, 1)),
            ("recall", percent(metrics.recall, 1)), ("precision", percent(metrics.precision, 1)),
            ("calibration error", figure(metrics.calibrationError, 4)),
        ]
    }

    /// Curves, calibration, spread of scores, facing letters by label, single pairs.
    var sections: [Section] {
        [
            Section(
                "Telling the labels apart",
                lead:
                    "A good ROC curve hugs the upper left corner, a good curve of precision the upper right. The ring is the "
                    + "model at its threshold.", figures: [roc, precisionRecall].compactMap { $0 }),
            Section(
                "Trusting the scores",
                lead:
                    "A good model's dots lie on the diagonal, and its scores of the two labels part at the threshold, "
                    + "with few in between.", figures: [reliability, histogram]),
            facing, examples,
        ]
    }

    private var roc: Figure? {
        var chart = LineChart(title: "ROC curve", x: "false positive rate", y: "recall")
        chart.series = [.init("", curves.roc, .first)]
        (chart.xRange, chart.yRange, chart.hasDiagonal) = (0...1, 0...1, true)
        let negatives = metrics.falsePositives + metrics.trueNegatives
        let rate = Double(metrics.falsePositives) / Double(negatives)
        chart.mark = (
            rate, metrics.recall,
            ["score above \(figure(threshold, 2)):", "recall \(percent(metrics.recall, 1)),"]
                + ["false positives \(percent(rate, 1))"]
        )
        guard !chart.isEmpty else { return nil }
        return Figure(
            "ROC curve, area \(figure(metrics.areaUnderROC, 4))", chart.drawn(),
            caption:
                "Of the pairs that interact, the share that is found, against the share of the others that is taken for "
                + "one. Chance is the diagonal.")
    }

    private var precisionRecall: Figure? {
        var chart = LineChart(title: "Precision and recall", x: "recall", y: "precision")
        let positives = metrics.truePositives + metrics.falseNegatives
        let share = Double(positives) / Double(metrics.count)
        chart.series = [
            .init("", curves.precisionRecall, .first),
            .init("", [(0, share), (1, share)], .reference, isDashed: true),
        ]
        (chart.xRange, chart.yRange) = (0...1, 0...1)
        chart.mark = (
            metrics.recall, metrics.precision,
            [
                "score above \(figure(threshold, 2)):", "precision \(percent(metrics.precision, 1)),",
                "recall \(percent(metrics.recall, 1))",
            ]
        )
        guard !curves.precisionRecall.isEmpty else { return nil }
        return Figure(
            "Precision and recall, area \(figure(metrics.averagePrecision, 4))", chart.drawn(),
            caption:
                "Of the pairs predicted to interact, the share that does, against the share found. The dashed line is "
                + "chance: \(percent(share)) of these pairs interact.")
    }

    private var reliability: Figure {
        var chart = LineChart(title: "Reliability diagram", x: "mean score", y: "mean label")
        (chart.xRange, chart.yRange, chart.hasDiagonal) = (-0.06...1.06, -0.06...1.06, true)
        for bin in metrics.calibration where bin.count > 0 {
            let share = Double(bin.count) / Double(metrics.count)
            chart.dots.append(
                .init(
                    x: bin.score, y: bin.target, radius: 2.5 + 15 * share.squareRoot(),
                    note: "\(groupedPairs(bin.count)): mean score \(figure(bin.score, 3)), "
                        + "mean label \(figure(bin.target, 3))")
            )
        }
        return Figure(
            "Reliability, error \(figure(metrics.calibrationError, 4))", chart.drawn(),
            caption:
                "Pairs by tenths of the score; a dot's area is their number. Below the diagonal scores promise too "
                + "much, above it too little.")
    }

    private var histogram: Figure {
        var chart = MirroredHistogram(
            title: "Scores of both labels", x: "score", range: 0...1,
            above: ("label 1", curves.histograms[1], .first), below: ("label 0", curves.histograms[0], .second))
        chart.threshold = (threshold, "threshold \(figure(threshold, 2))")
        return Figure(
            "Scores by label", chart.drawn(),
            caption:
                "Share of each label's pairs; heights grow with the square root, so that the few in the middle are "
                + "seen. Blue left of the line is missed, orange right of it is a false alarm.")
    }

    private func places(_ isIn: (Double, Bool) -> Bool) -> [Int] {
        scores.indices.filter { isIn(scores[$0], Double(pairs.targets[$0]) > threshold) }
    }

    private var pictures: PairPictures? {
        let positives = places { $1 }
        guard !positives.isEmpty else { return nil }
        let best = FacingTable.best(pairs.pairs, chosen: positives, classifier.orientation)
        return PairPictures(
            alphabet: classifier.alphabet, reference: FacingTable(pairs.pairs, chosen: positives, laidAs: best))
    }

    private var facing: Section {
        var figures: [Figure] = []
        if let pictures {
            let other = FacingTable(pairs.pairs, chosen: places { !$1 }, laidAs: pictures.reference)
            figures = [("label 1", pictures.reference), ("label 0", other)].map { name, table in
                pictures.facing(
                    "Facing letters, \(name)", table,
                    caption: "A letter tells \(figure(table.information, 3)) bits of the one it faces.")
            }
        }
        return Section(
            "Which letters face each other",
            lead:
                "Counted in the pairs themselves, laid \(classifier.orientation.rawValue) at the offset that tells "
                + "most. Where pairs interact by pairing letters, each row of label 1 has one strong cell, and "
                + "label 0 is paler or even.",
            figures: figures)
    }

    private var examples: Section {
        var figures: [Figure] = []
        if let pictures {
            let kinds: [(String, [Int])] = [
                ("found", places { $0 > threshold && $1 }), ("missed", places { $0 <= threshold && $1 }),
                ("false alarm", places { $0 > threshold && !$1 }),
                ("rightly refused", places { $0 <= threshold && !$1 }),
            ]
            for (name, chosen) in kinds {
                for p in chosen.prefix(2) {
                    figures.append(
                        pictures.duplex(
                            "\(name): score \(figure(scores[p], 3)), label \(figure(Double(pairs.targets[p]), 2))",
                            pairs.pairs.a(p), pairs.pairs.b(p)))
                }
            }
        }
        return Section(
            "Pairs, one by one",
            lead:
                "The first two of each kind. Bars join letters that face each other more often than by chance in pairs of "
                + "label 1; long unbroken runs of them should go with high scores.", figures: figures)
    }
}
