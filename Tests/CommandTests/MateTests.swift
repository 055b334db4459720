// MateTests: records that are not each other's mates, by their names, through every command that reads pairs.

import TestSupport
import Testing

@Suite(.timed) struct MateTests {
    private static let strands = ["CTAATCCGTGCTAT", "ATAGCACGGATTAG"]

    /// FASTA with these titles; strand A and B in turn.
    private static func fasta(_ titles: [String]) -> String {
        titles.enumerated().map { ">\($0.element)\n\(strands[$0.offset % 2])\n" }.joined()
    }

    /// Titles of pairs, with labels in turn.
    private static func titles(_ count: Int) -> [String] {
        (1...count).flatMap { ["r\($0)/1 label=\($0 % 2)", "r\($0)/2"] }
    }

    private static let reads = [
        "classify -m m.seqgan", "classify -m m.seqgan --keep 1", "encode", "encode --format text",
        "evaluate -m m.seqgan",
        "train --epochs 1 -o x.seqgan", "train --classifier cnn --epochs 1 -o x.seqgan",
    ]

    @Test func aLostRecordIsToldByEveryCommandAndNotCheckedOnDemand() throws {
        let sandbox = try Example.sandbox()
        var lost = Self.titles(8)
        lost.remove(at: 5)
        lost.removeLast()
        try sandbox.write(Self.fasta(lost), "lost.fa")
        try sandbox.write(Self.fasta(Self.titles(8)), "whole.fa")
        // The labels stand at the first mates, which behind the lost record are some second ones too.
        try sandbox.write(Self.fasta(lost.map { "\($0) label=1" }), "labelled.fa")
        let before = try sandbox.files()
        let words =
            "seqgan: lost.fa:9: record 'r3/1' beside 'r4/1' (lost.fa:11), expected mates of one name: is a record "
            + "missing? "
            + "--no-name-check pairs them nevertheless\n"
        for command in Self.reads {
            let result = try sandbox.run("seqgan \(command) lost.fa")
            #expect(result.code == 65 && result.errors == words, "\(command): \(result.errors)")
            #expect(try sandbox.files() == before, "\(command)")
            let unchecked = try sandbox.run(
                "seqgan \(command) --no-name-check labelled.fa; C=$?; rm -f x.seqgan; exit $C")
            #expect(unchecked.code == 0, "\(command): \(unchecked.errors)")
            #expect(
                try sandbox.run("seqgan \(command) whole.fa; C=$?; rm -f x.seqgan; exit $C").code == 0, "\(command)")
        }
        let compared = "evaluate -m m.seqgan --generated whole.fa --real"
        #expect(try sandbox.run("seqgan \(compared) lost.fa").errors == words)
        #expect(try sandbox.run("seqgan \(compared) lost.fa --no-name-check").code == 0)
        #expect(try sandbox.run("seqgan evaluate --generated lost.fa --real whole.fa").errors == words)
        #expect(try sandbox.run("seqgan train whole.fa --validation lost.fa -o x.seqgan").errors == words)
        try sandbox.write(GenerateTests.model.get(), "g.seqgan")
        #expect(try sandbox.run("seqgan generate -m g.seqgan --not-in lost.fa").errors == words)
        #expect(try sandbox.run("seqgan generate -m g.seqgan --not-in lost.fa --no-name-check").code == 0)
        #expect(try sandbox.run("seqgan generate -m g.seqgan --no-name-check").code == 64)
    }

    @Test func whatIsBeforeALostRecordIsWrittenAndBehindItPairsAreRightAgain() throws {
        let sandbox = try Example.sandbox()
        let titles = Self.titles(20_000)
        let whole = try sandbox.run("seqgan classify -q -m m.seqgan", stdin: Self.fasta(titles))
        let lines = whole.output.split(separator: "\n").map(String.init)
        let right = Array(lines[..<15_000]) + Array(lines[15_001...])
        #expect(whole.code == 0 && lines.count == 20_000)
        try sandbox.write(
            titles.enumerated().filter { $0.offset != 30_001 }.map {
                ">\($0.element)\n\(Self.strands[$0.offset % 2])\n"
            }
            .joined(), "lost.fa")
        for threads in [1, 3] {
            let ended = try sandbox.run("seqgan classify -q -t \(threads) -m m.seqgan lost.fa")
            #expect(ended.code == 65 && ended.errors.contains("lost.fa:60001: record 'r15001/1' beside 'r15002/1'"))
            #expect(ended.output.split(separator: "\n").map(String.init) == Array(lines[..<15_000]))
            let skipped = try sandbox.run("seqgan classify -q -t \(threads) -m m.seqgan --skip-bad lost.fa")
            #expect(
                skipped.code == 65 && skipped.errors.contains("1 bad record"), "\(skipped.errors)")
            #expect(skipped.output.split(separator: "\n").map(String.init) == right)
        }
        let parts = try sandbox.run(
            "for i in 1 2 3; do seqgan classify -q -m m.seqgan --skip-bad --shard $i/3 lost.fa; echo $?; done")
        let codes = parts.output.split(separator: "\n").map(String.init).filter { $0.count < 3 }
        #expect(codes == ["0", "0", "65"])
        #expect(parts.output.split(separator: "\n").map(String.init).filter { $0.count > 2 } == right)
    }

    @Test func matesOutOfStepEndTheRunWhateverIsPassedOver() throws {
        let sandbox = try Example.sandbox()
        func fastq(_ numbers: [Int], _ title: (Int) -> String) -> String {
            numbers.map { "@\(title($0))\nCTAATCCGTGCTAT\n+\nIIIIIIIIIIIIII\n" }.joined()
        }
        for (first, second) in [
            ("r@/1", "r@/2"), ("r@ 1:N:0:ACG", "r@ 2:N:0:ACG"), ("r@_1", "r@_2"), ("r@.1", "r@.2"), ("r@_R1", "r@_R2"),
        ] {
            try sandbox.write(fastq([1, 2, 3, 4]) { first.replacing("@", with: "\($0)") }, "a.fq")
            try sandbox.write(fastq([1, 3, 4, 5]) { second.replacing("@", with: "\($0)") }, "b.fq")
            let (a, b) = (
                first.replacing("@", with: "2").prefix { $0 != " " },
                second.replacing("@", with: "3").prefix { $0 != " " }
            )
            for option in ["", "--skip-bad"] {
                let result = try sandbox.run("seqgan classify -q -m m.seqgan \(option) --mates b.fq a.fq")
                #expect(result.code == 65 && result.output.split(separator: "\n").count == 1, "\(result.output)")
                #expect(
                    result.errors.hasPrefix("seqgan: a.fq:5: record '\(a)' beside '\(b)' (b.fq:5), expected mates"),
                    "\(result.errors)")
            }
            for command in ["encode", "classify -m m.seqgan"] {
                let unchecked = try sandbox.run("seqgan \(command) --no-name-check --mates b.fq a.fq")
                #expect(unchecked.code == 0, "\(unchecked.errors)")
                #expect(try sandbox.run("seqgan \(command) --mates b.fq a.fq").code == 65)
                #expect(try sandbox.run("seqgan \(command) --mates a.fq a.fq").code == 0)
            }
        }
    }

    @Test func whatGenerateWritesIsOfOneName() throws {
        let sandbox = try EveryCommand.sandbox()
        for options in ["-n 40", "--partner-of few.fa --min-score 0"] {
            let result = try sandbox.run(
                "seqgan generate -q -m g.seqgan \(options) | seqgan classify -q -m m.seqgan > /dev/null")
            #expect(result.code == 0 && result.errors == "", "\(result.errors)")
        }
    }
}
