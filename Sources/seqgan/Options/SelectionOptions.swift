// SelectionOptions: which designs select keeps, and in how many pools.

import ArgumentParser
import SeqIO

/// What is kept.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("Number of designs to keep. (default: all that go together)", valueName: "N"),
        takes: whole(1...1_000_000_000))
    var count: Int?

    @Option(
        help: ArgumentHelp(
            """
            Divide all designs among K pools, so that little binds within each; auto takes as few pools as leave \
            nothing above --max-crosstalk. Writes a table. (default: no pools)
            """, valueName: "K|auto"),
        takes: typed("a whole number from 1 to 10000, or auto") { PoolCount($0) })
    var pools: PoolCount?

    @Option(
        help: ArgumentHelp(
            "Greatest score, from 0 to 1, of a strand with a strand of another design.", valueName: "SCORE"),
        takes: share())
    var maxCrosstalk: Float = 0.05

    @Flag(help: "Read all designs and choose a large set of them, not the first that go together.")
    var best = false

    @Flag(exclusivity: .exclusive)
    var kind: DesignKind?

    @Option(
        help: ArgumentHelp(
            """
            Greatest score, from 0 to 1, of a strand with itself, or with another of its group. (default: that of \
            --max-crosstalk; with --pools any)
            """, valueName: "SCORE"),
        takes: share())
    var maxSelf: Float?

    @Option(
        help: ArgumentHelp(
            "Least score, from 0 to 1, of the two strands that are meant to bind. (default: any)", valueName: "SCORE"),
        takes: share())
    var minScore: Float?

    @Option(
        help: ArgumentHelp("Keep nothing that binds a strand of this file. (default: none)", valueName: "FILE"),
        completion: .file())
    var clearOf: String?

    @Option(
        help: ArgumentHelp(
            """
            Least distance, in letters, between strands of two designs: Hamming distance for equal lengths, else edit \
            distance.
            """, valueName: "N"),
        takes: whole(0...))
    var minDistance = 0

    @Option(
        help: ArgumentHelp(
            """
            Write a line to this file for each design that is not kept: its name, the reason, what blocked it, and the \
            score. (default: none)
            """, valueName: "FILE"), completion: .file())
    var rejected: String?

    @Option(
        help: ArgumentHelp(
            """
            Write an HTML page to this file: why designs were not kept, which blocked most, and the scores of the kept \
            designs or of the pools. (default: none)
            """, valueName: "FILE"), completion: .file(extensions: ["html"]))
    var report: String?

    @Option(
        help: ArgumentHelp("Greatest number of strands in a pool. (default: any)", valueName: "N"), takes: whole(1...))
    var maxCount: Int?

    @Option(
        help: ArgumentHelp(
            """
            Column of a table with the pool that a strand must be in; an empty field leaves it free. (default: the \
            number at the end of the name, as in primer@2)
            """, valueName: "COLUMN"),
        takes: typed("the number or name of a column") { PairColumn($0) })
    var poolColumn: PairColumn?
}
