// FigureText: formats figures as tables and as JSON.

import SeqIO
import SeqModel

/// Formats rows of figures.
enum FigureText {
    /// The titles of the columns of name and value.
    static let titles = ["figure", "value"]

    /// Lines of name and value.
    static func table(_ rows: [(String, Double)], _ delimiter: Delimiter) -> [UInt8] {
        rows.flatMap { delimiter.line([$0.0, text($0.1)]) + [10] }
    }

    /// Lines of name and both values, below a header.
    static func table(
        _ rows: [(name: String, generated: Double, real: Double)], _ delimiter: Delimiter
    ) -> [UInt8] {
        let lines = [["figure", "generated", "real"]] + rows.map { [$0.name, text($0.generated), text($0.real)] }
        return lines.flatMap { delimiter.line($0) + [10] }
    }

    /// A JSON object of numbers; null for numbers that are not finite.
    static func json(_ rows: [(String, Double)]) -> String {
        "{" + rows.map { "\"\($0.0)\": \(jsonNumber($0.1))" }.joined(separator: ", ") + "}\n"
    }

    /// A JSON object of objects with `generated` and `real`.
    static func json(_ rows: [(name: String, generated: Double, real: Double)]) -> String {
        let parts = rows.map {
            "\"\($0.name)\": {\"generated\": \(jsonNumber($0.generated)), \"real\": \(jsonNumber($0.real))}"
        }
        return "{" + parts.joined(separator: ",\n ") + "}\n"
    }

    /// A JSON string.
    static func jsonText(_ text: String) -> String {
        let characters = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\0"..."\u{1F}": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"" + characters.joined() + "\""
    }

    /// A JSON number; null where it is not finite.
    static func jsonNumber(_ value: Double) -> String { value.isFinite ? text(value) : "null" }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : fixed(value, 10)
    }
}

extension ClassificationMetrics {
    /// The threshold with the digits that it was given in: for a model's, those of a 32-bit float.
    private var shownThreshold: Double { Double("\(Float(threshold))") ?? threshold }

    /// Names and values, in the order of the output.
    var rows: [(String, Double)] {
        var rows: [(String, Double)] = [
            ("pairs", Double(count)), ("threshold", shownThreshold), ("AUROC", areaUnderROC), ("AP", averagePrecision),
            ("MCC", matthewsCorrelation),
            ("best_MCC", bestMatthewsCorrelation), ("best_threshold", bestThreshold), ("F1", f1),
            ("accuracy", accuracy), ("precision", precision), ("recall", recall), ("Brier", brierScore),
            ("cross_entropy", crossEntropy), ("calibration_error", calibrationError),
            ("true_positives", Double(truePositives)), ("false_positives", Double(falsePositives)),
            ("true_negatives", Double(trueNegatives)), ("false_negatives", Double(falseNegatives)),
        ]
        for (tenth, bin) in calibration.enumerated() {
            rows.append(("calibration_\(tenth)_count", Double(bin.count)))
            // There is no mean of no pairs.
            rows.append(("calibration_\(tenth)_score", bin.count > 0 ? bin.score : .nan))
            rows.append(("calibration_\(tenth)_label", bin.count > 0 ? bin.target : .nan))
        }
        return rows
    }
}
