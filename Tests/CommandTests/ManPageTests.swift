// ManPageTests: the manual pages tell what the program does, and are well-formed.
//
// RECORD_MAN=1 writes the generated parts anew: man/update.sh.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct ManPageTests {
    private static let isRecording = ProcessInfo.processInfo.environment["RECORD_MAN"] != nil

    @Test func everyCommandHasAPageAndItsOptionsAreThoseOfTheHelp() throws {
        let pages = try ManPage.all()
        let commands = try CommandInfo.all()
        let others = ["seqgan-model.5"] + ["models", "gans", "scale", "benchmarks"].map { "seqgan-\($0).7" }
        #expect(Set(pages.keys) == Set(commands.keys).union(others))
        for (name, command) in commands {
            guard let page = pages[name] else { continue }
            let updated = try page.updated(for: command)
            if Self.isRecording {
                try updated.write(toFile: page.path, atomically: true, encoding: .utf8)
            } else {
                #expect(updated == page.text, "man/\(name) is not of this program: run man/update.sh")
            }
            let help = try Sandbox().run("seqgan help \(name == "seqgan.1" ? "" : command.commandName)").output
            for option in command.shown.flatMap({ $0.names ?? [] }) {
                #expect(help.contains(option.typed), "\(name): \(option.typed)")
                #expect(updated.contains(option.mdoc), "\(name): \(option.mdoc)")
            }
        }
    }

    @Test func pagesHaveTheSectionsThatReadersLookFor() throws {
        let pages = try ManPage.all()
        let titles = ["NAME", "DESCRIPTION", "SEE ALSO"]
        for (name, page) in pages {
            let more =
                name.hasSuffix(".1")
                ? ["SYNOPSIS", "OPTIONS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES"] : []
            for title in titles + more {
                #expect(page.text.contains("\n.Sh \(title)\n"), "\(name): \(title)")
            }
            for reference in page.text.matches(of: /\.Xr (seqgan\S*) (\d)/) {
                #expect(pages["\(reference.1).\(reference.2)"] != nil, "\(name): \(reference.0)")
            }
        }
    }

    @Test(arguments: ["64", "65", "66", "74"])
    func everyPageHasTheExitCodes(code: String) throws {
        for (name, page) in try ManPage.all() where name.hasSuffix(".1") {
            #expect(page.text.contains(".It \(code)\n"), "\(name)")
        }
    }

    @Test(.enabled(if: Sandbox.has("mandoc"), "mandoc is not installed"))
    func mandocFindsNothingWrong() throws {
        let result = try Sandbox().run("mandoc -Tlint -W warning '\(ManPage.folder.path)'/*.[157]")
        #expect(result.output == "" && result.errors == "" && result.code == 0, "\(result.output)\(result.errors)")
    }

    @Test(.enabled(if: Sandbox.has("groff") && Sandbox.has("man"), "man or groff is not installed"))
    func manShowsThePagesWithoutWarnings() throws {
        for name in try ManPage.all().keys {
            let result = try Sandbox().run("MANWIDTH=100 man --warnings -P cat -l '\(ManPage.folder.path)/\(name)'")
            #expect(result.code == 0 && result.errors == "", "\(name): \(result.errors)")
            #expect(result.output.contains("SEE ALSO"), "\(name)")
        }
    }
}
