// Welcome: the overview that is shown without a command, and advice on unknown commands.

import ArgumentParser

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Texts for users who name no command, or an unknown one.
enum Welcome {
    /// Five questions with the pipes that answer them.
    static let pipes = """
          Which of my primers form dimers? The worst first:
            seqgan classify --all-pairs --top 10 primers.fa
          Make a thousand pairs of DNA strands that hybridise:
            seqgan generate -n 1000 > new.fa
          Design three probes for each target:
            seqgan generate --partner-of targets.fa -n 3 \\
                > probes.fa
          Train a model on your own pairs:
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

    /// The examples of the command that is named alone, on a terminal that would have to type its input; nil
    /// otherwise.
    static func examples(of words: [String], readsTerminal: Bool = isatty(0) == 1) -> String? {
        guard words.count == 1, readsTerminal,
            let command = Seqgan.configuration.subcommands.first(where: { $0.configuration.commandName == words[0] }),
            let command = command as? any CommandWithExamples.Type, command.readsStandardInput
        else { return nil }
        return """
            no input: name a file, or pipe pairs into standard input, such as

            \(command.firstExamples)

            More: seqgan help \(words[0]), man seqgan-\(words[0]).

            """
    }

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
