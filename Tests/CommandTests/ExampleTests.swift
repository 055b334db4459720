// ExampleTests: the examples of the manual pages work as they are copied from the screen.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct ExampleTests {
    @Test(arguments: try ManPage.all().keys.sorted()) func everyExampleOfAPageWorks(page: String) throws {
        let sandbox = try Clone.make()
        for block in try ManPage.examples(page, "run") {
            let result = try Clone.run(block, in: sandbox)
            #expect(result.code == 0, "\(page): \(block): \(result.errors)")
        }
    }

    /// Every display of a page is marked, but for formulas: the page of the file format has these.
    @Test func everyDisplayIsMarked() throws {
        for (name, page) in try ManPage.all() where !name.hasSuffix(".5") {
            let lines = page.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where line.hasPrefix(".Bd") {
                let mark = lines[number - 1]
                let marks = [#".\" run"#, #".\" run engines"#, #".\" run numpy"#, #".\" run pandas"#, #".\" shown"#]
                #expect(marks.contains(String(mark)), "\(name):\(number + 1): \(mark)")
            }
            #expect(!page.text.contains("\n.Dl"), "\(name): a display of macro words loses spaces")
        }
    }

    /// What reads the pages on a terminal of 80 columns.
    private static let readers = [
        ("mandoc", "mandoc -T utf8 -O width=80"), ("man", "MANWIDTH=80 man --warnings -P cat -l"),
    ].filter { Sandbox.has($0.0) && Sandbox.has("col") }.map(\.1)

    @Test(arguments: readers) func examplesAreShownAsTheyAreRun(reader: String) throws {
        var lines = 0
        for name in try ManPage.all().keys {
            let shown = try Sandbox().run("\(reader) '\(ManPage.folder.path)/\(name)' | col -bx")
            #expect(shown.code == 0, "\(name): \(shown.errors)")
            let text = shown.output.split(separator: "\n")
            for line in text { #expect(line.count <= 80, "\(name): \(line)") }
            for mark in ["run", "run engines", "run numpy", "run pandas", "shown"] {
                for line in try ManPage.examples(name, mark).flatMap({ $0.split(separator: "\n") }) {
                    lines += 1
                    #expect(
                        text.contains { $0.hasSuffix(" \(line)") && $0.drop { $0 == " " } == line.drop { $0 == " " } },
                        "\(name): \(line)")
                }
            }
        }
        #expect(lines > 60)
    }

    @Test func theLinesThatAreShownOfRecipesStandInThem() throws {
        let folder = Sandbox.root.appending(path: "testdata/recipes")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.contains(".") || $0 == "Snakefile"
        }
        let recipes = try names.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        let shown = try ManPage.examples("seqgan-scale.7", "shown")
        #expect(shown.count >= 2)
        for line in shown.joined().split(separator: "\n") {
            let text = String(line.drop { $0 == " " })
            #expect(recipes.contains { $0.contains(text) }, "\(text)")
        }
        // And each recipe is run by one of the blocks.
        let run = try ["run engines", "run numpy"].flatMap { try ManPage.examples("seqgan-scale.7", $0) }.joined()
        for name in names { #expect(run.contains("testdata/recipes/\(name) "), "\(name)") }
        // The engines are not on every machine: .ci/engines installs them and runs these, as .ci/run has it do.
        let script = try String(contentsOf: Sandbox.root.appending(path: ".ci/engines"), encoding: .utf8)
        #expect(script.contains(#"examples.sh" "$root/man/seqgan-scale.7" "run engines""#))
        let all = try String(contentsOf: Sandbox.root.appending(path: ".ci/run"), encoding: .utf8)
        #expect(all.contains("\n.ci/engines\n"))
    }
}
