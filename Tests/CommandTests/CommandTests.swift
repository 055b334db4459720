// Tests of the commands through the built program.

import Foundation
import TestSupport
import Testing

@Suite(.timed, .serialized) struct CommandTests {
    /// A sandbox with a model trained on the sample, made once.
    static let trained = Result {
        let sandbox = try Sandbox()
        let result = try sandbox.run(
            "seqgan train -q --epochs 25 --columns strandA,strandB,yield --label-threshold 0.2 \(Sandbox.sample) -o "
                + "m.seqgan"
        )
        return (sandbox, result)
    }

    @Test func trainingLearnsAndClassifyScoresWithTheSameFigures() throws {
        let (sandbox, result) = try Self.trained.get()
        #expect(result.code == 0, "\(result.errors)")
        let judged = try sandbox.run("seqgan evaluate -q -m m.seqgan --columns 1,2,4 \(Sandbox.sample)")
        let rows = judged.output.split(separator: "\n").map { $0.split(separator: "\t") }
        let area = rows.first { $0[0] == "AUROC" }.flatMap { Double($0[1]) }
        #expect((area ?? 0) > 0.97, "\(judged.output)")
        #expect(rows.first.map { $0[1] } == "3000")
    }

    @Test func outputKeepsOrderColumnsHeaderAndComments() throws {
        let (sandbox, _) = try Self.trained.get()
        try sandbox.write(
            "strandA\tstrandB\tid\n# kept\nACGTACGT\tACGTACGT\t7\n\nacguacgu\tACGTNCGT\t8\textra\n", "p.tsv")
        let result = try sandbox.run("seqgan classify -q --force-lengths -m m.seqgan p.tsv")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 4 && result.code == 0)
        #expect(lines[0] == "strandA\tstrandB\tid\tpredicted\tscore" && lines[1] == "# kept")
        #expect(lines[2].hasPrefix("ACGTACGT\tACGTACGT\t7\t") && lines[3].hasPrefix("acguacgu\tACGTNCGT\t8\textra\t"))
    }

    @Test func outputIsTheSameForAnyNumberOfThreads() throws {
        let (sandbox, _) = try Self.trained.get()
        let outputs = try [1, 2, 7].map {
            try sandbox.run("seqgan classify -q -t \($0) -m m.seqgan \(Sandbox.sample)").output
        }
        #expect(outputs[0].split(separator: "\n").count == 3001)
        #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2])
    }

    @Test func swappingTheStrandsOfASymmetricModelLeavesTheScore() throws {
        let (sandbox, _) = try Self.trained.get()
        let scores = try ["1,2", "2,1"].map {
            try sandbox.run(
                "zcat \(Sandbox.sample) | tail -n +2 | seqgan classify -q -m m.seqgan --columns \($0) | cut -f6"
            ).output
        }
        #expect(!scores[0].isEmpty && scores[0] == scores[1])
    }

    @Test func aFailureIsToldAfterWhatWasValidIsWritten() throws {
        let (sandbox, _) = try Self.trained.get()
        let cases: [(String, Int32, String, Int)] = [
            (
                "printf 'ACGT\\tACGT\\nACGT\\tA!\\nACGT\\tACGT\\n' | seqgan classify -q --force-lengths -m m.seqgan",
                65,
                "<stdin>:2: the letter '!'", 1
            ),
            (
                "printf 'ACGT\\tACGT\\nACGT\\n' | seqgan classify -q --force-lengths -m m.seqgan", 65,
                "<stdin>:2: 1 column", 1
            ),
            (
                "printf 'ACGT\\tACGT\\nACGT\\nAC\\tGT\\n' | seqgan classify -q --skip-bad --force-lengths -m m.seqgan",
                65,
                "1 bad record was skipped", 2
            ),
            ("head -c 30000 \(Sandbox.sample) | seqgan classify -q -m m.seqgan", 65, "truncated", -1),
            ("seqgan classify -m m.seqgan none.tsv", 66, "none.tsv: cannot open", 0),
            ("seqgan classify -q -m m.seqgan \(Sandbox.sample) > /dev/full", 74, "No space left", 0),
            ("seqgan classify -q -m m.seqgan -o /dev/full \(Sandbox.sample)", 74, "No space left", 0),
            ("seqgan classify -q -m none.seqgan \(Sandbox.sample)", 66, "none.seqgan", 0),
            (
                "head -c 3000 m.seqgan > cut; seqgan classify -q -m cut \(Sandbox.sample)", 65,
                "cut: the model is damaged", 0
            ),
            ("seqgan classify --thresold 1", 64, "Did you mean '--threshold'", 0),
            ("seqgan classify -q -m m.seqgan p.tsv -o p.tsv", 64, "is an input too", 0),
        ]
        try sandbox.write("ACGT\tACGT\n", "p.tsv")
        for (line, code, words, lines) in cases {
            let result = try sandbox.run(line)
            #expect(result.code == code && result.errors.contains(words), "\(line): \(result.code) \(result.errors)")
            if lines >= 0 { #expect(result.output.split(separator: "\n").count == lines, "\(line)") }
        }
        #expect(try sandbox.read("p.tsv") == "ACGT\tACGT\n")
    }

    @Test func packedOutputIsReadAgain() throws {
        let (sandbox, _) = try Self.trained.get()
        let result = try sandbox.run(
            "seqgan classify -q -m m.seqgan -o o.tsv.gz \(Sandbox.sample) && gzip -t o.tsv.gz && "
                + "seqgan classify -q -m m.seqgan \(Sandbox.sample) | cmp - <(zcat o.tsv.gz)")
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test func keepWritesOnlyThosePairsAsTheyCame() throws {
        let (sandbox, _) = try Self.trained.get()
        let result = try sandbox.run(
            "for k in 0 1; do seqgan classify -q -m m.seqgan --keep $k \(Sandbox.sample) | tail -n +2; done | sort | "
                + "cmp - <(zcat \(Sandbox.sample) | tail -n +2 | sort)"
        )
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test func decodingWhatWasEncodedGivesTheStrands() throws {
        let sandbox = try Sandbox()
        for options in ["", "--layout stacked", "--orientation antiparallel", "--dtype float32", "--length 40"] {
            let back = options.contains("anti") ? options : ""
            let result = try sandbox.run(
                "seqgan encode -q \(options) \(Sandbox.sample) | seqgan encode -q --decode \(back) | "
                    + "cmp - <(zcat \(Sandbox.sample) | tail -n +2 | cut -f1,2)"
            )
            #expect(result.code == 0, "\(options): \(result.errors)")
        }
        let text = try sandbox.run("printf 'ACN\\tT\\n' | seqgan encode -q --format text")
        #expect(text.output == "A.A\n.CC\n..G\n..T\n...\n...\n...\nT..\n\n")
        let array = try sandbox.run("printf 'AC\\tT\\n' | seqgan encode -q | tail -c 16 | od -An -tu1 -w16")
        #expect(array.output.filter { $0 != " " && $0 != "\n" } == "1001000000000010")
        let bad = try sandbox.run("printf 'junk' | seqgan encode --decode")
        #expect(bad.code == 65)
    }

    @Test func aRecordThatIsPassedOverDoesNotWidenTheArray() throws {
        let result = try Sandbox().run(
            "printf 'AC\\tGT\\nACGTACGTACGT\\tAX\\n' | seqgan encode -q --skip-bad --format text")
        #expect(result.code == 65)
        #expect(result.output == "A.\n.C\n..\n..\n..\n..\nG.\n.T\n\n")
    }

    @Test func recordsWithoutColumnsAreNotDecodedToEndlessLines() throws {
        let sandbox = try Sandbox()
        for (shape, code) in [("(1000000000000000000, 4, 0)", 65), ("(2, 2, 4, 0)", 65), ("(0, 4, 0)", 0)] {
            var header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }"
            header += String(repeating: " ", count: 117 - header.count) + "\n"
            try sandbox.write([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8), "a.npy")
            let result = try sandbox.run("seqgan encode --decode a.npy | head -c 100")
            #expect(result.output.isEmpty, "\(shape)")
            let status = try sandbox.run("seqgan encode -q --decode a.npy > lines")
            #expect(status.code == code, "\(shape): \(status.errors)")
            #expect(code == 0 || status.errors.contains("a.npy: an array of shape"), "\(status.errors)")
        }
    }

    @Test func inspectShowsTheModelAndItsEnergies() throws {
        let (sandbox, _) = try Self.trained.get()
        let result = try sandbox.run("seqgan inspect m.seqgan && seqgan inspect --tables m.seqgan")
        #expect(result.output.contains("alphabet\tACGT") && result.output.contains("pair\tG-C\t"))
    }

    @Test func trainingTwiceGivesTheSameBytes() throws {
        let sandbox = try Sandbox()
        let result = try sandbox.run(
            "for t in 1 3; do seqgan train -q -t $t --epochs 1 --columns 1,2,4 \(Sandbox.sample) -o $t.seqgan; done; "
                + "cmp 1.seqgan 3.seqgan"
        )
        #expect(result.code == 0, "\(result.errors)")
    }
}

extension CommandTests {
    @Test func anInterruptedTrainingLeavesNothingBehind() throws {
        let sandbox = try Sandbox()
        try sandbox.write("old", "m.seqgan")
        let result = try sandbox.run(
            "'\(Sandbox.program)' train -q --epochs 9999 --patience 9999 --columns 1,2,4 \(Sandbox.sample) -o "
                + "m.seqgan & "
                + "child=$!; until_temporary; ls -A | grep -c tmp; kill -TERM $child; wait $child; echo $?; ls -A | "
                + "grep -c tmp; cat m.seqgan"
        )
        #expect(result.output == "1\n143\n0\nold")
    }
}
