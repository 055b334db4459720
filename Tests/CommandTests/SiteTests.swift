// SiteTests: sites of probes in targets of any length, through the built program.

import TestSupport
import Testing

@Suite(.timed) struct SiteTests {
    static let probe = "GCGGATCTTGCAGGTCATGC", other = "CCGTAGCTCACGGTTCAGCC"

    static func opposite(_ strand: some StringProtocol) -> String {
        String(strand.uppercased().reversed().map { ["A": "T", "C": "G", "G": "C", "T": "A"][$0] ?? $0 })
    }

    /// Letters among which the probes do not bind.
    private static func letters(_ count: Int, seed: UInt64) -> String {
        var random = TestRandom(state: seed)
        return String((0..<count).map { _ in Array("ACGT")[Int.random(in: 0..<4, using: &random)] })
    }

    static func planted(_ sites: [(Int, String)], in count: Int, seed: UInt64) -> String {
        var target = Array(letters(count, seed: seed))
        for (place, site) in sites { target.replaceSubrange(place..<place + site.count, with: Array(site)) }
        return String(target)
    }

    static func fasta(_ name: String, _ letters: String, width: Int = 60) -> String {
        let lines = stride(from: 0, to: letters.count, by: width).map { letters.dropFirst($0).prefix(width) + "\n" }
        return ">\(name)\n" + lines.joined()
    }

    /// Two probes, and two targets with sites of the first, `one` also with one of the second.
    static func sandbox() throws -> (Sandbox, [(name: String, letters: String)]) {
        let sandbox = try Sandbox()
        let one = planted(
            [(1_000, opposite(probe)), (2_000, probe), (2_500, opposite(other))], in: 3_000, seed: 1)
        let two = planted([(10, opposite(probe)), (8_180, probe)], in: 12_000, seed: 2)
        try sandbox.write(">p1 the first\n\(probe)\n>p2\n\(other)\n", "p.fa")
        try sandbox.write(fasta("one with spaces", one) + "\n" + fasta("two\twith a tab", two, width: 50_000), "t.fa")
        return (sandbox, [("one", one), ("two", two)])
    }

    /// Sharp conditions, at which random letters bind nowhere.
    static let at = "--at temperature=62C --at concentration=50nM"

    struct Line: Equatable {
        var probe: String, target: String, start: Int, end: Int, strand: String, score: Double
    }

    static func lines(_ output: String) -> [Line] {
        output.split(separator: "\n").map { line in
            let f = line.split(separator: "\t").map(String.init)
            guard f.count == 7, let start = Int(f[2]), let end = Int(f[3]), let score = Double(f[5]) else {
                Issue.record("\(line)")
                return Line(probe: "", target: "", start: 0, end: 0, strand: "", score: 0)
            }
            // The duplex is that of the probe and the letters of the site, with a pair in each.
            let strands = f[6].split(separator: "&", omittingEmptySubsequences: false)
            #expect(strands.count == 2 && strands[1].count == end - start, "\(line)")
            #expect(strands[0].contains("(") && strands[1].count { $0 == ")" } == strands[0].count { $0 == "(" })
            return Line(probe: f[0], target: f[1], start: start, end: end, strand: f[4], score: score)
        }
    }

    static func places(_ lines: [Line]) -> [String] {
        lines.map { "\($0.probe) \($0.target) \($0.start)-\($0.end) \($0.strand)" }
    }

    @Test func plantedSitesAreFoundOnBothStrandsWithTheScoresOfTheirSurroundings() throws {
        let (sandbox, targets) = try Self.sandbox()
        let result = try sandbox.run("seqgan classify --sites t.fa \(Self.at) p.fa")
        #expect(result.code == 0, "\(result.errors)")
        let lines = Self.lines(result.output)
        #expect(
            Self.places(lines) == [
                "p1 one 1000-1020 +", "p1 one 2000-2020 -", "p1 two 10-30 +", "p1 two 8180-8200 -",
                "p2 one 2500-2520 +",
            ])
        #expect(result.errors.contains("15000 letters in"), "\(result.errors)")
        let pairs = lines.map { line in
            let letters = targets.first { $0.name == line.target }?.letters ?? ""
            let window = letters.dropFirst(max(0, line.start - 10)).prefix(line.end + 10 - max(0, line.start - 10))
            return "\(line.probe == "p1" ? Self.probe : Self.other)\t"
                + "\(line.strand == "+" ? String(window) : Self.opposite(window))\n"
        }
        let scored = try sandbox.run("seqgan classify -q \(Self.at)", stdin: pairs.joined())
        let scores = scored.output.split(separator: "\n").map { $0.split(separator: "\t").suffix(2).map(String.init) }
        for (line, score) in zip(lines, scores) {
            #expect(score[0] == "1" && abs((Double(score[1]) ?? 0) - line.score) < 1e-5, "\(line): \(score)")
        }
        #expect(scores.count == lines.count)
    }

    /// With `--three-prime` a site counts where the end of the probe is bound, whatever stands behind it in the target.
    @Test func onlySitesThatBindTheEndOfTheProbeAreLeft() throws {
        let sandbox = try Sandbox()
        let changed = Self.probe.dropLast() + "A"
        let (first, last) = (Self.probe.prefix(14), Self.probe.suffix(14))
        let sites = [changed, Self.probe[...], first, last].map { Self.opposite($0) }
        let target = Self.planted(sites.enumerated().map { (1_000 * ($0 + 1), $1) }, in: 5_000, seed: 4)
        try sandbox.write(">p\n\(Self.probe)\n", "p.fa")
        try sandbox.write(Self.fasta("t", target), "t.fa")
        let at = "--at temperature=45C --at concentration=1uM --strand + --threshold 0.2"
        func places(_ options: String) throws -> [(place: Int, score: Double)] {
            let result = try sandbox.run("seqgan classify -q --sites t.fa \(at) \(options) p.fa")
            #expect(result.code == 0, "\(result.errors)")
            return Self.lines(result.output).map { (($0.start + 500) / 1_000, $0.score) }
        }
        let whole = try places(""), ends = try places("--three-prime 5")
        #expect(whole.map(\.place) == [1, 2, 3, 4], "\(whole)")
        #expect(ends.map(\.place) == [2, 4], "\(ends)")
        for end in ends {
            #expect(end.score <= (whole.first { $0.place == end.place }?.score ?? 0) + 1e-6, "\(ends), \(whole)")
        }
    }

    @Test func packingThreadsAndInputsMakeNoDifference() throws {
        let (sandbox, _) = try Self.sandbox()
        // A score below which some places of random letters are.
        let options = "--at temperature=45C --threshold 0.05"
        let whole = try sandbox.run("seqgan classify -q -t 1 --sites t.fa \(options) p.fa")
        #expect(Self.lines(whole.output).count > 5, "\(whole.output)\(whole.errors)")
        #expect(try sandbox.run("gzip -k t.fa && seqgan encode -h > /dev/null").code == 0)
        for line in [
            "seqgan classify -q -t 2 --sites t.fa \(options) p.fa",
            "seqgan classify -q -t 7 --sites t.fa.gz \(options) p.fa",
            "seqgan classify -q --sites - \(options) p.fa < t.fa.gz",
            "seqgan classify -q --sites t.fa \(options) < p.fa",
            "sed 's/$/\\r/' t.fa > crlf.fa; seqgan classify -q --sites crlf.fa \(options) p.fa",
            "awk '/^>/ { print; next } { print tolower($0) }' t.fa > low.fa; "
                + "seqgan classify -q --sites low.fa \(options) p.fa",
            "seqgan classify -q --sites t.fa \(options) p.fa -o o.tsv.gz && gzip -dc o.tsv.gz",
            "awk '!/^>/ { s = s $0 } /^>/ { if (s) print n \"\\n\" s; n = $0; s = \"\" } "
                + "END { print n \"\\n\" s }' t.fa | "
                + "awk '/^>/ { sub(/^>/, \"@\"); print; next } { print; print \"+\"; gsub(/./, \"I\"); print }' "
                + "> t.fq; "
                + "seqgan classify -q --sites t.fq \(options) p.fa",
        ] {
            let result = try sandbox.run(line)
            #expect(result.code == 0 && result.output == whole.output, "\(line): \(result.errors)")
        }
    }

    @Test func shardsHaveTheLinesOfTheWhole() throws {
        let (sandbox, _) = try Self.sandbox()
        try sandbox.write(
            (0..<9).map { Self.fasta("t\($0)", Self.planted([(50 * $0, Self.probe)], in: 700, seed: UInt64($0))) }
                .joined(), "many.fa")
        let made = try sandbox.run("gzip -k many.fa; seqgan classify -q --sites many.fa \(Self.at) p.fa | sort")
        #expect(made.output.split(separator: "\n").count == 9, "\(made.output)\(made.errors)")
        for (file, count) in [("many.fa", 3), ("many.fa.gz", 4), ("many.fa", 20)] {
            let parts = try sandbox.run(
                "for i in $(seq \(count)); do seqgan classify -q --shard $i/\(count) --sites \(file) \(Self.at) p.fa "
                    + "|| exit; done | sort")
            #expect(parts.code == 0 && parts.output == made.output, "\(file) \(count): \(parts.errors)")
        }
        let piped = try sandbox.run("cat many.fa | seqgan classify --shard 1/2 --sites - \(Self.at) p.fa")
        #expect(piped.code == 64 && piped.errors.contains("--shard needs files"), "\(piped.errors)")
    }

    @Test func nothingBindsAcrossLettersThatTheModelDoesNotKnow() throws {
        let (sandbox, _) = try Self.sandbox()
        let site = Self.opposite(Self.probe)
        let gap = String(site.prefix(10)) + String(repeating: "N", count: 30) + String(site.dropFirst(10))
        let text = Self.planted(
            [(100, gap), (500, site), (800, String(site.prefix(7)) + "R" + site.dropFirst(8))], in: 1_000, seed: 3)
        try sandbox.write(Self.fasta("t", text.replacing(site, with: site.lowercased())), "n.fa")
        let result = try sandbox.run("seqgan classify --sites n.fa \(Self.at) p.fa")
        #expect(Self.places(Self.lines(result.output)) == ["p1 t 500-520 +"], "\(result.output)")
        #expect(result.errors.contains("31 letters of the targets (3.1 %) are not of ACGT"), "\(result.errors)")
        let masked = try sandbox.run("seqgan classify --sites n.fa \(Self.at) --skip-masked p.fa")
        #expect(masked.output.isEmpty && masked.errors.contains("51 letters of the targets (5.1 %) are lower-case or"))
        // Runs of the letters of a site alone, each its whole surroundings.
        try sandbox.write(">a\n\(site)\n>b\nNN\(site)NNNN\n>c\n\(site.prefix(3))\n>d\n>e\nNNNN\n", "short.fa")
        let short = try sandbox.run("seqgan classify --sites short.fa \(Self.at) p.fa")
        #expect(Self.places(Self.lines(short.output)) == ["p1 a 0-20 +", "p1 b 2-22 +"], "\(short.errors)")
    }

    @Test func bedAndTheBestOfEachProbe() throws {
        let (sandbox, _) = try Self.sandbox()
        let tsv = Self.lines(try sandbox.run("seqgan classify -q --sites t.fa \(Self.at) p.fa").output)
        let bed = try sandbox.run("seqgan classify -q --sites t.fa \(Self.at) --format bed p.fa").output
        let expected = tsv.map {
            "\($0.target)\t\($0.start)\t\($0.end)\t\($0.probe)\t\(Int((1000 * $0.score).rounded()))\t\($0.strand)\n"
        }
        #expect(bed == expected.joined())
        let top = Self.lines(try sandbox.run("seqgan classify -q --sites t.fa \(Self.at) --top 2 p.fa").output)
        for probe in ["p1", "p2"] {
            let all = tsv.filter { $0.probe == probe }
            let best = all.map(\.score).sorted(by: >).prefix(2)
            #expect(top.filter { $0.probe == probe }.map(\.score).sorted(by: >) == Array(best))
        }
        #expect(top == tsv.filter { top.contains($0) } && top.count == 3)
        let logits = try sandbox.run("seqgan classify -q --sites t.fa \(Self.at) --logit p.fa").output
        #expect(Self.places(Self.lines(logits)) == Self.places(tsv) && Self.lines(logits).allSatisfy { $0.score > 1 })
    }

    @Test func ambiguousProbesAreExpandedAndTooManyRefused() throws {
        let (sandbox, targets) = try Self.sandbox()
        let letters = "GCGGATCTTGCWGGTCATGY"
        try sandbox.write(">w\n\(letters)\n", "w.fa")
        let lines = Self.lines(try sandbox.run("seqgan classify -q --sites t.fa \(Self.at) w.fa").output)
        #expect(Self.places(lines).contains("w one 1000-1020 +"), "\(lines)")
        let window = targets[0].letters.dropFirst(990).prefix(40)
        let scored = try sandbox.run("seqgan classify -q \(Self.at)", stdin: "\(letters)\t\(window)\n").output
        let score = Double(scored.split(separator: "\t").last?.dropLast() ?? "") ?? 0
        #expect(abs((lines.first { $0.start == 1_000 }?.score ?? 0) - score) < 1e-5, "\(lines), \(scored)")
        try sandbox.write(">n\nNNNNNATCTTGCAGGTCATG\n", "n.fa")
        let refused = try sandbox.run("seqgan classify --sites t.fa n.fa")
        #expect(
            refused.code == 65 && refused.errors.contains("probe 'n' stands for more than 256"), "\(refused.errors)")
    }

    @Test func modelsThatSayNothingOfPlacesScoreWindows() throws {
        let sandbox = try Example.sandbox()
        let probe = "ACGGTCATGCAA"
        let target = Self.planted([(100, Self.opposite(probe)), (150, probe)], in: 200, seed: 3)
        try sandbox.write(">p\n\(probe)\n", "p.fa")
        try sandbox.write(Self.fasta("t", target), "t.fa")
        let result = try sandbox.run("seqgan classify -q -m m.seqgan --sites t.fa --threshold 0.9 p.fa")
        let lines = Self.lines(result.output)
        // The longest strands of the training have 14 letters.
        #expect(lines.allSatisfy { $0.end - $0.start == 14 }, "\(result.output)\(result.errors)")
        #expect(lines.contains { $0.strand == "+" && (98...100).contains($0.start) }, "\(result.output)")
        #expect(lines.contains { $0.strand == "-" && (148...150).contains($0.start) }, "\(result.output)")
        let pairs = lines.map { line in
            let window = String(target.dropFirst(line.start).prefix(14))
            return "\(probe)\t\(line.strand == "+" ? window : Self.opposite(window))\n"
        }
        let scored = try sandbox.run("seqgan classify -q -m m.seqgan", stdin: pairs.joined()).output
        for (line, text) in zip(lines, scored.split(separator: "\n")) {
            #expect(abs((Double(text.split(separator: "\t").last ?? "") ?? 0) - line.score) < 1e-5)
        }
    }

    @Test func emptyAndBadInputs() throws {
        let (sandbox, _) = try Self.sandbox()
        let empty = try sandbox.run("seqgan classify --sites /dev/null p.fa")
        #expect(empty.code == 0 && empty.output.isEmpty && empty.errors.contains("0 letters in"), "\(empty.errors)")
        let noProbes = try sandbox.run("seqgan classify -q --sites t.fa /dev/null")
        #expect(noProbes.code == 0 && noProbes.output.isEmpty && noProbes.errors.isEmpty, "\(noProbes.errors)")
        try sandbox.write("ACGT\tACGT\n", "table.tsv")
        try sandbox.write("@r\nACGTACGTAC\n+\nIIII\n", "cut.fq")
        try sandbox.write("@r\nACGTACGTAC\n", "noplus.fq")
        for (line, code, words) in [
            ("--sites table.tsv p.fa", 65, "table.tsv:1: 'ACGT\\tACGT', expected FASTA or FASTQ"),
            ("--sites cut.fq p.fa", 65, "cut.fq:5: the end of the input in record 'r'"),
            ("--sites noplus.fq p.fa", 65, "the end of the input in record 'r'"),
            ("--sites none.fa p.fa", 66, "none.fa: cannot open"), ("--strand + p.fa", 64, "--strand goes with --sites"),
            ("--sites t.fa --top 3 --all-pairs p.fa", 64, "--sites does not go with --all-pairs"),
            ("--sites t.fa --all-pairs p.fa", 64, "--sites does not go with --all-pairs"),
            ("--sites t.fa --keep 1 p.fa", 64, "--sites does not go with --keep"),
            ("--sites - < p.fa", 64, "probes and targets cannot both come from standard input"),
            ("--sites t.fa --strand x p.fa", 64, "both, + or -"),
            ("--sites t.fa -o t.fa p.fa", 64, "the output 't.fa' is an input too"),
        ] {
            let result = try sandbox.run("seqgan classify \(line)")
            #expect(
                result.code == Int32(code) && result.errors.contains(words), "\(line): \(result.code) \(result.errors)")
            #expect(result.output.isEmpty)
        }
        // What is whole before an error is written, as everywhere; a file of sites is not.
        let (_, targets) = try Self.sandbox()
        let whole = "@one\n\(targets[0].letters)\n+\n\(String(repeating: "I", count: 3_000))\n"
        try sandbox.write("\(whole)@two\n\(targets[1].letters.prefix(9_000))\n+\nII", "whole.fq")
        try sandbox.write("\(whole)", "one.fq")
        let expected = try sandbox.run("seqgan classify -q --sites one.fq \(Self.at) p.fa").output
        #expect(Self.lines(expected).count == 3)
        #expect(
            try sandbox.run("gzip -k whole.fq && head -c 3000 whole.fq.gz > cut.fq.gz && echo old > o.tsv").code == 0)
        for file in ["whole.fq", "cut.fq.gz"] {
            let result = try sandbox.run("seqgan classify -q --sites \(file) \(Self.at) p.fa")
            #expect(result.code == 65 && result.output == expected, "\(file): \(result.errors)")
            let kept = try sandbox.run("seqgan classify -q --sites \(file) \(Self.at) p.fa -o o.tsv")
            #expect(try kept.code == 65 && sandbox.read("o.tsv") == "old\n", "\(file): \(kept.errors)")
        }
        // A reader that has gone is no failure.
        let closed = try sandbox.run(
            "seqgan classify -q --at temperature=45C --threshold 0.02 --sites t.fa p.fa | head -n 1")
        #expect(closed.code == 0 && closed.output.split(separator: "\n").count == 1, "\(closed.errors)")
    }
}
