// TrainingCurves: charts of a training, epoch by epoch and step by step.

import Report

/// Charts of the log of a training.
struct TrainingCurves {
    let log: TrainingLog
    /// The epoch and the step whose weights were kept.
    let bestEpoch: Int?, bestStep: Int?

    var sections: [Section] {
        log.tables.compactMap { table in
            guard !table.rows.isEmpty else { return nil }
            return table.columns[0] == "epoch" ? classifier(table) : generator(table)
        }
    }

    private func chart(
        _ heading: String, _ table: TrainingLog.Table, y: String, range: ClosedRange<Double>? = nil,
        kept: Int? = nil,
        _ curves: [(column: String, name: String, role: Role, isDashed: Bool)], caption: String
    ) -> Figure {
        var chart = LineChart(title: heading, x: table.columns[0], y: y)
        let first = table.rows.first?[0] ?? 0
        let last = table.rows.last?[0] ?? 1
        for curve in curves {
            chart.series.append(.init(curve.name, table.curve(curve.column), curve.role, isDashed: curve.isDashed))
            if let value = table.data[curve.column] {
                let name = curves.count > 1 ? "\(curve.name), data" : "data"
                chart.series.append(.init(name, [(first, value), (last, value)], .reference, isDashed: true))
            }
        }
        chart.yRange = range
        chart.hasWholeX = true
        if let kept, let point = table.curve(curves[curves.count - 1].column).first(where: { $0.x == Double(kept) }) {
            chart.mark = (point.x, point.y, ["kept"])
        }
        return Figure(heading, chart.drawn(), caption: caption)
    }

    private func classifier(_ table: TrainingLog.Table) -> Section {
        let lowest = min(0, table.curve("MCC").map(\.y).filter(\.isFinite).min() ?? 0)
        return Section(
            "Training of the classifier",
            lead:
                "Good curves fall fast and then stay flat, with held-out pairs near the training pairs. Where the "
                + "loss on held-out pairs rises again, the model overfits; the best epoch is kept.",
            figures: [
                chart(
                    "Loss", table, y: "cross-entropy, nats", kept: bestEpoch,
                    [("training_loss", "training", .reference, false), ("validation_loss", "held out", .first, false)],
                    caption: "Mean binary cross-entropy of a pair."),
                chart(
                    "On held-out pairs", table, y: "figure of merit", range: lowest...1.02,
                    [("AUROC", "AUROC", .reference, false), ("AP", "AP", .first, true), ("MCC", "MCC", .first, false)],
                    caption: "1 is perfect. MCC is taken at the threshold."),
            ])
    }

    private func generator(_ table: TrainingLog.Table) -> Section {
        let isAdversarial = table.columns.contains("D_loss")
        return Section(
            "Training of the generator",
            lead: isAdversarial
                ? "In a good training neither side wins, entropy and variety stay at the level of the data, and the "
                    + "relation rises to it. Columns can be one-hot from the first step while the relation is at "
                    + "chance."
                : "In a good training the loss falls to what the relation leaves open, with held-out pairs near the "
                    + "training pairs, and entropy and variety stay at the level of the data. Facing letters show only "
                    + "a relation in which letters face each other; the classifier's scores show any.",
            figures: (isAdversarial ? adversarial(table) : likelihood(table)) + samples(table))
    }

    /// The losses of a generator that is trained by maximum likelihood, and the relation.
    private func likelihood(_ table: TrainingLog.Table) -> [Figure] {
        [
            chart(
                "Loss", table, y: "cross-entropy, nats", kept: bestStep,
                [("training_loss", "training", .reference, false), ("validation_loss", "held out", .first, false)],
                caption:
                    "Mean cross-entropy of a letter or length of strand B given strand A. Where the loss on held-out "
                    + "pairs rises again, the generator memorises training pairs."),
            chart(
                "The relation", table, y: "share", range: 0...1.02, [("facing", "facing", .first, false)],
                caption: "Facing: share of letters that face their most frequent partner."),
        ]
    }

    /// The losses and accuracies of a GAN, and the relation.
    private func adversarial(_ table: TrainingLog.Table) -> [Figure] {
        [
            chart(
                "Losses", table, y: "loss, nats",
                [("D_loss", "critic", .second, false), ("G_loss", "generator", .first, false)],
                caption:
                    "A critic's loss that falls to zero means that the critic has won and its gradient vanishes."),
            chart(
                "The critic's accuracy", table, y: "share judged correctly", range: 0...1,
                [("D_accuracy_real", "real", .reference, false), ("D_accuracy_fake", "generated", .first, false)],
                caption:
                    "Only the difference between real and generated pairs is trained, so both may drift together."),
            chart(
                "One-hot columns and the relation", table, y: "share", range: 0...1.02,
                [("one_hot", "one-hot", .second, true), ("facing", "facing", .first, false)],
                caption:
                    "One-hot: mean largest share of a letter in a column. Facing: share of letters that face their "
                    + "most frequent partner. Only the second is the relation."),
        ]
    }

    /// Statistics of samples.
    private func samples(_ table: TrainingLog.Table) -> [Figure] {
        let entropies = table.curve("column_entropy").map(\.y) + [table.data["column_entropy"] ?? 0]
        let most = entropies.filter(\.isFinite).max().map { max($0, 0.1) } ?? 1
        return [
            chart(
                "Variety", table, y: "share of different pairs", range: 0...1.02,
                [("unique", "unique", .first, false)], caption: "A fall means that pairs repeat."),
            chart(
                "Least column entropy", table, y: "bits", range: 0...most * 1.05,
                [("column_entropy", "generated", .first, false)],
                caption: "Over all positions of both strands. Well below the data: mode collapse."),
            chart(
                "Scores by the classifier", table, y: "share, or mean score", range: 0...1.02, kept: bestStep,
                [("score", "score", .first, true), ("agreement_1", "agrees", .first, false)],
                caption: "Share of the pairs that the classifier accepts, and their mean score."),
        ]
    }
}
