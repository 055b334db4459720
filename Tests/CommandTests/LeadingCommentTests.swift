// LeadingCommentTests: comments before the first record of FASTA and FASTQ, through every command that reads sequences.

import TestSupport
import Testing

@Suite(.timed) struct LeadingCommentTests {
    private static let comments = "# design 7\n\n#\n# >a is no record\n"
    private static let fasta =
        ">a/1 label=1\nCTAATCC\nGTGCTAT\n>a/2\nATAGCACGGATTAG\n>b/1 label=0\nACCTTTGTAG\n>b/2\nGGCATCCA\n"
    private static let fastq =
        "@a/1 label=1\nCTAATCC\n+\n@>#++##\n@a/2\nGGATTAG\n+\n#######\n@b/1 "
        + "label=0\nACCT\n+\nIIII\n@b/2\nGGCA\n+\nIIII\n"

    @Test(arguments: [fasta, fastq]) func theFormatIsThatOfTheFirstLineBehindThem(text: String) throws {
        let sandbox = try EveryCommand.sandbox()
        try sandbox.write(text, "plain")
        try sandbox.write(text, "other")
        try sandbox.write(Self.comments + text, "comments")
        try sandbox.write("\u{feff}\r\n" + (Self.comments + text).replacing("\n", with: "\r\n"), "mark")
        #expect(try sandbox.run("gzip -k comments").code == 0)
        for command in [
            "classify -q --force-lengths -m m.seqgan --all-pairs IT",
            "classify -q --force-lengths -m m.seqgan --against IT plain",
            "classify -q --force-lengths -m m.seqgan --against plain IT",
            "classify -q --force-lengths -m m.seqgan --mates IT plain --no-name-check",
            "classify -q --force-lengths -m m.seqgan --mates plain IT --no-name-check",
            "generate -q -m g.seqgan --min-score 0 --partner-of IT",
            "generate -q -m g.seqgan --not-in IT", "encode -q IT", "encode -q --layout single IT",
            "encode -q --mates IT IT", "evaluate -q --force-lengths -m m.seqgan IT",
            "evaluate -q --generated IT --real other",
            "evaluate -q --generated other --real IT", "train -q --epochs 1 IT -o x; cat x",
            "train -q --epochs 1 plain --validation IT -o x; cat x",
        ] {
            let expected = try sandbox.run("seqgan \(command.replacing("IT", with: "plain"))")
            #expect(expected.code == 0 && !expected.bytes.isEmpty, "\(command): \(expected.errors)")
            for name in ["comments", "mark", "comments.gz"] {
                let result = try sandbox.run("seqgan \(command.replacing("IT", with: name))")
                #expect(result.code == 0 && result.errors == expected.errors, "\(command): \(result.errors)")
                // A training's record holds its command.
                if !command.hasPrefix("train") { #expect(result.bytes == expected.bytes, "\(command) of \(name)") }
            }
        }
    }

    @Test(arguments: [fasta, fastq]) func theyGoThroughClassify(text: String) throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(Self.comments + text, "comments")
        let written = Self.comments.replacing("\n\n", with: "\n")
        let plain = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan", stdin: text)
        let whole = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan comments")
        #expect(whole.code == 0 && whole.output == written + plain.output, "\(whole.errors)")
        let kept = try sandbox.run(
            "for k in 1 0; do seqgan classify -q --force-lengths -m m.seqgan --keep $k comments > $k; done; cat 1 0")
        #expect(kept.code == 0 && kept.output.split(separator: "\n").count == 3 + 3 + text.split(separator: "\n").count)
        #expect(try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan 1").output.hasPrefix(written))
        for count in [2, 3, 7] {
            let parts = try sandbox.run(
                "for i in $(seq \(count)); do seqgan classify -q --force-lengths -m m.seqgan --shard $i/\(count) "
                    + "comments comments; done"
            )
            #expect(parts.output == whole.output + whole.output, "in \(count)")
        }
    }

    @Test func aLongFileIsCutBetweenRecordsAllTheSame() throws {
        let sandbox = try Example.sandbox(pairs: 8_000)
        let result = try sandbox.run(
            "awk 'NR == 1 { print \"# x\" } { print \">p\" NR \"/1\\n\" $1 \"\\n>p\" NR \"/2\\n\" $2 }' pairs.tsv > "
                + "long.fa; "
                + "seqgan classify -q -m m.seqgan long.fa > whole; "
                + "for i in 1 2 3; do seqgan classify -q -m m.seqgan --shard $i/3 long.fa; done | cmp - whole; "
                + "wc -l < whole"
        )
        #expect(result.code == 0 && result.output == "8001\n", "\(result.output)\(result.errors)")
    }

    @Test func columnsByNameAndHeadersAreForTables() throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(Self.comments + Self.fasta, "a.fa")
        try sandbox.write("# x\nx\ty\nACGTACGT\tACGTACGT\n", "b.tsv")
        let whole = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --columns x,y a.fa b.tsv a.fa")
        #expect(whole.code == 0 && whole.output.contains("\nx\ty\tpredicted\tscore\n"), "\(whole.errors)")
        let parts = try sandbox.run(
            "for i in 1 2 3 4 5; do seqgan classify -q --force-lengths -m m.seqgan --columns x,y --shard $i/5 a.fa "
                + "b.tsv a.fa; done"
        )
        #expect(parts.output == whole.output, "\(parts.errors)")
    }

    @Test func withoutARecordTheyAreNothingAndInsideOneTheyAreNoLetters() throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(Self.comments, "only")
        try sandbox.write(Self.fasta, "a.fa")
        let only = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan only")
        #expect(only.code == 0 && only.output.split(separator: "\n").count == 3)
        #expect(try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --mates only only").code == 0)
        let short = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --mates only a.fa")
        #expect(short.code == 65 && short.errors.hasPrefix("seqgan: a.fa:1: record 'a/1'"), "\(short.errors)")
        let table = try sandbox.run("(cat only; echo x) | seqgan classify -q --force-lengths -m m.seqgan --mates a.fa")
        #expect(table.code == 65 && table.errors.hasPrefix("seqgan: <stdin>:5: 'x', expected FASTA"), "\(table.errors)")
        let inside = try sandbox.run(
            "seqgan classify -q --force-lengths -m m.seqgan", stdin: Self.comments + ">a\nACGT\n# x\n>b\nACGT\n")
        #expect(inside.code == 65 && inside.errors.hasPrefix("seqgan: <stdin>:7: the letter '#'"), "\(inside.errors)")
        let bad = try sandbox.run(
            "seqgan classify -q --force-lengths -m m.seqgan", stdin: Self.comments + ">a\nACGT\n>b\nAC!T\n")
        #expect(bad.code == 65 && bad.errors.hasPrefix("seqgan: <stdin>:8: the letter '!'"), "\(bad.errors)")
    }
}
