// ClassifierEvaluation: scores labelled pairs by a classifier, and makes the page that shows the results.

import Kernels
import Report
import SeqModel

/// Labelled pairs with the scores of a classifier, and the figures that follow.
struct ClassifierEvaluation {
    let metrics: ClassificationMetrics
    private let pairs: LabelledPairs
    private let scores: [Double]
    private let threshold: Double
    private let classifier: PairClassifier
    private(set) var curves: ScoreCurves

    /// Scores `pairs`. `threshold` is the model's own where nil.
    init(_ classifier: PairClassifier, _ pairs: LabelledPairs, threshold: Double?, threads: Int, isQuiet: Bool) {
        self.pairs = pairs
        self.classifier = classifier
        self.threshold = threshold ?? Double(classifier.threshold)
        let workspaces = (0..<threads).map { _ in Workspace() }
        var progress = ProgressBar(total: pairs.count, noun: "pairs", isQuiet: isQuiet)
        let logits = classifier.logits(
            of: pairs.pairs, at: pairs.conditions, workspaces: workspaces
        ) { progress.update($0) }
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
            lead: "How well the scores separate pairs that interact from pairs that do not. A label or score above "
                + "\(figure(threshold, 2)) counts as 1.",
            facts: facts, sections: sections, footer: ReportFile.footer)
    }

    /// The most important figures.
    var facts: [(name: String, value: String)] {
        [
            ("AUROC", figure(metrics.areaUnderROC, 4)), ("average precision", figure(metrics.averagePrecision, 4)),
            ("MCC", figure(metrics.matthewsCorrelation, 4)), ("accuracy", percent(metrics.accuracy, 1)),
            ("recall", percent(metrics.recall, 1)), ("precision", percent(metrics.precision, 1)),
            ("calibration error", figure(metrics.calibrationError, 4)),
        ]
    }

    /// Sections on curves, calibration, distribution of scores, facing letters by label, and single pairs.
    var sections: [Section] {
        [
            Section(
                "Discrimination",
                lead:
                    "A good ROC curve is near the upper left corner, a good curve of precision and recall near the "
                    + "upper right. The ring is the model at its threshold.",
                figures: [roc, precisionRecall].compactMap { $0 }),
            Section(
                "Calibration",
                lead:
                    "The dots of a good model lie on the diagonal, and its scores separate the two labels at the "
                    + "threshold, with few in between.", figures: [reliability, histogram]),
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
                "True positive rate (recall) against false positive rate, over all thresholds. The diagonal is chance.")
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
                "Precision against recall, over all thresholds. The dashed line is chance: \(percent(share)) of "
                + "these pairs interact.")
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
                "Pairs by tenths of the score; the area of a dot is their number. Below the diagonal scores are too "
                + "high, above it too low.")
    }

    private var histogram: Figure {
        var chart = MirroredHistogram(
            title: "Scores of both labels", x: "score", range: 0...1,
            above: ("label 1", curves.histograms[1], .first), below: ("label 0", curves.histograms[0], .second))
        chart.threshold = (threshold, "threshold \(figure(threshold, 2))")
        return Figure(
            "Scores by label", chart.drawn(),
            caption:
                "Share of the pairs of each label, on a square-root scale that shows the few in the middle. Blue "
                + "left of the line: false negatives. Orange right of it: false positives.")
    }

    private func places(_ isIn: (Double, Bool) -> Bool) -> [Int] {
        scores.indices.filter { isIn(scores[$0], Double(pairs.targets[$0]) > threshold) }
    }

    private var pictures: PairPictures? {
        let positives = places { $1 }
        guard !positives.isEmpty else { return nil }
        let best = ContingencyTable.best(pairs.pairs, chosen: positives, classifier.orientation)
        return PairPictures(
            alphabet: classifier.alphabet, reference: ContingencyTable(pairs.pairs, chosen: positives, alignedAs: best),
            classifier: classifier)
    }

    private var facing: Section {
        var figures: [Figure] = []
        if let pictures {
            let other = ContingencyTable(pairs.pairs, chosen: places { !$1 }, alignedAs: pictures.reference)
            figures = [("label 1", pictures.reference), ("label 0", other)].map { name, table in
                pictures.facing(
                    "Facing letters, \(name)", table,
                    caption: "Mutual information of facing letters: \(figure(table.mutualInformation, 3)) bits.")
            }
        }
        return Section(
            "Which letters face each other",
            lead:
                "Counted in the pairs, aligned \(classifier.orientation.rawValue) at the offset of the largest "
                + "mutual information. Where strands interact by pairing letters, each row of label 1 has one strong "
                + "cell, and label 0 is weaker or uniform.",
            figures: figures)
    }

    private var examples: Section {
        var figures: [Figure] = []
        if let pictures {
            let kinds: [(String, [Int])] = [
                ("true positive", places { $0 > threshold && $1 }),
                ("false negative", places { $0 <= threshold && $1 }),
                ("false positive", places { $0 > threshold && !$1 }),
                ("true negative", places { $0 <= threshold && !$1 }),
            ]
            for (name, chosen) in kinds {
                for p in chosen.prefix(2) {
                    figures.append(
                        pictures.duplex(
                            "\(name): score \(figure(scores[p], 3)), label \(figure(Double(pairs.targets[p]), 2))",
                            pairs.pairs, p, at: pairs.conditions[p]))
                }
            }
        }
        return Section(
            "Single pairs",
            lead:
                "The first two of each kind. \(pictures?.bars ?? ""); long unbroken runs of bars should go with high "
                + "scores.", figures: figures)
    }
}
