// ConditionCommandTests: values of conditions from --at, columns and defaults, and what is said of them.

import TestSupport
import Testing

/// A model of strands that bind where they are complementary and it is cold, trained once for all tests.
enum ConditionExample {
    /// Lines of strand A, strand B, label, temperature and sodium, below a header.
    static func table(_ count: Int, seed: UInt64) -> String {
        let rows = Example.pairs(count, seed: seed).split(separator: "\n").enumerated().map { place, line in
            let fields = line.split(separator: "\t")
            let temperature = 30 + place / 2 * 7 % 41
            let label = fields[2] == "1" && temperature < 50 ? 1 : 0
            return "\(fields[0])\t\(fields[1])\t\(label)\t\(temperature)\t\(place % 3 == 0 ? "50mM" : "1")\n"
        }
        return "A\tB\tlabel\ttemperature\tsodium\n" + rows.joined()
    }

    static let model: Result<[UInt8], any Error> = Result {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run(
            "seqgan train --conditions temperature=57C,sodium --epochs 8 --batch 32 -o c.seqgan",
            stdin: table(800, seed: 1))
        guard outcome.code == 0 else { throw Example.Failed(errors: outcome.errors) }
        return try sandbox.bytes("c.seqgan")
    }

    /// A sandbox that holds the model, `c.seqgan`, a table with conditions, `c.tsv`, and one without, `p.tsv`.
    static func sandbox(pairs count: Int = 60) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(model.get(), "c.seqgan")
        try sandbox.write(table(count, seed: 2), "c.tsv")
        let made = try sandbox.run("cut -f 1-3 c.tsv > p.tsv")
        guard made.code == 0 else { throw Example.Failed(errors: made.errors) }
        return sandbox
    }
}

extension Sandbox {
    /// The last column of a table that a command writes, without its header.
    fileprivate func scores(_ line: String) throws -> [Double] {
        let outcome = try run(line)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
        return outcome.output.split(separator: "\n").compactMap {
            $0.split(separator: "\t").last.flatMap { Double($0) }
        }
    }
}

@Suite(.timed) struct ConditionCommandTests {
    private func areEqual(_ a: [Double], _ b: [Double], within most: Double = 2e-5) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= most }
    }

    @Test func anOptionGoesBeforeAColumnAndAColumnBeforeTheDefault() throws {
        let sandbox = try ConditionExample.sandbox()
        let usual = try sandbox.scores("seqgan classify -m c.seqgan --logit p.tsv")
        let set = try sandbox.scores(
            "seqgan classify -m c.seqgan --logit --at temperature=57C --at sodium=1M p.tsv")
        #expect(usual.count == 60 && areEqual(usual, set))
        let columns = try sandbox.scores("seqgan classify -m c.seqgan --logit c.tsv")
        #expect(!areEqual(columns, usual, within: 0.1))
        let given = try sandbox.scores(
            "seqgan classify -m c.seqgan --logit --at temperature=57C --at sodium=1M c.tsv")
        #expect(areEqual(given, usual))
        // Of one alone, the other is still that of its column.
        let half = try sandbox.scores("seqgan classify -m c.seqgan --logit --at temperature=57C c.tsv")
        let expected = try sandbox.scores(
            "awk -F'\t' -v OFS='\t' 'NR > 1 { $4 = 57 } 1' c.tsv | seqgan classify -m c.seqgan --logit")
        #expect(areEqual(half, expected) && !areEqual(half, columns, within: 0.1))
        #expect(
            try sandbox.scores("seqgan classify -m c.seqgan --at temperature=30C --at sodium=1M p.tsv")
                .reduce(0, +) > 1.5
                * sandbox.scores("seqgan classify -m c.seqgan --at temperature=70C --at sodium=1M p.tsv")
                .reduce(0, +))
    }

    @Test func eachPairIsScoredAtItsOwnConditions() throws {
        let sandbox = try ConditionExample.sandbox()
        let columns = try sandbox.scores("seqgan classify -m c.seqgan --logit c.tsv")
        let apart = try sandbox.run(
            """
            tail -n +2 c.tsv | while IFS=$'\\t' read -r a b label temperature sodium; do
                printf '%s\\t%s\\n' $a $b | seqgan classify -q -m c.seqgan --logit --at temperature=$temperature \
            --at sodium=$sodium
            done
            """)
        #expect(apart.code == 0, "\(apart.errors)")
        let own = apart.output.split(separator: "\n").compactMap {
            $0.split(separator: "\t").last.flatMap { Double($0) }
        }
        #expect(areEqual(columns, own, within: 1e-4))
        #expect(!areEqual(columns, try sandbox.scores("seqgan classify -m c.seqgan --logit p.tsv"), within: 0.1))
        let keyed = try sandbox.run(
            "seqgan classify -t 1 -m c.seqgan c.tsv > one && seqgan classify -t 7 -m c.seqgan c.tsv | cmp - one && "
                + "for k in 1 2 3; do seqgan classify -m c.seqgan --shard $k/3 c.tsv; done | cmp - one && "
                + "sed 's/$/\\r/' c.tsv | gzip | seqgan classify -m c.seqgan | tr -d '\\r' | cmp - one")
        #expect(keyed.code == 0 && keyed.output.isEmpty, "\(keyed.output)\(keyed.errors)")
    }

    @Test func unitsAreUnderstood() throws {
        let sandbox = try ConditionExample.sandbox()
        let same = try sandbox.run(
            "classify() { seqgan classify -q -m c.seqgan \"$@\"; }; "
                + "classify --at temperature=37C --at sodium=50mM p.tsv > a && "
                + "classify --at temperature=310.15K --at sodium=0.05 p.tsv | cmp - a && "
                + "classify --at=sodium=5e-2M --at temperature=37 -t 3 p.tsv | cmp - a && "
                + "! classify p.tsv | cmp -s - a")
        #expect(same.code == 0, "\(same.output)\(same.errors)")
    }

    @Test(arguments: [
        ("temperatur=37C", "the model has no condition 'temperatur': it knows temperature, sodium"),
        ("temperature=37F", "--at temperature=37F: expected a temperature such as 37C or 310.15K"),
        ("temperature=", "--at temperature=: expected a temperature"),
        ("temperature=-274", "expected a temperature such as"),
        ("sodium=0", "expected a concentration such as 1M, 50mM"), ("sodium=1e-60", "expected a concentration"),
        ("sodium=nan", "expected a concentration"),
    ])
    func whatTheModelDoesNotKnowIsAUsageError(setting: String, message: String) throws {
        let sandbox = try ConditionExample.sandbox()
        for command in [
            "classify p.tsv", "classify --all-pairs p.tsv", "evaluate p.tsv", "inspect --tables", "generate",
        ] {
            let outcome = try sandbox.run("seqgan \(command) -m c.seqgan -o out --at \(setting)")
            #expect(outcome.code == 64 && outcome.errors.contains(message), "\(outcome.errors)")
            #expect(try sandbox.files() == ["c.seqgan", "c.tsv", "p.tsv"])
        }
    }

    @Test func theLastLineTellsWhatWasUsed() throws {
        let sandbox = try ConditionExample.sandbox()
        try sandbox.write(">a\nACGTACGTAC\n>b\nGTACGTACGT\n", "p.fa")
        let expected = [
            ("classify p.tsv", ", at temperature=57C sodium=1M\n"),
            ("classify p.fa", ", at temperature=57C sodium=1M\n"),
            ("classify --all-pairs p.fa --at sodium=50mM", ", at temperature=57C sodium=50mM\n"),
            ("classify c.tsv", ", temperature and sodium from the columns\n"),
            ("classify --at temperature=40 c.tsv", ", at temperature=40C, sodium from the column\n"),
            ("classify p.tsv c.tsv --at sodium=1", ", at temperature=57C sodium=1M, temperature from the column\n"),
            ("evaluate c.tsv", ", temperature and sodium from the columns\n"),
            ("evaluate p.tsv --at sodium=0.1", ", at temperature=57C sodium=100mM\n"),
            ("evaluate --generated p.tsv --real c.tsv --at temperature=31C", ", at temperature=31C sodium=1M\n"),
        ]
        for (command, text) in expected {
            let outcome = try sandbox.run("seqgan \(command) -m c.seqgan")
            #expect(outcome.code == 0 && outcome.errors.hasSuffix(text), "\(command): \(outcome.errors)")
            #expect(try sandbox.run("seqgan \(command) -q -m c.seqgan").errors.isEmpty)
        }
        let plain = try Example.sandbox()
        #expect(try plain.run("seqgan classify -m m.seqgan pairs.tsv").errors.hasSuffix(" MB\n"))
    }

    @Test func valuesOutsideTheTrainingAreScoredAndCounted() throws {
        let sandbox = try ConditionExample.sandbox()
        let range = "outside the values that the model was trained on"
        try sandbox.write("A\tB\tlabel\ttemperature\tsodium\nACGTACGTAC\tGTACGTACGT\t1\t80\t1\n", "hot.tsv")
        for command in ["classify", "evaluate"] {
            let one = try sandbox.run("seqgan \(command) -q -m c.seqgan c.tsv hot.tsv")
            #expect(one.code == 0)
            #expect(
                one.errors
                    == "seqgan: 1 pair has a value of temperature \(range) (30C to 70C): its score is less certain\n")
            let all = try sandbox.run("seqgan \(command) -q -m c.seqgan --at sodium=10mM hot.tsv c.tsv hot.tsv")
            #expect(
                all.errors
                    == "seqgan: 2 pairs have a value of temperature \(range) (30C to 70C): "
                    + "their scores are less certain\n"
                    + "seqgan: sodium=10mM is \(range) (50mM to 1M): scores are less certain\n"
            )
        }
        let screen = try sandbox.run(
            "tail -n +2 p.tsv | cut -f 1 | seqgan classify -q --all-pairs -m c.seqgan --at temperature=95C")
        #expect(screen.code == 0)
        #expect(screen.errors == "seqgan: temperature=95C is \(range) (30C to 70C): scores are less certain\n")
    }

    @Test func aBadValueIsABadRecordOfItsLine() throws {
        let sandbox = try ConditionExample.sandbox()
        let header = "A\tB\tlabel\ttemperature\tsodium\n", pair = "ACGTACGTAC\tGTACGTACGT\t1\t"
        for (field, seen) in [
            ("", "'', a missing value"), ("NA", "'NA', a missing value"), ("hot", "'hot'"), ("-273.15", "'-273.15'"),
            ("37F", "'37F'"), ("nan", "'nan', a missing value"), ("1e39", "'1e39'"),
        ] {
            try sandbox.write(header + "\(pair)40\t1\n\(pair)\(field)\t1\n\(pair)41\t1\n", "bad.tsv")
            let message =
                "bad.tsv:3: the temperature \(seen), expected a temperature such as 37C or 310.15K\n"
            for command in ["classify", "evaluate"] {
                let ended = try sandbox.run("seqgan \(command) -q -m c.seqgan bad.tsv")
                #expect(ended.code == 65 && ended.errors == "seqgan: \(message)", "\(ended.errors)")
                let skipped = try sandbox.run("seqgan \(command) -q --skip-bad -m c.seqgan bad.tsv")
                #expect(skipped.code == 65)
                #expect(skipped.errors == "seqgan: skipped \(message)seqgan: 1 bad record was skipped\n")
                if command == "classify" {
                    #expect(ended.output.split(separator: "\n").count == 2)
                    #expect(skipped.output.split(separator: "\n").count == 3)
                }
                // What --at sets is not read.
                let set = try sandbox.run("seqgan \(command) -q -m c.seqgan --at temperature=40C bad.tsv")
                #expect(set.code == 0 && set.errors.isEmpty, "\(set.errors)")
            }
        }
        // In a part, too, the line counts from the start of the file.
        let rows = (0..<3_000).map { "\(pair)\($0 == 2_900 ? "hot" : "40")\t1\n" }
        try sandbox.write(header + rows.joined(), "long.tsv")
        let part = try sandbox.run("seqgan classify -q -m c.seqgan --shard 5/5 long.tsv")
        #expect(part.code == 65 && part.errors.hasPrefix("seqgan: long.tsv:2902: the temperature 'hot'"))
        let lost = try sandbox.run("seqgan classify -q -m c.seqgan c.tsv p.tsv")
        #expect(lost.code == 65)
        #expect(
            lost.errors == "seqgan: p.tsv:1: a table without a column 'temperature', expected one, as in c.tsv\n")
    }

    @Test func screensAreAtOnePoint() throws {
        let sandbox = try ConditionExample.sandbox()
        let line =
            "cut -f 1 p.tsv | tail -n +2 | head -n 8 > s.txt && "
            + "seqgan classify --logit -m c.seqgan --at temperature=35C --all-pairs s.txt"
        let screen = try sandbox.run(line)
        #expect(screen.code == 0, "\(screen.errors)")
        let rows = screen.output.split(separator: "\n").map { $0.split(separator: "\t") }
        try sandbox.write(rows.map { "\($0[0])\t\($0[1])\n" }.joined(), "list.tsv")
        let list = try sandbox.scores("seqgan classify --logit -m c.seqgan --at temperature=35C list.tsv")
        #expect(areEqual(rows.compactMap { Double($0[3]) }, list, within: 1e-4) && list.count >= 36)
        let usual = try sandbox.scores("seqgan classify --logit -m c.seqgan --all-pairs s.txt")
        #expect(!areEqual(usual, list, within: 0.1))
        let against = try sandbox.scores(
            "seqgan classify --logit -m c.seqgan --at temperature=35C --against s.txt s.txt")
        #expect(Set(list).isSubset(of: Set(against)))
        let arrays = try sandbox.run(
            "for t in 35C 35C 57C; do seqgan classify --matrix -m c.seqgan --at temperature=$t --all-pairs s.txt | "
                + "cksum; done | uniq | wc -l")
        #expect(arrays.output.filter(\.isNumber) == "2")
    }

    @Test func figuresAndTablesAreThoseAtTheConditions() throws {
        let sandbox = try ConditionExample.sandbox(pairs: 300)
        func rows(_ line: String) throws -> [Substring] {
            let outcome = try sandbox.run(line)
            #expect(outcome.code == 0, "\(outcome.errors)")
            return outcome.output.split(separator: "\n")
        }
        let own = try rows("seqgan evaluate -m c.seqgan c.tsv")
        let fixed = try rows("seqgan evaluate -m c.seqgan --at temperature=35C --at sodium=1M c.tsv")
        #expect(own.first == "pairs\t300" && own != fixed)
        #expect(try rows("seqgan evaluate -t 5 -m c.seqgan c.tsv") == own)
        #expect(try rows("seqgan evaluate -m c.seqgan --at temperature=35C --at sodium=1M p.tsv") == fixed)
        let usual = try rows("seqgan inspect --tables c.seqgan")
        #expect(try rows("seqgan inspect --tables --at temperature=57C c.seqgan") == usual)
        #expect(try rows("seqgan inspect --tables --at temperature=35C c.seqgan") != usual)
    }
}
