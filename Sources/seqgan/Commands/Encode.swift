// Encode: pairs as one-hot arrays for NumPy, or as pictures in letters, and back.

import ArgumentParser
import Kernels
import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

enum ImageLayout: String, ExpressibleByArgument, CaseIterable {
    case channels, stacked, single
}

enum NumberType: String, ExpressibleByArgument, CaseIterable {
    case uint8, float32
}

enum EncodedFormat: String, ExpressibleByArgument, CaseIterable {
    case npy, text
}

struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Turn pairs into one-hot arrays, and back.",
        discussion: """
            channels is (N, 2, K, L), stacked (N, 2K, L), single (N, K, L) for sequences that are no pairs. Columns behind
            a strand are zero. An ambiguous letter is 1 in each of its rows (float32: an even share).

            EXAMPLES
              seqgan encode pairs.tsv.gz > pairs.npy
              seqgan encode --format text pairs.tsv | head
              seqgan encode --decode pairs.npy > pairs.tsv
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var running: RunOptions

    @Option(help: "channels, stacked or single.")
    var layout = ImageLayout.channels

    @Option(
        help: "Columns L. [default: the longest strand]",
        takes: whole(1...DuplexShape.maximumLength))
    var length: Int?

    @Option(help: "parallel, or antiparallel: strand B from its end.")
    var orientation = Orientation.parallel

    @Option(help: "uint8 or float32.")
    var dtype = NumberType.uint8

    @Option(help: "npy, or text: letters and dots for people.")
    var format = EncodedFormat.npy

    @Option(help: "dna, rna, protein, or the letters themselves.")
    var alphabet = "dna"

    @Flag(help: "From such an array back to sequences.")
    var decode = false

    func run() throws {
        try input.requireInput()
        try output.requireOther(than: input.everyFile)
        guard let alphabet = Alphabet(named: alphabet) else {
            throw ValidationError("--alphabet takes dna, rna, protein or 2 to 26 different letters")
        }
        if !decode, format == .npy, output.output == nil, isatty(1) == 1 {
            throw ValidationError("an array is not for a terminal: write to a file or a pipe, or take --format text")
        }
        try exitOnFailure {
            let clock = RunSummary()
            let sink = try ByteSink(path: output.output)
            if decode {
                let decoder = ImageDecoder(alphabet: alphabet, reversesB: orientation == .antiparallel)
                let path = input.files.first ?? "-"
                let rows = try decoder.decode(try readWhole(path: path, limit: 1 << 34), path: path, to: sink)
                try sink.finish()
                if !running.quiet { clock.write(rows, "records", seed: running.seed) }
                return
            }
            let (strands, skipped) = try readStrands(alphabet)
            let perRecord = layout == .single ? 1 : 2
            let count = strands.count / perRecord
            let encoder = ImageEncoder(
                oneHot: OneHot(
                    alphabet: alphabet, length: length ?? max(1, strands.longest),
                    reversesB: orientation == .antiparallel && perRecord == 2), strands: strands, perRecord: perRecord,
                threads: running.threadCount, isQuiet: running.quiet)
            let (k, l) = (alphabet.count, encoder.oneHot.length)
            let shape =
                switch layout {
                case .channels: [count, 2, k, l]
                case .stacked: [count, 2 * k, l]
                case .single: [count, k, l]
                }
            switch (format, dtype) {
            case (.text, _): try encoder.draw(to: sink)
            case (.npy, .uint8):
                try sink.write(NumpyHeader(type: "|u1", shape: shape).encoded())
                try encoder.writeBytes(to: sink)
            case (.npy, .float32):
                try sink.write(NumpyHeader(type: "<f4", shape: shape).encoded())
                try encoder.writeFloats(to: sink)
            }
            try sink.finish()
            if !running.quiet { clock.write(count, "records", seed: running.seed) }
            try skipped.conclude()
        }
    }

    private func readStrands(_ alphabet: Alphabet) throws -> (StrandCodes, SkippedRecords) {
        let isSingle = layout == .single
        let source = StrandInput(
            paths: input.files, columns: isSingle ? try input.singleColumns() : try input.pairColumns(label: false),
            alphabet: alphabet, limits: length.map { LengthLimits(1...$0, option: "--length ") } ?? LengthLimits(),
            mates: isSingle ? nil : input.mates, comparesNames: !input.noNameCheck, skipsBad: input.skipsBad,
            unpacking: running.unpacking, showsProgress: !running.quiet)
        var strands = StrandCodes(alphabet: alphabet)
        let skipped = try source.read(into: &strands)
        return (strands, skipped)
    }
}
