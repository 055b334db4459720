// Evaluate: a model judged on labelled pairs.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judge a model on labelled pairs.",
        discussion: """
            Rows of name and value: AUROC, AP, MCC and the rest at the model's threshold, the best MCC of all thresholds,
            confusion counts, calibration by tenths of the score (count, mean score, mean label).

            EXAMPLES
              seqgan evaluate -m my.seqgan test.tsv.gz
              seqgan evaluate -m my.seqgan --columns strandA,strandB,yield --json test.tsv.gz
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    @Option(help: "A label or score above this counts as 1. [default: the model's own]")
    var threshold: Double?

    @Flag(help: "JSON instead of a table.")
    var json = false

    func run() throws {
        try input.requireInput()
        try output.requireOther(than: input.everyFile)
        try ending {
            let clock = ClosingLine()
            let classifier = try model.load().classifier
            let (pairs, skipped) = try readLabelled(
                input, classifier.configuration.alphabet, isQuiet: running.quiet)
            var remarks = StrandRemarks()
            remarks.count(pairs.strands, outside: classifier.configuration.trainedLengths)
            remarks.tell(classifier.configuration.alphabet, lengths: classifier.configuration.trainedLengths)
            guard pairs.count > 0 else {
                throw Failure(message: "no labelled pairs to judge by", code: ExitCodes.badData)
            }
            let workspaces = (0..<running.threadCount).map { _ in Workspace() }
            let logits = classifier.logits(of: pairs.strands, workspaces: workspaces)
            let metrics = ClassificationMetrics(
                scores: logits.map { Double(DuplexClassifier.score($0)) }, targets: pairs.targets.map(Double.init),
                threshold: threshold ?? Double(classifier.configuration.threshold))
            let sink = try ByteSink(path: output.output)
            try sink.write((json ? Evaluate.json(metrics.rows) : Evaluate.table(metrics.rows)).utf8)
            try sink.finish()
            if !running.quiet { clock.write(pairs.count, seed: running.seed) }
            try requireNoneSkipped(skipped)
        }
    }

    private static func table(_ rows: [(String, Double)]) -> String {
        rows.map { "\($0.0)\t\(text($0.1))\n" }.joined()
    }

    private static func json(_ rows: [(String, Double)]) -> String {
        "{" + rows.map { "\"\($0.0)\": \($0.1.isFinite ? text($0.1) : "null")" }.joined(separator: ", ") + "}\n"
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : fixed(value, 10)
    }
}

extension ClassificationMetrics {
    /// Names and values, in the order in which they are shown.
    var rows: [(String, Double)] {
        var rows: [(String, Double)] = [
            ("pairs", Double(count)), ("AUROC", areaUnderROC), ("AP", averagePrecision), ("MCC", matthewsCorrelation),
            ("best_MCC", bestMatthewsCorrelation), ("best_threshold", bestThreshold), ("F1", f1),
            ("accuracy", accuracy), ("precision", precision), ("recall", recall), ("Brier", brierScore),
            ("cross_entropy", crossEntropy), ("calibration_error", calibrationError),
            ("true_positives", Double(truePositives)), ("false_positives", Double(falsePositives)),
            ("true_negatives", Double(trueNegatives)), ("false_negatives", Double(falseNegatives)),
        ]
        for (tenth, bin) in calibration.enumerated() {
            rows.append(("calibration_\(tenth)_count", Double(bin.count)))
            rows.append(("calibration_\(tenth)_score", bin.score))
            rows.append(("calibration_\(tenth)_label", bin.target))
        }
        return rows
    }
}
