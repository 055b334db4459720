// MeltingCommandTests: classify --melting and --energies, train --head, and what inspect tells of energies in units.

import TestSupport
import Testing

/// A model of yields with an equilibrium, and one with a network, trained once for all tests.
private enum YieldExample {
    /// Lines of strands A and B, yield, temperature and sodium: complementary strands melt the higher the longer they
    /// are.
    static func table(_ count: Int, seed: UInt64) -> String {
        let rows = Example.pairs(count, seed: seed, lengths: 6...14).split(separator: "\n").enumerated().map {
            place, line in
            let fields = line.split(separator: "\t")
            let (temperature, sodium) = (10 + place / 2 * 7 % 81, place % 3 == 0 ? 0.05 : 1)
            let excess = 4 * fields[0].count + (sodium == 1 ? 12 : 0) - temperature
            let bound = min(max(0.5 + Double(excess) / 20, 0), 1)
            return "\(fields[0])\t\(fields[1])\t\(fields[2] == "1" ? bound : 0)\t\(temperature)\t\(sodium)\n"
        }
        return "A\tB\tyield\ttemperature\tsodium\n" + rows.joined()
    }

    static let models: Result<(equilibrium: [UInt8], network: [UInt8]), any Error> = Result {
        let sandbox = try Sandbox()
        let train = "seqgan train --columns A,B,yield --conditions temperature=37C,sodium"
        let outcome = try sandbox.run(
            "cat > t.tsv; \(train) --epochs 12 --batch 32 t.tsv -o e.seqgan && "
                + "\(train) --epochs 1 --head network t.tsv -o n.seqgan",
            stdin: table(500, seed: 1))
        guard outcome.code == 0 else { throw Example.Failed(errors: outcome.errors) }
        return (try sandbox.bytes("e.seqgan"), try sandbox.bytes("n.seqgan"))
    }

    /// A sandbox with the models `e.seqgan` and `n.seqgan`, a table with conditions, `c.tsv`, and one without, `p.tsv`.
    static func sandbox() throws -> Sandbox {
        let sandbox = try Sandbox()
        let models = try models.get()
        try sandbox.write(models.equilibrium, "e.seqgan")
        try sandbox.write(models.network, "n.seqgan")
        try sandbox.write(table(60, seed: 2), "c.tsv")
        guard try sandbox.run("cut -f 1,2 c.tsv > p.tsv").code == 0 else { throw Example.Failed(errors: "cut") }
        return sandbox
    }
}

extension Sandbox {
    /// The rows that a command writes, by the titles of their columns.
    fileprivate func table(_ line: String, code: Int32 = 0) throws -> [[String: String]] {
        let outcome = try run(line)
        #expect(outcome.code == code, "\(line): \(outcome.errors)")
        let rows = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        let titles = try #require(rows.first)
        return rows.dropFirst().map { row in
            #expect(row.count == titles.count, "\(row)")
            return Dictionary(zip(titles, row), uniquingKeysWith: { $1 })
        }
    }
}

@Suite(.timed) struct MeltingCommandTests {
    /// The logit of each row at its own melting temperature is 0, all else being equal.
    private func expectOneHalf(_ sandbox: Sandbox, _ rows: [[String: String]], at more: String) throws -> Int {
        let melted = rows.filter { $0["melting"] != "" }
        let lines = melted.map { row in
            ["A", "B", "melting", "sodium"].compactMap { row[$0] }.joined(separator: "\t") + "\n"
        }
        let hasSodium = melted.first?["sodium"] != nil
        try sandbox.write("A\tB\ttemperature\(hasSodium ? "\tsodium" : "")\n" + lines.joined(), "at.tsv")
        for row in try sandbox.table("seqgan classify -q -m e.seqgan --logit \(more) at.tsv") {
            // A hundredth of a degree moves the logit by about as much as it is rounded.
            #expect(abs(Double(row["score"] ?? "") ?? .nan) < 0.03, "\(row)")
        }
        return melted.count
    }

    @Test func theScoreIsOneHalfAtTheMeltingTemperature() throws {
        let sandbox = try YieldExample.sandbox()
        let own = try sandbox.table("seqgan classify -q -m e.seqgan --melting c.tsv")
        #expect(own.count == 60 && Set(own[0].keys).isSuperset(of: ["yield", "predicted", "score", "melting"]))
        let count = try expectOneHalf(sandbox, own, at: "")
        #expect(count >= 15 && own.count - count >= 15, "\(count)")
        let fixed = try sandbox.table("seqgan classify -q -m e.seqgan --melting --at sodium=50mM p.tsv")
        _ = try expectOneHalf(sandbox, fixed, at: "--at sodium=50mM")
        let salty = try sandbox.table("seqgan classify -q -m e.seqgan --melting --at sodium=1M p.tsv")
        let rises = zip(fixed, salty).compactMap { low, high in
            Double(high["melting"] ?? "").flatMap { a in Double(low["melting"] ?? "").map { a - $0 } }
        }
        #expect(rises.count > 10 && rises.reduce(0, +) > 3 * Double(rises.count), "\(rises)")
        // The temperature of a pair does not count, from wherever it comes.
        let melting = own.map { $0["melting"] }
        for more in ["--at temperature=5C c.tsv", "<(cut -f 1-3,5 c.tsv)"] {
            #expect(
                try sandbox.table("seqgan classify -q -m e.seqgan --melting \(more)").map { $0["melting"] } == melting)
        }
        // Nor does the head, the number of threads, or what else is written.
        #expect(try sandbox.run("seqgan classify -q -m n.seqgan --melting c.tsv").code == 0)
        let same = try sandbox.run(
            "seqgan classify -q -m e.seqgan --melting -t 1 c.tsv > one && "
                + "seqgan classify -q -m e.seqgan --melting -t 5 c.tsv 2> /dev/null | cmp - one && "
                + "seqgan classify -q -m e.seqgan --melting --energies c.tsv 2> /dev/null | cut -f 1-8 | cmp - one && "
                + "seqgan classify -q -m e.seqgan c.tsv | cmp - <(cut -f 1-7 one)")
        #expect(same.code == 0, "\(same.output)\(same.errors)")
    }

    @Test func energiesAgreeWithEachOtherAndWithTheScores() throws {
        let sandbox = try YieldExample.sandbox()
        let rows = try sandbox.table("seqgan classify -q -m e.seqgan --energies c.tsv")
        #expect(rows.count == 60)
        for row in rows {
            let figures = ["dG", "dH", "dS", "temperature"].compactMap { Double(row[$0] ?? "") }
            try #require(figures.count == 4, "\(row)")
            let kelvin = figures[3] + 273.15
            #expect(abs(figures[0] - figures[1] + kelvin * figures[2] / 1000) < 0.015, "\(row)")
        }
        // Without a concentration, K is in units of that of the data: where little is bound, it is about the score.
        let logits = try sandbox.table("seqgan classify -q -m e.seqgan --logit c.tsv")
        var compared = 0
        for (row, scored) in zip(rows, logits) {
            let kelvin = 273.15 + (Double(row["temperature"] ?? "") ?? .nan)
            guard let logit = Double(scored["score"] ?? ""), logit < -5, let free = Double(row["dG"] ?? "") else {
                continue
            }
            // Homodimers, which take strands away, are not in dG.
            #expect(free < -1.987_204e-3 * kelvin * logit + 0.01, "\(row) \(logit)")
            compared += 1
        }
        #expect(compared > 10)
        let cold = try sandbox.table("seqgan classify -q -m e.seqgan --energies --at temperature=10C p.tsv")
        let hot = try sandbox.table("seqgan classify -q -m e.seqgan --energies --at temperature=80C p.tsv")
        for (own, other) in zip(cold, hot) where Double(own["score"] ?? "") ?? 0 > 0.9 {
            #expect(try #require(Double(own["dG"] ?? "")) < #require(Double(other["dG"] ?? "")), "\(own) \(other)")
        }
    }

    @Test func recordsAndTablesWithoutHeadersHaveTheColumnsToo() throws {
        let sandbox = try YieldExample.sandbox()
        try sandbox.write(">a\nACGTTGCAGG\n>b\nCCTGCAACGT\n>c\nAAAAAAAA\n>d\nGGGGGGGG\n", "p.fa")
        let records = try sandbox.run("seqgan classify -m e.seqgan --melting --energies p.fa")
        #expect(records.code == 0)
        let rows = records.output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        #expect(rows.map(\.count) == [10, 10] && rows[0][6] != "" && rows[1][6] == "" && rows[1][7] != "")
        #expect(
            records.errors.hasPrefix(
                "seqgan: 1 pair does not melt between 0C and 100C: its melting temperature is left empty\n"))
        let bare = try sandbox.run(
            "tail -n +2 p.tsv | seqgan classify -q -m e.seqgan --melting 2> /dev/null > bare && "
                + "seqgan classify -q -m e.seqgan --melting p.tsv 2> /dev/null | tail -n +2 | cmp - bare && "
                + "{ echo '#c'; cat p.tsv; } | seqgan classify -q -m e.seqgan --melting 2> /dev/null | head -n 2")
        #expect(bare.code == 0 && bare.output == "#c\nA\tB\tpredicted\tscore\tmelting\n", "\(bare.output)")
        // A bad record has no figures, and those of the others stay with their pairs.
        let skipped = try sandbox.run(
            "awk 'NR == 5 { print \"AC!T\\tACGT\" } 1' p.tsv | "
                + "seqgan classify -q --skip-bad -m e.seqgan --melting | tail -n +2 | cmp - bare")
        #expect(skipped.code == 65 && skipped.output.isEmpty && skipped.errors.contains("1 bad record was skipped"))
    }

    @Test func ambiguityLettersAndStrongPairsAreToldOf() throws {
        let sandbox = try YieldExample.sandbox()
        let long = String(repeating: "GACTGCATCG", count: 12)
        let partner = String(long.reversed().map { ["A": "T", "C": "G", "G": "C", "T": "A"][$0] ?? "N" })
        try sandbox.write(
            "A\tB\nACGTNGCAGG\tCCTGCAACGT\nNNNNNNNNNN\tRYRYRYRYRY\n\(long)\t\(partner)\n", "odd.tsv")
        let classify = "seqgan classify -q --force-lengths -m e.seqgan --energies --at temperature=5C"
        let rows = try sandbox.table("\(classify) odd.tsv")
        #expect(rows[0]["dG"] != "" && rows[1]["dG"] != "")
        #expect([rows[2]["dG"], rows[2]["dH"], rows[2]["dS"]] == ["", "", ""])
        let remark =
            "binds too strongly to compute energies: its dG, dH and dS are left empty\n"
        let outcome = try sandbox.run("\(classify) --worst odd.tsv")
        #expect(outcome.code == 0 && outcome.errors.hasSuffix("seqgan: 1 pair \(remark)"), "\(outcome.errors)")
        let twice = try sandbox.run("cat odd.tsv <(tail -n 2 odd.tsv) | \(classify) --melting")
        #expect(twice.errors.contains("2 pairs bind too strongly to compute energies"), "\(twice.errors)")
        #expect(twice.errors.contains(" do not melt between 0C and 100C: their "), "\(twice.errors)")
    }

    @Test func whatHasNoFiguresIsAUsageError() throws {
        let sandbox = try YieldExample.sandbox()
        try sandbox.write(Example.model.get(), "m.seqgan")
        try sandbox.write("A\tB\tlabel\tdose\nACGT\tACGT\t1\t2\nACGT\tAAAA\t0\t3\nAGGT\tAAAA\t0\t3\n", "dose.tsv")
        #expect(try sandbox.run("seqgan train --conditions dose --epochs 1 dose.tsv -o d.seqgan").code == 0)
        let expected = [
            ("-m m.seqgan --melting p.tsv", "--melting needs a model with the condition temperature"),
            ("-m d.seqgan --melting p.tsv", "--melting needs a model with the condition temperature"),
            ("-m m.seqgan --energies p.tsv", "--energies needs a model with the condition temperature and"),
            ("-m n.seqgan --energies p.tsv", "and the equilibrium head (train --conditions temperature"),
            ("-m e.seqgan --melting --keep 1 p.tsv", "--melting adds columns: it does not go with --keep"),
            ("-m e.seqgan --energies --keep 0 p.tsv", "--energies adds columns: it does not go with --keep"),
            ("-m e.seqgan --melting --all-pairs p.tsv", "--melting goes with pairs, not with --all-pairs"),
            ("-m e.seqgan --energies --against p.tsv p.tsv", "--energies goes with pairs, not with --all-pairs"),
        ]
        for (words, message) in expected {
            let outcome = try sandbox.run("seqgan classify \(words)")
            #expect(outcome.code == 64 && outcome.bytes.isEmpty, "\(words)")
            #expect(outcome.errors.contains(message), "\(words): \(outcome.errors)")
        }
        for (words, message) in [
            ("--classifier cnn --head network", "--head goes with --classifier duplex"), ("--head tree", "tree"),
        ] {
            let outcome = try sandbox.run("seqgan train \(words) p.tsv -o x.seqgan")
            #expect(outcome.code == 64 && outcome.errors.contains(message), "\(outcome.errors)")
        }
    }

    @Test func inspectTellsOfHeadConditionsAndEnergiesInUnits() throws {
        let sandbox = try YieldExample.sandbox()
        for (model, head) in [("e", "equilibrium"), ("n", "network")] {
            let rows = try sandbox.run("seqgan inspect \(model).seqgan")
            #expect(rows.output.contains("\nhead\t\(head)\n"), "\(rows.output)")
            #expect(
                rows.output.contains(
                    "\ncondition temperature\tdefault 37C, trained on 10C to 90C; energies linear in 1/T\n"
                        + "condition sodium\tdefault 1M, trained on 50mM to 1M; energies linear in its logarithm\n"))
            let tables = try sandbox.table("seqgan inspect --tables --at temperature=60C \(model).seqgan")
            #expect(tables.count == 16 + 256)
            let rt = 1.987_204e-3 * 333.15
            for row in tables {
                let values = ["dG_kT", "dG_kcal/mol", "dH_kcal/mol", "dS_cal/mol/K"].compactMap {
                    Double(row[$0] ?? "")
                }
                try #require(values.count == 4)
                #expect(abs(values[0] * rt - values[1]) < 0.01, "\(row)")
                #expect(abs(values[1] - values[2] + 0.33315 * values[3]) < 0.015, "\(row)")
            }
        }
        try sandbox.write(Example.model.get(), "m.seqgan")
        let plain = try sandbox.run("seqgan inspect --tables m.seqgan | head -n 1; seqgan inspect m.seqgan")
        #expect(plain.output.hasPrefix("table\tletters\tdG_kT\nformat version") && !plain.output.contains("\nhead\t"))
    }

    @Test func theReportDrawsMeltingCurves() throws {
        let sandbox = try YieldExample.sandbox()
        #expect(try sandbox.run("seqgan inspect e.seqgan --at sodium=50mM --report e.html -o /dev/null").code == 0)
        let page = try sandbox.read("e.html")
        #expect(page.contains("Melting curves") && page.contains("temperature at sodium=50mM."))
        // Duplexes of 12 and 14 letters, the longest of the training, and one with mismatches.
        let curves = page.matches(of: /class="curve (first|second)"/).map(\.1)
        #expect(curves == ["first", "first", "second"])
        let headings = page.matches(of: /<h3>(\d+) letters(, 2 mismatches)?: (melts at \d+\.\d|no melting from)/)
        #expect(headings.map(\.1) == ["12", "14", "14"], "\(headings.map(\.0))")
        #expect(try sandbox.run("seqgan inspect e.seqgan --report usual.html -o /dev/null").code == 0)
        #expect(try sandbox.read("usual.html").contains("temperature at sodium=1M."))
        try sandbox.write(Example.model.get(), "m.seqgan")
        #expect(try sandbox.run("seqgan inspect m.seqgan --report m.html -o /dev/null").code == 0)
        #expect(try !sandbox.read("m.html").contains("Melting"))
    }
}
