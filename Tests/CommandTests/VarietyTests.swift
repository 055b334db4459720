// VarietyTests: the rows of evaluate --generated on variety and structures.

import TestSupport
import Testing

@Suite(.timed) struct VarietyTests {
    private static let evaluate = "seqgan evaluate -q --real real.tsv --generated"

    @Test func theRowsTellCoverageAndCollapse() throws {
        let sandbox = try SeeingTests.sandbox()
        let whole = try sandbox.run("\(Self.evaluate) made.fa --report r.html")
        #expect(whole.code == 0, "\(whole.errors)")
        let rows = SeeingTests.rows(whole.output)
        #expect(rows["aligned_pairs"] == [100, 300])
        for name in ["precision", "recall"] {
            let values = try #require(rows[name])
            #expect(values.count == 2 && values.allSatisfy { $0 > 0.75 && $0 <= 1 }, "\(name): \(values)")
        }
        #expect(rows["exact_partner"] == [1, 1] && rows["facing_antiparallel_conditional_bits"] == [0, 0])
        for name in ["bulge", "interior_loop", "overhang"] { #expect(rows[name] == [0, 0], "\(name)") }
        let letters = try #require(rows["facing_antiparallel_letters"])
        #expect(rows["paired_letters"] == letters)
        let means = try ["entropy_mean_a", "entropy_mean_b"].map { try #require(rows[$0]) }
        #expect(means.joined().allSatisfy { $0 > 1.8 && $0 <= 2 })
        let page = try sandbox.read("r.html")
        #expect(page.contains("Variety: like real pairs") && page.contains("Paired letters, generated above"))
        // The same two pairs over and over.
        let few = try sandbox.run("for k in $(seq 50); do head -2 made.tsv; done > few.tsv; \(Self.evaluate) few.tsv")
        #expect((SeeingTests.rows(few.output)["recall"]?[0] ?? 1) < 0.05)
        // B of another pair.
        let far = try sandbox.run(
            "paste <(cut -f1 made.tsv) <(cut -f2 made.tsv | tail -n +2; head -1 made.tsv | cut -f2) > far.tsv; "
                + "\(Self.evaluate) far.tsv")
        let strangers = SeeingTests.rows(far.output)
        #expect((strangers["precision"]?[0] ?? 1) < 0.1 && strangers["exact_partner"]?[0] == 0)
        #expect((strangers["facing_antiparallel_conditional_bits"]?[0] ?? 0) > 1.9)
    }

    @Test func aModelsLogOddsAreAmongWhatIsCompared() throws {
        let sandbox = try SeeingTests.sandbox()
        let plain = SeeingTests.rows(try sandbox.run("\(Self.evaluate) made.fa").output)
        let scored = SeeingTests.rows(try sandbox.run("\(Self.evaluate) made.fa -m m.seqgan").output)
        #expect(plain["bulge"] == scored["bulge"])
        #expect(plain["precision"] != scored["precision"] || plain["recall"] != scored["recall"])
        #expect((scored["precision"] ?? []).allSatisfy { $0 > 0.7 })
    }

    @Test func structuresAreSeenInTheGeneratedPairs() throws {
        let sandbox = try Sandbox()
        // Of long strands, as in short ones what is left of an element can be nearer to another.
        try sandbox.write(Example.pairs(600, lengths: 26...30), "real.tsv")
        try sandbox.write(Example.pairs(400, seed: 9, lengths: 26...30), "other.tsv")
        // B without two of its inner letters; with three letters more at an end; with a letter that faces itself.
        let outcome = try sandbox.run(
            #"grep -w 1$ other.tsv | awk 'NR % 4 == 1 {$2 = substr($2, 1, 13) substr($2, 16)} "#
                + #"NR % 4 == 2 {$2 = $2 "GGA"} "#
                + #"NR % 4 == 3 {x = substr($1, length($1) - 13, 1); $2 = substr($2, 1, 13) x substr($2, 15)} "#
                + #"{print $1 "\t" $2}' > loose.tsv; "# + "\(Self.evaluate) loose.tsv")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = SeeingTests.rows(outcome.output)
        for name in ["bulge", "interior_loop", "overhang", "exact_partner"] {
            let share = try #require(rows[name]?[0])
            #expect(abs(share - 0.25) < 0.03, "\(name): \(share)")
        }
    }

    @Test func oneRealPairHasNoPrecision() throws {
        let sandbox = try SeeingTests.sandbox()
        let outcome = try sandbox.run(
            "head -1 made.tsv > one.tsv; seqgan evaluate -q --generated made.fa --real one.tsv")
        #expect(
            outcome.code == 0
                && outcome.output.contains("precision\tnan\tnan\nrecall\tnan\tnan\naligned_pairs\t100\t1\n"))
    }
}
