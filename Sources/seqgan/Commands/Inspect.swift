// Inspect: what a model is, as a table.

import ArgumentParser
import SeqIO
import SeqModel

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a model is: sizes, training record, learned energies.",
        discussion: """
            EXAMPLES
              seqgan inspect my.seqgan
              seqgan inspect --tables my.seqgan | head
            """)

    @Argument(help: "The model. [default: $SEQGAN_MODEL]", completion: .file(extensions: ["seqgan"]))
    var file: String?

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "The learned pairing and stacking energies in kT, largest first.")
    var tables = false

    func run() throws {
        try ending {
            let loaded = try file.map(loadModel) ?? model.load()
            let rows = tables ? loaded.energies() : loaded.description()
            guard !rows.isEmpty else {
                throw Failure(
                    message: "the model has no energies: --tables shows those of duplex classifiers",
                    code: ExitCodes.badData)
            }
            let sink = try ByteSink(path: output.output)
            for row in rows {
                try sink.write((row.joined(separator: "\t") + "\n").utf8)
            }
            try sink.finish()
        }
    }
}
