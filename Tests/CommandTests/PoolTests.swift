// PoolTests: strands shared out among pools, what is told of each, and what stays where it must.

import TestSupport
import Testing

@Suite(.timed) struct PoolTests {
    /// Primers, two to a name, some of which bind others: every third one is nearly the partner of another.
    private static func primers(_ count: Int) -> String {
        let strands = SelectExample.strands(2 * count, seed: 21)
        return (0..<count).map { k in
            let other = strands[(2 * k + 7) % (2 * count)]
            let reverse = k % 3 == 0 ? String(GenerateTests.reverseComplement(other).dropLast(2)) : strands[2 * k + 1]
            return ">p\(k)-F\n\(strands[2 * k])\n>p\(k)-R\n\(reverse)\n"
        }.joined()
    }

    /// The rows of a table of pools: name, pool, worst partner, score.
    private static func table(_ output: String) -> [[String]] {
        #expect(output.hasPrefix("name\tpool\tworst\tscore\n"))
        return SelectExample.rows(output)
    }

    private static func pools(_ rows: [[String]]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int($0[1]) ?? 0) })
    }

    @Test func everyStrandHasAPoolAndItsWorstPartnerIsThatOfClassify() throws {
        let sandbox = try Sandbox()
        try sandbox.write(Self.primers(40), "p.fa")
        let result = try sandbox.run("seqgan select --at temperature=40C --pools 3 --rejected no.tsv p.fa")
        #expect(result.code == 0, "\(result.errors)")
        let rows = Self.table(result.output)
        #expect(rows.map { $0[0] } == SelectExample.names(try sandbox.read("p.fa")))
        let pools = Self.pools(rows)
        #expect(Set(pools.values) == [1, 2, 3])
        for k in 0..<40 { #expect(pools["p\(k)-F"] == pools["p\(k)-R"]) }
        #expect(try sandbox.read("no.tsv") == "design\treason\tblocker\tscore\n")
        var worst: [String: (Double, String)] = [:]
        var (before, after) = (0, 0)
        let all = try sandbox.run("seqgan classify -q --at temperature=40C --all-pairs p.fa").output
        for row in PartnerTests.rows(all) where row[0] != row[1] {
            let score = Double(row[3]) ?? 0
            let isSame = pools[row[0]] == pools[row[1]]
            if score > 0.05 { (before, after) = (before + 1, after + (isSame ? 1 : 0)) }
            guard isSame else { continue }
            for (one, other) in [(row[0], row[1]), (row[1], row[0])] where score > worst[one]?.0 ?? 0 {
                worst[one] = (score, other)
            }
        }
        for row in rows {
            let expected = worst[row[0]]
            #expect(abs((Double(row[3]) ?? 1) - (expected?.0 ?? 0)) < 1.1e-4, "\(row)")
            if let expected, expected.0 > 0.001 { #expect(row[2] == expected.1) }
        }
        #expect(before > 10 && after < before / 4)
        #expect(
            result.errors.contains("pairs of strands above 0.05: \(before) in one pool, \(after) in 3 pools"),
            "\(result.errors)")
        for threads in [1, 7] {
            #expect(
                try sandbox.run("seqgan select -q --at temperature=40C -t \(threads) --pools 3 p.fa").output
                    == result.output)
        }
    }

    @Test func asManyPoolsAsItTakesLeaveNoConflict() throws {
        let sandbox = try Sandbox()
        try sandbox.write(Self.primers(30), "p.fa")
        let line = "seqgan select --single --at temperature=40C --pools auto --max-crosstalk 0.1 p.fa"
        let result = try sandbox.run(line)
        let rows = Self.table(result.output)
        #expect(rows.count == 60 && rows.allSatisfy { (Double($0[3]) ?? 1) <= 0.1 })
        let count = Set(rows.map { $0[1] }).count
        #expect(count > 1 && count < 10 && result.errors.contains(" in one pool, 0 in \(count) pools"))
        let few = try sandbox.run("\(line) --max-count 9")
        let filled = Dictionary(grouping: Self.table(few.output)) { $0[1] }
        #expect(filled.count >= 7 && filled.values.allSatisfy { $0.count <= 9 }, "\(few.errors)")
        #expect(Self.table(few.output).allSatisfy { (Double($0[3]) ?? 1) <= 0.1 })
    }

    @Test func poolsHaveTheirCapsAndFixedStrandsStay() throws {
        let sandbox = try Sandbox()
        let text = Self.primers(20).replacing(">p3-R", with: ">p3-R@2").replacing(">p5-F", with: ">p5-F@3")
        try sandbox.write(text, "p.fa")
        let result = try sandbox.run("seqgan select -q --pools 3 --max-count 14 p.fa")
        let rows = Self.table(result.output)
        let pools = Self.pools(rows)
        #expect(pools["p3-R@2"] == 2 && pools["p3-F"] == 2 && pools["p5-F@3"] == 3 && pools["p5-R"] == 3)
        for pool in 1...3 { #expect(rows.count { $0[1] == "\(pool)" } <= 14) }
        let small = try sandbox.run("seqgan select -q --pools 3 --max-count 13 p.fa")
        #expect(small.code == 65 && small.errors == "seqgan: 40 strands do not fit into 3 pools of at most 13\n")
        let beyond = try sandbox.run("seqgan select -q --pools 2 p.fa")
        #expect(beyond.code == 65 && beyond.errors == "seqgan: 'p5' is fixed to pool 3, expected at most 2\n")
        try sandbox.write(text.replacing(">p3-F", with: ">p3-F@1"), "q.fa")
        let both = try sandbox.run("seqgan select -q --pools 3 q.fa")
        #expect(both.code == 65 && both.errors.contains("'p3' is fixed to pool 1 and to pool 2"), "\(both.errors)")
        let auto = try sandbox.run("seqgan select -q --pools auto --max-count 1 p.fa")
        #expect(auto.code == 65 && auto.errors.contains("has 2 strands that belong together"), "\(auto.errors)")
    }

    @Test func aColumnFixesPools() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(12, seed: 22)
        let rows = strands.enumerated().map { k, strand in "p\(k)\t\(strand)\t\(k % 4 == 1 ? "\(k % 2 + 1)" : "")\n" }
        try sandbox.write("name\tsequence\tpool\n" + rows.joined(), "p.tsv")
        let line = "seqgan select -q --pools 2 --columns sequence,name"
        let result = try sandbox.run("\(line) --pool-column pool p.tsv")
        #expect(result.code == 0, "\(result.errors)")
        let pools = Self.pools(Self.table(result.output))
        #expect(pools.count == 12 && [1, 5, 9].allSatisfy { pools["p\($0)"] == 2 })
        let bad = try sandbox.run("sed 's/^\\(p7.*\\)$/\\1x/' p.tsv | \(line) --pool-column 3")
        #expect(
            bad.code == 65 && bad.errors.contains("<stdin>:9: the pool 'x', expected a whole number"), "\(bad.errors)")
        #expect(bad.output.isEmpty)
    }

    @Test func degeneratePrimersCountByTheWorstOfTheirExpansions() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(4, seed: 23)
        let degenerate = "NNN" + GenerateTests.reverseComplement(strands[0]).dropFirst(3)
        try sandbox.write(SelectExample.fasta([strands[0], degenerate, strands[1], strands[2]]), "d.fa")
        let one = Self.table(try sandbox.run("seqgan select -q --pools 1 d.fa").output)
        let worst = try sandbox.run("seqgan classify -q --all-pairs --worst d.fa").output
        let pair = PartnerTests.rows(worst).first { $0[0] == "s0" && $0[1] == "s1" }
        #expect(one[0][2] == "s1" && abs((Double(one[0][3]) ?? 0) - (pair.flatMap { Double($0[3]) } ?? 1)) < 6e-5)
        let two = Self.pools(Self.table(try sandbox.run("seqgan select -q --pools 2 d.fa").output))
        #expect(two["s0"] != two["s1"])
    }

    @Test func constraintsAndWhatOneOwnsRejectAndTheRestIsPooled() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(10, seed: 24)
        try sandbox.write(SelectExample.fasta(strands + ["AAAAAAACGTGACCATGAGC"]), "s.fa")
        try sandbox.write(">mine\n\(GenerateTests.reverseComplement(strands[4]))\n", "own.fa")
        let result = try sandbox.run(
            "seqgan select -q --pools 2 --max-run 6 --clear-of own.fa --max-crosstalk 0.1 --rejected no.tsv s.fa")
        #expect(result.code == 0, "\(result.errors)")
        let rejected = SelectExample.rows(try sandbox.read("no.tsv"))
        #expect(rejected.contains { $0[0] == "s10" && $0[1] == "max-run" })
        #expect(rejected.contains { $0[0] == "s4" && $0[1...2] == ["clear-of", "mine"] })
        let names = Set(Self.table(result.output).map { $0[0] })
        #expect(names.count + rejected.count == 11 && !names.contains("s4") && !names.contains("s10"))
    }
}
