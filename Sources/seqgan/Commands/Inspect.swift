// Inspect: what a model is, as a table.

import ArgumentParser
import SeqIO
import SeqModel

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a model is: sizes, training record, learned energies.",
        discussion: """
            EXAMPLES
              seqgan inspect my.seqgan
              seqgan inspect --tables my.seqgan | head
            """)

    @Argument(help: "The model. [default: as --model]", completion: .file(extensions: ["seqgan"]))
    var file: String?

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "The learned pairing and stacking energies in kT, largest first.")
    var tables = false

    func run() throws {
        try ending {
            let loaded = try file.map(loadModel) ?? model.load()
            let sink = try ByteSink(path: output.output)
            for row in tables ? loaded.energies() : loaded.description() {
                try sink.write((row.joined(separator: "\t") + "\n").utf8)
            }
            try sink.finish()
        }
    }
}
