// HeaderOutTests: outputs with a header line on request, which this program and others read by name.

import TestSupport
import Testing

@Suite(.timed) struct HeaderOutTests {
    private static let fasta = ">oligo1 x\nACGTACGTAC\n>oligo2\nGTACGTACGT\n>oligo3\nAAAAAAAAAA\n>oligo4\nAAAAAAAAAC\n"

    private static func sandbox() throws -> Sandbox {
        let sandbox = try Example.sandbox(pairs: 80)
        try sandbox.write(fasta, "s.fa")
        try sandbox.write(">p\nGCGGATCTTGCAGGTCATGC\n>q\nGCATGACCTGCAAGATCCGC\n", "p.fa")
        return sandbox
    }

    /// The header, and the number of lines with another number of fields.
    private static func header(_ output: String) -> (titles: String, ragged: Int) {
        let rows = output.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        guard let first = rows.first else { return ("", 0) }
        return (first.joined(separator: " "), rows.count { $0.count != first.count })
    }

    @Test(arguments: [
        ("classify -m m.seqgan pairs.tsv", "strandA strandB column3 predicted score"),
        ("classify -m m.seqgan --columns 1,2,3 pairs.tsv", "strandA strandB label predicted score"),
        ("classify -m m.seqgan --columns 2,1 pairs.tsv", "strandB strandA column3 predicted score"),
        ("classify -m m.seqgan --keep 1 pairs.tsv", "strandA strandB column3"),
        ("classify -m m.seqgan s.fa", "name_a name_b strand_a strand_b predicted score"),
        ("classify -m m.seqgan --mates s.fa s.fa", "name_a name_b strand_a strand_b predicted score"),
        (
            "classify --melting --energies --duplex --force-lengths s.fa",
            "name_a name_b strand_a strand_b predicted score melting dG dH dS duplex sites paired"
        ),
        ("classify -m m.seqgan --all-pairs s.fa", "name_a name_b predicted score"),
        ("classify -m m.seqgan --against s.fa s.fa", "name_a name_b predicted score"),
        ("classify --sites p.fa p.fa", "probe target start end strand score duplex"),
        ("generate -n 3 --format tsv", "strandA strandB label score"),
        ("select -m m.seqgan --max-crosstalk 1 --max-self 1 pairs.tsv", "strandA strandB column3"),
        (
            "select -m m.seqgan --best --max-crosstalk 1 --max-self 1 --single --columns 2,1 pairs.tsv",
            "name strand column3"
        ),
        ("select -m m.seqgan --pools 2 s.fa", "name pool worst score"),
        ("evaluate -m m.seqgan pairs.tsv", "figure value"),
        ("evaluate --generated s.fa --real pairs.tsv", "figure generated real"),
    ])
    func theColumnsAreNamedAndNothingElseChanges(line: String, titles: String) throws {
        let sandbox = try Self.sandbox()
        let plain = try sandbox.run("seqgan \(line) -q")
        let named = try sandbox.run("seqgan \(line) -q --header-out")
        #expect(named.code == 0 && plain.code == 0, "\(line): \(named.errors)")
        let (found, ragged) = Self.header(named.output)
        #expect(found == titles && ragged == 0, "\(line): \(found)")
        let rest = named.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        let hadHeader = plain.output.hasPrefix(titles.replacing(" ", with: "\t") + "\n")
        #expect(hadHeader ? named.output == plain.output : rest.joined(separator: "\n") == plain.output, "\(line)")
        for threads in [1, 4] {
            #expect(try sandbox.run("seqgan \(line) -q --header-out -t \(threads)").bytes == named.bytes, "\(line)")
        }
    }

    @Test func aHeaderOfTheInputIsPassedOnAndCommentsStayBeforeTheMadeOne() throws {
        let sandbox = try Self.sandbox()
        let pair = "ACGTACGTAC\tGTACGTACGT"
        let known = try sandbox.run("seqgan classify -q -m m.seqgan --header-out", stdin: "fwd\trev\n\(pair)\n")
        #expect(known.output.hasPrefix("fwd\trev\tpredicted\tscore\n\(pair)\t1\t"), "\(known.output)")
        #expect(known.output.split(separator: "\n").count == 2)
        let made = try sandbox.run(
            "seqgan classify -q -m m.seqgan --header-out", stdin: "# x\n\n\(pair)\n# y\n\(pair)\n")
        let lines = made.output.split(separator: "\n")
        #expect(lines.count == 5 && lines[0] == "# x" && lines[1] == "strandA\tstrandB\tpredicted\tscore")
        #expect(lines[3] == "# y")
        // The header of a further file is not repeated, and neither is a made one.
        try sandbox.write("\(pair)\n", "a.tsv")
        try sandbox.write("strandA\tstrandB\n\(pair)\n", "b.tsv")
        for files in ["a.tsv a.tsv", "a.tsv b.tsv", "b.tsv a.tsv"] {
            let both = try sandbox.run("seqgan classify -q -m m.seqgan --header-out \(files)")
            #expect(both.output.split(separator: "\n").count == 3, "\(files): \(both.output)")
            #expect(both.output.hasPrefix("strandA\tstrandB\tpredicted\tscore\n"))
        }
        // The width is that of the first line that has all columns.
        let bad = try sandbox.run(
            "seqgan classify -q -m m.seqgan --skip-bad --header-out", stdin: "ACGT\n\(pair)\tx\n")
        #expect(
            bad.code == 65 && bad.output.hasPrefix("strandA\tstrandB\tcolumn3\tpredicted\tscore\n"), "\(bad.output)")
        #expect(try sandbox.run("seqgan classify -q -m m.seqgan --header-out", stdin: "").output.isEmpty)
    }

    @Test func thePartsOfAShardedRunHaveOneHeader() throws {
        let sandbox = try Self.sandbox()
        let made = try sandbox.run("gzip -k pairs.tsv; seqgan classify -q -m m.seqgan pairs.tsv -o b.tsv.gz")
        #expect(made.code == 0, "\(made.errors)")
        for (files, count) in [
            ("pairs.tsv", 3), ("pairs.tsv.gz", 3), ("b.tsv.gz", 2), ("s.fa", 2), ("pairs.tsv pairs.tsv", 5),
            ("pairs.tsv pairs.tsv", 2),
            ("pairs.tsv", 150), ("--all-pairs s.fa", 3), ("--sites p.fa p.fa", 2),
        ] {
            let model = files.contains("--sites") ? "" : "-m m.seqgan"
            let command = "seqgan classify -q \(model) --header-out \(files)"
            let whole = try sandbox.run(command)
            let parts = try sandbox.run("for i in $(seq \(count)); do \(command) --shard $i/\(count) || exit; done")
            #expect(parts.code == 0 && parts.bytes == whole.bytes, "\(files) \(count): \(parts.errors)")
        }
    }

    /// What was written is read again by the names of its columns, with the same scores.
    @Test(arguments: [
        ("classify -m m.seqgan pairs.tsv", "strandA,strandB"), ("classify -m m.seqgan s.fa", "strand_a,strand_b"),
        ("generate -n 40 --format tsv", "strandA,strandB"),
    ])
    func theOutputIsReadAgainByName(line: String, columns: String) throws {
        let sandbox = try Self.sandbox()
        let again = try sandbox.run(
            "seqgan \(line) -q --header-out > one.tsv; seqgan classify -q -m m.seqgan --force-lengths "
                + "--columns \(columns) one.tsv > two.tsv && head -n 1 two.tsv && wc -l < one.tsv && wc -l < two.tsv")
        let lines = again.output.split(separator: "\n")
        #expect(again.code == 0 && lines.count == 3 && lines[1] == lines[2], "\(again)")
        #expect(lines.first?.hasSuffix("score\tpredicted\tscore") == true)
        if line.contains("classify") {
            let scores = try sandbox.run("awk -F'\\t' '{ print $NF == $(NF - 2) }' two.tsv | sort -u")
            #expect(scores.output == "1\n", "\(scores.output)")
        }
        let evaluated = try sandbox.run(
            "seqgan evaluate -q -m m.seqgan --force-lengths --columns \(columns),predicted two.tsv")
        #expect(line.contains("generate") || evaluated.errors.contains("2 columns 'predicted'"), "\(evaluated.errors)")
        // The program finds the header by itself too, where the strands are in the first columns.
        let found = try sandbox.run("seqgan encode -q --format text one.tsv")
        #expect(columns.hasPrefix("strandA") == (found.code == 0), "\(found.errors)")
    }

    @Test(.enabled(if: Sandbox.has("python3"), "python3 is not installed")) func otherProgramsReadItByName() throws {
        let sandbox = try Self.sandbox()
        let read = try sandbox.run(
            "seqgan classify -q -m m.seqgan --all-pairs --header-out s.fa | python3 -c 'import csv, sys\n"
                + "rows = list(csv.DictReader(sys.stdin, delimiter=\"\\t\"))\n"
                + "print(len(rows), rows[1][\"name_b\"], all(0 <= float(r[\"score\"]) <= 1 for r in rows))'")
        #expect(read.output == "10 oligo2 True\n", "\(read)")
    }

    @Test(arguments: [
        "classify --header-out --matrix --all-pairs s.fa", "classify --header-out --sites p.fa --format bed p.fa",
        "classify -m m.seqgan --header-out --keep 1 s.fa", "generate --header-out",
        "select -m m.seqgan --header-out s.fa", "select -m m.seqgan --header-out --best s.fa",
        "evaluate -m m.seqgan --json --header-out pairs.tsv",
    ])
    func whatHasNoColumnsIsAUsageError(line: String) throws {
        let result = try Self.sandbox().run("seqgan \(line)")
        #expect(result.code == 64 && result.output.isEmpty, "\(line): \(result.code) \(result.output)")
        #expect(result.errors.contains("--header-out") && result.errors.contains("columns"), "\(result.errors)")
    }
}
