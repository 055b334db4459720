// AmbiguityTests: a pair with ambiguity letters has the mean score of the pairs that it stands for, in every command
// and mode.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.timed) struct AmbiguityTests {
    private static let members: [Character: String] = [
        "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC", "B": "CGT", "D": "AGT", "H": "ACT",
        "V": "ACG",
        "N": "ACGT",
    ]

    /// All plain strands that one stands for.
    private static func expansions(_ strand: String) -> [String] {
        strand.reduce([""]) { strands, letter in
            (members[letter] ?? String(letter)).flatMap { choice in strands.map { $0 + String(choice) } }
        }
    }

    /// Pairs of a strand and its mutated complement, of which one to three letters are ambiguous.
    private static func pairs(_ count: Int, seed: UInt64) -> [(a: String, b: String)] {
        var random = RandomSource(seed: seed)
        let letters = Array("ACGT"), codes = Array(members.keys).sorted()
        return (0..<count).map { _ in
            let length = 18 + random.index(below: 9)
            let a = (0..<length).map { _ in random.index(below: 4) }
            var strands = [a, a.reversed().map { 3 - $0 }].map { $0.map { letters[$0] } }
            for _ in 0..<random.index(below: 6) {
                strands[1][random.index(below: length)] = letters[random.index(below: 4)]
            }
            for _ in 0...random.index(below: 3) {
                strands[random.index(below: 2)][random.index(below: length)] = codes[random.index(below: codes.count)]
            }
            return (String(strands[0]), String(strands[1]))
        }
    }

    private static func scores(_ pairs: [(a: String, b: String)], _ options: String = "") throws -> [Double] {
        let sandbox = try Sandbox()
        try sandbox.write(pairs.map { "\($0.a)\t\($0.b)\n" }.joined(), "p.tsv")
        let result = try sandbox.run("seqgan classify -q \(options) p.tsv | rev | cut -f1 | rev")
        return try result.output.split(separator: "\n").map { try #require(Double($0)) }
    }

    /// The mean and the largest of the scores of all expansions of each pair.
    private static func expected(_ pairs: [(a: String, b: String)]) throws -> [(mean: Double, largest: Double)] {
        let all = pairs.map { pair in
            expansions(pair.a).flatMap { a in expansions(pair.b).map { (a: a, b: $0) } }
        }
        let scored = try scores(all.flatMap { $0 })
        var start = 0
        return all.map { expansions in
            defer { start += expansions.count }
            let part = scored[start..<start + expansions.count]
            return (part.reduce(0, +) / Double(part.count), part.max() ?? 0)
        }
    }

    @Test func theScoreIsTheMeanOverTheExpansionsOrWithWorstTheLargest() throws {
        let pairs = Self.pairs(120, seed: 3)
        let expected = try Self.expected(pairs)
        let (means, largest) = (try Self.scores(pairs), try Self.scores(pairs, "--worst"))
        #expect(means.count == pairs.count && largest.count == pairs.count)
        for (k, wanted) in expected.enumerated() {
            // Both are rounded to six decimals.
            #expect(abs(means[k] - wanted.mean) < 1.01e-6, "\(pairs[k])")
            #expect(abs(largest[k] - wanted.largest) < 1e-9, "\(pairs[k])")
        }
        #expect(zip(means, largest).contains { $1 > $0 + 0.1 })
    }

    @Test func ofMoreExpansionsThan256SomeAreDrawnByThePairAlone() throws {
        // Published primers: psbA's and dnaK's among them; each beside its own complement.
        let primers = [
            "GGWACWGGWTGAACWGTWTAYCCYCC", "GGACTACNVGGGTWTCTAAT", "ATHGGNGGNTTYGGNAAYTG", "GAYGGNCARCCNGARCARATHGG",
        ]
        let opposite = Dictionary(uniqueKeysWithValues: zip("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN"))
        let pairs = primers.map { (a: $0, b: String($0.reversed().map { opposite[$0] ?? $0 })) }
        let found = try Self.scores(pairs)
        var random = RandomSource(seed: 9)
        for (k, pair) in pairs.enumerated() {
            let (a, b) = (Self.expansions(pair.a), Self.expansions(pair.b))
            let sample = (0..<4_000).map { _ in
                (a: a[random.index(below: a.count)], b: b[random.index(below: b.count)])
            }
            let scored = try Self.scores(sample)
            let mean = scored.reduce(0, +) / Double(scored.count)
            #expect(abs(found[k] - mean) < 0.03, "\(pair.a): \(found[k]), of 4,000 drawn ones \(mean)")
            let worst = try Self.scores([pair], "--worst")[0]
            #expect(worst >= (scored.max() ?? 0) - 1e-6, "\(pair.a): \(worst)")
        }
        // Neither its place, nor its neighbours, nor which strand comes first make a difference.
        let turned = try Self.scores(pairs.reversed().map { (a: $0.b, b: $0.a) } + Self.pairs(50, seed: 1))
        #expect(Array(turned.prefix(pairs.count).reversed()) == found)
        let sandbox = try Sandbox()
        let said = try sandbox.run("seqgan classify -q", stdin: pairs.map { "\($0.a)\t\($0.b)\n" }.joined())
        #expect(said.code == 0 && said.errors.split(separator: "\n").count == 1)
        #expect(said.errors.contains("\(pairs.count) pairs stand for more than 256"), "\(said.errors)")
    }

    @Test func everyModeGivesTheSameScores() throws {
        let sandbox = try Sandbox()
        let pairs = Self.pairs(12, seed: 8) + [("ACGTTGCATCGGATCTAGCA", "TGCTAGATCCGATGCAACGT")]
        try sandbox.write(pairs.map { ">a\n\($0.a)\n" }.joined(), "a.fa")
        try sandbox.write(pairs.map { ">b\n\($0.b)\n" }.joined(), "b.fa")
        try sandbox.write(pairs.map { "\($0.a)\t\($0.b)\n" }.joined(), "p.tsv")
        for worst in ["", "--worst"] {
            let all = pairs.flatMap { a in pairs.map { (a: a.a, b: $0.b) } }
            let wanted = try Self.scores(all, worst)
            for threads in [1, 7] {
                let screen = try sandbox.run("seqgan classify -q -t \(threads) \(worst) --against b.fa a.fa | cut -f4")
                #expect(screen.output.split(separator: "\n").map { Double($0) ?? -1 } == wanted, "\(screen.errors)")
                let both = try sandbox.run(
                    "cat a.fa b.fa | seqgan classify -q -t \(threads) \(worst) --all-pairs | awk 'NR == 14' | cut -f4")
                #expect(Double(both.output.dropLast()) == wanted[0], "\(both.errors)")
                let mates = try sandbox.run(
                    "seqgan classify -q -t \(threads) \(worst) --mates b.fa a.fa | rev | cut -f1 | rev")
                let own = try Self.scores(pairs, worst)
                #expect(mates.output.split(separator: "\n").map { Double($0) ?? -1 } == own, "\(mates.errors)")
            }
        }
        // The area under the curve of these labels and scores is that of evaluate.
        let scores = try Self.scores(pairs)
        try sandbox.write(pairs.enumerated().map { "\($1.a)\t\($1.b)\t\($0 % 2)\n" }.joined(), "l.tsv")
        let judged = try sandbox.run("seqgan evaluate -q l.tsv | awk 'tolower($1) == \"auroc\" { print $2 }'")
        let (ones, zeros) = (
            scores.enumerated().filter { $0.offset % 2 == 1 }.map(\.element),
            scores.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        )
        let wins = ones.reduce(0.0) {
            $0 + zeros.reduce(0.0) { [one = $1] in $0 + (one > $1 ? 1 : one == $1 ? 0.5 : 0) }
        }
        #expect(abs((Double(judged.output.dropLast()) ?? -1) - wins / Double(ones.count * zeros.count)) < 0.01)
    }

    @Test func aStrandAgainstItselfIsPredictedByAllThatBindsIt() throws {
        let sandbox = try Sandbox()
        // Palindromes of all strengths: the score, of half of what binds, lies between a half of the threshold and
        // twice it.
        let strands = ["ACGTACGTACGTACGT", "GAATTCGAATTC", "TTATAATTATAA", "GCGAATTCGC", "ACGTTGCATCGGATCTAGCA"]
        let fasta = strands.map { ">\($0)\n\($0)\n" }.joined()
        let result = try sandbox.run("seqgan classify -q --at temperature=45C --all-pairs", stdin: fasta)
        var doubled = 0
        for line in result.output.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            let score = try #require(Double(fields[3]))
            let share = fields[0] == fields[1] ? 2 * score : score
            #expect(fields[2] == (share > 0.2 ? "1" : "0"), "\(line)")
            if share > 0.2, score <= 0.2 { doubled += 1 }
            let pair = try Self.scores([(String(fields[0]), String(fields[1]))], "--at temperature=45C")[0]
            #expect(pair == score, "\(line)")
        }
        #expect(doubled > 0, "\(result.output)")
        let fast = try sandbox.run(
            "seqgan classify -q --at temperature=45C --threshold 0.6 --keep 1 --all-pairs", stdin: fasta
        ).output
        #expect(
            fast.split(separator: "\n").contains { $0.hasPrefix("ACGTACGTACGTACGT\tACGTACGTACGTACGT\t1\t") }, "\(fast)")
    }
}
