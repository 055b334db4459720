// SelectReportTests: the figures on the page of a selection are those of its other outputs, which it does not change.

import TestSupport
import Testing

@Suite(.timed) struct SelectReportTests {
    /// What a page tells: the facts by name, and the cells of all rows of tables.
    private struct Told {
        let text: String
        var facts: [String: String] = [:]
        var rows: [[String]] = []
        /// The numbers of the bars of histograms.
        var bars: [Int] = []

        init(_ text: String) {
            self.text = text
            for fact in text.matches(of: /<dt>([^<]*)<\/dt>\n<dd[^>]*>([^<]*)<\/dd>/) {
                facts[String(fact.1)] = String(fact.2)
            }
            for row in text.matches(of: /<tr>(.*)<\/tr>/) {
                rows.append(row.1.matches(of: /<t[hd]>([^<]*)<\/t[hd]>/).map { String($0.1) })
            }
            for bar in text.matches(of: /class="bar first"[^>]*><title>([0-9,]*)</) {
                bars.append(Int(bar.1.replacing(",", with: "")) ?? -1)
            }
        }

        func row(_ first: String) -> [String]? { rows.first { $0[0] == first } }
    }

    /// Strands in `s.fa` and as pairs in `p.fa`.
    private static func sandbox(_ count: Int = 80) throws -> Sandbox {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(count, seed: 4)
        try sandbox.write(SelectExample.fasta(strands), "s.fa")
        try sandbox.write(SelectExample.pairs(strands), "p.fa")
        return sandbox
    }

    /// The scores of different records of `file`, by their names.
    private static func scores(_ sandbox: Sandbox, _ file: String, _ options: String = "") throws -> [[String]] {
        let result = try sandbox.run("seqgan classify -q --all-pairs --threshold 0 \(options) \(file)")
        #expect(result.code == 0, "\(result.errors)")
        return PartnerTests.rows(result.output).filter { $0[0] != $0[1] }
    }

    @Test(arguments: ["", "--best", "-n 40"]) func thePageOfASetHasItsFigures(how: String) throws {
        let sandbox = try Self.sandbox()
        let line = "seqgan select -q \(how) --gc 0.3:0.7 --max-crosstalk 0.03 p.fa"
        #expect(try sandbox.run("\(line) -o plain.fa --rejected plain.tsv").code == 0)
        let result = try sandbox.run("\(line) -o kept.fa --rejected no.tsv --report r.html")
        #expect(result.code == 0, "\(result.errors)")
        #expect(try sandbox.run("cmp plain.fa kept.fa && cmp plain.tsv no.tsv").code == 0)
        let page = Told(try sandbox.read("r.html"))
        let names = SelectExample.names(try sandbox.read("kept.fa"))
        let kept = names.count / 2
        let rejected = SelectExample.rows(try sandbox.read("no.tsv"))
        #expect(page.facts["designs read"] == "\(kept + rejected.count)" && page.facts["kept"] == "\(kept)")
        #expect(page.facts["limit, --max-crosstalk"] == "0.03")
        #expect(page.facts["wanted"] == (how == "-n 40" ? "40" : nil))
        #expect(page.facts["conditions"]?.hasPrefix("temperature=57C") == true, "\(page.facts)")
        for (reason, rows) in Dictionary(grouping: rejected, by: { $0[1] }) {
            #expect(page.row(reason)?[1] == "\(rows.count)", "\(reason)")
        }
        let blockers = Dictionary(grouping: rejected.filter { !$0[2].isEmpty }) { $0[2] }.mapValues(\.count)
        let told = page.rows.filter { $0.count == 2 }.dropFirst()
        #expect(told.map { $0[0] } == blockers.values.filter { $0 > 1 }.sorted(by: >).prefix(10).map { "\($0)" })
        for row in told { #expect(blockers[row[1]].map { "\($0)" } == row[0]) }
        // The scores are those of classify.
        var (greatest, intended) = ([String: Double](), [Double]())
        for row in try Self.scores(sandbox, "kept.fa") {
            let (one, other, score) = (row[0].dropLast(2), row[1].dropLast(2), Double(row[3]) ?? 0)
            if one == other {
                intended.append(score)
            } else {
                for name in [one, other] { greatest[String(name)] = max(greatest[String(name)] ?? 0, score) }
            }
        }
        for (name, values) in [
            ("the greatest with another kept design", Array(greatest.values)),
            ("of its two strands with each other", intended),
        ] {
            let sorted = values.sorted()
            let row = try #require(page.row(name)).dropFirst().compactMap { Double($0) }
            let expected = [sorted[0], (sorted[(kept - 1) / 2] + sorted[kept / 2]) / 2, sorted[kept - 1]]
            #expect(sorted.count == kept && row.count == 3)
            for (value, other) in zip(row, expected) {
                #expect(abs(value - other) < 1.6e-4, "\(name): \(row) \(expected)")
            }
        }
        #expect(page.bars.reduce(0, +) == 2 * kept, "\(page.bars)")
    }

    @Test func thePageOfPoolsHasWhatTheTableAndTheSummaryTell() throws {
        let sandbox = try Self.sandbox(60)
        let line = "seqgan select --single --at temperature=40C --pools 3 --max-crosstalk 0.01"
        let plain = try sandbox.run("cut -c 1- s.fa | \(line)")
        let result = try sandbox.run("\(line) s.fa --report r.html")
        #expect(result.code == 0 && result.output == plain.output, "\(result.errors)")
        let page = Told(try sandbox.read("r.html"))
        let table = SelectExample.rows(result.output)
        for pool in 1...3 {
            let strands = table.filter { $0[1] == "\(pool)" }
            let row = try #require(page.rows.first { $0.count == 6 && $0[0] == "\(pool)" })
            #expect(row[1] == "\(strands.count)" && row[2] == "\(strands.count)")
            let worst = try #require(strands.max { (Double($0[3]) ?? 0) < (Double($1[3]) ?? 0) })
            #expect(row[4] == worst[3] && row[5].contains(worst[0]) && row[5].contains(worst[2]), "\(row) \(worst)")
        }
        let summary = try #require(result.errors.firstMatch(of: /above 0.01: (\d+) in one pool, (\d+) in 3 pools/))
        #expect(page.facts["pairs above the limit, all in one pool"] == String(summary.1))
        #expect(page.facts["pairs above the limit, in the pools"] == String(summary.2))
        let above = page.rows.filter { $0.count == 6 }.dropFirst().compactMap { Int($0[3]) }.reduce(0, +)
        #expect(String(above) == String(summary.2) && summary.1 != "0")
    }

    @Test func aSetThatIsTooSmallHasAPageAndABadInputHasNone() throws {
        let sandbox = try Self.sandbox(30)
        let few = try sandbox.run("seqgan select -q --complement -n 99 s.fa --report r.html")
        #expect(few.code == 65 && few.errors.contains("of 99 designs"))
        let page = Told(try sandbox.read("r.html"))
        #expect(page.facts["wanted"] == "99")
        #expect(page.facts["kept"] == "\(SelectExample.names(few.output).count)")
        let skipped = try sandbox.run(
            "(cat s.fa; printf '>x\\nAC!\\n') | seqgan select -q --single --skip-bad --report skipped.html")
        #expect(try skipped.code == 65 && Told(sandbox.read("skipped.html")).facts["designs read"] == "30")
        let bad = try sandbox.run("(cat s.fa; printf '>x\\nAC!\\n') | seqgan select -q --single --report bad.html")
        #expect(bad.code == 65 && bad.errors.contains("<stdin>:62"))
        let none = try sandbox.run("seqgan select -q --single /dev/null --report none.html")
        #expect(try none.code == 0 && Told(sandbox.read("none.html")).facts["kept"] == "0")
        #expect(try sandbox.files() == ["none.html", "p.fa", "r.html", "s.fa", "skipped.html"])
    }

    @Test func thePageIsOpenedBeforeTheWorkAndDoesNotDependOnThreads() throws {
        let sandbox = try Self.sandbox(90)
        let endless = "set +o pipefail; seqgan generate --exact --endless --length 20 2>/dev/null | seqgan select"
        #expect(try sandbox.run("\(endless) --report no/where.html; exit ${PIPESTATUS[1]}", seconds: 60).code == 66)
        let enough = try sandbox.run("\(endless) -q -n 7 --report r.html > 7.fa; echo ${PIPESTATUS[@]}", seconds: 60)
        #expect(try enough.output == "0 0\n" && Told(sandbox.read("r.html")).facts["kept"] == "7")
        #expect(try sandbox.run("seqgan select -q --report /dev/full p.fa > /dev/null").code == 74)
        for words in ["--report p.fa", "-o x --report x", "--rejected x --report x", "--clear-of s.fa --report s.fa"] {
            #expect(try sandbox.run("seqgan select -q \(words) p.fa").code == 64, "\(words)")
        }
        for kind in ["p.fa", "--pools 2 s.fa"] {
            for threads in [1, 5] {
                #expect(
                    try sandbox.run("seqgan select -q -t \(threads) --report \(threads).html \(kind) > x").code == 0)
            }
            #expect(try sandbox.run("cmp 1.html 5.html").code == 0)
        }
        let closed = try sandbox.run(
            "set +o pipefail; seqgan select -q --report c.html p.fa | true; ls -A", seconds: 60)
        #expect(!closed.output.contains(".tmp"), "\(closed.output)")
    }

    @Test func namesAreTextAndLongOnesAreShortened() throws {
        let sandbox = try Sandbox()
        let strands = SelectExample.strands(2, seed: 8)
        let name = "<b>&" + String(repeating: "long_", count: 20) + "end"
        try sandbox.write(
            ">\(name)\n\(strands[0])\n>x\n\(strands[0])\n>y\n\(strands[0])\n>z\n\(strands[1])\n", "s.fa")
        #expect(try sandbox.run("seqgan select -q --complement --max-self 1 s.fa --report r.html -o x").code == 0)
        let page = Told(try sandbox.read("r.html"))
        let row = try #require(page.rows.last)
        #expect(row[0] == "2" && row[1].hasPrefix("&lt;b&gt;&amp;long_") && row[1].hasSuffix("long_end"), "\(row)")
        #expect(!page.text.contains("<b>") && row[1].count < 80)
    }
}
