// MultiQCSections: the evaluation of a classifier as custom content of a MultiQC report.

import ArgumentParser
import SeqIO

/// Files that MultiQC finds by their names and adds to its report; those of several runs share tables and plots.
///
/// MultiQC takes one table or plot from a file, so the named file, `NAME_mqc.json`, has the columns of the general
/// statistics, and `NAME_confusion_mqc.json`, `NAME_roc_mqc.json` and `NAME_calibration_mqc.json` have the plots.
struct MultiQCSections {
    private let stem: String
    private let first: ReportFile

    /// The ending by which MultiQC finds files.
    static let ending = "_mqc.json"
    /// What precedes the ending in the names of the plot files.
    static let plots = ["_confusion", "_roc", "_calibration"]

    /// Opens the first file, so that an unwritable path is reported before the work is done.
    init(_ path: String) throws(OutputError) {
        stem = String(path.dropLast(Self.ending.count))
        first = try ReportFile(path)
    }

    /// The files to write where the first has this name. Throws a usage error where MultiQC would not find it by that
    /// name.
    static func files(_ path: String?) throws -> [String] {
        guard let path else { return [] }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard name.hasSuffix(ending), name.count > ending.count else {
            throw ValidationError(
                "--multiqc takes a name that ends in '\(ending)', by which MultiQC finds it: '\(path)'")
        }
        return ([""] + plots).map { String(path.dropLast(ending.count)) + $0 + ending }
    }

    /// The name of the sample in the report: that of the file.
    private var sample: String { String(stem.split(separator: "/", omittingEmptySubsequences: false).last ?? "") }

    /// Writes all files. Throws `cannotOpen`, or `cannotWrite`.
    func write(_ evaluation: ClassifierEvaluation) throws(OutputError) {
        let contents = [confusion(evaluation), roc(evaluation), calibration(evaluation)]
        try first.write(statistics(evaluation))
        for (part, text) in zip(Self.plots, contents) {
            try ReportFile("\(stem)\(part)\(Self.ending)").write(text)
        }
    }

    /// Columns of the general statistics; the less important ones are hidden at first.
    private func statistics(_ evaluation: ClassifierEvaluation) -> String {
        let columns: [(name: String, about: String, isShown: Bool)] = [
            ("MCC", "Matthews correlation at the threshold", true), ("AUROC", "Area under the ROC curve", true),
            ("AP", "Average precision", true), ("pairs", "Number of labelled pairs", true),
            ("best_MCC", "Best Matthews correlation over all thresholds", false),
            ("F1", "F1 at the threshold", false),
            ("accuracy", "Share predicted correctly", false), ("precision", "Precision at the threshold", false),
            ("recall", "Recall at the threshold", false),
            ("Brier", "Mean squared difference of score and label", false),
            (
                "calibration_error", "Mean absolute difference of mean score and mean label, by tenths of the score",
                false
            ),
        ]
        let values = Dictionary(uniqueKeysWithValues: evaluation.metrics.rows)
        let headers = columns.map { column in
            let format = column.name == "pairs" ? "{:,.0f}" : "{:,.4f}"
            let range =
                column.name == "pairs" ? "\"min\": 0" : "\"min\": \(column.name.hasSuffix("MCC") ? -1 : 0), \"max\": 1"
            return "\"\(column.name)\": {\"title\": \"\(column.name)\", \"description\": \"\(column.about)\", "
                + "\"format\": \"\(format)\", \(range), \"hidden\": \(!column.isShown)}"
        }
        let data = columns.compactMap { column in
            values[column.name].flatMap { $0.isFinite ? "\"\(column.name)\": \(FigureText.jsonNumber($0))" : nil }
        }
        return """
            {"id": "seqgan", "plot_type": "generalstats",
             "headers": {\(headers.joined(separator: ",\n  "))},
             "data": {\(FigureText.jsonText(sample)): {\(data.joined(separator: ", "))}}}

            """
    }

    private func confusion(_ evaluation: ClassifierEvaluation) -> String {
        let names = ["true_positives", "false_positives", "true_negatives", "false_negatives"]
        let values = Dictionary(uniqueKeysWithValues: evaluation.metrics.rows)
        let data = names.map { "\"\($0)\": \(FigureText.jsonNumber(values[$0] ?? .nan))" }
        return plot(
            "confusion", "bargraph", "Confusion", "Pairs by label and prediction, at the model's threshold.",
            config: "\"ylab\": \"pairs\"", data: "{\(data.joined(separator: ", "))}")
    }

    private func roc(_ evaluation: ClassifierEvaluation) -> String {
        plot(
            "roc", "linegraph", "ROC curve",
            "True positive rate (recall) against false positive rate, over all thresholds.",
            config: Self.unit("false positive rate", "recall"), data: Self.points(evaluation.curves.roc))
    }

    private func calibration(_ evaluation: ClassifierEvaluation) -> String {
        let points = evaluation.metrics.calibration.filter { $0.count > 0 }.map { (x: $0.score, y: $0.target) }
        return plot(
            "calibration", "linegraph", "Calibration", "Mean label against mean score, by tenths of the score.",
            config: Self.unit("mean score", "mean label"), data: Self.points(points))
    }

    /// Axes from 0 to 1.
    private static func unit(_ x: String, _ y: String) -> String {
        "\"xlab\": \"\(x)\", \"ylab\": \"\(y)\", \"xmin\": 0, \"xmax\": 1, \"ymin\": 0, \"ymax\": 1"
    }

    /// Points as MultiQC reads them; nil where there are none, as for a curve that needs both labels.
    private static func points(_ points: [(x: Double, y: Double)]) -> String? {
        guard !points.isEmpty else { return nil }
        let pairs = points.map { "[\(FigureText.jsonNumber($0.x)), \(FigureText.jsonNumber($0.y))]" }
        return "[\(pairs.joined(separator: ", "))]"
    }

    private func plot(
        _ part: String, _ kind: String, _ title: String, _ about: String, config: String, data: String?
    ) -> String {
        """
        {"id": "seqgan_\(part)", "parent_id": "seqgan_plots", "parent_name": "seqgan",
         "parent_description": "A classifier of pairs of sequences, evaluated on labelled pairs.",
         "section_name": "\(title)", "description": "\(about)", "plot_type": "\(kind)",
         "pconfig": {"id": "seqgan_\(part)_plot", "title": "seqgan: \(title)", \(config)},
         "data": {\(data.map { "\(FigureText.jsonText(sample)): \($0)" } ?? "")}}

        """
    }
}
