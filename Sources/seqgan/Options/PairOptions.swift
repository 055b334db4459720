// PairOptions: which pairs generate makes, and how many.

import ArgumentParser

/// The pairs that are asked for.
struct PairOptions: ParsableArguments {
    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("Number of pairs, or of partners for each given strand.", valueName: "N"),
        takes: whole(1...1_000_000_000))
    var count = 1

    @Option(
        help: ArgumentHelp(
            "Make distinct partners for each strand of this file, FASTA, FASTQ or lines. (default: none)",
            valueName: "FILE"), completion: .file())
    var partnerOf: String?

    @Option(
        help: ArgumentHelp(
            """
            Write only pairs with this score or more, from 0 to 1. (default: any; with --partner-of, above the model's \
            threshold)
            """, valueName: "SCORE"),
        takes: share())
    var minScore: Float?

    @Flag(help: "Make strand B the exact partner of strand A, its reverse complement.")
    var exact = false

    @Option(
        help: ArgumentHelp("Make pairs that interact (1), or that do not (0).", valueName: "0|1"),
        takes: whole(0...1))
    var label = 1

    @Option(
        help: ArgumentHelp("Format of the output. The columns of tsv are A, B, label and score.", valueName: "FORMAT"))
    var format = Format.fasta

    @Flag(help: "Write pairs until the reader of the output has enough, as seqgan select -n does.")
    var endless = false

    @Flag(help: "Write no pair twice.")
    var unique = false

    @Option(
        help: ArgumentHelp("Write no pair that is in this file. (default: none)", valueName: "FILE"),
        completion: .file())
    var notIn: String?

    @Flag(
        help: """
            Pair the records of --not-in without comparing their names. Otherwise names that mark mates of different \
            pairs are an error.
            """)
    var noNameCheck = false

    @Option(
        help: ArgumentHelp(
            """
            Least distance, in letters, to every strand already written: Hamming distance for equal lengths, else \
            edit distance.
            """, valueName: "N"),
        takes: whole(0...))
    var minDistance = 0

    @Option(
        help: ArgumentHelp(
            """
            Number of draws for each pair before giving up. With --partner-of, draws in a row without a new partner.
            """, valueName: "N"),
        takes: whole(1...1_000_000))
    var maxTries = 100

    /// The output format.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case fasta, tsv
    }
}
