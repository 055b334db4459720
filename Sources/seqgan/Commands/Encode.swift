// Encode: converts pairs to one-hot arrays for NumPy or to pictures in letters, and arrays back to sequences.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `seqgan encode`.
struct Encode: CommandWithExamples {
    static let examples = [
        "seqgan encode pairs.tsv.gz > pairs.npy",
        "seqgan encode --format text pairs.tsv | head",
        "seqgan encode --decode pairs.npy > decoded.tsv",
    ]

    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Turn pairs into one-hot arrays, and arrays into pairs.",
        discussion: HelpText.discussion(
            """
            N is the number of records, K that of letters, L that of columns. The layout channels has the shape (N, \
            2, K, L), stacked (N, 2K, L), and single, for single sequences, (N, K, L). Columns after the end of a \
            strand are zero. An ambiguity letter is 1 in each of its rows; in float32 it is an equal fraction in each.
            """, examples: examples))

    @OptionGroup(title: "Array") var array: ArrayOptions
    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func run() throws {
        try input.requireInput()
        try output.requireDistinct(from: input.everyFile)
        let alphabet = try Alphabet(option: array.alphabet)
        if !array.decode, array.format == .npy, output.output == nil, isatty(1) == 1 {
            throw ValidationError(
                "a binary array cannot be shown on a terminal: write to a file or a pipe, or use --format text")
        }
        try exitOnFailure {
            let summary = RunSummary()
            let sink = try ByteSink(path: output.output)
            if array.decode {
                let rows = try decode(alphabet, to: sink)
                try sink.finish()
                if !running.quiet { summary.write(rows, "records", seed: running.seed) }
                return
            }
            let (strands, skipped) = try readStrands(alphabet)
            let perRecord = array.layout == .single ? 1 : 2
            let count = strands.count / perRecord
            let encoder = ImageEncoder(
                oneHot: OneHot(
                    alphabet: alphabet, length: array.length ?? max(1, strands.longest),
                    reversesB: array.orientation == .antiparallel && perRecord == 2), strands: strands,
                perRecord: perRecord,
                threads: running.threadCount, isQuiet: running.quiet)
            let (k, l) = (alphabet.count, encoder.oneHot.length)
            let shape =
                switch array.layout {
                case .channels: [count, 2, k, l]
                case .stacked: [count, 2 * k, l]
                case .single: [count, k, l]
                }
            switch (array.format, array.dtype) {
            case (.text, _): try encoder.draw(to: sink)
            case (.npy, .uint8):
                try sink.write(NumpyHeader(type: "|u1", shape: shape).encoded())
                try encoder.writeBytes(to: sink)
            case (.npy, .float32):
                try sink.write(NumpyHeader(type: "<f4", shape: shape).encoded())
                try encoder.writeFloats(to: sink)
            }
            try sink.finish()
            if !running.quiet { summary.write(count, "records", seed: running.seed) }
            try skipped.report()
        }
    }

    /// Writes the records of the array and returns their number.
    private func decode(_ alphabet: Alphabet, to sink: ByteSink) throws -> Int {
        let decoder = ImageDecoder(
            alphabet: alphabet, reversesB: array.orientation == .antiparallel, delimiter: input.delimiter)
        let path = input.files.first ?? "-"
        return try decoder.decode(try readWhole(path: path, limit: 1 << 34), path: path, to: sink)
    }

    private func readStrands(_ alphabet: Alphabet) throws -> (StrandCodes, SkippedRecords) {
        let isSingle = array.layout == .single
        let source = StrandInput(
            paths: input.files, columns: isSingle ? try input.singleColumns() : try input.pairColumns(label: false),
            alphabet: alphabet,
            limits: array.length.map { LengthLimits(1...$0, option: "--length ") } ?? LengthLimits(),
            mates: isSingle ? nil : input.mates, comparesNames: !input.noNameCheck, skipsBad: input.skipsBad,
            unpacking: running.unpacking, showsProgress: !running.quiet)
        var strands = StrandCodes(alphabet: alphabet)
        let skipped = try source.read(into: &strands)
        return (strands, skipped)
    }
}
