// Inspect: shows the contents of a model as a table, a picture or a page.

import ArgumentParser
import Report
import SeqIO
import SeqModel

/// `seqgan inspect`.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a model: sizes, training record, learned energies.",
        discussion: """
            EXAMPLES
              seqgan inspect my.seqgan
              seqgan inspect --tables my.seqgan | head
              seqgan inspect --tables --at temperature=60C my.seqgan
              seqgan inspect my.seqgan --svg pairing.svg
              seqgan inspect my.seqgan --report my.html
            """)

    @Argument(help: "Model file. [default: that of --model]", completion: .file(extensions: ["seqgan"]))
    var file: String?

    @OptionGroup var model: ModelOptions
    @OptionGroup var at: ConditionOptions
    @OptionGroup var output: OutputOptions

    @Flag(
        help: """
            Write the learned pairing and stacking energies: dG in kT, negative binds, strongest first; where \
            temperature is a condition, also dG and dH in kcal/mol and dS in cal/(mol K).
            """)
    var tables = false

    @Option(
        help: "Draw the learned pairing energies (dG in kT, negative binds).", completion: .file(extensions: ["svg"]))
    var svg: String?

    @Option(
        help: "Write an HTML page with the learned energies, melting curves and the training record.",
        completion: .file(extensions: ["html"]))
    var report: String?

    func validate() throws {
        if !at.settings.isEmpty, !tables, svg == nil, report == nil {
            throw ValidationError("--at goes with --tables, --svg or --report: all else is the same at any conditions")
        }
    }

    func run() throws {
        let source = file.map(ModelSource.init) ?? model.source
        let inputs = [source.path]
        try output.requireDistinct(from: inputs)
        try OutputOptions.requireDistinct([output.output, svg, report], from: inputs)
        try exitOnFailure {
            let loaded = try source.load()
            let point = try at.resolved(loaded.classifier.conditions).point
            let classifier = loaded.classifier.at(point)
            let card = source.card.map { [$0.name, $0.text] }
            let rows = tables ? ModelFile(classifier: classifier, record: [:]).energies() : card + loaded.description()
            guard !rows.isEmpty else { throw Inspect.noEnergies }
            let picture = try svg.map(ReportFile.init)
            let page = try report.map(ReportFile.init)
            let sink = try ByteSink(path: output.output)
            for row in rows {
                try sink.write((row.joined(separator: "\t") + "\n").utf8)
            }
            try sink.finish()
            let energies = EnergyPictures(classifier)
            if let picture {
                guard let energies else { throw Inspect.noEnergies }
                try picture.write(energies.pairing.file)
            }
            let curves = page == nil ? nil : MeltingCurves(loaded.classifier, at: point)
            try page?.write(self.page(loaded, energies, curves))
        }
    }

    private static let noEnergies = Failure(
        message: "the model has no energies: --tables and --svg show those of duplex classifiers",
        code: ExitCodes.badData)

    private func page(_ loaded: ModelFile, _ energies: EnergyPictures?, _ curves: MeltingCurves?) -> Page {
        let classifier = loaded.classifier
        let rows = loaded.description().filter { !$0[0].hasPrefix("tensor") }
        return Page(
            title: "A model of pairs of \(classifier.alphabet.name)",
            lead: "Its sizes, the energies that it learned, and the record of its training.",
            facts: [
                ("strands face each other", classifier.orientation.rawValue),
                ("strands A and B", classifier.isSymmetric ? "may be swapped" : "differ"),
                ("threshold", figure(Double(classifier.threshold), 2)),
                ("generator", loaded.generator == nil ? "none" : "of pairs"),
            ],
            sections: [energies?.section, curves?.section].compactMap { $0 } + [
                Section(
                    "Sizes and training record", lead: "The same data, options and seed give the same model.",
                    figures: [],
                    table: Table([["", "value"]] + rows, isOfWords: true))
            ], footer: ReportFile.footer)
    }
}
