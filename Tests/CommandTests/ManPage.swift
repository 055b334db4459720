// ManPage: a page of man/, whose options come from the program's own definitions; all else in it is written by hand.

import Foundation
import TestSupport

/// A manual page. Lines between `.\" generated: NAME` and `.\" end` are made from what `--help` is made from.
struct ManPage {
    let path: String
    /// The page as it lies in the repository.
    let text: String

    static let folder = Sandbox.root.appending(path: "man")

    /// All pages, by their file names.
    static func all() throws -> [String: ManPage] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(/\.[157]$/) }
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let path = folder.appending(path: name).path
                return (name, ManPage(path: path, text: try String(contentsOfFile: path, encoding: .utf8)))
            })
    }

    /// The blocks of commands of a page that a comment marks, as `man/examples.sh` reads them for the engines too.
    static func examples(_ name: String, _ mark: String) throws -> [String] {
        let read = try Sandbox().run("'\(folder.path)/examples.sh' '\(folder.path)/\(name)' '\(mark)'")
        guard read.code == 0 else { throw Example.Failed(errors: read.errors) }
        return read.output.components(separatedBy: "%%\n").dropFirst().map { String($0) }
    }

    /// The page with its generated parts made anew.
    func updated(for command: CommandInfo) throws -> String {
        var lines: [String] = []
        var isGenerated = false
        for line in text.components(separatedBy: "\n") {
            if let part = line.firstMatch(of: /^\.\\" generated: (\w+)$/) {
                isGenerated = true
                lines.append(line)
                lines += try command.mdoc(part: String(part.1))
            } else if line == #".\" end"# {
                isGenerated = false
            }
            if !isGenerated { lines.append(line) }
        }
        guard !isGenerated else { throw ManPageError.withoutEnd(path) }
        return lines.joined(separator: "\n")
    }
}

enum ManPageError: Error {
    case unknownPart(String)
    case withoutEnd(String)
}

/// What the program tells of a command: `seqgan --experimental-dump-help`.
struct CommandInfo: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
            var typed: String { (kind == "long" ? "--" : "-") + name }
            /// After `Fl`, which puts one hyphen before it.
            var mdoc: String { "Fl " + (kind == "long" ? "\\-" : "") + escaped(name) }
        }

        let kind: String
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let defaultValue: String?
        let allValues: [String]?
        let isOptional: Bool
        let isRepeating: Bool
        let shouldDisplay: Bool
        /// The title of the group that the help shows it in.
        let sectionTitle: String?

        /// `Fl m , Fl \-model Ar model`, the short name first.
        var item: String {
            let value = "Ar " + escaped(valueName ?? "value")
            guard let names else { return isRepeating ? "\(value) ..." : value }
            let typed = names.sorted { $0.typed.count < $1.typed.count }.map(\.mdoc).joined(separator: " , ")
            return kind == "flag" ? typed : "\(typed) \(value)"
        }

        /// The lines of its explanation.
        var explanation: [String] {
            var text: String = abstract ?? ""
            if let allValues, !allValues.allSatisfy(text.contains) {
                text += " One of: \(allValues.joined(separator: ", "))."
            }
            if let defaultValue { text += " (default: \(defaultValue))" }
            return sentences(text)
        }
    }

    let commandName: String
    let abstract: String?
    let arguments: [Argument]
    let subcommands: [CommandInfo]?

    var shown: [Argument] { arguments.filter(\.shouldDisplay) }

    /// The commands of the program under test, by the names of their pages.
    static func all() throws -> [String: CommandInfo] {
        struct Dump: Decodable { let command: CommandInfo }
        let dump = try Sandbox().run("seqgan --experimental-dump-help")
        let root = try JSONDecoder().decode(Dump.self, from: Data(dump.bytes)).command
        let commands = (root.subcommands ?? []).filter { $0.commandName != "help" }
        var all = ["seqgan.1": root]
        for command in commands { all["seqgan-\(command.commandName).1"] = command }
        return all
    }

    func mdoc(part: String) throws -> [String] {
        switch part {
        case "summary": return [".Nd " + escaped(summary)]
        case "synopsis": return synopsis
        case "commands":
            var lines: [String] = []
            for command in subcommands ?? [] where command.commandName != "help" {
                lines += [".It Xr seqgan-\(command.commandName) 1"] + sentences(command.abstract ?? "")
            }
            return lines
        case "options":
            return options
        default: throw ManPageError.unknownPart(part)
        }
    }

    /// The options in their groups, those of the program itself last.
    private var options: [String] {
        var titles: [String?] = []
        for argument in shown where !titles.contains(argument.sectionTitle) { titles.append(argument.sectionTitle) }
        titles = titles.filter { $0 != nil } + [nil]
        return titles.flatMap { title in
            let group = shown.filter { $0.sectionTitle == title }
            let items = group.flatMap { [".It " + $0.item] + $0.explanation }
            let heading = titles.count > 1 ? [".Ss " + (title ?? "Help")] : []
            return heading + [".Bl -tag -width Ds"] + items + [".El"]
        }
    }

    /// The abstract as whatis shows it: without a full stop.
    private var summary: String {
        let text = abstract ?? ""
        let whole = text.prefix(1).lowercased() + text.dropFirst()
        return whole.hasSuffix(".") ? String(whole.dropLast()) : whole
    }

    private var synopsis: [String] {
        let needed = shown.filter { $0.kind != "positional" && !$0.isOptional }
        let positional = shown.filter { $0.kind == "positional" }
        var lines = [".Op Ar options"]
        for option in needed { lines.append("." + option.item.replacing(#/^Fl \w , /#, with: "")) }
        for argument in positional { lines.append((argument.isOptional ? ".Op " : ".") + argument.item) }
        return lines
    }
}

/// Text as roff takes it literally: hyphens of options are no hyphens of words.
private func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing(/(^|[^\w-])(--?)(?=\w)/) { match in
        "\(match.1)" + String(repeating: "\\-", count: match.2.count)
    }
}

/// Lines of up to 118 columns, broken at spaces, which roff joins again.
private func narrow(_ line: String) -> [String] {
    var lines: [String] = []
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
        if let last = lines.last, last.count + word.count < 118 {
            lines[lines.count - 1] = last + " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}

/// A line for each sentence, none of which roff takes for a request.
private func sentences(_ text: String) -> [String] {
    let lines = text.replacing(/([\w)\]]\.) +(?=[A-Z\[(])/) { match in "\(match.1)\n" }
    return lines.split(whereSeparator: \.isNewline).flatMap { line in
        narrow(escaped(line.trimmingCharacters(in: .whitespaces))).map { line in
            line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
        }
    }
}
