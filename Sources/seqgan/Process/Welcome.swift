// Welcome: the overview that is shown without a command, and advice on unknown commands.

import ArgumentParser

/// Texts for users who name no command, or an unknown one.
enum Welcome {
    /// Five questions with the pipes that answer them.
    static let pipes = """
          Which candidate pairs of primers bind best?
            seqgan classify candidates.tsv | sort -t$'\\t' -k4,4gr | head
          Make a thousand pairs of DNA strands that hybridise:
            seqgan generate -n 1000 > new.fa
          Design three probes for each target:
            seqgan generate --partner-of targets.fa -n 3 > probes.fa
          Learn from pairs of your own:
            seqgan train labelled.tsv.gz -o my.seqgan
          Which letters did it find to pair?
            seqgan inspect --tables my.seqgan | head -n 17
        """

    /// The output of `seqgan` without arguments.
    static let text = """
        seqgan learns how two sequences interact, classifies pairs of them, and generates new ones.

        \(pipes)

        More: seqgan help, seqgan help COMMAND, man seqgan. Commands: \(commands.joined(separator: ", ")).

        """

    private static let commands = Seqgan.configuration.subcommands.compactMap { $0.configuration.commandName }

    /// Advice where the first argument is neither a command nor an option; nil where it is one.
    static func advice(on word: String) -> String? {
        guard !word.hasPrefix("-"), !(commands + ["help"]).contains(word), !word.isEmpty else { return nil }
        if let command = commands.first(where: { isNear(word, $0) }) {
            return "there is no command '\(word)': did you mean '\(command)'?"
        }
        return "there is no command '\(word)': name one first, \(commands.joined(separator: ", ")); see seqgan help"
    }

    /// Whether two words differ in one place by at most two letters, or one is a prefix of the other.
    private static func isNear(_ x: String, _ y: String) -> Bool {
        var (x, y) = (Array(x.lowercased())[...], Array(y)[...])
        while let first = x.first, first == y.first { (x, y) = (x.dropFirst(), y.dropFirst()) }
        if x.isEmpty { return true }
        while let last = x.last, last == y.last { (x, y) = (x.dropLast(), y.dropLast()) }
        return x.count <= 2 && y.count <= 2
    }
}
