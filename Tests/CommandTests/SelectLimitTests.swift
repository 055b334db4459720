// SelectLimitTests: the limits of select beside crosstalk, bad input, and what cannot be asked.

import TestSupport
import Testing

@Suite(.timed) struct SelectLimitTests {
    private static func sandbox(_ count: Int = 100, seed: UInt64 = 11) throws -> (Sandbox, [String]) {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(count, seed: seed)
        try sandbox.write(SelectExample.fasta(strands), "s.fa")
        try sandbox.write(SelectExample.pairs(strands), "p.fa")
        return (sandbox, strands)
    }

    /// The rows of the rejected designs, without the title.
    private static func rejected(_ sandbox: Sandbox) throws -> [[String]] {
        SelectExample.rows(try sandbox.read("no.tsv"))
    }

    @Test func constraintsAreThoseOfGenerate() throws {
        let (sandbox, strands) = try Self.sandbox()
        let result = try sandbox.run(
            "seqgan select -q --max-crosstalk 1 --gc 0.4:0.6 --max-run 3 --avoid-motif GGN --length 20 "
                + "--min-distance 13 --rejected no.tsv --single s.fa")
        #expect(result.code == 0, "\(result.errors)")
        let kept = SelectExample.names(result.output).compactMap { Int($0.dropFirst()) }
        func share(_ strand: String) -> Double { Double(strand.count { "GC".contains($0) }) / 20 }
        func isAllowed(_ strand: String) -> Bool {
            (0.4...0.6).contains(share(strand)) && !strand.contains(/(.)\1\1\1/) && !strand.contains(/GG./)
                && !strand.contains(/.CC/)
        }
        #expect(!kept.isEmpty && kept.allSatisfy { isAllowed(strands[$0]) })
        for (place, one) in kept.enumerated() {
            for other in kept[..<place] { #expect(zip(strands[one], strands[other]).count { $0 != $1 } >= 13) }
        }
        let reasons = Set(try Self.rejected(sandbox).map { $0[1] })
        #expect(reasons == ["gc", "max-run", "avoid-motif", "min-distance"])
        for row in try Self.rejected(sandbox) {
            #expect(row[3].isEmpty && row[2].isEmpty == (row[1] != "min-distance"))
        }
        let longer = try sandbox.run("seqgan select -q --length 21:30 --single --rejected no.tsv s.fa")
        #expect(longer.code == 0 && longer.output.isEmpty)
        #expect(try Set(Self.rejected(sandbox).map { $0[1] }) == ["length"])
        let best = try sandbox.run(
            "seqgan select -q --best --max-crosstalk 1 --min-distance 15 --single --rejected no.tsv s.fa")
        let far = SelectExample.names(best.output).compactMap { Int($0.dropFirst()) }
        for (place, one) in far.enumerated() {
            for other in far[..<place] { #expect(zip(strands[one], strands[other]).count { $0 != $1 } >= 15) }
        }
        #expect(far.count > 1 && far.count < 100)
        #expect(try Set(Self.rejected(sandbox).map { $0[1] }) == ["min-distance"])
    }

    @Test func nothingIsKeptThatBindsWhatOneOwns() throws {
        let (sandbox, strands) = try Self.sandbox()
        try sandbox.write(">mine\n\(GenerateTests.reverseComplement(strands[2]))\n>other\n\(strands[4])\n", "own.fa")
        for best in ["", "--best"] {
            let result = try sandbox.run(
                "seqgan select \(best) --complement --max-crosstalk 0.1 --max-self 1 --clear-of own.fa "
                    + "--rejected no.tsv s.fa")
            #expect(result.code == 0, "\(result.errors)")
            let kept = SelectExample.names(result.output)
            #expect(kept.count > 5 && !kept.contains("s2") && !kept.contains("s4") && !kept.contains("mine"))
            let rows = try Self.rejected(sandbox)
            #expect(rows.first { $0[0] == "s2" }?[1...2] == ["clear-of", "mine"])
            #expect(rows.first { $0[0] == "s4" }?[1...2] == ["clear-of", "other"])
        }
    }

    @Test func partnersMustBindAndStrandsNotBindThemselves() throws {
        let (sandbox, strands) = try Self.sandbox(8)
        let unrelated = SelectExample.strands(8, seed: 99)
        let own = "ATATGCGCGCGCGCGCATAT"
        try sandbox.write(
            ">good/1\n\(strands[0])\n>good/2\n\(GenerateTests.reverseComplement(strands[0]))\n"
                + ">bad/1\n\(strands[1])\n>bad/2\n\(unrelated[1])\n"
                + ">own/1\n\(own)\n>own/2\n\(GenerateTests.reverseComplement(own))\n", "q.fa")
        let line = "seqgan select -q --max-crosstalk 0.5 --rejected no.tsv q.fa"
        let result = try sandbox.run("\(line) --min-score 0.3")
        #expect(SelectExample.names(result.output) == ["good/1", "good/2"], "\(result.errors)")
        let rows = try Self.rejected(sandbox)
        #expect(rows.map { $0[0] } == ["bad", "own"] && rows.map { $0[1] } == ["min-score", "self"])
        #expect(rows.allSatisfy { $0[2].isEmpty && !$0[3].isEmpty })
        #expect(SelectExample.names(try sandbox.run("\(line) --max-self 1").output).count == 6)
    }

    @Test func ofAmbiguousStrandsTheWorstCountsAndWhatCannotBeJudgedIsNoDesign() throws {
        let (sandbox, strands) = try Self.sandbox(3)
        // Of all that it stands for, one binds the first strand.
        let partner = GenerateTests.reverseComplement(strands[0])
        let degenerate = "NNN" + partner.dropFirst(3)
        try sandbox.write(SelectExample.fasta([strands[0], degenerate]), "d.fa")
        let worst = try sandbox.run("seqgan classify -q --all-pairs --worst d.fa").output
        let mean = try sandbox.run("seqgan classify -q --all-pairs d.fa").output
        func score(_ text: String) -> Float {
            let row = PartnerTests.rows(text).first { $0[0] == "s0" && $0[1] == "s1" }
            return row.flatMap { Float($0[3]) } ?? .nan
        }
        #expect(score(worst) > score(mean))
        let between = (score(worst) + score(mean)) / 2
        let result = try sandbox.run(
            "seqgan select -q --single --max-self 1 --max-crosstalk \(between) --rejected no.tsv d.fa")
        #expect(SelectExample.names(result.output) == ["s0"], "\(result.errors)")
        let row = try #require(try Self.rejected(sandbox).first)
        #expect(row[0] == "s1" && row[2] == "s0" && abs((Float(row[3]) ?? 0) - score(worst)) < 6e-5)
        try sandbox.write(SelectExample.fasta([strands[0], "NNNNN" + partner.dropFirst(5), strands[1]]), "d.fa")
        let refused = try sandbox.run("seqgan select -q --single --max-crosstalk 1 d.fa")
        #expect(refused.code == 65 && refused.output == ">s0 x\n\(strands[0])\n")
        #expect(
            refused.errors
                == "seqgan: d.fa:4: a strand that stands for more than 256 strands, expected at most 256, so that each "
                + "of them can be judged\n")
        let skipped = try sandbox.run("seqgan select -q --single --max-crosstalk 1 --skip-bad d.fa")
        #expect(skipped.code == 65 && SelectExample.names(skipped.output) == ["s0", "s2"], "\(skipped.errors)")
        #expect(skipped.errors.contains("skipped d.fa:4: ") && skipped.errors.contains("1 bad record was skipped"))
    }

    @Test func badRecordsAreToldAsInClassifyAndWhatCameBeforeIsWritten() throws {
        let (sandbox, strands) = try Self.sandbox(4)
        try sandbox.write("\(SelectExample.fasta(strands)).>bad\nACGT!\n".replacing(".>", with: ">"), "b.fa")
        for more in ["", "--best", "--group"] {
            let kind = more == "--group" ? more : "\(more) --single"
            let result = try sandbox.run("seqgan select -q \(kind) --max-crosstalk 1 -n 9 b.fa")
            #expect(result.code == 65 && SelectExample.names(result.output).count == 4, "\(result.errors)")
            #expect(
                result.errors.contains("found 4 of 9 designs among 4\n")
                    && result.errors.contains("b.fa:10: the letter"))
        }
        let odd = try sandbox.run("head -n 6 p.fa | seqgan select -q --max-crosstalk 1")
        #expect(odd.code == 65 && SelectExample.names(odd.output).count == 2)
        #expect(odd.errors.contains("<stdin>:5: the last record 's1/1' alone"), "\(odd.errors)")
    }

    @Test func allLimitsHoldAtEveryConditionThatIsGiven() throws {
        let sandbox = try ConditionExample.sandbox()
        try sandbox.write(SelectExample.pairs(SelectExample.strands(80, seed: 6, length: 12)), "p.fa")
        let line = "seqgan select -m c.seqgan --min-score 0.2 --max-crosstalk 0.2 p.fa"
        var kept: [Set<String>] = []
        for at in ["--at temperature=30C", "--at temperature=45C", "--at temperature=30C --at temperature=45C"] {
            let result = try sandbox.run("\(line) \(at)")
            #expect(result.code == 0, "\(result.errors)")
            kept.append(Set(SelectExample.names(result.output)))
            try sandbox.write(result.output, "kept.fa")
        }
        #expect(!kept[2].isEmpty && kept[2].count < max(kept[0].count, kept[1].count))
        for temperature in [30, 45] {
            let at = "-m c.seqgan --at temperature=\(temperature)C"
            let bound = try sandbox.run(
                "seqgan classify -q --all-pairs --threshold 0.2 --keep 1 \(at) kept.fa | cut -f 1,2 | sort"
            ).output
            for row in PartnerTests.rows(bound) {
                #expect(row[0].dropLast(2) == row[1].dropLast(2) && row[0] != row[1], "\(row)")
            }
            #expect(PartnerTests.rows(bound).count == kept[2].count / 2)
        }
        let told = try sandbox.run("\(line) --at temperature=30C --at temperature=45C > /dev/null").errors
        #expect(told.contains("at temperature=30C sodium=1M; at temperature=45C sodium=1M\n"), "\(told)")
        let unknown = try sandbox.run("\(line) --at pressure=1")
        #expect(unknown.code == 64 && unknown.errors.contains("no condition 'pressure'"))
    }

    @Test func whatCannotBeAskedIsAUsageError() throws {
        let (sandbox, _) = try Self.sandbox(4)
        for words in [
            "--single --group s.fa", "--single --mates s.fa s.fa", "--single --min-score 0.5 s.fa",
            "--max-count 3 s.fa",
            "--pool-column 3 s.fa", "--pools 2 --best s.fa", "--pools 2 -n 4 s.fa", "--pools 0 s.fa",
            "--pools some s.fa",
            "--clear-of - --single", "-n 0 s.fa", "--max-crosstalk 2 s.fa", "--single s.fa -o s.fa",
            "--single s.fa --rejected s.fa", "--single s.fa -o x --rejected x", "--complement-of AC s.fa",
            "--clear-of s.fa --single p.fa --rejected s.fa",
        ] {
            let result = try sandbox.run("seqgan select \(words) < /dev/null")
            #expect(result.code == 64 && !result.errors.isEmpty && result.output.isEmpty, "\(words): \(result.errors)")
        }
        #expect(try sandbox.run("seqgan select --single none.fa").code == 66)
        #expect(try sandbox.run("seqgan select --clear-of none.fa --single s.fa").code == 66)
        #expect(try sandbox.run("seqgan select --single s.fa --rejected /dev/full").code == 74)
        #expect(try sandbox.run("seqgan select -q --single /dev/null").code == 0)
    }
}
