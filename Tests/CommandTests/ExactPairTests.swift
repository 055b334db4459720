// ExactPairTests: generate --exact makes pairs of which strand B is the exact partner of strand A.

import TestSupport
import Testing

@Suite(.timed) struct ExactPairTests {
    @Test func strandBIsTheReverseComplementAndPairKDependsOnItsNumberAlone() throws {
        let sandbox = try GenerateTests.sandbox()
        let line = "seqgan generate -q -m g.seqgan --exact --format tsv"
        let result = try sandbox.run("\(line) -n 5000")
        #expect(result.code == 0, "\(result.errors)")
        let pairs = GenerateTests.pairs(result.output)
        #expect(pairs.count == 5_000 && Set(pairs.map(\.a)).count > 4_000)
        #expect(pairs.allSatisfy { $0.b == GenerateTests.reverseComplement($0.a) })
        #expect(result.output.hasPrefix(try sandbox.run("\(line) -n 30").output))
        for threads in [1, 7] { #expect(try sandbox.run("\(line) -n 5000 -t \(threads)").output == result.output) }
        let endless = try sandbox.run("set +o pipefail; \(line) --endless | head -n 5000")
        #expect(endless.output == result.output && endless.code == 0)
        let scores = try sandbox.run("\(line) -n 200 | seqgan classify -q -m g.seqgan | cut -f 4,6")
        for row in PartnerTests.rows(scores.output) {
            #expect(abs((Double(row[0]) ?? 0) - (Double(row[1]) ?? 1)) < 6e-5, "\(row)")
        }
    }

    @Test func constraintsHold() throws {
        let sandbox = try GenerateTests.sandbox()
        let result = try sandbox.run(
            "seqgan generate -q -m g.seqgan --exact -n 200 --format tsv --gc 0.4:0.6 --max-run 2 --avoid-motif GGA "
                + "--length 10:12 --unique --min-score 0.5")
        #expect(result.code == 0, "\(result.errors)")
        for pair in GenerateTests.pairs(result.output) {
            for strand in [pair.a, pair.b] {
                #expect((10...12).contains(strand.count) && !strand.contains("GGA") && !strand.contains("TCC"))
                #expect((0.4...0.6).contains(Double(strand.count { "GC".contains($0) }) / Double(strand.count)))
                #expect(!strand.contains(/(.)\1\1/))
            }
        }
        #expect(PartnerTests.rows(result.output).allSatisfy { (Double($0[3]) ?? 0) >= 0.5 })
    }

    @Test func otherLettersMayPair() throws {
        let sandbox = try GenerateTests.sandbox()
        let result = try sandbox.run("seqgan generate -q -m g.seqgan --exact --complement-of AC,GT -n 20 --format tsv")
        #expect(result.code == 0, "\(result.errors)")
        let partner: [Character: Character] = ["A": "C", "C": "A", "G": "T", "T": "G"]
        for pair in GenerateTests.pairs(result.output) {
            #expect(pair.b == String(pair.a.reversed().compactMap { partner[$0] }))
        }
    }

    @Test func whatCannotBeMadeIsSaid() throws {
        let sandbox = try EveryCommand.sandbox()
        for words in [
            "--exact --label 0", "--exact --partner-of few.fa", "--complement-of AT,CG", "--exact --complement-of AT",
            "--endless -n 3", "--endless -o x.fa", "--endless --partner-of few.fa",
        ] {
            let result = try sandbox.run("seqgan generate -m g.seqgan \(words)")
            #expect(result.code == 64 && result.output.isEmpty, "\(words): \(result.errors)")
        }
        let none = try sandbox.run("seqgan generate -m m.seqgan --exact")
        #expect(none.code == 65 && none.errors.contains("the model has no generator"))
    }
}
