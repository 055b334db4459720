// UsageTests: what the command line answers before any work is done, and that each exit code means what help says.

import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct UsageTests {
    @Test(arguments: [[], ["classify"], ["train", "-o", "x"], ["encode"], ["evaluate"], ["inspect"]])
    func anUnknownFlagIsAUsageError(words: [String]) throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run("seqgan \(words.joined(separator: " ")) --no-such-flag")
        #expect(outcome.code == 64)
        #expect(outcome.bytes.isEmpty)
        #expect(outcome.errors.contains("--no-such-flag"))
        #expect(try sandbox.files().isEmpty)
    }

    @Test func theVersionAndHelpGoToStdout() throws {
        let version = try Sandbox().run("seqgan --version")
        #expect(version.code == 0)
        #expect(version.output.hasPrefix("\(Seqgan.versionText) "))
        #expect(version.errors.isEmpty)
        for command in ["encode", "train", "classify", "evaluate", "inspect"] {
            let help = try Sandbox().run("seqgan help \(command)")
            #expect(help.code == 0)
            #expect(help.output.contains("EXAMPLES"), "\(command)")
            #expect(help.errors.isEmpty)
        }
    }

    @Test(arguments: ["a", "a,", ",a", "1,2,3,4", "0,1", "1,0"])
    func columnsAreTwoOrThreeNamesOrNumbers(text: String) throws {
        let outcome = try Sandbox().run("seqgan encode --columns \(text)", stdin: "AC\tGT\n")
        #expect(outcome.code == 64)
        #expect(outcome.bytes.isEmpty)
    }

    @Test(arguments: ["0", "-1", "1025", "x"])
    func threadsAreAPositiveNumber(text: String) throws {
        #expect(try Sandbox().run("seqgan encode --threads=\(text)", stdin: "AC\tGT\n").code == 64)
    }

    @Test(arguments: ["", "--learn generator --from m", "--learn both --generator dense", "--learn both"])
    func whatOnlyAPairedGANHasIsAUsageErrorWithOthers(options: String) throws {
        for option in ["--critic-steps 5", "--adversarial-loss hinge"] {
            let outcome = try Sandbox().run("seqgan train \(options) \(option) -o x p.tsv")
            #expect(outcome.code == 64 && outcome.bytes.isEmpty, "\(option)")
            let words = option.prefix { $0 != " " }
            #expect(outcome.errors.contains("\(words) goes with --generator paired"), "\(outcome.errors)")
            #expect(outcome.errors.contains("Usage: seqgan train "))
        }
        // With it they are taken: what fails is the file.
        let taken = try Sandbox().run(
            "seqgan train --learn both --generator paired --critic-steps 5 --adversarial-loss hinge -o x p.tsv")
        #expect(taken.code == 66, "\(taken.errors)")
    }

    @Test func theOutputMayNotBeAnInputByWhateverName() throws {
        let sandbox = try Sandbox()
        try sandbox.write("AC\tGT\n", "a.tsv")
        for line in ["seqgan encode a.tsv -o ./a.tsv", "ln -s a.tsv b.tsv; seqgan encode a.tsv -o b.tsv"] {
            #expect(try sandbox.run(line).code == 64, "\(line)")
            #expect(try sandbox.read("a.tsv") == "AC\tGT\n")
        }
    }

    @Test func whatCannotBeOpenedIsNamed() throws {
        for line in ["seqgan encode none.tsv", "seqgan inspect none.seqgan", "seqgan classify -m none.seqgan"] {
            let outcome = try Sandbox().run(line)
            #expect(outcome.code == 66, "\(line)")
            #expect(outcome.errors.hasPrefix("seqgan: none."), "\(outcome.errors)")
            #expect(outcome.bytes.isEmpty)
        }
    }

    @Test func theSeedIsToldAndLongStrandsAreRefusedWhereALengthIsGiven() throws {
        let sandbox = try Example.sandbox()
        #expect(try sandbox.run("seqgan classify -m m.seqgan -s 5 pairs.tsv").errors.contains("seed=5 "))
        let long = try sandbox.run("seqgan train --classifier duplex --length 13 pairs.tsv -o x.seqgan")
        #expect(long.code == 65)
        #expect(long.errors.contains("expected at most --length 13"))
        #expect(try !sandbox.files().contains("x.seqgan"))
        #expect(try sandbox.run("seqgan train --length 0 pairs.tsv -o x.seqgan").code == 64)
    }
}
