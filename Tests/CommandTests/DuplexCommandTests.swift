// DuplexCommandTests: classify --duplex and --posterior, and --three-prime of classify and select.

import TestSupport
import Testing

@Suite(.timed) struct DuplexCommandTests {
    private static let partners: [Character: Character] = ["A": "T", "C": "G", "G": "C", "T": "A"]

    private static func complement(_ strand: String) -> String { String(strand.reversed().compactMap { partners[$0] }) }

    /// The fields of the lines of a command, which ends with `code`.
    private func rows(_ sandbox: Sandbox, _ line: String, stdin: String = "") throws -> [[String]] {
        let result = try sandbox.run(line, stdin: stdin)
        #expect(result.code == 0, "\(line): \(result.errors)")
        return result.output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func theDuplexOfComplementsIsWhole() throws {
        let strand = "ACGTTGCAAGCTTGCATGCCTG"
        let rows = try rows(
            try Sandbox(), "seqgan classify -q --duplex --at temperature=37C",
            stdin: "\(strand)\t\(Self.complement(strand))\n")
        let row = try #require(rows.first)
        #expect(row.count == 7 && row[2] == "1")
        #expect(row[4] == String(repeating: "(", count: 22) + "&" + String(repeating: ")", count: 22))
        #expect(row[5] == "1-22:1-22")
        let paired = try #require(Double(row[6]))
        #expect(paired > 21 && paired <= 22, "\(row)")
    }

    /// A mismatch of the built-in models is no pair, an overhang and a bulge have none either.
    @Test func mismatchesBulgesAndOverhangsAreDots() throws {
        let table = """
            name\tA\tB
            mismatch\tCCGACTGGACCGTCAGGCTC\tGAGCCTGACCGTCCAGTCGG
            overhang\tTTTTTCCGACTGGACCGTCAGG\tCCTGACGGTCCAGTCGGAAACCC
            bulge\tCCGACTGGATCCGTCAGGCTC\tGAGCCTGACGGTCCAGTCGG

            """.replacing("\n\n", with: "\n")
        let rows = try rows(
            try Sandbox(), "seqgan classify -q --at temperature=37C --columns A,B --melting --duplex", stdin: table)
        #expect(
            rows[0] == ["name", "A", "B", "predicted", "score", "melting", "duplex", "sites", "paired"], "\(rows[0])")
        let duplexes = Dictionary(uniqueKeysWithValues: rows.dropFirst().map { ($0[0], Array($0[6...7])) })
        #expect(duplexes["mismatch"] == ["((((((((((.(((((((((&))))))))).))))))))))", "1-20:1-20"])
        // Letters of the overhangs may pair as well: TTT of A with AAA of B.
        #expect(duplexes["overhang"]?[0].contains("(((((((((((((((((&)))))))))))))))))") == true, "\(duplexes)")
        #expect(duplexes["overhang"]?[0].hasSuffix("...") == true, "\(duplexes)")
        #expect(duplexes["bulge"] == ["(((((((((.(((((((((((&))))))))))))))))))))", "1-21:1-20"])
    }

    /// The page of an evaluation draws the duplexes that classify writes: a bar for each pair, all letters.
    @Test(arguments: ["", "\ttemperature"]) func theReportDrawsTheSameDuplexes(column: String) throws {
        let sandbox = try Sandbox()
        let pairs = [
            ("CCGACTGGACCGTCAGGCTC", "GAGCCTGACCGTCCAGTCGG", 1), ("CCGACTGGATCCGTCAGGCTC", "GAGCCTGACGGTCCAGTCGG", 1),
            ("GGATTTCCGACTGGACCGTCAGG", "CCTGACGGTCCAGTCGGAAACCC", 1),
            ("ACATCATACATCATACAT", "ACAACTACTACACAACAT", 0),
        ]
        let table = pairs.map { "\($0)\t\($1)\t\($2)\(column.isEmpty ? "" : "\t37")\n" }.joined()
        try sandbox.write("A\tB\tlabel\(column)\n\(table)", "p.tsv")
        let at = column.isEmpty ? "--at temperature=37C" : ""
        let rows = try rows(sandbox, "seqgan classify -q \(at) --duplex p.tsv").dropFirst()
        let result = try sandbox.run("seqgan evaluate -q -m dna \(at) --report e.html p.tsv")
        #expect(result.code == 0, "\(result.errors)")
        let drawn = try sandbox.read("e.html").split(separator: "<figure>").map(String.init).filter {
            $0.hasPrefix("<h3>true positive") || $0.hasPrefix("<h3>true negative")
        }
        // Two pairs of a kind are drawn.
        let shown = [0, 1, 3].map { Array(rows)[$0] }
        #expect(drawn.count == shown.count)
        for (row, figure) in zip(shown, drawn) {
            let duplex = row[row.count - 3]
            func count(_ text: String) -> Int {
                figure.split(separator: text, omittingEmptySubsequences: false).count - 1
            }
            #expect(count("class=\"bond") == duplex.count { $0 == "(" }, "\(duplex)")
            #expect(count("class=\"base") == duplex.count - 1, "\(duplex)")
        }
    }

    /// Of strands with ambiguity letters it is the duplex of the expansion that binds most.
    @Test func ambiguityLettersPairAsTheBestExpansion() throws {
        let sandbox = try Sandbox()
        let some = try rows(sandbox, "seqgan classify -q --duplex", stdin: "CCGACTGNACCGTCAGGC\tGCCTGACGGTCCAGTCGG\n")
        let best = try rows(sandbox, "seqgan classify -q --duplex", stdin: "CCGACTGGACCGTCAGGC\tGCCTGACGGTCCAGTCGG\n")
        #expect(some[0][4...] == best[0][4...] && some[0][3] != best[0][3])
    }

    /// Conditions in columns are those of the duplex too; the same bytes with any number of threads.
    @Test func theDuplexIsThatOfThePairsConditions() throws {
        let sandbox = try Sandbox()
        let rows = try rows(
            sandbox, "seqgan classify -q --duplex",
            stdin: "A\tB\ttemperature\nCCGACTGGACC\tGGTCCAGTCGG\t20\nCCGACTGGACC\tGGTCCAGTCGG\t90\n")
        let numbers = rows.dropFirst().compactMap { Double($0[7]) }
        #expect(numbers.count == 2 && numbers[0] > numbers[1] + 0.5, "\(numbers)")
        try sandbox.write(Example.pairs(3_000, seed: 4), "p.tsv")
        for threads in 1...3 {
            let result = try sandbox.run("seqgan classify -q --duplex -t \(threads) p.tsv -o \(threads).tsv")
            #expect(result.code == 0, "\(result.errors)")
        }
        #expect(
            try sandbox.bytes("1.tsv") == sandbox.bytes("2.tsv") && sandbox.bytes("1.tsv") == sandbox.bytes("3.tsv"))
    }

    /// Which letters pair does not depend on the conditions: where nothing is stable they are still complements.
    @Test func theSameLettersPairWhereNothingIsStable() throws {
        let (a, b) = (Array("ACGTTGCAAGCTTGCATGCCTG"), Array("CAGGCATGCAAGCTTGCAACGT"))
        let rows = try rows(
            try Sandbox(), "seqgan classify -q --duplex --at temperature=95C --at sodium=50mM",
            stdin: "\(String(a))\t\(String(b))\nAAAAAAAAAA\tGGGGGGGGGG\n")
        let strands = rows[0][4].split(separator: "&").map(Array.init)
        let (ofA, ofB) = (a.indices.filter { strands[0][$0] == "(" }, b.indices.filter { strands[1][$0] == ")" })
        #expect(!ofA.isEmpty && ofA.count == ofB.count, "\(rows[0])")
        for (i, j) in zip(ofA, ofB.reversed()) {
            #expect(["AT", "TA", "CG", "GC", "GT", "TG"].contains("\(a[i])\(b[j])"), "\(rows[0])")
        }
        #expect(rows[1][4] == "..........&.........." && rows[1][6] == "0.00", "\(rows[1])")
    }

    @Test func thePosteriorIsAnArrayOfAllPairs() throws {
        let sandbox = try Sandbox()
        let rows = try rows(
            sandbox, "seqgan classify -q --duplex --posterior p.npy",
            stdin: "CCGACTGGACCG\tCGGTCCAGTCGG\nGGCCAATTGG\tCCAATTGGCCAAGG\n")
        let bytes = try sandbox.bytes("p.npy")
        let header = String(decoding: bytes.prefix(128), as: UTF8.self)
        #expect(header.contains("'<f4'") && header.contains("(2, 12, 14, )"), "\(header)")
        #expect(bytes.count == 128 + 2 * 12 * 14 * 4)
        let values = (0..<2 * 12 * 14).map { k in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[128 + 4 * k + $1]) << UInt32(8 * $1) })
        }
        #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
        for p in 0..<2 {
            let sum = values[p * 168..<(p + 1) * 168].reduce(0, +)
            #expect(abs(Double(sum) - (Double(rows[p][6]) ?? .nan)) < 0.006, "pair \(p): \(sum)")
        }
        // Letters beyond the end of strands, and a letter that faces its like.
        #expect(values[12] == 0 && values[13] == 0 && values[168 + 10 * 14] == 0)
        #expect(values[11] > 0.7, "C of A with the last G of B: \(values[11])")
    }

    @Test func aFailureLeavesThePosteriorUntouched() throws {
        let sandbox = try Sandbox()
        try sandbox.write("old", "p.npy")
        let result = try sandbox.run("seqgan classify -q --posterior p.npy", stdin: "ACGTAC\tACGTAC\nACGTAC\tACG!AC\n")
        #expect(result.code == 65 && result.output.split(separator: "\n").count == 1)
        #expect(try sandbox.read("p.npy") == "old")
    }

    @Test func duplexesNeedPairsAndAModelThatPairsLetters() throws {
        let sandbox = try Sandbox()
        try sandbox.write("ACGTACGT\tACGTACGT\n", "p.tsv")
        for (line, expected) in [
            ("--duplex --keep 1 p.tsv", "it does not go with --keep"),
            ("--duplex --all-pairs p.tsv", "--duplex goes with pairs"),
            ("--posterior p.npy --all-pairs p.tsv", "--posterior goes with pairs"),
            ("--posterior p.tsv p.tsv", "is an input too"),
            ("--posterior p.npy -o p.npy p.tsv", "two outputs"),
            ("--three-prime 0 p.tsv", "1 to 30"),
        ] {
            let result = try sandbox.run("seqgan classify \(line)")
            #expect(result.code == 64 && result.errors.contains(expected), "\(line): \(result.errors)")
        }
        try sandbox.write(Example.pairs(200, seed: 8), "t.tsv")
        let trained = try sandbox.run(
            "for kind in cnn duplex; do seqgan train -q --learn classifier --classifier $kind --epochs 1 t.tsv "
                + "-o $kind.seqgan; done")
        #expect(trained.code == 0, "\(trained.errors)")
        for (line, expected) in [
            ("-m cnn.seqgan --duplex", "--duplex needs a model that pairs letters"),
            ("-m cnn.seqgan --three-prime 3", "--three-prime needs a model"),
            ("-m duplex.seqgan --three-prime 3", "--three-prime needs a model"),
        ] {
            let result = try sandbox.run("seqgan classify \(line) p.tsv")
            #expect(result.code == 64 && result.errors.contains(expected), "\(line): \(result.errors)")
        }
        // A model with a network as head knows duplexes.
        #expect(try rows(sandbox, "seqgan classify -q -m duplex.seqgan --duplex p.tsv")[0].count == 7)
    }
}

@Suite(.timed) struct ThreePrimeTests {
    private static let bench = "--at temperature=60C --at sodium=50mM --at magnesium=1.5mM --at concentration=200nM"
    /// Primers whose last seven bases pair, and primers that pair by ten bases in their middle.
    private static let dimer = ["ACACCAACCTCAGCGGTCC", "CCTAACCTACTAGGACCGC"]
    private static let inner = ["ACACCAGCGTCCGGACAACACC", "CCTAACGTCCGGACGCCTTAAC"]

    private func scores(_ sandbox: Sandbox, _ line: String, stdin: String) throws -> [Double] {
        let result = try sandbox.run("seqgan classify -q --logit \(Self.bench) \(line)", stdin: stdin)
        #expect(result.code == 0, "\(result.errors)")
        return result.output.split(separator: "\n").compactMap { $0.split(separator: "\t").last.flatMap { Double($0) } }
    }

    @Test(arguments: [3, 5, 7]) func aDimerOfThreePrimeEndsIsWorseThanALongerOneInTheMiddle(length: Int) throws {
        let sandbox = try Sandbox()
        let table = [Self.dimer, Self.inner].map { $0.joined(separator: "\t") + "\n" }.joined()
        let whole = try scores(sandbox, "", stdin: table)
        let ends = try scores(sandbox, "--three-prime \(length)", stdin: table)
        #expect(whole[0] < whole[1], "\(whole)")
        #expect(ends[0] > ends[1], "\(ends)")
        #expect(zip(ends, whole).allSatisfy { $0 <= $1 + 1e-4 })
    }

    /// The same score in pairs, screens, at conditions in columns, and for either order of the strands.
    @Test func everyWayToScoreCountsTheSameEnds() throws {
        let sandbox = try Sandbox()
        let strands = Self.dimer + Self.inner
        let pairs = strands.flatMap { a in strands.map { b in "\(a)\t\(b)\n" } }.joined()
        let own = try scores(sandbox, "--three-prime 4", stdin: pairs)
        let columns =
            "A\tB\ttemperature\n" + pairs.split(separator: "\n").map { "\($0)\t60\n" }.joined()
        let table = try scores(sandbox, "--three-prime 4", stdin: columns).suffix(16)
        #expect(zip(own, table).allSatisfy { abs($0 - $1) < 1e-4 })
        for a in 0..<4 { for b in 0..<4 { #expect(own[4 * a + b] == own[4 * b + a]) } }
        try sandbox.write(strands.map { ">\($0)\n\($0)\n" }.joined(), "s.fa")
        let screen = try scores(sandbox, "--three-prime 4 --against s.fa s.fa", stdin: "")
        #expect(screen == own)
    }

    /// A strand shorter than N has no such end.
    @Test func shortStrandsHaveNoBoundEnd() throws {
        let scores = try scores(try Sandbox(), "--three-prime 9", stdin: "ACCGGT\tACCGGT\n")
        #expect(scores.count == 1 && scores[0] < -20)
    }

    /// Primers that bind only in their middle go together where 3' ends count.
    @Test func selectKeepsWhatNoPolymeraseExtends() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            (Self.dimer + Self.inner).enumerated().map { ">p\($0)\n\($1)\n" }.joined(), "s.fa")
        func kept(_ options: String) throws -> [String] {
            let result = try sandbox.run(
                "seqgan select -q --single --max-crosstalk 0.01 --max-self 1 --at temperature=25C \(options) s.fa")
            #expect(result.code == 0, "\(result.errors)")
            return SelectExample.names(result.output)
        }
        #expect(try kept("") == ["p0", "p2"])
        #expect(try kept("--three-prime 6") == ["p0", "p2", "p3"])
    }
}
