// ReadmeTests: what the README tells a newcomer to type works.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct ReadmeTests {
    private static func readme() throws -> String {
        try String(contentsOf: Sandbox.root.appending(path: "README.md"), encoding: .utf8)
    }

    /// A folder like a clone that was built, with the files that the README's commands name.
    private static func clone() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(Example.pairs(600), "labelled.tsv")
        try sandbox.write(Example.pairs(200, seed: 2), "test.tsv")
        try sandbox.write(">t1\nACGTTGCATCGGATCTAGCA\n>t2\nGGATCCTTAGCATTGACCAT\n", "targets.fa")
        let made = try sandbox.run(
            """
            root='\(Sandbox.root.path)'
            ln -s "$root/testdata" "$root/man" .
            mkdir -p .build/release && ln -s '\(Sandbox.program)' .build/release/
            gzip labelled.tsv test.tsv
            zcat testdata/hybridisation.tsv.gz | tail -n +2 | cut -f 1,2,3 | head -n 300 > candidates.tsv
            gzip -c candidates.tsv > pairs.tsv.gz
            awk '{ print ">p" NR "/1"; print $1; print ">p" NR "/2"; print $2 }' candidates.tsv > pairs.fa
            awk '{ print ">a" NR; print $1 }' candidates.tsv > a.fa
            awk '{ print ">b" NR; print $2 }' candidates.tsv > b.fa
            head -n 100 b.fa > strands.fa
            awk 'NR <= 30 { print ">x" NR "-F"; print $1; print ">x" NR "-R"; print $2 }' candidates.tsv > primers.fa
            """)
        #expect(made.code == 0, "\(made.errors)")
        return sandbox
    }

    @Test func theFirstCommandWorks() throws {
        // It goes on on the next line.
        let lines = try Self.readme().split(separator: "\n")
        let first = try #require(lines.firstIndex { $0.contains("&& swift build") })
        let command = lines[first...first + 1].map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        // Packages and the build are what the tests themselves stand on.
        let rest = command.components(separatedBy: " && ").dropFirst(2).joined(separator: " && ")
        let result = try Self.clone().run("set +o pipefail; \(rest)")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.split(separator: "\n").count == 10, "\(result.errors)")
    }

    @Test func everyCommandOfTheREADMEWorks() throws {
        let blocks = try Self.readme().components(separatedBy: "```sh run\n").dropFirst().map { block in
            block.components(separatedBy: "\n```")[0]
        }
        #expect(blocks.count >= 8)
        let sandbox = try Self.clone()
        for block in blocks {
            // Heads close pipes early, as they should; training is made short.
            let short = block.replacing("seqgan train ", with: "seqgan train --epochs 14 --batch 32 --steps 250 ")
                .replacing("-n 20000", with: "-n 600")
            let result = try sandbox.run(
                "set -e; set +o pipefail; export HOME=$PWD\n\(short)", seconds: 1200)
            #expect(result.code == 0, "\(block): \(result.errors)")
        }
        #expect(try sandbox.read("new.fa").split(separator: "\n").count == 4000)
        #expect(try sandbox.read("probes.fa").split(separator: "\n").count == 24)
        #expect(try sandbox.read("barcodes.fa").split(separator: "\n").count == 200)
        #expect(try sandbox.read("pooled.tsv").split(separator: "\n").count == 61)
        #expect(try sandbox.read("scored.tsv").split(separator: "\n").count == 300)
        #expect(try sandbox.run(".local/bin/seqgan --version").code == 0)
    }

    @Test(.enabled(if: Sandbox.has("man"), "man is not installed")) func manFindsThePagesWhereTheyAreInstalled() throws
    {
        let blocks = try Self.readme().components(separatedBy: "```sh run\n")
        let install = try #require(blocks.first { $0.contains("~/.local/share/man/man1/") })
            .components(separatedBy: "\n```")[0]
        let line = "set -e; export HOME=$PWD\n\(install)\nMANPATH=.local/share/man man -w seqgan-classify seqgan-model"
        let found = try Self.clone().run(line)
        #expect(found.code == 0, "\(found.errors)")
    }

    @Test func everyBlockOfCommandsIsOneThatIsRun() throws {
        let readme = try Self.readme()
        // A block that is not run is one that nobody knows to work.
        let fences = readme.matches(of: /\n```(\S[^\n]*)\n/).map { String($0.1) }
        #expect(Set(fences) == ["sh run", "sh run engines"])
        // The engines are not on every machine: .ci/engines installs them and runs these, as .ci/run has it do.
        let script = try String(contentsOf: Sandbox.root.appending(path: ".ci/engines"), encoding: .utf8)
        #expect(script.contains("/^```sh run engines$/"))
        let all = try String(contentsOf: Sandbox.root.appending(path: ".ci/run"), encoding: .utf8)
        #expect(all.contains("\n.ci/engines\n"))
        for code in ["| 0 |", "| 64 |", "| 65 |", "| 66 |", "| 74 |"] { #expect(readme.contains(code), "\(code)") }
    }

    @Test func theLinesThatAreShownOfRecipesStandInThem() throws {
        let folder = Sandbox.root.appending(path: "testdata/recipes")
        let recipes = try FileManager.default.contentsOfDirectory(atPath: folder.path).map {
            try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
        }
        let chapter = try Self.readme().components(separatedBy: "\n## ").filter { $0.hasPrefix("Beyond one machine\n") }
        let shown = chapter.joined().split(separator: "\n").filter { $0.hasPrefix("    ") }
        #expect(shown.count >= 4)
        for line in shown {
            let text = String(line.drop { $0 == " " })
            #expect(recipes.contains { $0.contains(text) }, "\(text)")
        }
        // And each recipe is run by one of the blocks.
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            #expect(chapter.joined().contains("testdata/recipes/\(name) "), "\(name)")
        }
    }
}
