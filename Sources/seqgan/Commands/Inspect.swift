// Inspect: shows the contents of a model as a table, a picture or a page.

import ArgumentParser
import Report
import SeqIO
import SeqModel

/// `seqgan inspect`.
struct Inspect: CommandWithExamples {
    static let examples = [
        "seqgan inspect my.seqgan",
        "seqgan inspect --tables my.seqgan | head -n 17",
        "seqgan inspect --tables --at temperature=60C dna",
        "seqgan inspect my.seqgan --svg pairing.svg",
        "seqgan inspect my.seqgan --report my.html",
    ]
    static let readsStandardInput = false

    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a model: sizes, training record, learned energies.",
        usage: "seqgan inspect [<options>] [<model>]",
        discussion: HelpText.discussion("", examples: examples))

    @OptionGroup(title: "Contents") var contents: ContentOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Conditions") var at: ConditionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        if !at.settings.isEmpty, !contents.tables, contents.svg == nil, contents.report == nil {
            throw ValidationError("--at goes with --tables, --svg or --report: all else is the same at any conditions")
        }
    }

    func run() throws {
        let source = contents.file.map(ModelSource.init) ?? model.source
        let inputs = [source.path]
        try output.requireDistinct(from: inputs)
        try OutputOptions.requireDistinct([output.output, contents.svg, contents.report], from: inputs)
        try exitOnFailure {
            let loaded = try source.load()
            let point = try at.resolved(loaded.classifier.conditions).point
            let classifier = loaded.classifier.at(point)
            let card = source.card.map { [$0.name, $0.text] }
            let rows =
                contents.tables
                ? ModelFile(classifier: classifier, record: [:]).energies() : card + loaded.description()
            guard !rows.isEmpty else { throw Inspect.noEnergies }
            let picture = try contents.svg.map(ReportFile.init)
            let page = try contents.report.map(ReportFile.init)
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

    private func strands(_ alphabet: Alphabet) -> String {
        switch alphabet {
        case .dna: "DNA strands"
        case .rna: "RNA strands"
        case .protein: "peptides"
        default: "strands of the letters \(alphabet.name)"
        }
    }

    private func page(_ loaded: ModelFile, _ energies: EnergyPictures?, _ curves: MeltingCurves?) -> Page {
        let classifier = loaded.classifier
        let rows = loaded.description().filter { !$0[0].hasPrefix("tensor") }
        return Page(
            title: "A model of pairs of \(strands(classifier.alphabet))",
            lead: "Its sizes, the energies that it learned, and the record of its training.",
            facts: [
                ("orientation of the strands", classifier.orientation.rawValue),
                ("strands A and B", classifier.isSymmetric ? "may be swapped" : "differ"),
                ("threshold", figure(Double(classifier.threshold), 2)),
                ("generator", loaded.generator == nil ? "none" : "included"),
            ],
            sections: [energies?.section, curves?.section].compactMap { $0 } + [
                Section(
                    "Sizes and training record", lead: "The same data, options and seed give the same model.",
                    tables: [Table([["name", "value"]] + rows, isWide: true)])
            ], footer: ReportFile.footer)
    }
}
