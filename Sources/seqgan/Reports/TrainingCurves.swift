// TrainingCurves: how a training went, epoch by epoch and step by step, as charts.

import Report

/// Charts of a training's log.
struct TrainingCurves {
    let log: TrainingLog
    /// The epoch and the step that were kept.
    let bestEpoch: Int?, bestStep: Int?

    var sections: [Section] {
        log.tables.compactMap { table in
            guard !table.rows.isEmpty else { return nil }
            return table.columns[0] == "epoch" ? classifier(table) : generator(table)
        }
    }

    private func chart(
        _ heading: String, _ table: TrainingLog.Table, y: String, range: ClosedRange<Double>? = nil,
        _ curves: [(column: String, name: String, role: Role, isDashed: Bool)], caption: String
    ) -> Figure {
        var chart = LineChart(title: heading, x: table.columns[0], y: y)
        let first = table.rows.first?[0] ?? 0
        let last = table.rows.last?[0] ?? 1
        for curve in curves {
            chart.series.append(.init(curve.name, table.curve(curve.column), curve.role, isDashed: curve.isDashed))
            if let value = table.data[curve.column] {
                chart.series.append(.init("data", [(first, value), (last, value)], .reference, isDashed: true))
            }
        }
        chart.yRange = range
        return Figure(heading, chart.drawn(), caption: caption)
    }

    private func classifier(_ table: TrainingLog.Table) -> Section {
        let kept = bestEpoch.map { " Epoch \($0) was kept." } ?? ""
        return Section(
            "How the classifier learned",
            lead:
                "Good curves fall fast and then lie flat, the one of held-out pairs beside that of the training pairs. Where "
                + "it turns up, the pairs are learned by heart; the best epoch is kept.",
            figures: [
                chart(
                    "Loss", table, y: "cross-entropy, nats",
                    [("training_loss", "training", .reference, false), ("validation_loss", "held out", .first, false)],
                    caption: "Mean binary cross-entropy of a pair.\(kept)"),
                chart(
                    "On held-out pairs", table, y: "figure of merit",
                    [("AUROC", "AUROC", .reference, false), ("AP", "AP", .first, true), ("MCC", "MCC", .first, false)],
                    caption: "1 is perfect. MCC is that at the threshold."),
            ])
    }

    private func generator(_ table: TrainingLog.Table) -> Section {
        let kept = bestStep.map { " Step \($0) was kept." } ?? ""
        return Section(
            "How the generator learned",
            lead:
                "In a good training neither side wins, entropy and different pairs stay at the data's level, and the relation "
                + "climbs to it. Letters can be whole from the first step while the relation is at chance.",
            figures: [
                chart(
                    "Losses", table, y: "loss, nats",
                    [("D_loss", "critic", .second, false), ("G_loss", "generator", .first, false)],
                    caption:
                        "A critic's loss that falls to nothing means that it has won, and that its gradient is gone."),
                chart(
                    "The critic's accuracy", table, y: "share judged rightly", range: 0...1,
                    [
                        ("D_accuracy_real", "real", .reference, false),
                        ("D_accuracy_fake", "generated", .first, false),
                    ],
                    caption:
                        "Only the difference of real and generated pairs is trained, so the two may drift together."),
                chart(
                    "One-hot-ness and the relation", table, y: "share", range: 0...1.02,
                    [("one_hot", "one-hot", .second, true), ("facing", "facing", .first, false)],
                    caption:
                        "One-hot: mean largest share of a letter in a column. Facing: share of letters that face their "
                        + "most frequent partner. Only the second is the relation."),
                chart(
                    "Variety", table, y: "share of different pairs", range: 0...1.02,
                    [("unique", "unique", .first, false)], caption: "A fall means that the same pairs come again."),
                chart(
                    "Least column entropy", table, y: "bits", [("column_entropy", "generated", .first, false)],
                    caption: "Of all places of both strands. Well below the data: collapse."),
                chart(
                    "What the classifier says", table, y: "share, or mean score", range: 0...1.02,
                    [("agreement_1", "agrees", .first, false), ("score", "score", .first, true)],
                    caption: "Share of the pairs that it takes, and their mean score.\(kept)"),
            ])
    }
}
