// ScreenTests: single sequences against each other, through the built program.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct ScreenTests {
    /// Strands as FASTA, some long, some short, one with an ambiguous letter.
    private static func sandbox() throws -> (Sandbox, [(name: String, letters: String)]) {
        let sandbox = try Example.sandbox()
        let pairs = Example.pairs(12, seed: 5).split(separator: "\n").map { $0.split(separator: "\t") }
        var strands = pairs.flatMap { [String($0[0]), String($0[1])] }
        strands[3] += "ACGTTGCA"
        strands[5] = String(strands[5].dropLast(4))
        strands[7] = "N" + strands[7].dropFirst()
        let named = strands.enumerated().map { (name: "s\($0.offset)", letters: $0.element) }
        try sandbox.write(named.map { ">\($0.name) x\n\($0.letters)\n" }.joined(), "s.fa")
        return (sandbox, named)
    }

    /// The last two columns that classify gives of these pairs.
    private static func classified(_ pairs: [(String, String)], _ sandbox: Sandbox) throws -> [String] {
        let table = pairs.map { "\($0.0)\t\($0.1)\n" }.joined()
        return try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan", stdin: table).output.split(
            separator: "\n"
        ).map {
            $0.split(separator: "\t").suffix(2).joined(separator: "\t")
        }
    }

    @Test func everyPairHasTheScoreThatClassifyGivesIt() throws {
        let (sandbox, strands) = try Self.sandbox()
        let outcome = try sandbox.run("seqgan classify --force-lengths -m m.seqgan --all-pairs s.fa")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("\(24 * 25 / 2) pairs in"))
        var pairs: [(String, String)] = []
        var names: [String] = []
        for i in strands.indices {
            for j in i..<strands.count {
                pairs.append((strands[i].letters, strands[j].letters))
                names.append("\(strands[i].name)\t\(strands[j].name)\t")
            }
        }
        let expected = zip(names, try Self.classified(pairs, sandbox)).map { $0 + $1 + "\n" }.joined()
        #expect(outcome.output == expected)
        for line in [
            "seqgan classify --force-lengths -m m.seqgan --all-pairs -t 7 < s.fa",
            "seqgan classify --force-lengths -m m.seqgan --all-pairs s.fa -o o.tsv.gz && gzip -dc o.tsv.gz",
        ] {
            #expect(try sandbox.run(line).output == expected, "\(line)")
        }
    }

    @Test func twoSetsGiveEveryRowWithEveryColumnAndTablesWithoutNamesNameStrandsByTheirLetters() throws {
        let (sandbox, strands) = try Self.sandbox()
        let letters = [strands[0].letters, strands[1].letters]
        try sandbox.write("seq\tnote\n\(letters[0])\tyes\n\(letters[1])\tyes\n", "two.tsv")
        let outcome = try sandbox.run("seqgan classify -q -m m.seqgan --columns seq --against two.tsv two.tsv")
        let pairs = letters.flatMap { a in letters.map { (a, $0) } }
        let expected = zip(pairs, try Self.classified(pairs, sandbox)).map { "\($0.0)\t\($0.1)\t\($1)\n" }.joined()
        #expect(outcome.output == expected, "\(outcome.errors)")
        let kept = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --all-pairs --keep 1 s.fa").output
        let all = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --all-pairs s.fa").output
        #expect(
            kept == all.split(separator: "\n").filter { $0.split(separator: "\t")[2] == "1" }.map { $0 + "\n" }.joined()
        )
        #expect(!kept.isEmpty && kept.count < all.count)
    }

    @Test func aMatrixHasTheScoresOfAllRowsAndColumns() throws {
        let (sandbox, strands) = try Self.sandbox()
        let outcome = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --all-pairs --matrix s.fa")
        let text = String(decoding: outcome.bytes.prefix(128), as: UTF8.self)
        #expect(text.contains("'descr': '<f4'") && text.contains("(24, 24, )"))
        #expect(outcome.bytes.count == 128 + 4 * 24 * 24)
        let data = Array(outcome.bytes.dropFirst(128))
        func score(_ i: Int, _ j: Int) -> Float {
            let at = 4 * (24 * i + j)
            return Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[at + $1]) << UInt32(8 * $1) })
        }
        let pairs = strands.indices.map { (strands[0].letters, strands[$0].letters) }
        for (j, line) in try Self.classified(pairs, sandbox).enumerated() {
            let expected = try #require(Float(line.split(separator: "\t")[1]))
            #expect(abs(score(0, j) - expected) < 1e-6)
            #expect(score(0, j) == score(j, 0))
        }
    }

    /// By the built-in model of DNA, which has a bound: random strands, partners with changes, strands that bind
    /// themselves, one twice, and one with letters that stand for several.
    @Test func aScreenForOnesIsTheSameWithoutTheBound() throws {
        let sandbox = try Sandbox()
        let pairs = Example.pairs(60, seed: 8, lengths: 8...30).split(separator: "\n").flatMap { line in
            line.split(separator: "\t").prefix(2).map(String.init)
        }
        let own = ["GGAATTCCGGAATTCC", "ACGTACGTACGTACGT", "GCGCGCATATGCGCGC", "GGAATTCCGGAATTCC", "GGAATTCNNGAATTCC"]
        let named = (pairs + own).enumerated().map { ">s\($0.offset)\n\($0.element)\n" }
        try sandbox.write(named.joined(), "s.fa")
        try sandbox.write(named.suffix(11).joined(), "few.fa")
        #expect(try sandbox.run("seqgan inspect").output.contains("\nbound\t"))
        for inputs in ["--all-pairs s.fa", "--against few.fa s.fa", "--against s.fa few.fa"] {
            for options in ["", "--at temperature=20C", "--at temperature=65C", "--threshold 0.9"] {
                let line = "seqgan classify -q --keep 1 \(options) \(inputs)"
                let (some, all) = (try sandbox.run(line), try sandbox.run("\(line) --no-bound"))
                #expect(some.code == 0 && some.output == all.output, "\(line)")
                #expect(!some.output.isEmpty, "\(line)")
            }
        }
        // A score of 0.148 alone, below the threshold of 0.2.
        let warm = try sandbox.run("seqgan classify -q --keep 1 --all-pairs --at temperature=65C s.fa").output
        #expect(warm.contains("s120\ts120\t1\t0.148") && warm.contains("s120\ts123\t1\t0.148"))
    }

    @Test func whatCannotBeIsSaid() throws {
        let (sandbox, _) = try Self.sandbox()
        for (line, code) in [
            ("--all-pairs --against s.fa s.fa", 64), ("--matrix s.fa", 64), ("--all-pairs --matrix --keep 1 s.fa", 64),
            ("--all-pairs --mates s.fa s.fa", 64), ("--against - < s.fa", 64), ("--all-pairs s.fa -o s.fa", 64),
            ("--against s.fa -o s.fa < /dev/null", 64), ("--against none.fa s.fa", 66), ("--all-pairs m.seqgan", 65),
            ("--all-pairs s.fa > /dev/full", 74), ("--all-pairs --no-bound s.fa", 64),
            ("--keep 1 --no-bound s.fa", 64), ("--against s.fa --keep 0 --no-bound s.fa", 64),
        ] {
            let outcome = try sandbox.run("seqgan classify --force-lengths -m m.seqgan \(line)")
            #expect(outcome.code == Int32(code), "\(line): \(outcome.errors)")
            #expect(!outcome.errors.isEmpty)
        }
        let bad = try sandbox.run(
            "(cat s.fa; printf '>b\\nAC?T\\n') | seqgan classify --force-lengths -m m.seqgan --all-pairs --skip-bad")
        #expect(bad.code == 65 && bad.output.split(separator: "\n").count == 300)
        let empty = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan --all-pairs /dev/null")
        #expect(empty.code == 0 && empty.output.isEmpty)
    }
}
