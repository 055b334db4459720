// AutoregressiveTests: the generator that writes strand B letter by letter, trained by the program on pairs whose
// strands B are longer than A, and asked for pairs and partners in every way.

import Kernels
import TestSupport
import Testing

@Suite(.timed) struct AutoregressiveTests {
    /// A has 6 to 8 letters. B of label 1 is its reverse complement, then two or three letters A or C; that of label 0
    /// is as long and unrelated.
    static let pairs: String = {
        var random = RandomSource(seed: 71)
        func strand(_ count: Int, of letters: [Character]) -> String {
            String((0..<count).map { _ in letters[random.index(below: letters.count)] })
        }
        return (0..<3_000).map { k in
            let a = strand(6 + random.index(below: 3), of: ["A", "C", "G", "T"])
            let (tail, isRelated) = (2 + random.index(below: 2), k % 3 != 0)
            let b =
                isRelated
                ? GenerateTests.reverseComplement(a) + strand(tail, of: ["A", "C"])
                : strand(a.count + tail, of: ["A", "C", "G", "T"])
            return "\(a)\t\(b)\t\(isRelated ? 1 : 0)\n"
        }.joined()
    }()

    private static let training = "seqgan train --learn both --ordered --epochs 8 --batch 64 --steps 750 pairs.tsv"

    /// The model, its log, and what its training said.
    private static let trained: Result<(model: [UInt8], log: String, errors: String), any Error> = Result {
        let sandbox = try Sandbox()
        try sandbox.write(pairs, "pairs.tsv")
        let outcome = try sandbox.run("\(training) -o g.seqgan --log log.tsv")
        guard outcome.code == 0 else { throw Example.Failed(errors: outcome.errors) }
        return (try sandbox.bytes("g.seqgan"), try sandbox.read("log.tsv"), outcome.errors)
    }

    private static func sandbox() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write(trained.get().model, "g.seqgan")
        return sandbox
    }

    /// Whether B begins with A's reverse complement.
    private static func obeys(_ pair: (a: String, b: String)) -> Bool {
        pair.b.hasPrefix(GenerateTests.reverseComplement(pair.a))
    }

    @Test func theLogAndTheProgressTellTheLossesOfTrainingAndHeldOutPairs() throws {
        let (_, log, errors) = try Self.trained.get()
        let rows = log.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        let start = try #require(rows.firstIndex { $0[0] == "step" })
        #expect(
            rows[start] == [
                "step", "training_loss", "validation_loss", "column_entropy", "unique", "one_hot", "facing", "score",
                "agreement_1", "agreement_0", "seconds",
            ])
        let steps = rows[(start + 1)...]
        #expect(steps.map { $0[0] } == ["250", "500", "750"] && steps.allSatisfy { $0.count == 11 })
        let losses = try steps.map { try #require(Double($0[2])) }
        let ofTraining = try steps.map { try #require(Double($0[1])) }
        #expect(ofTraining == ofTraining.sorted(by: >) && losses.allSatisfy { $0 > 0 && $0 < 1 }, "\(losses)")
        for row in steps {
            #expect(errors.contains("step \(row[0])/750: loss \(row[1]), validation loss \(row[2]), "), "\(errors)")
        }
        let shown = try Self.sandbox().run("seqgan inspect g.seqgan").output
        for line in ["generator\tautoregressive", "generator labels\t0 and 1", "generator longest strand\t11"] {
            #expect(shown.contains("\(line)\n"), "\(shown)")
        }
        #expect(shown.contains("training generator-steps\t750\n"))
    }

    @Test func pairsObeyAndLengthsAreThoseOfTheData() throws {
        let sandbox = try Self.sandbox()
        let outcome = try sandbox.run("seqgan generate -q -m g.seqgan -n 400 --format tsv")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let pairs = GenerateTests.pairs(outcome.output)
        #expect(pairs.count == 400 && pairs.count { Self.obeys($0) } > 300, "\(pairs.count { Self.obeys($0) })")
        #expect(Set(pairs.map(\.a.count)) == [6, 7, 8] && Set(pairs.map(\.b.count)) == [8, 9, 10, 11])
        #expect(pairs.count { (2...3).contains($0.b.count - $0.a.count) } > 360)
        let apart = try sandbox.run("seqgan generate -q -m g.seqgan -n 400 --format tsv --label 0")
        #expect(apart.code == 0, "\(apart.errors)")
        let others = GenerateTests.pairs(apart.output)
        #expect(others.count == 400 && others.count { Self.obeys($0) } < 10)
        // Both strands are of these lengths.
        let some = try sandbox.run("seqgan generate -q -m g.seqgan -n 100 --format tsv --length 7:10")
        #expect(some.code == 0, "\(some.errors)")
        #expect(GenerateTests.pairs(some.output).allSatisfy { $0.a.count >= 7 && $0.b.count <= 10 })
    }

    @Test func whatIsAskedForHoldsAndDependsOnTheSeedAlone() throws {
        let sandbox = try Self.sandbox()
        let line =
            "seqgan generate -q -m g.seqgan -n 300 --format tsv --gc 0.3:0.7 --max-run 3 --min-score 0.7 --unique "
            + "--length 7:10"
        let one = try sandbox.run("\(line) -t 1")
        #expect(one.code == 0, "\(one.errors)")
        let rows = one.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.count == 300 && Set(rows.map { $0[0] + $0[1] }).count == 300)
        for row in rows {
            #expect(try #require(Double(row[3])) >= 0.7)
            for strand in row[..<2] {
                let gc = Double(strand.count { $0 == "G" || $0 == "C" }) / Double(strand.count)
                #expect((0.3...0.7).contains(gc) && (7...10).contains(strand.count))
                for letter in "ACGT" { #expect(!strand.contains(String(repeating: letter, count: 4))) }
            }
        }
        for threads in [2, 3] { #expect(try sandbox.run("\(line) -t \(threads)").bytes == one.bytes) }
        #expect(try sandbox.run("\(line) -s 11").bytes == one.bytes)
        #expect(try sandbox.run("\(line) -s 12").bytes != one.bytes)
    }

    /// Of 6 to 8 letters, one of them ambiguous.
    private static let strands = ">x\nACGTTGCA\n>y\nTTGACN\n>z\nGGATCTC\n"

    @Test func partnersAreOfTheLabelLengthAndScoreAskedFor() throws {
        let sandbox = try Self.sandbox()
        let line = "seqgan generate -q -m g.seqgan --partner-of - -n 8 --format tsv"
        let one = try sandbox.run("\(line) -t 1", stdin: Self.strands)
        #expect(one.code == 0, "\(one.errors)")
        let pairs = GenerateTests.pairs(one.output)
        #expect(pairs.count == 24 && Set(pairs.map { $0.a + $0.b }).count == 24)
        #expect(pairs.count { Self.obeys($0) } > 16)
        #expect(try sandbox.run("\(line) -t 3", stdin: Self.strands).bytes == one.bytes)
        #expect(try sandbox.run("\(line) -s 4", stdin: Self.strands).bytes != one.bytes)
        let long = try sandbox.run("\(line) --length 10:11 --min-score 0.5 --unique", stdin: ">x\nACGTTGCA\n")
        #expect(long.code == 0, "\(long.errors)")
        let made = GenerateTests.pairs(long.output)
        #expect(made.count == 8 && Set(made.map(\.b)).count == 8)
        #expect(made.allSatisfy { $0.a == "ACGTTGCA" && (10...11).contains($0.b.count) })
        let apart = try sandbox.run("\(line) --label 0", stdin: Self.strands)
        #expect(apart.code == 0, "\(apart.errors)")
        #expect(GenerateTests.pairs(apart.output).count { Self.obeys($0) } < 3)
    }

    @Test func aStrandThatIsLongerThanThoseOfTheTrainingIsRefusedThoughBMayBe() throws {
        let sandbox = try Self.sandbox()
        let outcome = try sandbox.run(
            "seqgan generate -q -m g.seqgan --partner-of - -n 1", stdin: ">x\nACGTTGCA\n>y\nACGTTGCAA\n")
        #expect(outcome.code == 65 && outcome.errors.contains("<stdin>:4: "), "\(outcome.errors)")
        #expect(outcome.errors.contains("a strand of 9 letters, expected at most 8"), "\(outcome.errors)")
        #expect(outcome.errors.contains("as the generator was trained on"), "\(outcome.errors)")
    }

    @Test func outOfTimeItIsTheLastGoodGeneratorOrNone() throws {
        let sandbox = try Example.sandbox()
        let train = "seqgan train --learn generator --from m.seqgan --batch 16 -q pairs.tsv -o g.seqgan"
        let none = try sandbox.run("\(train) --max-seconds 0")
        #expect(none.code == 65, "\(none.errors)")
        #expect(none.errors.contains("the generator had no time to learn: raise --max-seconds"), "\(none.errors)")
        #expect(try !sandbox.files().contains("g.seqgan"))
        // A state with a generator is what a run without time begins and ends with.
        let stopped = try sandbox.run(
            """
            resume=; for round in $(seq 60); do
                touch before; \(train) --checkpoint c.state $resume & P=$!; resume="--resume c.state"
                until [ c.state -nt before ] || ! kill -0 $P; do sleep 0.02; done 2> /dev/null
                kill -INT $P 2> /dev/null; wait $P
                grep -aq '"number.step"' c.state && break
            done; grep -aq '"number.step"' c.state
            """)
        #expect(stopped.code == 0, "\(stopped.errors)")
        for threads in [1, 3] {
            let ended = try sandbox.run(
                "\(train) --max-seconds 0 --resume c.state -t \(threads); mv g.seqgan \(threads)")
            #expect(ended.code == 0, "\(ended.errors)")
        }
        #expect(try sandbox.bytes("1") == sandbox.bytes("3"))
        let made = try sandbox.run("seqgan inspect 1; seqgan generate -m 1 -n 20 --format tsv")
        #expect(made.code == 0 && made.output.contains("training generator-best-step\t"), "\(made.errors)")
    }
}
