// UsageTests: what the command line answers before any work is done, and that each exit code means what help says.

import Testing

@testable import seqgan

@Suite struct UsageTests {
    @Test(arguments: [[], ["classify"], ["train", "-o", "x"], ["encode"], ["evaluate"], ["inspect"]])
    func anUnknownFlagIsAUsageError(words: [String]) throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.shell("seqgan \(words.joined(separator: " ")) --no-such-flag")
        #expect(outcome.code == 64)
        #expect(outcome.stdout.isEmpty)
        #expect(outcome.stderr.contains("--no-such-flag"))
        #expect(try sandbox.files().isEmpty)
    }

    @Test func theVersionAndHelpGoToStdout() throws {
        let version = try Sandbox().run("--version")
        #expect(version.code == 0)
        #expect(version.text == "\(Seqgan.versionText)\n")
        #expect(version.stderr.isEmpty)
        for command in ["encode", "train", "classify", "evaluate", "inspect"] {
            let help = try Sandbox().run("help", command)
            #expect(help.code == 0)
            #expect(help.text.contains("EXAMPLES"), "\(command)")
            #expect(help.stderr.isEmpty)
        }
    }

    @Test(arguments: ["a", "a,", ",a", "1,2,3,4", "0,1", "1,0"])
    func columnsAreTwoOrThreeNamesOrNumbers(text: String) throws {
        let outcome = try Sandbox().run("encode", "--columns", text, stdin: "AC\tGT\n".utf8)
        #expect(outcome.code == 64)
        #expect(outcome.stdout.isEmpty)
    }

    @Test(arguments: ["0", "-1", "1025", "x"])
    func threadsAreAPositiveNumber(text: String) throws {
        #expect(try Sandbox().run("encode", "--threads=\(text)", stdin: "AC\tGT\n".utf8).code == 64)
    }

    @Test func theOutputMayNotBeAnInputByWhateverName() throws {
        let sandbox = try Sandbox()
        try sandbox.write("AC\tGT\n".utf8, to: "a.tsv")
        for line in ["seqgan encode a.tsv -o ./a.tsv", "ln -s a.tsv b.tsv; seqgan encode a.tsv -o b.tsv"] {
            #expect(try sandbox.shell(line).code == 64, "\(line)")
            #expect(try sandbox.read("a.tsv") == Array("AC\tGT\n".utf8))
        }
    }

    @Test func whatCannotBeOpenedIsNamed() throws {
        for line in ["seqgan encode none.tsv", "seqgan inspect none.seqgan", "seqgan classify -m none.seqgan"] {
            let outcome = try Sandbox().shell(line)
            #expect(outcome.code == 66, "\(line)")
            #expect(outcome.stderr.hasPrefix("seqgan: none."), "\(outcome.stderr)")
            #expect(outcome.stdout.isEmpty)
        }
    }

    @Test func noModelIsAUsageError() throws {
        let outcome = try Sandbox().run("classify", stdin: "AC\tGT\n".utf8)
        #expect(outcome.code == 64)
        #expect(outcome.stderr.contains("SEQGAN_MODEL"))
    }
}
