// ScoreOptions: which scores classify writes, and of what.

import ArgumentParser
import SeqIO
import SeqModel

/// What is scored, and what is written of it.
struct ScoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Write only the pairs with this prediction, 0 or 1, in the format of the input. (default: all pairs, with \
            their scores)
            """, valueName: "0|1"),
        takes: whole(0...1))
    var keep: Int?

    @Flag(help: "Score single sequences, each against all others and itself.")
    var allPairs = false

    @Flag(
        help: """
            Add the column melting: the temperature, in C, at which half of the strands are bound in the duplex, so \
            that the score is one half. It is empty where there is none between 0 and 100 C.
            """)
    var melting = false

    @Option(
        help: ArgumentHelp(
            "Predict 1 above this score, from 0 to 1. (default: the model's threshold)", valueName: "SCORE"),
        takes: share())
    var threshold: Double?

    @Option(
        help: ArgumentHelp(
            "Score single sequences, each against all of this file. (default: none)", valueName: "FILE"),
        completion: .file())
    var against: String?

    @Flag(help: "With --all-pairs or --against, write an array of scores (float32, .npy) instead of lines.")
    var matrix = false

    @Flag(
        help: """
            With --keep 1 and --all-pairs or --against, score every pair, also those whose score cannot reach the \
            threshold by the model's bound. The output is the same.
            """)
    var noBound = false

    @Flag(
        help: """
            Add the columns dG and dH (kcal/mol) and dS (cal/(mol K)) of binding, at the conditions of the pair. They \
            are empty where it binds too strongly.
            """)
    var energies = false

    @Flag(help: "Write the logit of the score instead of the score: ln(s / (1 - s)).")
    var logit = false

    @Flag(
        help: """
            Score strands with ambiguity letters by the largest score of all pairs that they stand for. Otherwise it \
            is the mean score.
            """)
    var worst = false

    @Option(
        help: ArgumentHelp(
            """
            Score only the i-th of n parts of the input, of the rows of --all-pairs or --against, or of the targets of \
            --sites. (default: all)
            """,
            valueName: "i/n"),
        takes: typed("i/n such as 3/8, with i from 1 to n") { InputShard($0) })
    var shard: InputShard?

    /// How pairs with ambiguity letters are scored.
    var ambiguity: AmbiguityScore { worst ? .largest : .mean }
    /// Whether single sequences are scored.
    var isScreen: Bool { allPairs || against != nil }
}
