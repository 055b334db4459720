// GenerateTests: a generator trained by the program on a small relation, and pairs asked of it in every way.

import TestSupport
import Testing

@Suite(.timed) struct GenerateTests {
    /// The example's model with a generator.
    static let model: Result<[UInt8], any Error> = Result {
        let sandbox = try Example.sandbox(pairs: 2000)
        let outcome = try sandbox.run(
            "seqgan train --learn generator --from m.seqgan --steps 2000 --batch 16 pairs.tsv -o g.seqgan --log log.tsv"
        )
        guard outcome.code == 0 else { throw Example.Failed(errors: outcome.errors) }
        let log = try sandbox.read("log.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(log[0].starts(with: ["step", "training_loss", "validation_loss", "column_entropy"]))
        #expect(log.allSatisfy { $0.count == 11 })
        return try sandbox.bytes("g.seqgan")
    }

    static func sandbox() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(model.get(), "g.seqgan")
        return sandbox
    }

    /// Pairs of a TSV output.
    static func pairs(_ output: String) -> [(a: String, b: String)] {
        output.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t").map(String.init)
            return (fields[0], fields[1])
        }
    }

    static func reverseComplement(_ strand: String) -> String {
        let complement: [Character: Character] = ["A": "T", "C": "G", "G": "C", "T": "A"]
        return String(strand.reversed().compactMap { complement[$0] })
    }

    /// Mean share of positions where B is A's reverse complement.
    static func pairing(_ pairs: [(a: String, b: String)]) -> Double {
        pairs.reduce(0.0) { sum, pair in
            let matches = zip(reverseComplement(pair.a), pair.b).count { $0 == $1 }
            return sum + Double(matches) / Double(pair.a.count)
        } / Double(pairs.count)
    }

    @Test func generatedPairsObeyTheRuleAndThoseOfLabel0DoNot() throws {
        let sandbox = try GenerateTests.sandbox()
        let outcome = try sandbox.run("seqgan generate -m g.seqgan -n 300 --format tsv")
        #expect(outcome.code == 0)
        let pairs = GenerateTests.pairs(outcome.output)
        #expect(pairs.count == 300)
        #expect(pairs.allSatisfy { $0.a.count == $0.b.count && (8...14).contains($0.a.count) })
        #expect(GenerateTests.pairing(pairs) > 0.8)
        #expect(Set(pairs.map { $0.a + $0.b }).count == 300)
        let others = try sandbox.run("seqgan generate -m g.seqgan -n 300 --format tsv --label 0")
        #expect(GenerateTests.pairing(GenerateTests.pairs(others.output)) < 0.4)
    }

    @Test func fastaIsWhatClassifyReadsAndTheScoresAgree() throws {
        let sandbox = try GenerateTests.sandbox()
        let fasta = try sandbox.run("seqgan generate -m g.seqgan -n 5 -q")
        #expect(fasta.errors.isEmpty)
        let lines = fasta.output.split(separator: "\n")
        #expect(lines.count == 20)
        #expect(lines[0].hasPrefix(">pair1/1 label=1 score=0.") || lines[0].hasPrefix(">pair1/1 label=1 score=1."))
        #expect(lines[2].hasPrefix(">pair1/2 label=1 score="))
        let scored = try sandbox.run("seqgan generate -m g.seqgan -n 5 | seqgan classify -m g.seqgan")
        for (k, line) in scored.output.split(separator: "\n").enumerated() {
            let score = try #require(Double(line.split(separator: "\t")[5]))
            let told = try #require(Double(lines[4 * k].split(separator: "=")[2]))
            #expect(abs(score - told) <= 0.0002)
        }
    }

    @Test func aPairDependsOnSeedAndNumberAlone() throws {
        let sandbox = try GenerateTests.sandbox()
        let all = try sandbox.run("seqgan generate -m g.seqgan -n 1100 -t 1 --format tsv")
        for line in [
            "seqgan generate -m g.seqgan -n 1100 -t 7 --format tsv",
            "seqgan generate -m g.seqgan -n 1100 --format tsv -s 11",
            "seqgan generate -m g.seqgan -n 1200 --format tsv | head -1100",
        ] { #expect(try sandbox.run(line).bytes == all.bytes, "\(line)") }
        let other = try sandbox.run("seqgan generate -m g.seqgan -n 1100 -s 12 --format tsv")
        #expect(other.bytes != all.bytes)
    }

    @Test func everyConstraintHoldsOnEveryStrand() throws {
        let sandbox = try GenerateTests.sandbox()
        try sandbox.run("seqgan generate -m g.seqgan -n 40 --format tsv > seen.tsv").code.expectZero()
        let outcome = try sandbox.run(
            "seqgan generate -m g.seqgan -n 40 --format tsv --gc 0.4:0.6 --max-run 2 --avoid-motif GAN --length 9:12 "
                + "--min-score 0.6 --unique --not-in seen.tsv --min-distance 2")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let pairs = GenerateTests.pairs(outcome.output)
        #expect(pairs.count == 40)
        var strands: [String] = []
        for (a, b) in pairs {
            for strand in [a, b] {
                let gc = Double(strand.count { $0 == "G" || $0 == "C" }) / Double(strand.count)
                #expect((0.4...0.6).contains(gc))
                #expect((9...12).contains(strand.count))
                for base in ["AAA", "CCC", "GGG", "TTT"] { #expect(!strand.contains(base)) }
                #expect(!strand.dropLast().contains("GA") && !strand.dropFirst().contains("TC"))
                for other in strands where other.count == strand.count {
                    #expect(zip(other, strand).count { $0 != $1 } >= 2)
                }
            }
            strands += [a, b]
        }
        for line in outcome.output.split(separator: "\n") {
            #expect(try #require(Double(line.split(separator: "\t")[3])) >= 0.6)
        }
        let seen = Set(GenerateTests.pairs(try sandbox.read("seen.tsv")).map { $0.a + $0.b })
        #expect(pairs.allSatisfy { !seen.contains($0.a + $0.b) })
    }

    @Test func partnersAreMadeForEveryGivenStrand() throws {
        let sandbox = try GenerateTests.sandbox()
        let outcome = try sandbox.run(
            "seqgan generate -m g.seqgan --partner-of - -n 2 --min-score 0.5", stdin: ">x\nACGTTGCNAC\n>y\nTTGACCANTG\n"
        )
        #expect(outcome.code == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 16)
        #expect([0, 4, 8, 12].map { lines[$0].prefix(6) } == [">x.1/1", ">x.2/1", ">y.1/1", ">y.2/1"])
        for (line, given) in [(1, "ACGTTGCNAC"), (5, "ACGTTGCNAC"), (9, "TTGACCANTG"), (13, "TTGACCANTG")] {
            #expect("ACGT".contains { lines[line] == given.replacing("N", with: String($0)) }, "\(lines[line])")
        }
        // To a strand this generator makes little but its complement, which counts once.
        let few = try sandbox.run(
            "seqgan generate -q -m g.seqgan --partner-of - -n 40 --format tsv", stdin: "ACGTTGCAAC\n")
        #expect(few.code == 65 && few.errors.contains(" of 40 distinct partners "), "\(few.errors)")
        let made = few.output.split(separator: "\n").map { $0.split(separator: "\t")[1] }
        #expect((1..<40).contains(made.count) && Set(made).count == made.count)
        let long = try sandbox.run("seqgan generate -m g.seqgan --partner-of -", stdin: ">x\nACGTTGCAACAACAACAACA\n")
        #expect(long.code == 65)
        #expect(long.errors.contains("<stdin>:2:"))
    }

    @Test func whatCannotBeMetEndsWithAMessageAfterWhatWasFound() throws {
        let sandbox = try GenerateTests.sandbox()
        let none = try sandbox.run("seqgan generate -m g.seqgan -n 3 --gc 1:1 --max-run 1 --avoid-motif GC")
        #expect(none.code == 65)
        #expect(none.errors.contains("found 0 of 3 pairs"))
        let some = try sandbox.run("seqgan generate -m g.seqgan -n 300 --min-distance 7 --max-tries 3 --format tsv")
        #expect(some.code == 65)
        let found = some.output.split(separator: "\n").count
        #expect(found > 0 && found < 300)
        #expect(some.errors.contains("found \(found) of 300 pairs"))
        #expect(try sandbox.run("seqgan generate -m g.seqgan --length 90").code == 65)
    }

    @Test func aModelWithoutAGeneratorAndBadOptionsAreRefused() throws {
        let sandbox = try Example.sandbox()
        let outcome = try sandbox.run("seqgan generate -m m.seqgan")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("no generator"))
        for options in [
            "-n 0", "--label 2", "--gc 0.6:0.4", "--gc 40:60", "--max-run 0", "--length 0:3", "--min-score 2",
            "--max-tries 0",
        ] { #expect(try sandbox.run("seqgan generate -m m.seqgan \(options)").code == 64, "\(options)") }
        #expect(try sandbox.run("seqgan train --from m.seqgan pairs.tsv -o x").code == 64)
    }

    @Test func trainingIsTheSameForAnyThreadsAndSaysWhenItLearnedNothing() throws {
        let sandbox = try Example.sandbox()
        let line = "seqgan train --learn generator --from m.seqgan --steps 12 --batch 32 pairs.tsv -q"
        // After twelve steps the pairs are no better than chance, which is said, and nothing is written.
        let nothing = try sandbox.run("\(line) -o a.seqgan --log a.tsv")
        #expect(nothing.code == 65)
        #expect(nothing.errors.contains("learned nothing"))
        #expect(try !sandbox.files().contains("a.seqgan"))
        let long = "seqgan train --learn generator --from m.seqgan --steps 250 --batch 16 pairs.tsv -q"
        let one = try sandbox.run("\(long) -t 1 -o 1.seqgan")
        let three = try sandbox.run("\(long) -t 3 -o 3.seqgan")
        #expect(one.code == three.code)
        if one.code == 0 { #expect(try sandbox.bytes("1.seqgan") == sandbox.bytes("3.seqgan")) }
        #expect(one.code == 0, "\(one.errors)")
    }
}

extension Int32 {
    /// Records an issue where a command that prepares a test failed.
    fileprivate func expectZero() { #expect(self == 0) }
}
