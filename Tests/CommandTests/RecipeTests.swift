// RecipeTests: what the built-in models learn from: energies as the papers print them, pairs that depend on the seed
// alone, shares in which no strand is lost.

import Foundation
import TestSupport
import Testing

@Suite(.timed, .enabled(if: Sandbox.has("python3"), "python3 is not installed"))
struct RecipeTests {
    private static let folder = Sandbox.root.appending(path: "Sources/BuiltInModel").path

    /// What Python prints for expressions in the names of a script. -S: no package is installed, ViennaRNA neither.
    private func lines(_ module: String, _ expressions: [String], before: String = "") throws -> [String] {
        let sandbox = try Sandbox()
        let prints = expressions.map { "print(\($0))\n" }.joined()
        try sandbox.write("from \(module) import *\n\(before)\n\(prints)", "ask.py")
        let outcome = try sandbox.run("PYTHONPATH='\(Self.folder)' python3 -B -S ask.py")
        #expect(outcome.code == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    private func numbers(_ module: String, _ expressions: [String]) throws -> [Double] {
        let numbers = try lines(module, expressions).map { Double($0) ?? .nan }
        #expect(numbers.count == expressions.count)
        return numbers
    }

    private func expectEnergies(_ published: KeyValuePairs<String, Double>, within tolerance: Double) throws {
        let energies = try numbers("make_parameters", published.map { "free_energy('\($0.key)')" })
        for ((name, expected), energy) in zip(published, energies) {
            #expect(abs(energy - expected) <= tolerance, "\(name): \(energy), printed \(expected)")
        }
    }

    @Test func perfectStacksAreThoseOfSantaLucia() throws {
        try expectEnergies(
            [
                "AA/TT": -1.00, "AT/TA": -0.88, "TA/AT": -0.58, "CA/GT": -1.45, "GT/CA": -1.44, "CT/GA": -1.28,
                "GA/CT": -1.30, "CG/GC": -2.17, "GC/CG": -2.24, "GG/CC": -1.84,
            ], within: 0.02)
        // From the other strand the same; as ViennaRNA has it, the pairs read inwards.
        let same = ["'GT/CA'", "'AC/TG'"].map { "free_energy(\($0))" }
        #expect(Set(try numbers("make_parameters", same)).count == 1)
        #expect(try numbers("make_parameters", ["stack('CG', 'CG')[1]", "stack('AT', 'TA')[1]"]) == [-10.6, -7.6])
    }

    @Test func wobblesAndMismatchesAreThoseOfAllawiAndPeyret() throws {
        try expectEnergies(
            [
                "AG/TT": 0.71, "AT/TG": 0.07, "CG/GT": -0.47, "CT/GG": -0.32, "GG/CT": 0.08, "GG/TT": 0.74,
                "GT/CG": -0.59, "GT/TG": 1.15, "TG/AT": 0.43, "TG/GT": 0.52, "TT/AG": 0.34,
            ], within: 0.02)
        try expectEnergies(
            [
                "AA/TG": 0.14, "CG/GA": 0.11, "GG/CA": -0.52, "TG/AA": 0.74, "AC/TT": 0.64, "CT/GC": 0.40,
                "GT/CC": 0.98, "TC/AT": 0.97, "AA/TC": 0.88, "CC/GA": 0.79, "GC/CA": 0.47, "TC/AA": 1.33,
            ], within: 0.04)
        try expectEnergies(
            ["CA/GA": 0.43, "GA/CA": 0.17, "AC/TC": 1.33, "GC/CC": 0.79, "GG/CG": -1.11, "TG/AG": 0.44, "TT/AT": 0.68],
            within: 0.06)
    }

    @Test func aSingleMismatchIsTwoNeighboursAndNoneBindsWhenHot() throws {
        let own = "single_mismatch('GC', 'GC', 'G', 'G')"
        let mixed = "single_mismatch('CG', 'TA', 'A', 'C')"
        let sum = "free_energy('CA/GC') + free_energy('TC/AA')"
        let found = try numbers("make_parameters", ["\(own)[0]", "\(own)[1]", "\(mixed)[0]", sum])
        #expect(abs(found[0] + 2.22) < 0.03 && found[1] == -12.0 && found[2] == found[3])
        #expect(try lines("make_parameters", ["single_mismatch('GT', 'CG', 'A', 'A')"]) == ["(1.9, 0.0)"])
        let all = """
            found = [single_mismatch(p, q, x, y) for p in PAIRS for q in PAIRS for x in "ACGT" for y in "ACGT"]
            warm = [(e, h) for e, h in found if h > 0]
            hot = [h - (h - e) * 363.15 / 310.15 for e, h in warm]
            """
        let counts = try lines("make_parameters", ["len(warm) > 50", "min(hot) > 0.29"], before: all)
        #expect(counts == ["True", "True"])
    }

    @Test func loopsAndSaltFollowTheirFormulas() throws {
        let found = try numbers(
            "make_parameters",
            [
                "loops(HAIRPIN)[3]", "loops(HAIRPIN)[11]", "loops(BULGE)[1]", "loops(INTERNAL)[30]",
                "terminal_enthalpy('CG')", "salt_energy(1)", "salt_energy(0.05)",
            ])
        for (value, expected) in zip(found, [3.5, 4.743, 4.0, 6.6, -49.0 / 12, 0, 0.3419]) {
            #expect(abs(value - expected) < 0.004, "\(value), \(expected)")
        }
        #expect(
            try lines("make_parameters", ["loops(HAIRPIN)[:3]", "loops(INTERNAL)[3]"]).first == "[None, None, None]")
    }

    @Test func onlyTheSectionsKnownBetterAreWrittenAnew() throws {
        let file = """
            sizes = {"stack": 49, "dangle5": 35, "int11": 1225, "hairpin": 31, "Misc": 6}
            text = "".join(f"# {n}\\n/* a comment */\\n" + "7 " * s + "\\n\\n" for n, s in sizes.items())
            text = text.replace("7 7 \\n", "DEF INF \\n", 1)
            text = "## file\\n\\n" + text + "# END\\n"
            salted = {s.split("\\n")[0]: s.split("\\n", 1)[1].split() for s in filled(text, 0.05).split("\\n# ")[1:]}
            """
        let found = try lines(
            "make_parameters",
            [
                "*(salted['stack'][i] for i in (0, 6, 47, 48))", "*(salted['int11'][i] for i in (0, 156, 1224))",
                "*salted['dangle5']", "*salted['hairpin'][:6]", "*salted['Misc']", "*salted",
            ], before: file)
        // A stack has 0.34 kcal/mol more at 50 mM, a mismatch twice that, pairs of no known kind too.
        let expected = [
            "-182 41 -16 INF", "258 75 75", "/* a comment */" + String(repeating: " 7", count: 35),
            "INF INF INF 350 350 330", "196 20 5 220 7 7", "stack dangle5 int11 hairpin Misc END",
        ]
        #expect(found == expected)
    }

    /// The rows that make_pairs.py writes, with a command that labels at once.
    private func pairs(_ options: String, hash: Int = 0) throws -> [[String]] {
        let label = #"awk '{ print $1 "\t" $2 "\t57\t1\t1e-06\t0" }'"#
        let outcome = try Sandbox().run(
            "PYTHONHASHSEED=\(hash) python3 '\(Self.folder)/make_pairs.py' \(options) -- \(label)")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = outcome.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.first == ["strandA", "strandB", "temperature", "sodium", "concentration", "yield", "kind"])
        #expect(rows.allSatisfy { $0.count == 7 })
        return Array(rows.dropFirst())
    }

    private func reverseComplement(_ strand: String) -> String {
        String(strand.reversed().map { ["A": "T", "C": "G", "G": "C", "T": "A"][$0] ?? "?" })
    }

    @Test func aPairDependsOnTheSeedAndItsPlaceAlone() throws {
        let pairs = try pairs("--count 2300 --seed 8")
        #expect(pairs.count == 2300)
        #expect(try self.pairs("--count 2300 --seed 8 --processes 3", hash: 5) == pairs)
        #expect(try self.pairs("--count 1200 --seed 8") == Array(pairs.prefix(1200)))
        #expect(try self.pairs("--count 2300 --seed 9") != pairs)
        let kinds = Dictionary(grouping: pairs) { $0[6] }
        #expect(kinds.count == 10 && kinds.values.allSatisfy { $0.count == 230 } && kinds["target"] == nil)
        let lengths = pairs.flatMap { [$0[0].count, $0[1].count] }
        #expect(lengths.min() == 6 && lengths.max() == 60)
        #expect(pairs.allSatisfy { ($0[0] + $0[1]).allSatisfy("ACGT".contains) })
        #expect(kinds["perfect"]?.allSatisfy { $0[1] == reverseComplement($0[0]) } == true)
    }

    @Test func eightProbesInTurnHaveTheSameTarget() throws {
        let pairs = try pairs("--count 1600 --seed 8 --kinds target")
        #expect(pairs.allSatisfy { (12...45).contains($0[0].count) && (55...200).contains($0[1].count) })
        let targets = stride(from: 0, to: 1600, by: 8).map { Set(pairs[$0..<($0 + 8)].map { $0[1] }) }
        #expect(targets.allSatisfy { $0.count == 1 } && Set(targets).count == 200)
        #expect(Set(pairs.map { $0[0] }).count == 1600)
        // Some find their site, others none.
        let sites = pairs.count { $0[1].contains(reverseComplement($0[0])) }
        #expect((80...800).contains(sites))
    }

    @Test func noStrandIsLostInAShare() throws {
        // Without homodimers K (1 - s)^2 c = s.
        let doses = [1e-3, 0.1, 1, 7, 1e3, 1e6]
        let shares = try numbers("label_pairs", doses.map { "heterodimer_share(\($0) * 1e6, 0, 0, 1e-6)" })
        for (dose, share) in zip(doses, shares) {
            let sum = 2 + 1 / dose
            #expect(abs(share - (sum - (sum * sum - 4).squareRoot()) / 2) < 1e-9, "\(dose): \(share)")
        }
        // All that is free or in a homodimer is what is not in A.B.
        let molar = 2e-7
        for (both, a, b) in [(3e7, 1e6, 4e8), (2e9, 1e8, 0), (1e12, 1e12, 1e5), (1e6, 1e14, 1e14)] {
            let calls = ["\(a), \(b)", "\(b), \(a)"].map { "heterodimer_share(\(both), \($0), \(molar))" }
            let shares = try numbers("label_pairs", calls)
            #expect(abs(shares[0] - shares[1]) < 1e-12)
            let left = (1 - shares[0]) * molar
            let free = [a, b].map { $0 == 0 ? left : ((1 + 8 * $0 * left).squareRoot() - 1) / (4 * $0) }
            #expect(abs(both * free[0] * free[1] / molar - shares[0]) < 1e-6, "\(both) \(a) \(b): \(shares[0])")
        }
        // Strands that do not tell themselves from each other: half is in A.B. Nothing binds; all binds.
        let ends = ["2e14, 1e14, 1e14", "0, 0, 0", "1e200, 0, 0"].map { "heterodimer_share(\($0), 1e-6)" }
        for (share, expected) in zip(try numbers("label_pairs", ends), [0.5, 0, 1]) {
            #expect(abs(share - expected) < 1e-3)
        }
    }

    @Test(.enabled(if: Sandbox.has("nproc"), "nproc is not installed"))
    func theDataAreMadeOnceAndWhole() throws {
        let sandbox = try Sandbox()
        let script = "'\(Self.folder)/make_data.sh'"
        let usage = try sandbox.run(script)
        #expect(usage.code == 64 && usage.errors.contains("make_data.sh OUTPUT_FOLDER"))
        // Stands for Python: writes what it is asked for, and fails at the second file the first time.
        try sandbox.write(
            "#!/bin/sh\necho \"$@\"\ncase \"$*\" in *' --seed 3106 '*) test -e again || exit 3 ;; esac\n", "python")
        let make = "PYTHON=./python \(script) data"
        let first = try sandbox.run("chmod +x python && \(make)")
        #expect(first.code != 0)
        #expect(try sandbox.run("ls -A data").output == "dna.tsv.gz\n")
        let second = try sandbox.run("touch again && \(make)")
        #expect(second.code == 0 && second.errors.contains("dna.tsv.gz is there\n"), "\(second.errors)")
        #expect(try sandbox.run("ls -A data | wc -l").output.trimmingCharacters(in: .whitespaces) == "13\n")
        let asked = try sandbox.run("zcat data/rna_target.tsv.gz && zcat data/held_fish.tsv.gz").output
        #expect(asked.contains(/make_pairs.py --count 9000 --seed 3104 --processes \d+ --kinds target -- .\/python/))
        #expect(asked.contains("label_pairs.py --material rna --draw 3104\n"))
        #expect(asked.contains("--lengths 8:50 -- ./python") && asked.hasSuffix("--at 68 0.39 1e-8\n"))
        // gzip keeps no time.
        #expect(try sandbox.run("\(make) && zcat data/dna.tsv.gz | gzip -n | cmp - data/dna.tsv.gz").code == 0)
    }
}
