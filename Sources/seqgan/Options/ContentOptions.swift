// ContentOptions: what inspect shows of a model.

import ArgumentParser

/// What is shown.
struct ContentOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Model file; or dna or rna. (default: that of --model)", valueName: "model"),
        completion: .file(extensions: ["seqgan"]))
    var file: String?

    @Flag(
        help: """
            Write the learned pairing and stacking energies: dG in kT, negative binds, strongest first. Where \
            temperature is a condition, also dG and dH in kcal/mol and dS in cal/(mol K).
            """)
    var tables = false

    @Option(
        help: ArgumentHelp(
            "Draw the learned pairing energies to this file: dG in kT, negative binds. (default: none)",
            valueName: "FILE"), completion: .file(extensions: ["svg"]))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            """
            Write an HTML page to this file, with the learned energies, melting curves and the training record. \
            (default: none)
            """, valueName: "FILE"),
        completion: .file(extensions: ["html"]))
    var report: String?
}
