// SelectTests: what select keeps binds its own partners alone, and what it does not keep is blocked as it says.

import Kernels
import TestSupport
import Testing

/// Strands for the tests of select: drawn from a seed, named s0, s1, ...
enum SelectExample {
    static func strands(_ count: Int, seed: UInt64, length: Int = 20) -> [String] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in String((0..<length).map { _ in Array("ACGT")[random.index(below: 4)] }) }
    }

    static func fasta(_ strands: [String]) -> String {
        strands.enumerated().map { ">s\($0) x\n\($1)\n" }.joined()
    }

    /// Strands as pairs with their exact partners.
    static func pairs(_ strands: [String]) -> String {
        strands.enumerated().map { k, strand in
            ">s\(k)/1\n\(strand)\n>s\(k)/2\n\(GenerateTests.reverseComplement(strand))\n"
        }.joined()
    }

    /// The fields of the lines after the title.
    static func rows(_ table: String) -> [[String]] {
        table.split(separator: "\n").dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    static func names(_ fasta: String) -> [String] {
        fasta.split(separator: "\n").filter { $0.hasPrefix(">") }.map { String($0.dropFirst().prefix { $0 != " " }) }
    }
}

extension Sandbox {
    /// The scores of all pairs of the records of a file of strands, by their places, as the bound share: twice the
    /// score for equal strands.
    fileprivate func scores(_ file: String, _ options: String = "") throws -> [[Double]] {
        let text = try read(file).split(separator: "\n").map(String.init)
        let names = text.filter { $0.hasPrefix(">") }.map { String($0.dropFirst().prefix { $0 != " " }) }
        let letters = text.filter { !$0.hasPrefix(">") }
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var scores = [[Double]](repeating: Array(repeating: 0, count: names.count), count: names.count)
        let result = try run("seqgan classify -q --all-pairs --worst \(options) \(file)")
        #expect(result.code == 0, "\(result.errors)")
        for line in result.output.split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            guard let a = places[fields[0]], let b = places[fields[1]], let score = Double(fields[3]) else { continue }
            scores[a][b] = letters[a] == letters[b] ? min(1, 2 * score) : score
            scores[b][a] = scores[a][b]
        }
        return scores
    }

    /// A run that must succeed.
    @discardableResult fileprivate func done(_ line: String, stdin: String = "") throws -> Sandbox.Result {
        let result = try run(line, stdin: stdin)
        #expect(result.code == 0, "\(line): \(result.errors)")
        return result
    }
}

@Suite(.timed) struct SelectTests {
    /// The strands that the rule of first come keeps, by the scores of their records, `each` for a design.
    private static func firstCome(_ scores: [[Double]], each: Int, limit: Double) -> [Int] {
        var kept: [Int] = []
        func greatest(_ one: Int, _ other: Int) -> Double {
            var greatest = 0.0
            for a in each * one..<each * (one + 1) {
                for b in each * other..<each * (other + 1) where one != other || a == b {
                    greatest = max(greatest, scores[a][b])
                }
            }
            return greatest
        }
        for design in 0..<scores.count / each where greatest(design, design) <= limit {
            if kept.allSatisfy({ greatest($0, design) <= limit }) { kept.append(design) }
        }
        return kept
    }

    @Test func eachDesignIsKeptThatGoesWithAllBeforeIt() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(120, seed: 1)
        try sandbox.write(SelectExample.fasta(strands), "s.fa")
        try sandbox.write(SelectExample.pairs(strands), "p.fa")
        let ofPairs = Self.firstCome(try sandbox.scores("p.fa"), each: 2, limit: 0.05)
        #expect(ofPairs.count > 20 && ofPairs.count < 110)
        let pairs = try sandbox.done("seqgan select -q p.fa").output
        #expect(SelectExample.names(pairs) == ofPairs.flatMap { ["s\($0)/1", "s\($0)/2"] })
        #expect(pairs.contains(">s\(ofPairs[0])/1\n\(strands[ofPairs[0]])\n"))
        let complement = try sandbox.done("seqgan select -q --complement s.fa").output
        #expect(SelectExample.names(complement) == ofPairs.map { "s\($0)" })
        #expect(complement.hasPrefix(">s\(ofPairs[0]) x\n"))
        let ofSingle = Self.firstCome(try sandbox.scores("s.fa"), each: 1, limit: 0.01)
        let single = try sandbox.done("seqgan select -q --single --max-crosstalk 0.01 s.fa").output
        #expect(SelectExample.names(single) == ofSingle.map { "s\($0)" })
        // A longer input only adds.
        let less = try sandbox.done("head -n 160 s.fa | seqgan select -q --complement").output
        #expect(complement.hasPrefix(less))
    }

    @Test func theBytesDoNotDependOnThreadsAndTablesComeOutAsTheyCameIn() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(320, seed: 2)
        let rows = strands.enumerated().map { k, strand in
            (k % 90 == 3 ? "# a remark\n" : "") + "\(strand)\t\(GenerateTests.reverseComplement(strand))\tx\(k)\n"
        }
        try sandbox.write("A\tB\tnote\n" + rows.joined(), "p.tsv")
        let one = try sandbox.done("seqgan select -q -t 1 --rejected one.tsv p.tsv").output
        #expect(one.hasPrefix("A\tB\tnote\n") && one.contains("# a remark\n") && one.split(separator: "\n").count > 50)
        #expect(Set(rows.joined().split(separator: "\n")).isSuperset(of: one.split(separator: "\n").dropFirst()))
        for threads in [2, 7] {
            let more = try sandbox.done(
                "seqgan select -q -t \(threads) --rejected more.tsv p.tsv -o o.tsv && cat o.tsv")
            #expect(more.output == one)
            #expect(try sandbox.read("more.tsv") == sandbox.read("one.tsv"))
        }
        // A design without a name has those of its strands.
        #expect(
            try sandbox.read("one.tsv").contains(/\n[ACGT]{20}\+[ACGT]{20}\tcrosstalk\t[ACGT]{20}\+[ACGT]{20}\t0\.\d/))
        let best = try sandbox.done("head -n 90 p.tsv | seqgan select -q --best -t 1").output
        #expect(try sandbox.done("head -n 90 p.tsv | seqgan select -q --best -t 7").output == best)
    }

    @Test func theBestSetIsLargerAndBindsNothingEither() throws {
        let sandbox = try Sandbox()
        try sandbox.write(SelectExample.fasta(SelectExample.strands(160, seed: 3)), "s.fa")
        let first = try sandbox.done("seqgan select -q --single --max-crosstalk 0.002 s.fa").output
        let line = "seqgan select --single --best --max-crosstalk 0.002"
        let best = try sandbox.done("\(line) --rejected no.tsv s.fa > best.fa; cat best.fa")
        #expect(best.errors.contains("seqgan: kept "))
        #expect(SelectExample.names(best.output).count > SelectExample.names(first).count)
        let own = try sandbox.scores("best.fa")
        #expect(own.allSatisfy { $0.allSatisfy { $0 <= 0.002 } })
        // Each that is not kept was blocked by one that is, or by itself.
        let kept = Set(SelectExample.names(best.output))
        let rejected = SelectExample.rows(try sandbox.read("no.tsv"))
        #expect(kept.count + rejected.count == 160)
        for row in rejected {
            #expect(row[1] == "self" ? row[2].isEmpty : row[1] == "crosstalk" && kept.contains(row[2]))
        }
        let few = try sandbox.done("\(line) -n 5 s.fa").output
        #expect(SelectExample.names(few).count == 5)
    }

    @Test func whoBlockedIsToldWithTheScoreThatClassifyGives() throws {
        let sandbox = try Sandbox()
        try sandbox.write(SelectExample.fasta(SelectExample.strands(130, seed: 4)), "s.fa")
        try sandbox.done("seqgan select -q --single --max-crosstalk 0.005 --rejected no.tsv s.fa > kept.fa")
        let kept = Set(SelectExample.names(try sandbox.read("kept.fa")))
        let scores = try sandbox.scores("s.fa")
        #expect(try sandbox.read("no.tsv").hasPrefix("design\treason\tblocker\tscore\n"))
        let rows = SelectExample.rows(try sandbox.read("no.tsv"))
        #expect(rows.count == 130 - kept.count && rows.count > 10)
        for row in rows {
            let (own, told) = (Int(row[0].dropFirst()) ?? 0, Double(row[3]) ?? 0)
            let other = row[1] == "self" ? own : Int(row[2].dropFirst()) ?? 0
            #expect(abs(scores[own][other] - told) < 6e-5 && told >= 0.005)
            #expect(row[1] == "self" || kept.contains(row[2]) && other < own)
        }
    }

    @Test func enoughDesignsEndTheirSource() throws {
        let sandbox = try Sandbox()
        let result = try sandbox.run(
            "set +o pipefail; seqgan generate --exact --endless --length 20 | seqgan select -n 7 > seven.fa; "
                + "echo ${PIPESTATUS[@]}", seconds: 60)
        #expect(result.output == "0 0\n", "\(result.errors)")
        #expect(SelectExample.names(try sandbox.read("seven.fa")).count == 14)
        // They are the first ones of a longer set.
        let more = try sandbox.done("seqgan generate -q --exact -n 60 --length 20 | seqgan select -q").output
        #expect(more.hasPrefix(try sandbox.read("seven.fa")))
    }

    @Test func tooFewAreWrittenAndItIsSaidWhatBlockedMost() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(30, seed: 5)
        try sandbox.write(SelectExample.fasta(strands + [strands[3], strands[3]]), "s.fa")
        let all = try sandbox.done("seqgan select -q --complement s.fa").output
        let few = try sandbox.run("seqgan select --complement -n 32 s.fa")
        #expect(few.code == 65 && few.output == all)
        let count = SelectExample.names(all).count
        #expect(few.errors.contains("seqgan: found \(count) of 32 designs among 32: not kept were "), "\(few.errors)")
        #expect(few.errors.contains(/\d+ crosstalk(, \d+ self)?; 's\d+' blocked most, \d+ designs?\n/), "\(few.errors)")
        let file = try sandbox.run("seqgan select -q --complement -n 32 s.fa -o o.fa --rejected no.tsv")
        #expect(file.code == 65)
        #expect(try sandbox.read("o.fa") == all && sandbox.read("no.tsv").split(separator: "\n").count == 33 - count)
    }
}
