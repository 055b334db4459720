// FailureTests: bad data and bad models: the message, the exit code, and what is left behind.

import TestSupport
import Testing

@Suite(.timed) struct FailureTests {
    @Test(arguments: [
        ("ACGTACGT\tACGX\n", "<stdin>:2"), ("ACGTACGT\n", "<stdin>:2"), ("ACGTACGT\t\n", "<stdin>:2"),
        (String(repeating: "A", count: 2_000_000) + "\tACGT\n", "<stdin>:2"),
    ])
    func aBadLineIsNamedAndWhatCameBeforeIsWritten(line: String, place: String) throws {
        let good = "ACGTACGTAC\tGTACGTACGT\n"
        let sandbox = try Example.sandbox()
        let outcome = try sandbox.run("seqgan classify -m m.seqgan", stdin: (good + line + good))
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("seqgan: \(place)"), "\(outcome.errors.prefix(300))")
        #expect(outcome.errors.contains("expected"))
        #expect(outcome.output.split(separator: "\n").count == 1)
        let skipped = try sandbox.run("seqgan classify -m m.seqgan --skip-bad", stdin: (good + line + good))
        #expect(skipped.code == 65)
        #expect(skipped.output.split(separator: "\n").count == 2)
        #expect(skipped.errors.contains("1 "))
    }

    @Test func aTruncatedGzipGivesItsWholeLinesThenAnError() throws {
        let sandbox = try Example.sandbox(pairs: 5000)
        let all = try sandbox.run("seqgan classify -m m.seqgan pairs.tsv").bytes
        for make in ["gzip -c pairs.tsv", "seqgan classify -q -m m.seqgan pairs.tsv -o p.tsv.gz; cat p.tsv.gz"] {
            let outcome = try sandbox.run("(\(make)) | head -c 20000 | seqgan classify -m m.seqgan")
            #expect(outcome.code == 65, "\(make)")
            #expect(outcome.errors.contains("<stdin>"))
            let written = outcome.bytes
            #expect(written.last == UInt8(ascii: "\n"))
            #expect(written.count > 20_000)
            if make.hasPrefix("gzip") { #expect(all.starts(with: written)) }
        }
    }

    @Test func aFlippedBitOfAGzipIsAnError() throws {
        let sandbox = try Example.sandbox(pairs: 2000)
        #expect(try sandbox.run("gzip -c pairs.tsv > p.gz").code == 0)
        var bytes = try sandbox.bytes("p.gz")
        bytes[bytes.count / 2] ^= 4
        try sandbox.write(bytes, "p.gz")
        #expect(try sandbox.run("seqgan classify -m m.seqgan p.gz").code == 65)
        #expect(try sandbox.run("(gzip -c pairs.tsv; echo garbage) | seqgan classify -m m.seqgan").code == 65)
    }

    @Test func anOutputFileIsWholeOrNotThere() throws {
        let sandbox = try Example.sandbox()
        try sandbox.write("ACGTACGT\tACGT\nACGT\tA!\n", "bad.tsv")
        try sandbox.write("before", "o.tsv")
        let before = try sandbox.files()
        #expect(try sandbox.run("seqgan classify -m m.seqgan bad.tsv -o o.tsv").code == 65)
        #expect(try sandbox.run("seqgan train bad.tsv -o o.tsv").code == 65)
        #expect(try sandbox.read("o.tsv") == "before")
        #expect(try sandbox.files() == before)
        let nowhere = try sandbox.run("seqgan classify -m m.seqgan pairs.tsv -o no/such/folder")
        #expect([66, 74].contains(nowhere.code))
    }

    @Test func whatIsNoModelIsRefused() throws {
        let sandbox = try Example.sandbox()
        let model = try sandbox.bytes("m.seqgan")
        var flipped = model
        flipped[model.count - 3] ^= 1
        let wrong: [[UInt8]] = [[], Array("ACGT\tACGT\n".utf8), model.dropLast(), model + [0], flipped]
        for bytes in wrong {
            try sandbox.write(bytes, "x.seqgan")
            for command in ["inspect x.seqgan", "classify -m x.seqgan pairs.tsv", "evaluate -m x.seqgan pairs.tsv"] {
                let outcome = try sandbox.run("seqgan \(command)")
                #expect(outcome.code == 65, "\(command)")
                #expect(outcome.bytes.isEmpty)
                #expect(outcome.errors.hasPrefix("seqgan: x.seqgan: "), "\(outcome.errors)")
            }
        }
    }

    @Test func emptyInputIsNoError() throws {
        let outcome = try Example.sandbox().run("seqgan classify -m m.seqgan")
        #expect(outcome.code == 0)
        #expect(outcome.bytes.isEmpty)
    }
}
