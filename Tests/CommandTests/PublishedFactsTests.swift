// PublishedFactsTests: the tables of what others measured and computed are well formed, and bench_truth.py reads them.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct PublishedFactsTests {
    private static let script = Sandbox.root.appending(path: "Tests/Benchmark/bench_truth.py").path

    /// The rows of a table of `testdata`, by the titles of their columns.
    private static func table(_ name: String, _ titles: [String]) throws -> [[String: String]] {
        let text = try String(contentsOf: Sandbox.testdata.appending(path: name), encoding: .utf8)
        #expect(text.hasSuffix("\n"))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(lines.first == titles)
        #expect(Set(lines).count == lines.count, "a row of \(name) is there twice")
        return lines.dropFirst().map { line in
            #expect(line.count == titles.count, "\(name): \(line)")
            return Dictionary(zip(titles, line), uniquingKeysWith: { $1 })
        }
    }

    private static func number(_ row: [String: String], _ title: String, in range: ClosedRange<Double>) throws -> Double
    {
        let number = try #require(Double(row[title] ?? ""), "\(title) of \(row)")
        #expect(range.contains(number), "\(title) of \(row)")
        return number
    }

    private static func strands(_ row: [String: String], lengths: ClosedRange<Int>) -> [String] {
        let strands = [row["strandA"] ?? "", row["strandB"] ?? ""]
        for strand in strands {
            #expect(strand.allSatisfy("ACGT".contains) && lengths.contains(strand.count), "\(row)")
        }
        return strands
    }

    private static func mismatches(_ strands: [String]) -> Int {
        let facing: [Character: Character] = ["A": "T", "C": "G", "G": "C", "T": "A"]
        return zip(strands[0], strands[1].reversed()).count { facing[$0] != $1 }
    }

    @Test func measuredTemperaturesArePlausibleAndHaveASource() throws {
        let rows = try Self.table(
            "melting_temperatures.tsv",
            [
                "strandA", "strandB", "sodium", "magnesium", "dntp", "concentration", "melting", "enthalpy", "paper",
                "table", "doi",
            ])
        #expect(rows.count == 502)
        var (sources, ladders) = ([String: String](), [[String]: [(salt: Double, melting: Double)]]())
        for row in rows {
            let strands = Self.strands(row, lengths: 8...40)
            #expect(strands[0] != strands[1] && strands[0].count == strands[1].count, "\(row)")
            #expect(Self.mismatches(strands) <= 3, "\(row)")
            let sodium = try Self.number(row, "sodium", in: 0.0005...1.2)
            let magnesium = try Self.number(row, "magnesium", in: 0...0.05)
            _ = try Self.number(row, "dntp", in: 0...magnesium)
            let concentration = try Self.number(row, "concentration", in: 1e-9...1e-3)
            let melting = try Self.number(row, "melting", in: 10...95)
            // Without it, a temperature above the concentrations that models know cannot be carried to them.
            if concentration > 5e-5 { _ = try Self.number(row, "enthalpy", in: -150...(-20)) }
            let (paper, doi) = (row["paper"] ?? "", row["doi"] ?? "")
            #expect(
                paper.contains(/^[A-Z][a-z]+ (19|20)\d\d( [ACGT]{2})?$/) && doi.contains(/^10\.\d{4}\/\S+$/), "\(row)")
            #expect(sources.updateValue(doi, forKey: paper) ?? doi == doi, "\(row)")
            ladders[strands + [paper], default: []].append((sodium + magnesium, melting))
        }
        #expect(sources.count == Set(sources.values).count)
        // What a slip of the pen would break: more salt, a higher temperature.
        for (strands, ladder) in ladders where ladder.count > 1 {
            let ordered = ladder.sorted { $0.salt < $1.salt }.map(\.melting)
            #expect(zip(ordered, ordered.dropFirst()).allSatisfy(<), "\(strands)")
        }
        #expect(ladders.count { $0.value.count == 5 } == 60)
    }

    @Test func printedYieldsFallWithTheTemperature() throws {
        let rows = try Self.table("nupack_yields.tsv", ["strandA", "strandB", "temperature", "yield", "notebook"])
        #expect(rows.count == 60)
        var pairs = [[String]: [(temperature: Double, share: Double)]]()
        for row in rows {
            let point = (try Self.number(row, "temperature", in: 37...62), try Self.number(row, "yield", in: 0...1))
            pairs[Self.strands(row, lengths: 19...26), default: []].append(point)
            #expect(row["notebook"]?.hasSuffix(".ipynb") == true)
        }
        #expect(pairs.count == 10)
        for (strands, points) in pairs where points.contains(where: { $0.share > 0.001 }) {
            let ordered = points.sorted { $0.temperature < $1.temperature }.map(\.share)
            #expect(zip(ordered, ordered.dropFirst()).allSatisfy(>), "\(strands)")
        }
    }

    @Test(.enabled(if: Sandbox.has("python3"), "python3 is not installed"))
    func theScriptAsksForEachTemperatureAndSaysWhichRivalsAreMissing() throws {
        // A model whose melting temperature is known: fifty for all that it is asked. -S: no rival is installed.
        let sandbox = try Sandbox()
        try sandbox.write(
            """
            #!/bin/sh
            case $1 in
            inspect) printf 'condition temperature 37C\\ncondition sodium 1M\\ncondition concentration 1uM\\n' ;;
            *) case "$*" in
                *--melting*) awk '{ print $0 "\\t" (NR == 1 ? "melting" : "50") }' ;;
                *) awk '{ print $0 "\\t" (NR == 1 ? "score" : "0") }' ;;
                esac ;;
            esac

            """, "fifty")
        let command = "python3 -S '\(Self.script)' --seqgan ./fifty"
        let outcome = try sandbox.run("chmod +x fifty && \(command)")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = outcome.output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        #expect(rows.first == ["check", "by", "n", "none", "mean", "absolute", "deviation", "labels"])
        #expect(rows.allSatisfy { $0.count == 8 })
        let all = try #require(rows.first { $0[0] == "measured, all" })
        #expect(all[2...3] == ["416", "0"] && all[1] == "seqgan")
        // Fifty for all is no loss for any.
        let losses = rows.filter { $0[0].hasPrefix("loss by mismatches") }
        #expect(losses.map { $0[2] } == ["15", "36", "33"])
        #expect(losses.allSatisfy { $0[4].hasPrefix("+") && $0[4].dropFirst() == $0[5] }, "\(losses)")
        let yields = try #require(rows.first { $0[0].hasPrefix("NUPACK") })
        #expect(yields[2] == "29" && yields[7] == "0.900", "\(yields)")
        #expect(rows.count { $0[0] == "left out: primer3-py is not installed" } == 4)
        #expect(rows.last?.first == "left out: ViennaRNA is not installed")
        let table = try sandbox.run("\(command) --markdown").output.split(separator: "\n")
        #expect(table.count == rows.count + 1 && table.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
        try sandbox.write("#!/bin/sh\necho 'kind duplex'\n", "fifty")
        let plain = try sandbox.run(command).output
        #expect(plain.contains("left out: the model does not know concentration, sodium, temperature\tseqgan"))
    }
}
