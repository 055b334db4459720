// HelpTests: help fits terminals of any usual width, shows what is used most first, and its examples work.

import ArgumentParser
import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct HelpTests {
    private static let commands = Seqgan.configuration.subcommands.compactMap { $0 as? any CommandWithExamples.Type }
    private static let names = [""] + commands.compactMap { $0.configuration.commandName }

    private static func help(_ name: String, columns: Int) throws -> [Substring] {
        let result = try Sandbox().run("COLUMNS=\(columns) seqgan help \(name)")
        #expect(result.code == 0 && result.errors == "", "\(name): \(result.errors)")
        return result.output.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The lines between the title of the examples and the next empty line.
    private static func examples(_ help: [Substring]) throws -> [Substring] {
        let title = try #require(help.firstIndex(of: "EXAMPLES"))
        return Array(help[(title + 1)...].prefix { !$0.isEmpty })
    }

    @Test func everyCommandHasExamples() {
        #expect(Self.commands.count == Seqgan.configuration.subcommands.count && Self.commands.count == 7)
        #expect(Self.commands.allSatisfy { $0.examples.count >= 3 })
    }

    @Test(arguments: [60, 80, 120], names) func helpFillsTheTerminalAndNoLineIsLonger(columns: Int, name: String) throws
    {
        let help = try Self.help(name, columns: columns)
        for line in help { #expect(line.count <= columns, "\(name): \(line)") }
        // The examples are whole at any width, so that they can be copied.
        let examples = try Self.examples(help)
        #expect(examples == (try Self.examples(Self.help(name, columns: 200))))
        // Lines of running text end where the next word has no place.
        let usage = try #require(help.firstIndex { $0.hasPrefix("USAGE: ") })
        for (line, next) in zip(help, help.dropFirst()).prefix(usage) {
            guard let word = next.split(separator: " ").first, !next.hasPrefix(" "), !line.isEmpty,
                !["EXAMPLES", "EXIT CODES"].contains(line)
            else { continue }
            #expect(line.count + 1 + word.count > columns - 1, "\(name): \(line)")
        }
    }

    /// Those that a manual page has too are run with it: here the others.
    @Test(arguments: names) func theExamplesWork(name: String) throws {
        let help = try Self.help(name, columns: 80)
        let known = try ManPage.all().keys.flatMap { try ManPage.examples($0, "run") }.joined().words
        let commands: [String]
        if name.isEmpty {
            commands = try Self.examples(help).filter { $0.hasPrefix("    ") }.joined(separator: "\n").commands
        } else {
            commands = try #require(Self.commands.first { $0.configuration.commandName == name }).examples
            let shown = try Self.examples(help).joined(separator: "\n").words
            for command in commands { #expect(shown.contains(command.words), "\(command)") }
        }
        #expect(commands.count >= 3)
        let sandbox = try Clone.make()
        for command in commands where !known.contains(command.words) {
            let result = try Clone.run(command, in: sandbox)
            #expect(result.code == 0, "\(command): \(result.errors)")
        }
    }

    /// The first options of each command.
    private static let first = [
        "encode": ["decode", "layout", "format"], "train": ["o", "learn", "conditions"],
        "classify": ["keep", "all-pairs", "melting"], "generate": ["n", "partner-of", "min-score"],
        "select": ["n", "pools", "max-crosstalk"], "evaluate": ["report", "threshold", "json"],
        "inspect": ["tables", "svg", "report"],
    ]

    @Test func optionsStandInGroupsAndTheMostUsedComeFirst() throws {
        let groups: Set = ["Input", "Model", "Conditions", "Output", "Run"]
        var own: Set<String> = []
        for command in try CommandInfo.all().values where command.subcommands == nil {
            let options = command.shown.filter { $0.kind != "positional" }
            #expect(options.prefix(3).map { $0.names?.last?.name } == Self.first[command.commandName])
            let titles = Set(options.compactMap(\.sectionTitle))
            #expect(options.filter { $0.sectionTitle == nil }.flatMap { $0.names ?? [] }.count == 3, "help and version")
            #expect(titles.contains("Output"))
            own.formUnion(titles.subtracting(groups))
        }
        #expect(
            own == [
                "Array", "Training", "Scores", "Duplexes", "Sites", "Pairs", "Strands", "Selection", "Evaluation",
                "Comparison", "Contents",
            ])
    }

    @Test func everyOptionTellsItsDefault() throws {
        var options = 0
        for command in try CommandInfo.all().values {
            for option in command.shown where option.kind == "option" {
                options += 1
                let text = option.explanation.joined(separator: " ")
                let name = "\(command.commandName) \(option.names?.last?.typed ?? "")"
                #expect(
                    text.contains("(default: ") || (!option.isOptional && text.contains("must be given")), "\(name)")
                #expect(!text.contains("[default"), "\(name)")
                // A sentence on what it does.
                #expect(
                    text.first?.isUppercase == true && text.contains(". (default") || text.contains(". It must"),
                    "\(name)")
            }
            for flag in command.shown where flag.kind == "flag" {
                #expect(flag.explanation.joined().contains(/^[A-Z].*\.(?: ?\(default.*\))?$/), "\(flag.explanation)")
            }
        }
        #expect(options > 90)
    }

    @Test func aCommandAloneOnATerminalShowsItsFirstExamples() throws {
        for command in Self.commands {
            let name = command.configuration.commandName ?? ""
            let text = Welcome.examples(of: [name], readsTerminal: true)
            #expect((text != nil) == command.readsStandardInput, "\(name)")
            guard let text else { continue }
            #expect(text.contains(command.firstExamples) && text.hasPrefix("no input: "), "\(text)")
            #expect(text.split(separator: "\n").count { $0.hasPrefix("  seqgan ") } >= 2, "\(text)")
            #expect(Welcome.examples(of: [name], readsTerminal: false) == nil)
            #expect(Welcome.examples(of: [name, "x.tsv"], readsTerminal: true) == nil)
        }
        #expect(Welcome.examples(of: [], readsTerminal: true) == nil)
    }

    @Test(.enabled(if: Sandbox.has("script"), "script is not installed"))
    func theTerminalOfACommandAloneIsNotWaitedFor() throws {
        for name in ["classify", "train", "select"] {
            let result = try Sandbox().run("script -qec 'seqgan \(name)' /dev/null < /dev/null; echo code $?")
            #expect(result.output.contains("code 64") && result.output.contains("  seqgan "), "\(result.output)")
        }
        let other = try Sandbox().run("script -qec 'seqgan classify --keep 1' /dev/null < /dev/null; echo code $?")
        #expect(other.output.contains("code 64") && other.output.contains("Usage: seqgan classify"), "\(other.output)")
    }
}

extension String {
    /// Without the places where lines break.
    fileprivate var words: String {
        replacing("\\\n", with: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Lines, with those that go on after a backslash or a pipe.
    fileprivate var commands: [String] {
        var commands: [String] = []
        for line in split(separator: "\n").map(String.init) {
            if let last = commands.last, last.hasSuffix("\\") || last.hasSuffix("|") {
                commands[commands.count - 1] = "\(last)\n\(line)"
            } else {
                commands.append(line)
            }
        }
        return commands
    }
}
