// MultiQCSections: what was found of a classifier, as custom content of a MultiQC report.

import ArgumentParser
import SeqIO

/// Files that MultiQC finds by their names and puts into its report; those of several runs share tables and plots.
///
/// MultiQC takes one table or plot from a file, so the named file, `NAME_mqc.json`, has the columns of the general
/// statistics, and `NAME_confusion_mqc.json`, `NAME_roc_mqc.json` and `NAME_calibration_mqc.json` the plots.
struct MultiQCSections {
    private let stem: String
    private let first: ReportFile

    /// What MultiQC looks for.
    static let ending = "_mqc.json"
    /// What stands before it in the names of the plots' files.
    static let plots = ["_confusion", "_roc", "_calibration"]

    /// Opens the first file, so that a name that can't be written is known before the work is done.
    init(_ path: String) throws(OutputError) {
        stem = String(path.dropLast(Self.ending.count))
        first = try ReportFile(path)
    }

    /// The files that are written where the first has this name. Throws a usage error where MultiQC would not find it by that.
    static func files(_ path: String?) throws -> [String] {
        guard let path else { return [] }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard name.hasSuffix(ending), name.count > ending.count else {
            throw ValidationError(
                "--multiqc takes a name that ends in '\(ending)', by which MultiQC finds it: '\(path)'")
        }
        return ([""] + plots).map { String(path.dropLast(ending.count)) + $0 + ending }
    }

    /// The sample's name in the report: that of the file.
    private var sample: String { String(stem.split(separator: "/", omittingEmptySubsequences: false).last ?? "") }

    /// Writes all files.
    func write(_ judged: JudgedPairs) throws(OutputError) {
        let contents = [confusion(judged), roc(judged), calibration(judged)]
        try first.write(statistics(judged))
        for (part, text) in zip(Self.plots, contents) {
            try ReportFile("\(stem)\(part)\(Self.ending)").write(text)
        }
    }

    /// Columns of the general statistics; those that matter less are hidden at first.
    private func statistics(_ judged: JudgedPairs) -> String {
        let columns: [(name: String, about: String, isShown: Bool)] = [
            ("MCC", "Matthews correlation at the threshold", true), ("AUROC", "Area under the ROC curve", true),
            ("AP", "Average precision", true), ("pairs", "Labelled pairs judged", true),
            ("best_MCC", "The best Matthews correlation of all thresholds", false),
            ("F1", "F1 at the threshold", false),
            ("accuracy", "Share predicted rightly", false), ("precision", "Precision at the threshold", false),
            ("recall", "Recall at the threshold", false), ("Brier", "Mean square of score minus label", false),
            ("calibration_error", "Mean distance of score and label, by tenths of the score", false),
        ]
        let values = Dictionary(uniqueKeysWithValues: judged.metrics.rows)
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

    private func confusion(_ judged: JudgedPairs) -> String {
        let names = ["true_positives", "false_positives", "true_negatives", "false_negatives"]
        let values = Dictionary(uniqueKeysWithValues: judged.metrics.rows)
        let data = names.map { "\"\($0)\": \(FigureText.jsonNumber(values[$0] ?? .nan))" }
        return plot(
            "confusion", "bargraph", "Confusion", "Pairs by label and prediction, at the model's threshold.",
            config: "\"ylab\": \"pairs\"", data: "{\(data.joined(separator: ", "))}")
    }

    private func roc(_ judged: JudgedPairs) -> String {
        plot(
            "roc", "linegraph", "ROC curve",
            "Of the pairs that interact, the share that is found, against the share of the others that is taken for one.",
            config: Self.unit("false positive rate", "recall"), data: Self.points(judged.curves.roc))
    }

    private func calibration(_ judged: JudgedPairs) -> String {
        let points = judged.metrics.calibration.filter { $0.count > 0 }.map { (x: $0.score, y: $0.target) }
        return plot(
            "calibration", "linegraph", "Calibration", "Mean label against mean score, by tenths of the score.",
            config: Self.unit("mean score", "mean label"), data: Self.points(points))
    }

    /// Axes from 0 to 1.
    private static func unit(_ x: String, _ y: String) -> String {
        "\"xlab\": \"\(x)\", \"ylab\": \"\(y)\", \"xmin\": 0, \"xmax\": 1, \"ymin\": 0, \"ymax\": 1"
    }

    /// Points as MultiQC reads them; nil where there are none, as of a curve that needs both labels.
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
         "parent_description": "A classifier of pairs of sequences, judged on labelled pairs.",
         "section_name": "\(title)", "description": "\(about)", "plot_type": "\(kind)",
         "pconfig": {"id": "seqgan_\(part)_plot", "title": "seqgan: \(title)", \(config)},
         "data": {\(data.map { "\(FigureText.jsonText(sample)): \($0)" } ?? "")}}

        """
    }
}
