// HelpText: the text of a command's help, which the terminal's width wraps, and its examples, which it does not.

import ArgumentParser

/// A command whose help has examples.
protocol CommandWithExamples: ParsableCommand {
    /// What readers copy: commands of at most 56 columns a line, the most usual ones first.
    static var examples: [String] { get }
    /// Whether the command reads from standard input where no file is named.
    static var readsStandardInput: Bool { get }
}

extension CommandWithExamples {
    static var readsStandardInput: Bool { true }

    /// The examples that are shown to those who name the command alone.
    static var firstExamples: String { HelpText.indented(Array(examples.prefix(2))) }
}

/// How the help of a command is composed.
enum HelpText {
    /// Paragraphs, each one line that the terminal's width breaks, then the examples, line by line.
    static func discussion(_ paragraphs: String, examples: [String]) -> String {
        "\(paragraphs)\(paragraphs.isEmpty ? "" : "\n\n")EXAMPLES\n\(indented(examples))"
    }

    static func indented(_ examples: [String]) -> String {
        examples.map { "  " + $0.split(separator: "\n").joined(separator: "\n  ") }.joined(separator: "\n")
    }
}
