// ReadmeTests: what the README tells a newcomer to type works, and what it links to is there.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct ReadmeTests {
    private static func readme() throws -> String {
        try String(contentsOf: Sandbox.root.appending(path: "README.md"), encoding: .utf8)
    }

    /// The blocks of commands that are marked to be run.
    private static func blocks() throws -> [String] {
        try readme().components(separatedBy: "```sh run\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    }

    @Test func theFirstCommandWorks() throws {
        // It goes on on the next line.
        let lines = try Self.readme().split(separator: "\n")
        let first = try #require(lines.firstIndex { $0.contains("&& swift build") })
        let command = lines[first...first + 1].map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        // Packages and the build are what the tests themselves stand on.
        let rest = command.components(separatedBy: " && ").dropFirst(2).joined(separator: " && ")
        let result = try Clone.make().run("set +o pipefail; \(rest)")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.split(separator: "\n").count == 10, "\(result.errors)")
    }

    @Test func everyCommandOfTheREADMEWorks() throws {
        let blocks = try Self.blocks()
        #expect(blocks.count >= 12)
        let sandbox = try Clone.make()
        for block in blocks {
            let result = try Clone.run(block, in: sandbox)
            #expect(result.code == 0, "\(block): \(result.errors)")
        }
        #expect(try sandbox.read("new.fa").split(separator: "\n").count == 4000)
        #expect(try sandbox.read("probes.fa").split(separator: "\n").count == 24)
        #expect(try sandbox.read("barcodes.fa").split(separator: "\n").count == 200)
        #expect(try sandbox.read("pooled.tsv").split(separator: "\n").count == 61)
        #expect(try sandbox.read("scored.tsv").split(separator: "\n").count == 300)
        #expect(try sandbox.run(".local/bin/seqgan --version").code == 0)
    }

    @Test func theFirstQuestionShowsTheWorstDimersFirst() throws {
        let block = try #require(try Self.blocks().first { $0.contains("--top ") })
        let result = try Clone.run(block, in: Clone.make())
        let lines = result.output.split(separator: "\n")
        #expect(lines.first == "name_a\tname_b\tpredicted\tscore")
        let scores = lines.dropFirst().map {
            Double($0.split(separator: "\t").last ?? "") ?? .nan
        }
        #expect(result.code == 0 && scores.count == 10 && scores == scores.sorted(by: >), "\(result)")
        #expect(scores[0] > 0.2, "a primer and its partner bind")
    }

    @Test(.enabled(if: Sandbox.has("man"), "man is not installed")) func manFindsThePagesWhereTheyAreInstalled() throws
    {
        let install = try #require(try Self.blocks().first { $0.contains("~/.local/share/man/man1") })
        let found = try Clone.run(
            "\(install)\nMANPATH=.local/share/man man -w seqgan-classify seqgan-model seqgan-scale", in: Clone.make())
        #expect(found.code == 0, "\(found.errors)")
    }

    @Test func itIsShortAndEveryBlockOfCommandsIsOneThatIsRun() throws {
        let readme = try Self.readme()
        #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 251)
        // A block that is not run is one that nobody knows to work.
        let fences = readme.matches(of: /\n```(\S[^\n]*)\n/).map { String($0.1) }
        #expect(Set(fences) == ["sh run"])
        for code in ["| 0 |", "| 64 |", "| 65 |", "| 66 |", "| 74 |"] { #expect(readme.contains(code), "\(code)") }
    }

    /// Links to files and chapters; those to the web are not tried.
    @Test func everyLinkLeadsSomewhere() throws {
        var links = 0
        for page in ["README.md", "Sources/README.md", "testdata/README.md", "testdata/models/README.md"] {
            let place = Sandbox.root.appending(path: page)
            let text = try String(contentsOf: place, encoding: .utf8)
            let chapters = text.matches(of: /(?m)^#+ (.+)$/).map { title in
                title.1.lowercased().replacing(/[^\w -]/, with: "").replacing(" ", with: "-")
            }
            for link in text.matches(of: /\]\(([^)\s]+)\)/).map({ String($0.1) }) where !link.contains("://") {
                links += 1
                if link.hasPrefix("#") {
                    #expect(chapters.contains(String(link.dropFirst())), "\(page): \(link)")
                } else {
                    let target = place.deletingLastPathComponent().appending(path: link)
                    #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(link)")
                }
            }
        }
        #expect(links >= 10)
    }

    @Test func theFiguresOfItsTableAreThoseOfTheManualPage() throws {
        let page = try #require(ManPage.all()["seqgan-benchmarks.7"]).text
        let chapter = try #require(try Self.readme().components(separatedBy: "\n## Against the alternatives\n").last)
        let rows = chapter.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(rows.count == 9)
        for cell in rows.joined().split(separator: "|").map({ $0.trimmingCharacters(in: .whitespaces) })
        where cell.contains(/\d/) && !cell.contains("`") {
            #expect(page.contains(cell), "\(cell)")
        }
    }
}
