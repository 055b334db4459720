// TableTests: which lines of a table name its columns, and which columns hold strands: nothing is scored that is no
// strand, and no line is lost without a word.

import TestSupport
import Testing

@Suite(.timed) struct TableTests {
    private static let pairs = [
        "GGTCAACAAATCATAAAGATATTGG\tTAAACTTCAGGGTGACCAAAAAATCA", "ACGTTGCATCGGATCTAGCA\tTGCTAGATCCGATGCAACGT",
    ]

    /// Lines of a table in every order, scored: each pair once, no header ever, the rest told.
    @Test(arguments: [
        ["strandA\tstrandB\trun", "strandA\tstrandB\trun", "0\t1", "1\t2"], ["A\tB\tlabel", "0\t1", "1\t0"],
        ["gRNA\tDNA\tlabel", "0\t1", "1\t0"], ["strand_a\tstrand_b\tn", "strand_a\tstrand_b\tn", "0\t1"],
        ["tag\tstrand\tlabel", "0\t1"], ["abat\tbarn\tlabel", "0\t1", "1\t0"], ["dna\trna", "0", "1"],
    ])
    func aHeaderIsNeverScoredAndNoPairIsLost(rows: [String]) throws {
        let lines = rows.map { row in
            let fields = row.split(separator: "\t", maxSplits: 1)
            guard let place = Int(fields[0]) else { return row }
            return ([Self.pairs[place]] + fields.dropFirst().map(String.init)).joined(separator: "\t")
        }
        let isHeader = Set(rows.filter { Int($0.prefix { $0 != "\t" }) == nil })
        let sandbox = try Sandbox()
        for order in Self.orders(lines) {
            let text = order.joined(separator: "\n") + "\n"
            let result = try sandbox.run("seqgan classify -q --skip-bad", stdin: text)
            let out = result.output.split(separator: "\n")
            let scored = out.filter { !$0.hasSuffix("\tscore") }
            let wanted = order.filter { !isHeader.contains($0) }
            #expect(scored.count == wanted.count, "\(order): \(result.output)\(result.errors)")
            for (line, pair) in zip(scored, wanted) { #expect(line.hasPrefix(pair + "\t"), "\(order)") }
            // The first line alone may go through as the header; every other one of its kind is told of.
            let told = order.count { isHeader.contains($0) } - (out.count - scored.count)
            #expect((result.errors.isEmpty ? 0 : 1) == min(told, 1), "\(order): \(result.errors)")
            // One that holds letters of no strand is a bad record where it does not repeat the first line.
            #expect(told == 0 || result.errors.contains("skipped"), "\(order): \(result.errors)")
        }
    }

    /// All orders of a few lines.
    private static func orders(_ lines: [String]) -> [[String]] {
        guard lines.count > 1 else { return [lines] }
        return lines.indices.flatMap { first in
            let rest = lines[..<first] + lines[(first + 1)...]
            return orders(Array(rest)).map { [lines[first]] + $0 }
        }
    }

    @Test(arguments: [
        "DDDDDDDD\tBDHVBDHV", "BDHVBDHVBDHVBDHVBDHV\tBDHVBDHVBDHVBDHVBDHV", "NNNNNNNNNN\tHHHHHHHHHH",
        "ddddrrrrdddd\thhhhhhhhhhhh", "DDDDDDDD\tBDHVBDHV\tn/a",
    ])
    func aFirstPairOfAmbiguityLettersIsAPair(first: String) throws {
        let columns = first.split(separator: "\t").count
        let tail = columns > 2 ? "\t0.5" : ""
        let result = try Sandbox().run(
            "seqgan classify -q --force-lengths", stdin: "\(first)\n\(Self.pairs[0])\(tail)\n")
        #expect(result.code == 0 && result.output.split(separator: "\n").count == 2, "\(result.errors)")
        #expect(result.output.hasPrefix("\(first)\t0\t0."), "\(result.output)")
        // With inosine it is no strand, but no header either.
        let inosine = try Sandbox().run("seqgan classify -q", stdin: "NIINIINII\tGGTCAACAAATC\n\(Self.pairs[0])\n")
        #expect(inosine.code == 65 && inosine.output.isEmpty)
        #expect(inosine.errors.contains("<stdin>:1: the letter 'I' in strand A") && inosine.errors.contains("inosine"))
    }

    @Test func headerSaysWhereNoRuleCan() throws {
        let sandbox = try Sandbox()
        let text = "strandA\tstrandB\n\(Self.pairs[0])\nstrandA\tstrandB\n"
        let no = try sandbox.run("seqgan classify -q --header no --force-lengths", stdin: text)
        #expect(no.code == 0 && no.output.split(separator: "\n").count == 3)
        let yes = try sandbox.run("seqgan classify -q --header yes", stdin: "\(Self.pairs[1])\n\(Self.pairs[0])\n")
        #expect(yes.code == 0 && yes.output.hasPrefix("\(Self.pairs[1])\tpredicted\tscore\n"))
        #expect(yes.output.split(separator: "\n").count == 2)
        let named = try sandbox.run("seqgan classify -q --header no --columns strandA,strandB", stdin: text)
        #expect(named.code == 65 && named.errors.contains("asked for by name"), "\(named.errors)")
        #expect(try sandbox.run("seqgan classify --header maybe", stdin: text).code == 64)
        for command in ["encode", "evaluate -m m.seqgan", "train -o x"] {
            let all = try Example.sandbox().run("sed 1i'a\\tb\\tlabel' pairs.tsv | seqgan \(command) -q --header no")
            #expect(all.code == 65 || command == "encode", "\(command): \(all.errors)")
        }
    }

    @Test func columnsOfNamesAreNotScored() throws {
        let sandbox = try Sandbox()
        let table = "gene\tfwd\trev\nBRCA\t\(Self.pairs[0])\nKRAS\t\(Self.pairs[1])\n"
        let words = "names such as 'BRCA' in column 1 'gene', expected strands, as in column 2 'fwd' and column 3 'rev'"
        for command in ["classify", "encode", "classify --skip-bad"] {
            let result = try sandbox.run("seqgan \(command) -q", stdin: table)
            #expect(result.code == 65 && result.output.isEmpty && result.errors.contains(words), "\(result.errors)")
        }
        let chosen = try sandbox.run("seqgan classify -q --columns fwd,rev", stdin: table)
        #expect(chosen.code == 0 && chosen.output.split(separator: "\n").count == 3)
        // Names that are no letters; without a header; one line.
        for text in ["TP53\t\(Self.pairs[0])\nEGFR2\t\(Self.pairs[1])\n", "p1\t\(Self.pairs[0])\n"] {
            let result = try sandbox.run("seqgan classify -q", stdin: text)
            #expect(result.code == 65 && result.output.isEmpty, "\(result.output)")
            #expect(result.errors.contains("names such as '") && result.errors.contains("column 2 and column 3"))
        }
    }

    @Test func singleSequencesKeepTheirNames() throws {
        let sandbox = try Sandbox()
        let strands = Self.pairs[1].split(separator: "\t")
        try sandbox.write("name\tseq\tTm\np1\t\(strands[0])\t50.5\np2\t\(strands[1])\t51.5\n", "s.tsv")
        try sandbox.write("seq\tgc\tid\n\(strands[0])\t50\tp1\n\(strands[1])\t51\tp2\n", "t.tsv")
        let names = ["p1\tp1", "p1\tp2", "p2\tp2"]
        for line in [
            "s.tsv", "--columns seq s.tsv", "--columns 2 s.tsv", "--columns seq,name s.tsv", "t.tsv",
            "--columns seq,id t.tsv",
        ] {
            let result = try sandbox.run("seqgan classify -q --all-pairs \(line) | cut -f1,2")
            #expect(result.output == names.map { $0 + "\n" }.joined(), "\(line): \(result.output)\(result.errors)")
        }
        let against = try sandbox.run("seqgan classify -q --against s.tsv t.tsv | cut -f1,2")
        #expect(against.output == "p1\tp1\np1\tp2\np2\tp1\np2\tp2\n", "\(against.errors)")
        let partners = try sandbox.run("seqgan generate -q --partner-of s.tsv | grep '/1' | cut -d' ' -f1")
        #expect(partners.output == ">p1/1\n>p2/1\n", "\(partners.errors)")
    }

    @Test func aSecondColumnOfStrandsIsNotLeftOutInSilence() throws {
        let sandbox = try Sandbox()
        let table = Self.pairs.map { $0 + "\n" }.joined()
        let result = try sandbox.run("seqgan classify -q --all-pairs", stdin: table)
        #expect(result.code == 65 && result.output.isEmpty)
        #expect(result.errors.contains("2 columns of strands, column 1 and column 2"), "\(result.errors)")
        #expect(try sandbox.run("seqgan classify -q --all-pairs --columns 2", stdin: table).code == 0)
        let twice = try sandbox.run("seqgan classify -q --columns seq,other", stdin: "seq\tseq\tother\n\(table)")
        #expect(twice.code == 65 && twice.errors.contains("2 columns 'seq'"), "\(twice.errors)")
    }

    @Test(arguments: [
        "1,00", "1,+0", "1,-1", "-1,2", "1,-9223372036854775808", "99999999999999999999,2", "1,4194305", "1,1", "a,a",
        "",
        "1", "1,2,3,4", ",", "1,,2",
    ])
    func columnsThatCannotBeAreUsageErrors(columns: String) throws {
        let sandbox = try Example.sandbox()
        for command in ["classify", "encode", "evaluate", "train -o x"] {
            let result = try sandbox.run("seqgan \(command) --columns='\(columns)' pairs.tsv")
            #expect(result.code == 64 && result.output.isEmpty, "\(command): \(result.code) \(result.errors)")
            #expect(result.errors.contains("--columns"), "\(result.errors)")
        }
    }

    @Test(arguments: [
        ("5'-ACGTTGCATCGGATCT-3'", "sed"), ("/56-FAM/ACGTTGCATCGGATCT", "sed 's#/[^/]*/##g'"),
        ("ACGTTGCAIIGGATCT", "inosine"), ("ACG TTG CAT CGG", "tr -d ' '"), ("ACGTTGCA--ATCGGA", "tr -d '.-'"),
        ("\"ACGTTGCATCGGATCT\"", "tr -d '\"'"), ("A*C*G*TTGCATCGGATCT", "tr -d '*'"), ("null", "a missing value?"),
        ("NA", "a missing value?"), ("nan", "a missing value?"),
    ])
    func whatIsWrittenInOtherWaysIsAnsweredByHowToStripIt(strand: String, advice: String) throws {
        let result = try Sandbox().run(
            "seqgan classify -q", stdin: "\(Self.pairs[0])\n\(strand)\tACGTTGCATCGGATCT\n")
        #expect(result.code == 65 && result.output.split(separator: "\n").count == 1, "\(result.output)")
        #expect(result.errors.contains("<stdin>:2: ") && result.errors.contains(advice), "\(result.errors)")
    }

    @Test(arguments: [
        ("ACGTTGCATCGGATCT\nTTTTGCATCGGATCTA\n", "--all-pairs"), ("ACGTTGCATC;GGATCTACG\n", "--delimiter semicolon"),
        ("ACGTTGCATC|GGATCTACG\n", "tr '|' '\\t'"),
    ])
    func oneColumnIsAnsweredByWhatItMayBe(text: String, advice: String) throws {
        let result = try Sandbox().run("seqgan classify -q", stdin: text)
        #expect(result.code == 65 && result.output.isEmpty && result.errors.contains(advice), "\(result.errors)")
    }

    @Test func whatSkipBadSkipsIsNamed() throws {
        let bad = (0..<14).map { "ACGTTGCATCGGATC\(["?", "!", "%"][$0 % 3])\tACGTTGCATCGG\n" }
        let text = Self.pairs[0] + "\n" + bad.joined() + Self.pairs[1] + "\n"
        for command in ["classify", "encode", "classify -t 1", "classify -t 7"] {
            let result = try Sandbox().run("seqgan \(command) -q --skip-bad -o out", stdin: text)
            let lines = result.errors.split(separator: "\n")
            #expect(result.code == 65 && lines.count == 12, "\(command): \(result.errors)")
            for (k, line) in lines.prefix(10).enumerated() {
                #expect(line.hasPrefix("seqgan: skipped <stdin>:\(k + 2): the letter "), "\(line)")
            }
            #expect(lines[10] == "seqgan: skipped 4 more" && lines[11] == "seqgan: 14 bad records were skipped")
        }
        let one = try Sandbox().run("seqgan classify -q --skip-bad", stdin: "\(Self.pairs[0])\n\(bad[0])")
        #expect(one.code == 65 && one.errors.hasSuffix("seqgan: 1 bad record was skipped\n"), "\(one.errors)")
    }
}
