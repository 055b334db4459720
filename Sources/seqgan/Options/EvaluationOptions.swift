// EvaluationOptions: what evaluate computes and writes, and the pairs that it compares.

import ArgumentParser

/// What is written of an evaluation.
struct EvaluationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write an HTML page with curves and pictures to this file. (default: none)", valueName: "FILE"),
        completion: .file(extensions: ["html"]))
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Count labels and scores above this as 1. (default: the model's threshold; without a model 0.5)",
            valueName: "SCORE"),
        takes: share())
    var threshold: Double?

    @Flag(help: "Write JSON instead of a table.")
    var json = false

    @Option(
        help: ArgumentHelp(
            """
            Write files for MultiQC: this one, and the plots NAME_roc_mqc.json, NAME_calibration_mqc.json and \
            NAME_confusion_mqc.json. (default: none)
            """, valueName: "NAME_mqc.json"),
        completion: .file(extensions: ["json"]))
    var multiqc: String?
}

/// The two sets of pairs that are compared.
struct ComparisonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Generated pairs to compare with --real; '-' is standard input. (default: none)", valueName: "FILE"),
        completion: .file())
    var generated: String?

    @Option(
        help: ArgumentHelp("Real pairs to compare with --generated. (default: none)", valueName: "FILE"),
        completion: .file())
    var real: String?

    @Option(
        help: ArgumentHelp(
            "Letters of both sets where no model is named: dna, rna, protein, or a list of 2 to 26 letters.",
            valueName: "LETTERS"))
    var alphabet = "dna"
}
