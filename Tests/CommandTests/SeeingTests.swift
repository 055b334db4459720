// SeeingTests: evaluate --generated and the pages: their figures, and that any browser can show them.

import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite(.timed) struct SeeingTests {
    /// A sandbox with `m.seqgan`, labelled `real.tsv` and `made.fa`: pairs of a strand and its reverse complement.
    static func sandbox() throws -> Sandbox {
        let sandbox = try Example.sandbox(pairs: 400)
        try sandbox.write(Example.pairs(600), "real.tsv")
        let made = Example.pairs(200, seed: 9).split(separator: "\n").filter { $0.hasSuffix("\t1") }
        let records = made.enumerated().map { number, line in
            let fields = line.split(separator: "\t")
            return
                ">pair\(number)/1 label=1 score=0.9\n\(fields[0])\n>pair\(number)/2 label=1 score=0.9\n\(fields[1])\n"
        }
        try sandbox.write(records.joined(), "made.fa")
        try sandbox.write(made.joined(separator: "\n") + "\n", "made.tsv")
        return sandbox
    }

    /// Rows of the table by name: generated and real.
    static func rows(_ output: String) -> [String: [Double]] {
        let lines = output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        return Dictionary(uniqueKeysWithValues: lines.dropFirst().map { ($0[0], $0[1...].compactMap { Double($0) }) })
    }

    @Test func generatedPairsAreSeenBesideThoseOfLabel1() throws {
        let sandbox = try Self.sandbox()
        let outcome = try sandbox.run("seqgan evaluate --generated made.fa --real real.tsv")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("figure\tgenerated\treal\npairs\t100\t300\n"))
        let rows = Self.rows(outcome.output)
        #expect(rows["unique"] == [1, 1] && rows["new"]?[0] == 1 && rows["new"]?[1].isNaN == true)
        for name in ["agreement", "A-T", "C-G", "G-C", "T-A", "column_1"] {
            #expect(rows["facing_antiparallel_\(name)"] == [1, 1], "\(name)")
        }
        #expect(rows["facing_antiparallel_A-A"] == [0, 0] && rows["facing_antiparallel_offset"] == [0, 0])
        #expect((rows["facing_antiparallel_bits"] ?? []).allSatisfy { $0 > 1.9 })
        #expect(rows["score_mean"] == nil)
        let table = try sandbox.run("cat made.tsv | seqgan evaluate --generated - --real real.tsv")
        #expect(table.output == outcome.output)
    }

    @Test func wholeLettersWithoutTheRelationAreTold() throws {
        let sandbox = try Self.sandbox()
        // B of another pair: the letters are whole, their columns right, and the relation is lost.
        let strangers = try sandbox.run(
            "paste <(cut -f1 made.tsv) <(cut -f2 made.tsv | tail -n +2; head -1 made.tsv | cut -f2) > far.tsv; "
                + "seqgan evaluate --generated far.tsv --real real.tsv -m m.seqgan --report far.html")
        let rows = Self.rows(strangers.output)
        #expect((rows["facing_antiparallel_agreement"]?[0] ?? 1) < 0.4)
        #expect((rows["facing_antiparallel_bits"]?[0] ?? 1) < 0.1)
        #expect((rows["entropy_least"]?[0] ?? 0) > 1.5 && rows["unique"]?[0] == 1)
        let accepted = try #require(rows["score_above_threshold"])
        #expect(accepted[0] < 0.4 && accepted[1] > 0.8)
        let page = try sandbox.read("far.html")
        #expect(page.contains("100 generated pairs beside 300 real pairs") && page.contains("Scores by the classifier"))
    }

    @Test func labelsOfTheRealPairsAreFoundOrNamed() throws {
        let sandbox = try Self.sandbox()
        try sandbox.write("x\ty\tname\tsoft\nACGTAC\tGTACGT\tone\t0.3\nACGTAC\tGTACGA\ttwo\t0.9\n", "named.tsv")
        for (options, count) in [
            ("--columns x,y", 2), ("--columns x,y,soft", 1), ("--columns x,y,soft --threshold 0.2", 2), ("", 2),
            ("--columns 1,2,4 --threshold 0.9", 0),
        ] {
            let outcome = try sandbox.run("seqgan evaluate -q --generated made.fa --real named.tsv \(options)")
            #expect(outcome.code == (count == 0 ? 65 : 0), "\(options): \(outcome.errors)")
            if count > 0 { #expect(Self.rows(outcome.output)["pairs"] == [100, Double(count)], "\(options)") }
        }
    }

    @Test func jsonHoldsTheSameFigures() throws {
        let sandbox = try Self.sandbox()
        let line = "seqgan evaluate -q --generated made.fa --real real.tsv -m m.seqgan"
        let json = try sandbox.run("\(line) --json")
        let object = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: [String: Any]]
        let rows = Self.rows(try sandbox.run(line).output)
        #expect(object?.count == rows.count && rows.count > 60)
        for (name, values) in rows {
            let both = ["generated", "real"].map { (object?[name]?[$0] as? NSNumber)?.doubleValue }
            for (value, other) in zip(values, both) { #expect(value.isNaN ? other == nil : other == value, "\(name)") }
        }
    }

    @Test func whatIsWrongIsToldWithItsExitCode() throws {
        let sandbox = try Self.sandbox()
        let cases: [(String, Int32, String)] = [
            ("--generated made.fa", 64, "go together"), ("--real real.tsv", 64, "go together"),
            ("--generated made.fa --real real.tsv pairs.tsv", 64, "are the only inputs"),
            ("--generated made.fa --real made.fa", 64, "are the same"),
            ("--generated made.fa --real real.tsv -o ./real.tsv", 64, "is an input too"),
            ("--generated made.fa --real real.tsv --report ./made.fa", 64, "is an input too"),
            ("--generated made.fa --real real.tsv -o x --report x", 64, "two outputs"),
            ("--generated none.fa --real real.tsv", 66, "none.fa: cannot open"),
            ("--generated made.fa --real real.tsv --report no/where.html", 66, "no/where.html"),
            ("--generated made.fa --real real.tsv --report /dev/full", 74, "No space left"),
            ("--generated <(printf '>a\\nAC\\n') --real real.tsv", 65, ":1"),
            ("--generated made.fa --real <(printf 'AC\\tGT\\t1\\nAC\\tGT\\tno\\n')", 65, ":2: the label 'no'"),
            ("--generated made.fa --real <(printf 'AC\\tGT\\t1\\nAC\\tGT\\n')", 65, ":2: no label"),
            ("--generated made.fa --real <(printf 'AC\\tGT\\t0\\n')", 65, "no pairs to compare"),
            ("--generated made.fa --real <(printf 'AC\\tGT\\t1\\nAC\\tG!\\t1\\n')", 65, ":2: the letter '!'"),
        ]
        for (options, code, words) in cases {
            let outcome = try sandbox.run("seqgan evaluate \(options)")
            #expect(
                outcome.code == code && outcome.errors.contains(words), "\(options): \(outcome.code) \(outcome.errors)")
        }
        #expect(try !sandbox.files().contains { $0.contains("tmp") || $0 == "x" })
        let skipping = try sandbox.run(
            "seqgan evaluate -q --skip-bad --generated made.fa --real <(printf 'AC\\tGT\\nA!\\tGT\\n')")
        #expect(skipping.code == 65 && skipping.output.contains("pairs\t100\t1\n"))
    }

    @Test func neitherFiguresNorPagesDependOnThreads() throws {
        let sandbox = try Self.sandbox()
        for line in [
            "evaluate -q --generated made.fa --real real.tsv -m m.seqgan", "evaluate -q -m m.seqgan real.tsv",
        ] {
            for t in [1, 3] {
                #expect(try sandbox.run("seqgan \(line) -t \(t) -o \(t).tsv --report \(t).html").code == 0)
            }
            #expect(try sandbox.run("cmp 1.tsv 3.tsv && cmp 1.html 3.html").code == 0)
        }
    }

    @Test func moreOfTheSamePairsHasTheSameWordsAsTheDefinition() throws {
        let sandbox = try Sandbox()
        // Three different words: shares 2/3, 1/3 beside 1 of the half that is the same for any draw.
        try sandbox.write("AAAA\tAAAA\n" + "AAAA\tAAAA\n", "real.tsv")
        try sandbox.write("AAAAA\tCCCC\n", "made.tsv")
        let outcome = try sandbox.run("seqgan evaluate -q --generated made.tsv --real real.tsv")
        let distance = try #require(Self.rows(outcome.output)["kmer_distance"])
        // q = (2/3, 1/3), p = (1, 0), m = (5/6, 1/6).
        let divergence = (log2(6.0 / 5) + 2.0 / 3 * log2(4.0 / 5) + 1.0 / 3 * log2(2)) / 2
        #expect(abs(distance[0] - divergence.squareRoot()) < 1e-9 && distance[1] == 0)
    }
}

@Suite(.timed) struct PageTests {
    /// What a page or picture holds, read as XML.
    private final class Contents: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        /// Points of each curve.
        var curves: [Int] = []
        var references: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
            if attributes["class"]?.hasPrefix("curve") == true {
                curves.append((attributes["d"] ?? "").count { $0 == "M" || $0 == "L" })
            }
            references += attributes.filter { ["src", "href", "xlink:href", "data"].contains($0.key) }.map(\.value)
        }
    }

    /// Reads a page, which must be well-formed, load nothing, run nothing and have no empty curve.
    private static func read(_ text: String, isPage: Bool = true) -> Contents {
        let contents = Contents()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = contents
        #expect(parser.parse(), "\(String(describing: parser.parserError)) line \(parser.lineNumber)")
        #expect(contents.references.isEmpty && contents.elements["script"] == nil)
        if isPage { #expect(!text.contains("http") && !text.contains("url(") && !text.contains("@import")) }
        #expect(contents.curves.allSatisfy { $0 >= 2 }, "\(contents.curves)")
        #expect(!text.contains("nan") && !text.contains("inf\""))
        return contents
    }

    @Test func thePageOfLabelledPairsHasCurvesAndPictures() throws {
        let sandbox = try Example.sandbox(pairs: 400)
        let plain = try sandbox.run("seqgan evaluate -q -m m.seqgan pairs.tsv")
        let outcome = try sandbox.run("seqgan evaluate -q -m m.seqgan pairs.tsv --report r.html")
        #expect(outcome.code == 0 && outcome.output == plain.output)
        let page = Self.read(try sandbox.read("r.html"))
        #expect(page.curves.count == 3)
        #expect((page.elements["svg"] ?? 0) >= 10 && (page.elements["figcaption"] ?? 0) >= 6)
        #expect((page.elements["rect"] ?? 0) >= 2 * 16 + 2 && (page.elements["circle"] ?? 0) >= 4)
        // One label alone has no curves, and still a page.
        let one = try sandbox.run("grep -w 1$ pairs.tsv | seqgan evaluate -q -m m.seqgan --report one.html")
        #expect(one.code == 0)
        #expect(Self.read(try sandbox.read("one.html")).curves.isEmpty)
    }

    @Test(arguments: [("autoregressive", "Loss"), ("pair-hmm", "Loss"), ("paired", "The critic's accuracy")])
    func thePageOfATrainingShowsBothPartsAndTheLogIsAsBefore(generator: String, heading: String) throws {
        let sandbox = try Example.sandbox(pairs: 800)
        let outcome = try sandbox.run(
            "seqgan train -q --learn both --generator \(generator) --epochs 8 --steps 500 pairs.tsv -o g.seqgan "
                + "--report t.html --log l.tsv")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let text = try sandbox.read("t.html")
        let page = Self.read(text)
        let isAdversarial = generator == "paired"
        #expect(page.curves.count >= (isAdversarial ? 20 : 18), "\(page.curves.count)")
        #expect((page.elements["svg"] ?? 0) >= (isAdversarial ? 25 : 24), "\(page.elements["svg"] ?? 0)")
        let ofGenerator = text.components(separatedBy: "Training of the generator").last ?? ""
        #expect(ofGenerator.contains(heading) && text.contains("critic") == isAdversarial)
        for heading in [
            "Training of the classifier", "Training of the generator", "Discrimination",
            "Learned energies", "The relation: which letters face each other", "Single pairs",
        ] { #expect(text.contains(heading), "\(heading)") }
        let log = try sandbox.read("l.tsv").split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        let header = try #require(log.first { $0[0] == "step" })
        let facing = try #require(header.firstIndex(of: "facing"))
        let steps = log.suffix(2)
        #expect(steps.map { $0[0] } == ["250", "500"] && steps.allSatisfy { $0.count == header.count })
        let relation = try steps.map { try #require(Double($0[facing])) }
        #expect(relation[1] > 0.5 && relation.allSatisfy { $0 <= 1 })
    }

    @Test func aModelIsShownAsAPageAndAPicture() throws {
        let sandbox = try Example.sandbox()
        let plain = try sandbox.run("seqgan inspect m.seqgan")
        let outcome = try sandbox.run("seqgan inspect m.seqgan --svg p.svg --report p.html")
        #expect(outcome.code == 0 && outcome.output == plain.output)
        let picture = Self.read(try sandbox.read("p.svg"), isPage: false)
        // A cell for each pair of letters, nine shades of the legend, the ground.
        #expect(picture.elements["svg"] == 1 && picture.elements["rect"] == 16 + 9 + 1)
        #expect(Self.read(try sandbox.read("p.html")).elements["svg"] == 2)
        #expect(try sandbox.run("seqgan inspect m.seqgan --svg x --report x").code == 64)
        #expect(try sandbox.run("seqgan inspect m.seqgan --svg ./m.seqgan").code == 64)
        #expect(try sandbox.run("seqgan inspect m.seqgan --svg /dev/full").code == 74)
    }

    /// A single epoch is a point of each curve, and its tick is a whole number.
    @Test func aTrainingOfOneEpochIsSeen() throws {
        let sandbox = try Sandbox()
        try sandbox.write(Example.pairs(200), "p.tsv")
        let outcome = try sandbox.run("seqgan train -q --epochs 1 p.tsv -o m.seqgan --report t.html")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let text = try sandbox.read("t.html")
        _ = Self.read(text)
        #expect(text.matches(of: /<circle class="point (first|reference)"/).count == 5)
        #expect(text.contains(">1</text>") && text.contains(">epoch</text>"))
    }

    @Test func otherAlphabetsAndLongStrandsAreShown() throws {
        let sandbox = try Sandbox()
        let pairs = Example.pairs(300, lengths: 60...70).replacingOccurrences(of: "G", with: "X")
        try sandbox.write(pairs, "p.tsv")
        let outcome = try sandbox.run(
            "seqgan train -q --alphabet ACXT --epochs 2 p.tsv -o m.seqgan --report t.html; "
                + "seqgan inspect m.seqgan --report i.html; cut -f1,2 p.tsv | head -60 > made.tsv; "
                + "seqgan evaluate --alphabet ACXT --generated made.tsv --real p.tsv --report c.html")
        #expect(outcome.code == 0, "\(outcome.errors)")
        for name in ["t.html", "i.html", "c.html"] {
            let text = try sandbox.read(name)
            #expect((Self.read(text).elements["svg"] ?? 0) >= 2 && !text.contains("5\u{2032}"), "\(name)")
        }
    }
}
