// ArrayOptions: the array that encode writes, or reads.

import ArgumentParser
import Kernels
import SeqModel

/// The shape of the array.
enum ImageLayout: String, ExpressibleByArgument, CaseIterable {
    case channels, stacked, single
}

/// The element type of the array.
enum NumberType: String, ExpressibleByArgument, CaseIterable {
    case uint8, float32
}

/// The output format.
enum EncodedFormat: String, ExpressibleByArgument, CaseIterable {
    case npy, text
}

/// What the array looks like.
struct ArrayOptions: ParsableArguments {
    @Flag(help: "Convert an array of --layout channels or stacked back to pairs, or of single to sequences.")
    var decode = false

    @Option(help: ArgumentHelp("Shape of the array.", valueName: "LAYOUT"))
    var layout = ImageLayout.channels

    @Option(help: ArgumentHelp("Format of the output: npy for NumPy, text for letters and dots.", valueName: "FORMAT"))
    var format = EncodedFormat.npy

    @Option(
        help: ArgumentHelp("Number of columns. (default: the letters of the longest strand)", valueName: "N"),
        takes: whole(1...DuplexShape.maximumLength))
    var length: Int?

    @Option(
        help: ArgumentHelp("Direction of strand B: antiparallel writes it reversed.", valueName: "ORIENTATION"))
    var orientation = Orientation.parallel

    @Option(help: ArgumentHelp("Type of the numbers.", valueName: "TYPE"))
    var dtype = NumberType.uint8

    @Option(
        help: ArgumentHelp(
            "Letters of the strands: dna, rna, protein, or a list of 2 to 26 letters.", valueName: "LETTERS"))
    var alphabet = "dna"
}
