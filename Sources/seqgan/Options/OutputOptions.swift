// OutputOptions: where the output of a command goes.

import ArgumentParser
import SeqIO

/// Where a command writes its output.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Output file. A name that ends in .gz is packed as BGZF. (default: standard output)", valueName: "FILE"),
        completion: .file())
    var output: String?

    /// Throws a usage error where the output is also one of the inputs.
    func requireDistinct(from inputs: [String?]) throws {
        try OutputOptions.requireDistinct(output, from: inputs)
    }

    /// Throws a usage error where `output` (nil: standard output) is also one of `inputs`.
    static func requireDistinct(_ output: String?, from inputs: [String?]) throws {
        if ByteSink.isSameFile(output, as: inputs.compactMap { $0 }) {
            throw ValidationError("the output '\(output ?? "<stdout>")' is an input too")
        }
    }

    /// Throws a usage error where one of `outputs` is also one of `inputs`, or where two of them are one file.
    static func requireDistinct(_ outputs: [String?], from inputs: [String?]) throws {
        let outputs = outputs.compactMap { $0 }
        for (place, output) in outputs.enumerated() {
            try requireDistinct(output, from: inputs)
            let isTaken = outputs[..<place].contains {
                $0 == output || ByteSink.isSameName($0, output) || ByteSink.isSameFile(output, as: [$0])
            }
            if isTaken {
                throw ValidationError("two outputs have the name '\(output)'")
            }
        }
    }
}
