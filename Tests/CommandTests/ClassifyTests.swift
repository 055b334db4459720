// ClassifyTests: pairs through the built program, as users send them.

import TestSupport
import Testing

@Suite(.timed) struct ClassifyTests {
    @Test func twoColumnsAreAddedAndTheScoresTellThePairsApart() throws {
        let outcome = try Example.sandbox().run("seqgan classify -m m.seqgan pairs.tsv")
        #expect(outcome.code == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 200)
        let input = Example.pairs(200, seed: 2).split(separator: "\n")
        var right = 0
        for (line, original) in zip(lines, input) {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            #expect(fields.count == 5)
            #expect(line.hasPrefix(original + "\t"))
            let score = try #require(Double(fields[4]))
            #expect((0...1).contains(score))
            #expect(fields[3] == (score > 0.5 ? "1" : "0"))
            right += fields[2] == fields[3] ? 1 : 0
        }
        #expect(right >= 180)
    }

    @Test func theBytesAreTheSameForAnyThreadsInputAndCompression() throws {
        let sandbox = try Example.sandbox(pairs: 5000)
        let expected = try sandbox.run("seqgan classify -m m.seqgan -t 1 -q pairs.tsv")
        #expect(expected.code == 0)
        #expect(expected.errors.isEmpty)
        for line in [
            "seqgan classify -m m.seqgan -t 2 pairs.tsv", "seqgan classify -m m.seqgan -t 7 pairs.tsv",
            "seqgan classify -m m.seqgan < pairs.tsv", "cat pairs.tsv | SEQGAN_MODEL=m.seqgan seqgan classify -",
            "gzip -c pairs.tsv | seqgan classify -m m.seqgan",
            "(head -777 pairs.tsv | gzip; tail -n +778 pairs.tsv | gzip) > p.gz; seqgan classify -m m.seqgan p.gz",
            "sed 's/$/\\r/' pairs.tsv | seqgan classify -m m.seqgan | tr -d '\\r'",
            "seqgan classify -m m.seqgan pairs.tsv -o o.tsv && cat o.tsv",
            "seqgan classify -m m.seqgan pairs.tsv -o o.tsv.gz && gzip -dc o.tsv.gz",
            "seqgan classify -m m.seqgan pairs.tsv -o o.gz && cut -f1-3 o.tsv | seqgan classify -m m.seqgan",
        ] {
            let outcome = try sandbox.run(line)
            #expect(outcome.bytes == expected.bytes, "\(line)")
            #expect(outcome.code == 0, "\(line): \(outcome.errors)")
        }
    }

    @Test func keepWritesThePredictedPairsAsTheyCame() throws {
        let sandbox = try Example.sandbox()
        let all = try sandbox.run("seqgan classify -m m.seqgan pairs.tsv").output.split(separator: "\n")
        for label in ["0", "1"] {
            let kept = try sandbox.run("seqgan classify -m m.seqgan --keep \(label) pairs.tsv")
            let expected = all.map { $0.split(separator: "\t") }.filter { $0[3] == label }
            #expect(kept.output == expected.map { $0[..<3].joined(separator: "\t") + "\n" }.joined())
            #expect(!kept.bytes.isEmpty)
        }
        let fasta = ">a x\nACGTACGTAC\n>b\nGTACGTACGT\n>c\nAAAAAAAAAA\n>d\nAAAAAAAAAA\n"
        let kept = try sandbox.run("seqgan classify -m m.seqgan --keep 1", stdin: fasta)
        #expect(kept.output == ">a x\nACGTACGTAC\n>b\nGTACGTACGT\n")
    }

    @Test func headersCommentsLettersAndFurtherColumnsAreUnderstood() throws {
        let input = "strandA\tstrandB\tnote\n#a comment\nACGTACGTAC\tGTACGTACGT\tx y\n\nacguacguac\tgtacgtacgt\t\n"
        let outcome = try Example.sandbox().run("seqgan classify -m m.seqgan", stdin: input)
        #expect(outcome.code == 0)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(lines[0] == "strandA\tstrandB\tnote\tpredicted\tscore")
        #expect(lines[1] == "#a comment")
        #expect(lines[2].hasPrefix("ACGTACGTAC\tGTACGTACGT\tx y\t1\t"))
        #expect(lines[3].hasPrefix("acguacguac\tgtacgtacgt\t\t1\t"))
        #expect(lines[2].split(separator: "\t").last == lines[3].split(separator: "\t").last)
    }

    @Test func fastaAndFastqGiveATable() throws {
        let sandbox = try Example.sandbox()
        let table = try sandbox.run("seqgan classify -m m.seqgan", stdin: "ACGTACGTAC\tGTACGTACGT\n").output
        let score = table.split(separator: "\t", maxSplits: 2).last.map(String.init) ?? "?"
        for text in [
            ">a 1\nACGTA\nCGTAC\n>b\nGTACGTACGT", "@a 1\nACGTACGTAC\n+\n@@@@@@@@@@\n@b\nGTACGTACGT\n+b\n>>>>>>>>>>\n",
        ] {
            let outcome = try sandbox.run("seqgan classify -m m.seqgan", stdin: text)
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.output == "a\tb\tACGTACGTAC\tGTACGTACGT\t\(score)")
        }
    }

    @Test func thePairsHaveTheSameScoresInEveryFormat() throws {
        let sandbox = try Example.sandbox()
        let folder = Sandbox.root.appending(path: "testdata").path
        func scores(_ file: String) throws -> [Substring] {
            let result = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan '\(folder)/\(file)'")
            #expect(result.code == 0, "\(file): \(result.errors)")
            return try result.output.split(separator: "\n").map { try #require($0.split(separator: "\t").last) }
        }
        let expected = try scores("pairs.tsv")
        #expect(expected.count == 40)
        for file in ["pairs.bgzf.tsv.gz", "pairs.members.tsv.gz", "pairs.fa", "pairs.fq"] {
            #expect(try scores(file) == expected, "\(file)")
        }
    }

    @Test func theLastLineSummarisesTheRunUnlessQuiet() throws {
        let sandbox = try Example.sandbox()
        let outcome = try sandbox.run("seqgan classify -m m.seqgan pairs.tsv")
        #expect(outcome.errors.contains("classify -m m.seqgan pairs.tsv"))
        #expect(outcome.errors.contains("200 pairs"))
        #expect(outcome.errors.hasSuffix("\n"))
        #expect(try sandbox.run("seqgan classify -q -m m.seqgan pairs.tsv").errors.isEmpty)
    }

    @Test func strandsBMayComeFromAFileOfTheirOwn() throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(">a1 x\nACGTAC\nGTAC\n>a2\nTTTTTTTTTT\n", "a.fa")
        try sandbox.write("@b1\nGTACGTACGT\n+\nIIIIIIIIII\n@b2\nCCCCCCCCCC\n+\nIIIIIIIIII\n", "b.fq")
        let both = try sandbox.run("seqgan classify -m m.seqgan --mates b.fq a.fa")
        #expect(both.code == 0, "\(both.errors)")
        let rows = both.output.split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(
            rows.map { $0[..<5].joined(separator: " ") } == [
                "a1 b1 ACGTACGTAC GTACGTACGT 1", "a2 b2 TTTTTTTTTT CCCCCCCCCC 0",
            ])
        #expect(try sandbox.run("gzip -c b.fq | seqgan classify -m m.seqgan --mates - a.fa").bytes == both.bytes)
        try sandbox.write(">c\nACGTACGTAC\n", "short.fa")
        let few = try sandbox.run("seqgan classify -m m.seqgan --mates short.fa a.fa")
        #expect(few.code == 65)
        #expect(few.output.split(separator: "\n").count == 1)
        #expect(few.errors.contains("a.fa:4: record 'a2'") && few.errors.contains("short.fa has 1 record\n"))
        let many = try sandbox.run("seqgan classify -m m.seqgan --mates a.fa short.fa")
        #expect(many.code == 65)
        #expect(many.output.split(separator: "\n").count == 1)
        #expect(many.errors.contains("a.fa:4:") && many.errors.contains("short.fa has 1 record\n"))
        try sandbox.write(">b1\nGTACGTACGT\n>b2\nCCCCC\nCC!CCC\n", "bad.fa")
        let bad = try sandbox.run("seqgan classify -m m.seqgan --mates bad.fa a.fa")
        #expect(bad.code == 65)
        #expect(bad.errors.contains("bad.fa:5:"))
        #expect(try sandbox.run("seqgan classify -m m.seqgan --mates pairs.tsv a.fa").code == 65)
        #expect(try sandbox.run("seqgan classify -m m.seqgan --mates b.fq a.fa a.fa").code == 64)
        #expect(try sandbox.run("seqgan classify -m m.seqgan --mates b.fq a.fa -o b.fq").code == 64)
    }
}
