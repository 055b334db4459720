// RankTests: classify sorts its records, and writes the first of them, through the built program.

import Foundation
import SeqIO
import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct RankTests {
    private static func sandbox() throws -> Sandbox {
        let sandbox = try Example.sandbox(pairs: 1200)
        let strands = Example.pairs(40, seed: 5).split(separator: "\n").map { $0.split(separator: "\t")[0] }
        try sandbox.write(strands.enumerated().map { ">s\($0.offset)\n\($0.element)\n" }.joined(), "s.fa")
        let pairs = Example.pairs(300, seed: 6, lengths: 10...24).split(separator: "\n")
        try sandbox.write("a\tb\tlabel\n# comment\n" + pairs.map { "\($0)\n" }.joined(), "long.tsv")
        return sandbox
    }

    private static func lines(_ output: String) -> [String] { output.split(separator: "\n").map(String.init) }

    /// Lines sorted by the last field, those of equal text in their order.
    private static func sorted(_ lines: [String], field: Int? = nil, isLowestFirst: Bool = false) -> [String] {
        lines.enumerated().map { place, line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let text = fields[field ?? fields.count - 1]
            return (place, line, text.isEmpty ? -.infinity : (isLowestFirst ? -1 : 1) * (Double(text) ?? .nan))
        }.sorted { (one: (Int, String, Double), other: (Int, String, Double)) in
            one.2 != other.2 ? one.2 > other.2 : one.0 < other.0
        }.map(\.1)
    }

    @Test(arguments: [
        "-m m.seqgan pairs.tsv", "-m m.seqgan --all-pairs s.fa", "-m m.seqgan --against s.fa s.fa",
        "-m m.seqgan --keep 1 pairs.tsv", "-m m.seqgan --all-pairs --keep 0 s.fa", "-m m.seqgan s.fa",
    ])
    func theFirstLinesAreThoseOfTheHighestScores(line: String) throws {
        let sandbox = try Self.sandbox()
        // Logits tell scores apart that are equal as they are written. Records that are kept have none: they are looked
        // up in those that do.
        let all = try sandbox.run("seqgan classify -q --logit \(line)")
        let scores = try sandbox.run("seqgan classify -q --logit \(line.replacing(/--keep \d/, with: ""))")
        let order = Self.sorted(Self.lines(scores.output))
        let isKept = line.contains("--keep") && !line.contains("--all-pairs")
        let known = Set(Self.lines(all.output))
        let expected =
            isKept
            ? order.map { $0.split(separator: "\t").prefix(3).joined(separator: "\t") }.filter(known.contains)
            : order.filter(known.contains)
        #expect(expected.count == known.count && expected.count >= 20, "\(all.errors)")
        for count in [7, 300] {
            let top = try sandbox.run("seqgan classify -q --logit --top \(count) -t 1 \(line)")
            #expect(top.code == 0, "\(top.errors)")
            #expect(Self.lines(top.output) == Array(expected.prefix(count)), "\(line) \(count)")
            for more in ["-t 4", "-t 7 --sort score"] {
                let same = try sandbox.run("seqgan classify -q --logit --top \(count) \(more) \(line)")
                #expect(same.bytes == top.bytes, "\(line) \(count) \(more)")
            }
        }
        let sorted = try sandbox.run("seqgan classify -q --logit --sort score -t 4 \(line)")
        #expect(Self.lines(sorted.output) == expected, "\(line)")
        let plain = try sandbox.run("seqgan classify -q --top 7 \(line)")
        let logits = try sandbox.run("seqgan classify -q --logit --top 7 \(line)")
        let names = [plain, logits].map { Self.lines($0.output).map { $0.split(separator: "\t").prefix(2) } }
        #expect(names[0] == names[1], "the order does not depend on how scores are written")
    }

    @Test(arguments: [
        ("melting", "--melting", 5, false), ("dG", "--energies", 5, true), ("dH", "--energies", 6, true),
        ("dS", "--energies", 7, false), ("paired", "--duplex", 7, false), ("score", "--melting --duplex", 4, false),
        ("dH", "--melting --energies", 7, true),
    ])
    func columnsAreSortedWithEmptyFieldsLast(name: String, option: String, field: Int, isLowestFirst: Bool) throws {
        let sandbox = try Self.sandbox()
        let command = "seqgan classify -q --force-lengths --at temperature=20C \(option)"
        let all = Self.lines(try sandbox.run("\(command) long.tsv").output)
        let result = try sandbox.run("\(command) --sort \(name) long.tsv")
        let lines = Self.lines(result.output)
        #expect(result.code == 0 && lines.count == 302, "\(result.errors)")
        #expect(lines[0].hasPrefix("a\tb\tlabel\tpredicted\tscore\t") && lines[1] == "# comment")
        #expect(lines.sorted() == all.sorted())
        func values(_ lines: some Sequence<String>) -> [String] {
            lines.map { String($0.split(separator: "\t", omittingEmptySubsequences: false)[field]) }
        }
        // Figures that are equal as they are written may be in the order of their further digits.
        let expected = Self.sorted(Array(all.dropFirst(2)), field: field, isLowestFirst: isLowestFirst)
        #expect(values(lines.dropFirst(2)) == values(expected), "\(name)")
        #expect(name != "melting" || values(expected).last == "", "some pairs do not melt")
        let top = try sandbox.run("\(command) --sort \(name) --top 9 -t 3 long.tsv")
        #expect(Self.lines(top.output) == Array(lines.prefix(11)), "\(top.errors)")
        let made = try sandbox.run("tail -n +3 long.tsv | \(command) --sort \(name) --header-out")
        #expect(made.output.hasPrefix("strandA\tstrandB\tcolumn3\tpredicted\tscore\t"))
        #expect(Self.lines(made.output).dropFirst() == lines.dropFirst(2))
    }

    @Test func equalRecordsStayInTheOrderOfTheInput() throws {
        let sandbox = try Self.sandbox()
        let text = (0..<2000).map { ["ACGTACGTAC\tGTACGTACGT", "AAAAAAAAAA\tAAAAAAAAAA"][$0 % 2] + "\t\($0)\n" }
            .joined()
        for (options, count) in [("--sort score", 2000), ("--top 600", 600), ("--top 1500 -t 5", 1500)] {
            let result = try sandbox.run("seqgan classify -q -m m.seqgan \(options) | cut -f 3", stdin: text)
            let order = stride(from: 0, to: 2000, by: 2).map { $0 } + stride(from: 1, to: 2000, by: 2)
            #expect(Self.lines(result.output).map { Int($0) } == order.prefix(count).map { $0 }, "\(options)")
        }
    }

    @Test func recordsOfFastaStayWhole() throws {
        let sandbox = try Self.sandbox()
        let fasta = ">x1 a\nAAAAA\nAAAAA\n>x2\nAAAAAAAAAA\n>y1 b\nACGTAC\nGTAC\n>y2\nGTACGTACGT\n"
        let result = try sandbox.run("seqgan classify -q -m m.seqgan --keep 1 --threshold 0 --top 2", stdin: fasta)
        #expect(result.output == ">y1 b\nACGTAC\nGTAC\n>y2\nGTACGTACGT\n>x1 a\nAAAAA\nAAAAA\n>x2\nAAAAAAAAAA\n")
    }

    @Test func whatIsValidBeforeABadRecordIsSortedAndWritten() throws {
        let sandbox = try Self.sandbox()
        let made = try sandbox.run(
            "(head -n 1000 pairs.tsv; echo 'AC?TAC\tACGTAC'; tail -n 200 pairs.tsv) > bad.tsv; "
                + "head -n 1000 pairs.tsv | seqgan classify -q -m m.seqgan --sort score > good.tsv")
        #expect(made.code == 0)
        let good = try sandbox.read("good.tsv")
        for threads in [1, 4] {
            let sorted = try sandbox.run("seqgan classify -q -m m.seqgan --sort score -t \(threads) bad.tsv")
            #expect(sorted.code == 65 && sorted.output == good, "\(sorted.errors)")
            #expect(sorted.errors.contains("bad.tsv:1001: the letter '?'"), "\(sorted.errors)")
            let top = try sandbox.run("seqgan classify -q -m m.seqgan --top 5 -t \(threads) bad.tsv")
            #expect(top.code == 65 && Self.lines(top.output) == Array(Self.lines(good).prefix(5)))
            let cut = try sandbox.run(
                "gzip -c pairs.tsv | head -c 6000 | seqgan classify -q -m m.seqgan --sort score -t \(threads)")
            #expect(cut.code == 65 && Self.lines(cut.output).count > 100, "\(cut.errors)")
            #expect(Self.lines(cut.output) == Self.sorted(Self.lines(cut.output)))
        }
        let skipped = try sandbox.run("seqgan classify -q -m m.seqgan --skip-bad --sort score bad.tsv")
        #expect(skipped.code == 65 && Self.lines(skipped.output).count == 1200)
        let file = try sandbox.run("seqgan classify -q -m m.seqgan --sort score bad.tsv -o out.tsv; ls out.tsv")
        #expect(file.output.isEmpty && file.code != 0, "an incomplete file is not written")
    }

    @Test func sitesAreSortedByScoreAndTopCountsForEachProbe() throws {
        let sandbox = try Sandbox()
        let probes = ["GCGGATCTTGCAGGTCATGC", "CCGTAGCTCACGGTTCAGCC"]
        try sandbox.write(probes.enumerated().map { ">p\($0.offset)\n\($0.element)\n" }.joined(), "p.fa")
        let spacer = "ATATTTAATTATTTATATTA"
        let half = probes.map { String($0.prefix(16)) + "TTTT" }
        try sandbox.write(">t\n\((probes + half + probes).joined(separator: spacer))\n", "t.fa")
        let command = "seqgan classify -q --sites t.fa --at temperature=50C --threshold 0.01 p.fa"
        let all = Self.lines(try sandbox.run(command).output)
        #expect(all.count >= 5, "\(all)")
        let sorted = Self.lines(try sandbox.run("\(command) --sort score").output)
        #expect(sorted == Self.sorted(all, field: 5))
        let top = Self.lines(try sandbox.run("\(command) --top 1").output)
        #expect(top.count == 2 && top == all.filter(top.contains))
        #expect(Self.lines(try sandbox.run("\(command) --top 1 --sort score").output) == Self.sorted(top, field: 5))
    }

    @Test(arguments: [
        ("--top 3 --matrix --all-pairs s.fa", "--top sets the order of lines: it does not go with --matrix"),
        ("--sort score --matrix --all-pairs s.fa", "--sort sets the order of lines: it does not go with --matrix"),
        ("--top 3 --posterior p.npy pairs.tsv", "it does not go with --posterior"), ("--top 0 pairs.tsv", "--top"),
        ("--sort melting pairs.tsv", "this run writes no column 'melting', expected score"),
        ("--sort dG --melting --duplex pairs.tsv", "no column 'dG', expected score, melting or paired"),
        ("--sort yield --energies pairs.tsv", "no column 'yield' to sort by, expected score, dG, dH or dS"),
        ("--sort melting --all-pairs s.fa", "expected score"), ("--sort dG --sites s.fa s.fa", "expected score"),
    ])
    func whatCannotBeSortedIsAUsageError(line: String, words: String) throws {
        let result = try Self.sandbox().run("seqgan classify \(line)")
        #expect(result.code == 64 && result.output.isEmpty, "\(line): \(result.code)")
        #expect(result.errors.contains(words), "\(line): \(result.errors)")
    }

    /// The lines of any ranks, in any pieces, with the memory of those that may be written.
    @Test(arguments: [nil, 1, 3, 256, 5000]) func ranksAndNothingElseOrderTheLines(most: Int?) throws {
        let sandbox = try Sandbox()
        var random = TestRandom(state: 7)
        var (all, lines) = ([(Double, Int)](), RankedLines(most: most))
        for place in 0..<20_000 {
            let rank = place % 50 == 7 ? -.infinity : Double(Int.random(in: 0..<400, using: &random))
            let isIn = lines.bar.map { rank > $0 } ?? true
            all.append((rank, place))
            lines.add(Array("\(place)\n".utf8)[...], rank: rank)
            if !isIn, let most, place % 97 == 0 {
                #expect(all.count { $0.0 >= rank } > most, "what is left out is never written")
            }
        }
        let expected = all.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.map(\.1).prefix(most ?? .max)
        let sink = try ByteSink(path: sandbox.path("out"))
        try lines.write(to: sink)
        try sink.finish()
        #expect(Self.lines(try sandbox.read("out")).map { Int($0) } == expected.map { $0 })
    }
}
