// DelimiterCommandTests: tables between commas and semicolons, with fields in quotes, through the built program.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct DelimiterCommandTests {
    /// Tables of one content: `.tsv`, `.csv`, `.semi`, and `quoted.csv` with fields in quotes.
    private static func sandbox() throws -> Sandbox {
        let sandbox = try Example.sandbox()
        let rows = Example.pairs(60, seed: 2).split(separator: "\n").map { $0.split(separator: "\t") }
        let titles: [Substring] = ["strandA", "strandB", "label"]
        func table(_ separator: String, _ write: (Int, Substring) -> String = { String($1) }) -> String {
            ([titles] + rows).map {
                $0.enumerated().map { write($0.offset, $0.element) }.joined(separator: separator) + "\n"
            }.joined()
        }
        try sandbox.write(table("\t"), "p.tsv")
        try sandbox.write(table(","), "p.csv")
        try sandbox.write(table(";"), "p.semi")
        try sandbox.write(table(",") { "\"\($1)\"" }, "quoted.csv")
        let strands = rows.prefix(8).enumerated().map { ($0.offset, $0.element[0]) }
        try sandbox.write("name,strand\n" + strands.map { "s\($0.0),\($0.1)\n" }.joined(), "s.csv")
        try sandbox.write("name\tstrand\n" + strands.map { "s\($0.0)\t\($0.1)\n" }.joined(), "s.tsv")
        return sandbox
    }

    @Test(arguments: [
        "classify -m m.seqgan -t 1", "classify -m m.seqgan -t 4",
        "classify -m m.seqgan --keep 1",
        "classify -m m.seqgan --columns strandA,strandB --top 9", "evaluate -m m.seqgan", "encode",
        "encode --layout single --columns strandB", "select -m m.seqgan --max-crosstalk 0.9 --max-self 1",
        "select -m m.seqgan --best --single --columns strandA --max-crosstalk 0.9 --max-self 1",
        "select -m m.seqgan --pools 3 --pairs", "classify --force-lengths --duplex --melting --energies",
    ])
    func aTableGivesTheSameBetweenAnyDelimiters(command: String) throws {
        let sandbox = try Self.sandbox()
        let tabs = try sandbox.run("seqgan \(command) -q p.tsv")
        #expect(tabs.code == 0 && !tabs.bytes.isEmpty, "\(tabs.errors)")
        for (arguments, byte) in [
            ("p.csv", ","), ("--delimiter comma p.csv", ","), ("--delimiter , < p.csv", ","),
            ("--delimiter semicolon p.semi", ";"), ("--delimiter ';' p.semi", ";"), ("--delimiter tab p.tsv", "\t"),
            ("--delimiter comma quoted.csv", ","),
        ] {
            let result = try sandbox.run("seqgan \(command) -q \(arguments)")
            #expect(result.code == 0, "\(arguments): \(result.errors)")
            if command.hasPrefix("encode") {
                #expect(result.bytes == tabs.bytes, "\(arguments)")
            } else {
                let text = result.output.replacing("\"", with: "").replacing(byte, with: "\t")
                #expect(text == tabs.output, "\(command) \(arguments)")
            }
        }
    }

    @Test(arguments: [
        ("classify -m m.seqgan --all-pairs s.csv", "classify -m m.seqgan --all-pairs s.tsv"),
        ("classify -m m.seqgan --against s.tsv s.csv", "classify -m m.seqgan --against s.csv s.tsv"),
        ("select -m m.seqgan --pools 2 s.csv", "select -m m.seqgan --pools 2 s.tsv"),
        ("generate --format tsv --delimiter comma -n 9", "generate --format tsv -n 9"),
        ("generate -n 2 --min-score 0 --partner-of s.csv", "generate -n 2 --min-score 0 --partner-of s.tsv"),
        ("generate -n 9 --not-in p.csv", "generate -n 9 --not-in p.tsv"),
        ("evaluate --generated p.csv --real quoted.csv", "evaluate --generated p.tsv --real q.tsv"),
        ("evaluate --generated p.tsv --real p.csv", "evaluate --generated p.tsv --real q.tsv"),
    ])
    func furtherInputsAndTablesOfItsOwn(commas: String, tabs: String) throws {
        let sandbox = try Self.sandbox()
        try sandbox.write(try sandbox.read("p.tsv"), "q.tsv")
        let one = try sandbox.run("seqgan \(commas) -q")
        let other = try sandbox.run("seqgan \(tabs) -q")
        #expect(one.code == 0 && other.code == 0 && !one.output.isEmpty, "\(one.errors)\(other.errors)")
        #expect(one.output.replacing(",", with: "\t") == other.output, "\(commas)")
    }

    @Test func trainingReadsTheSame() throws {
        let sandbox = try Self.sandbox()
        let options = "-q --epochs 2 --batch 32 -o"
        let made = try sandbox.run(
            "seqgan train p.tsv \(options) a.seqgan && seqgan train quoted.csv \(options) b.seqgan && "
                + "seqgan train p.tsv --validation p.csv \(options) c.seqgan && cmp a.seqgan b.seqgan")
        #expect(made.code == 0, "\(made.errors)\(made.output)")
    }

    @Test func fieldsInQuotesPassAsTheyCameAndNamesOfRecordsGetThem() throws {
        let sandbox = try Self.sandbox()
        let text = #"""
            note,"strand ""A""",strandB,temperature
            "x, ""y""; z","ACGTACGTAC",GTACGTACGT,"30"
            ,ACGTACGTAC,"GTACGTACGT",30

            """#
        let result = try sandbox.run(
            "seqgan classify -q --columns 'strand \"A\",strandB' --delimiter comma", stdin: text)
        let (lines, given) = (result.output.split(separator: "\n"), text.split(separator: "\n"))
        #expect(result.code == 0 && lines.count == 3, "\(result.errors)")
        #expect(lines.first.map { $0 == given[0] + ",predicted,score" } == true)
        let scores = zip(lines, given).dropFirst().map { line, text in
            #expect(line.hasPrefix(text + ",1,0."), "\(line)")
            return line.split(separator: ",").last
        }
        #expect(scores.count == 2 && Set(scores).count == 1)
        let names = ">a,1\nACGTACGTAC\n>b\"2\nGTACGTACGT\n"
        for (delimiter, expected) in [
            ("comma", #""a,1","b""2",ACGTACGTAC,GTACGTACGT,"#), ("semicolon", #"a,1;"b""2";ACGTACGTAC;GTACGTACGT;"#),
            ("tab", "a,1\tb\"2\tACGTACGTAC\tGTACGTACGT\t"),
        ] {
            let pairs = try sandbox.run("seqgan classify -q -m m.seqgan --delimiter \(delimiter)", stdin: names)
            #expect(pairs.output.hasPrefix(expected), "\(pairs.output)")
            let screen = try sandbox.run(
                "seqgan classify -q -m m.seqgan --all-pairs --delimiter \(delimiter) --header-out", stdin: names)
            let separator = delimiter == "comma" ? "," : delimiter == "tab" ? "\t" : ";"
            #expect(screen.output.hasPrefix(["name_a", "name_b", "predicted", "score\n"].joined(separator: separator)))
            #expect(screen.output.contains("\n" + expected.prefix { $0 != "A" }), "\(screen.output)")
        }
        // A name that a doubled quote is read from, in what select writes of it.
        let strands = "name,strand\n\"p \"\"1\"\", left\",ACGTACGTACCA\np2,TGGTACGTACGT\n"
        let pools = try sandbox.run(
            "seqgan select -q -m m.seqgan --pools 1 --rejected r.csv --delimiter comma", stdin: strands)
        #expect(pools.output.contains("\n\"p \"\"1\"\", left\",1,p2,"), "\(pools.output)\(pools.errors)")
        let rejected = try sandbox.run(
            "seqgan select -q -m m.seqgan --single --length 9 --rejected r.csv --delimiter comma; cat r.csv",
            stdin: strands)
        #expect(rejected.output.contains("design,reason,blocker,score\n\"p \"\"1\"\", left\",length,,\n"))
    }

    @Test(.enabled(if: Sandbox.has("python3"), "python3 is not installed"))
    func otherProgramsReadWhatIsWritten() throws {
        let sandbox = try Self.sandbox()
        let names = ">a,1\nACGTACGTAC\n>b\"2\nGTACGTACGT\n"
        let read = try sandbox.run(
            "seqgan classify -q -m m.seqgan --delimiter comma --header-out | python3 -c 'import csv, sys\n"
                + "print([(r[\"name_a\"], r[\"name_b\"], r[\"predicted\"]) for r in csv.DictReader(sys.stdin)])'",
            stdin: names)
        #expect(read.output == "[('a,1', 'b\"2', '1')]\n", "\(read)")
        let again = try sandbox.run(
            "seqgan classify -q -m m.seqgan --delimiter comma --header-out | "
                + "seqgan classify -q -m m.seqgan --delimiter comma --columns strand_a,strand_b | tail -n 1",
            stdin: names)
        let fields = again.output.dropLast().split(separator: ",")
        #expect(again.code == 0 && fields.suffix(2) == fields.dropLast(2).suffix(2), "\(again)")
    }

    @Test(arguments: [
        ("\"ACGTACGTAC,GTACGTACGT", "in.csv:2: a quote in column 1 that is not closed, expected a closing quote on"),
        ("ACGTACGTAC,GTACGTACGT,\"two", "in.csv:2: a quote in column 3 that is not closed"),
        ("\"ACGTACGTAC\"x,GTACGTACGT", "in.csv:2: text behind the closing quote in column 1, expected a comma"),
        ("ACGTACGTAC", "in.csv:2: 1 column, expected at least 2, separated by commas: single sequences"),
        ("ACGTACGTAC;GTACGTACGT", "separated by commas: try --delimiter semicolon"),
        ("ACGTACGTAC\tGTACGTACGT", "separated by commas: try --delimiter tab"),
        ("ACGTACGTAC|GTACGTACGT", "separated by commas: try tr '|' '\\t'"),
    ])
    func badLinesAreNamedAndSkippedOnRequest(line: String, words: String) throws {
        let sandbox = try Self.sandbox()
        let pair = "ACGTACGTAC,GTACGTACGT,x"
        try sandbox.write("\(pair)\n\(line)\n\(pair)\n", "in.csv")
        for threads in [1, 4] {
            let result = try sandbox.run("seqgan classify -q -m m.seqgan -t \(threads) in.csv")
            #expect(result.code == 65 && result.errors.contains(words), "\(result.errors)")
            #expect(result.output.hasPrefix(pair + ",1,0.") && result.output.split(separator: "\n").count == 1)
        }
        let skipped = try sandbox.run("seqgan classify -q -m m.seqgan --skip-bad in.csv")
        #expect(skipped.code == 65 && skipped.output.split(separator: "\n").count == 2, "\(skipped.errors)")
    }

    @Test func aTableBetweenCommasThatIsTakenForAnotherIsAnsweredByTheOption() throws {
        let sandbox = try Self.sandbox()
        for (line, words) in [
            ("classify < p.csv", "<stdin>:1: 1 column, expected at least 2, separated by tabs: try --delimiter comma"),
            ("classify p.semi", "p.semi:1: 1 column, expected at least 2, separated by tabs: try --delimiter semi"),
            ("classify --columns strandA,strandB < p.csv", "with a column 'strandA': try --delimiter comma"),
            ("classify --all-pairs < s.csv", "--delimiter comma"), ("evaluate < p.csv", "try --delimiter comma"),
            ("classify p.csv p.tsv", "p.tsv:1: 1 column, expected at least 2, separated by commas: try --delimiter"),
        ] {
            let result = try sandbox.run("seqgan \(line)")
            #expect(result.code == 65 && result.errors.contains(words), "\(line): \(result.errors)")
        }
        try sandbox.write("\"strandA,strandB\nACGT,ACGT\n", "open.csv")
        let open = try sandbox.run("seqgan classify --header yes open.csv")
        #expect(open.code == 65 && open.errors.contains("open.csv:1: a quote in column 1 that is not closed"))
        for line in [
            "--delimiter x p.csv", "--delimiter '' p.csv", "--sites s.fa --format bed --delimiter comma s.fa",
        ] {
            let result = try sandbox.run("seqgan classify \(line)")
            #expect(result.code == 64 && result.errors.contains("--delimiter"), "\(line): \(result.errors)")
        }
    }

    @Test func shardsAndPackedTablesAreTheWhole() throws {
        let sandbox = try Self.sandbox()
        let whole = try sandbox.run("gzip -k quoted.csv; seqgan classify -q -m m.seqgan quoted.csv")
        for file in ["quoted.csv", "quoted.csv.gz"] {
            let parts = try sandbox.run(
                "for i in 1 2 3; do seqgan classify -q -m m.seqgan --shard $i/3 \(file) || exit; done")
            #expect(parts.code == 0 && parts.bytes == whole.bytes, "\(file): \(parts.errors)")
        }
    }
}
