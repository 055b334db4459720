// PartnerTests: partners of given strands are distinct and what they are asked to be, or it is said that there are too
// few.

import TestSupport
import Testing

@Suite(.timed) struct PartnerTests {
    /// Strands of which the first is too short for the built-in model: nothing binds to it at 57 C.
    static let strands = ">short\nA\n>one\nACGTTGCAACGGTCCATG\n>two\nGGATCCATTCGACTTGACAGGT\n"

    /// The fields of a table's lines.
    static func rows(_ output: String) -> [[String]] {
        output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    }

    @Test func aStrandWithoutPartnersIsNamedAndTheOthersGetTheirs() throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run("seqgan generate -q --partner-of - -n 4 --format tsv", stdin: Self.strands)
        #expect(outcome.code == 65)
        #expect(
            outcome.errors.hasSuffix(
                "seqgan: found 8 of 12 distinct partners with a score above 0.2, fewer than 4 for 1 of 3 strands "
                    + "('short': 0); gave up after 100 draws without a new one: raise --max-tries or loosen the "
                    + "constraints\n"
            ), "\(outcome.errors)")
        let rows = Self.rows(outcome.output)
        #expect(rows.count == 8 && Set(rows.map { $0[1] }).count == 8)
        #expect(rows.allSatisfy { $0[2] == "1" && (Double($0[3]) ?? 0) > 0.2 })
        // What was found is whole where it is a file, too.
        let file = try sandbox.run("seqgan generate -q --partner-of - -n 4 --format tsv -o o.tsv", stdin: Self.strands)
        #expect(file.code == 65)
        #expect(try sandbox.read("o.tsv") == outcome.output)
    }

    @Test func partnersDifferAndClassifyAgreesWithThem() throws {
        let sandbox = try Sandbox()
        // Of the partners drawn for this strand, every tenth comes again.
        try sandbox.write(">x\nGCATGCCATGAC\n>y\nGCATGCCATGAC\n", "two.fa")
        let outcome = try sandbox.run(
            "seqgan generate -q --partner-of two.fa -n 150 > p.fa && seqgan classify -q p.fa")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = Self.rows(outcome.output)
        #expect(rows.count == 300)
        #expect(rows.allSatisfy { $0[4] == "1" })
        // A strand that is given twice gets partners twice.
        for half in [rows[..<150], rows[150...]] { #expect(Set(half.map { $0[3] }).count == 150) }
        #expect(Set(rows.map { $0[3] }).count < 300)
        let unique = try sandbox.run("seqgan generate -q --partner-of two.fa -n 150 --unique --format tsv")
        #expect(unique.code == 0, "\(unique.errors)")
        #expect(Set(Self.rows(unique.output).map { $0[1] }).count == 300)
    }

    @Test func partnersDoNotDependOnThreads() throws {
        let sandbox = try Sandbox()
        let line = "seqgan generate -q --partner-of - -n 1700 --max-tries 30 --format tsv"
        let strands = Self.strands + ">three\nACGTTGNAACGGRCCATG\n"
        let one = try sandbox.run("\(line) -t 1", stdin: strands)
        #expect(one.code == 65 && one.output.split(separator: "\n").count > 3000)
        for threads in [2, 7] { #expect(try sandbox.run("\(line) -t \(threads)", stdin: strands).bytes == one.bytes) }
        // Ambiguous letters are drawn for each partner, and written as drawn.
        let drawn = Set(Self.rows(one.output).map { $0[0] }.filter { $0.hasPrefix("ACGTTG") && $0.hasSuffix("CCATG") })
        #expect(drawn.count == 9, "\(drawn)")
    }

    @Test func theScoreAskedForTakesTheThresholdsPlace() throws {
        let sandbox = try Sandbox()
        let line = "seqgan generate -q --partner-of - -n 3 --format tsv"
        let low = try sandbox.run("\(line) --min-score 0", stdin: Self.strands)
        #expect(low.code == 0 && Self.rows(low.output).count == 9, "\(low.errors)")
        let high = try sandbox.run("\(line) --min-score 0.99", stdin: ">two\nGGATCCATTCGACTTGACAGGT\n")
        #expect(high.code == 0 && Self.rows(high.output).allSatisfy { (Double($0[3]) ?? 0) >= 0.99 }, "\(high.errors)")
        let none = try sandbox.run("\(line) --min-score 0.99", stdin: ">short\nA\n")
        #expect(none.code == 65 && none.errors.contains("found 0 of 3 distinct partners with a score of 0.99 or more"))
        let apart = try sandbox.run("\(line) --label 0", stdin: Self.strands)
        #expect(apart.code == 0 && Self.rows(apart.output).count == 9, "\(apart.errors)")
        #expect(Self.rows(apart.output).allSatisfy { $0[2] == "0" && (Double($0[3]) ?? 1) <= 0.2 })
        let never = try sandbox.run("\(line) --label 0 --min-score 0.5", stdin: Self.strands)
        #expect(never.code == 64 && never.errors.contains("Usage: seqgan generate "), "\(never.errors)")
    }

    @Test func manyStrandsWithTooFewAreCountedAndTheFirstNamed() throws {
        let strands = (1...9).map { ">s\($0)\nAC\n" }.joined()
        let outcome = try Sandbox().run("seqgan generate -q --partner-of - -n 2 --max-tries 1", stdin: strands)
        #expect(outcome.code == 65 && outcome.bytes.isEmpty)
        #expect(
            outcome.errors.contains(
                "found 0 of 18 distinct partners with a score above 0.2, fewer than 2 for 9 of 9 strands "
                    + "('s1': 0, 's2': 0, 's3': 0, 's4': 0, 's5': 0, and 4 more); gave up after 1 draw without"),
            "\(outcome.errors)")
    }

    @Test(arguments: [
        ("--length 61:80", "--length 61:80: the generator of this model makes strands of 6 to 60 letters\n"),
        ("--length 1:5", "--length 1:5: the generator of this model makes strands of 6 to 60 letters\n"),
        ("--length 61", "--length 61: the generator of this model makes strands of 6 to 60 letters\n"),
        ("--gc 0.51:0.52 --length 10:12", "--gc 0.51:0.52: no strand of 10 to 12 letters can meet this\n"),
        ("--avoid-motif NN", "--avoid-motif N: no strand of 6 to 60 letters can meet this\n"),
        ("-n 2 --min-distance 61", "--min-distance 61: the generator of this model makes strands of up to 60 letters"),
    ])
    func whatTheModelNeverMakesIsSaidAtOnce(options: String, words: String) throws {
        // With so many draws it would take hours to find out.
        let outcome = try Sandbox().run("seqgan generate --max-tries 1000000 \(options)")
        #expect(outcome.code == 65 && outcome.bytes.isEmpty)
        #expect(outcome.errors.hasPrefix("seqgan: \(words)"), "\(outcome.errors)")
    }

    @Test func ofLengthsThatItMakesInPartThatIsUsedAndSaid() throws {
        let outcome = try Sandbox().run("seqgan generate -q -n 20 --format tsv --length 55:70")
        #expect(outcome.code == 0)
        #expect(
            outcome.errors == "seqgan: of --length 55:70, the generator of this model makes 55 to 60 letters only\n")
        #expect(Self.rows(outcome.output).joined().filter { $0.count > 9 }.allSatisfy { (55...60).contains($0.count) })
        let within = try Sandbox().run("seqgan generate -q --length 10:40")
        #expect(within.code == 0 && within.errors == "")
        let partners = try Sandbox().run("seqgan generate -q --partner-of - --length 61", stdin: "GGATCCATTCGACTTG\n")
        #expect(partners.code == 65 && partners.errors.contains("makes partners, for these strands, of "))
    }
}
