// ConditionTrainingTests: train with conditions: what it reads, from where, and what belongs to a checkpoint.

import TestSupport
import Testing

@Suite(.timed) struct ConditionTrainingTests {
    private func sandbox() throws -> Sandbox {
        let sandbox = try ConditionExample.sandbox()
        try sandbox.write(ConditionExample.table(200, seed: 3), "t.tsv")
        return sandbox
    }

    @Test func aFileOfValidationPairsNeedsTheColumnsToo() throws {
        let sandbox = try sandbox()
        let train = "seqgan train --conditions temperature,sodium --epochs 1 t.tsv -o n.seqgan --validation"
        #expect(try sandbox.run("\(train) c.tsv").code == 0)
        let bare = try sandbox.run("\(train) p.tsv")
        #expect(bare.code == 65)
        #expect(
            bare.errors.hasSuffix(
                "p.tsv:1: columns 'A\\tB\\tlabel', expected a header with a column 'temperature'\n"))
    }

    @Test func theSameConditionsInAnotherOrderOfColumnsAreTheSameTraining() throws {
        let sandbox = try sandbox()
        let same = try sandbox.run(
            "train() { seqgan train -q --conditions temperature,sodium --epochs 1 \"$@\"; }; "
                + "awk -F'\t' -v OFS='\t' '{ print $5, $1, $2, \"x\", $3, $4 }' t.tsv | "
                + "train --columns A,B,label -o a.seqgan && train t.tsv -o b.seqgan && cmp a.seqgan b.seqgan")
        #expect(same.code == 0, "\(same.output)\(same.errors)")
    }

    @Test func aCheckpointIsOfItsConditions() throws {
        let sandbox = try sandbox()
        let train = "seqgan train -q --epochs 2 t.tsv -o n.seqgan --conditions"
        #expect(try sandbox.run("\(train) temperature,sodium --checkpoint x").code == 0)
        #expect(try sandbox.run("\(train) temperature,sodium --resume x").code == 0)
        for other in ["sodium,temperature", "temperature", "temperature=57C,sodium"] {
            let refused = try sandbox.run("\(train) \(other) --resume x")
            #expect(refused.code == 65 && refused.errors.contains("other data or options"), "\(refused.errors)")
        }
    }

    @Test func aGivenModelBringsItsConditions() throws {
        let sandbox = try sandbox()
        let train = "seqgan train --learn generator --from c.seqgan -o n.seqgan"
        let expected: [(String, Int32, String)] = [
            ("p.tsv", 65, "p.tsv:1: columns 'A\\tB\\tlabel', expected a header with a column 'temperature'"),
            ("--conditions dose t.tsv", 64, "those of the model of --from, temperature,sodium"),
            ("--conditions temperature t.tsv", 64, "those of the model of --from, temperature,sodium"),
            ("--conditions temperature=1C,sodium t.tsv", 64, "those of the model of --from, temperature,sodium"),
            (
                "--generator paired t.tsv", 64,
                "conditions go with the duplex classifier and the generators autoregressive and pair-hmm"
            ),
            ("--generator dcgan t.tsv", 64, "and the model of --from knows temperature,sodium"),
            ("--conditions sodium,temperature nothing.tsv", 66, "nothing.tsv: cannot open"),
        ]
        for (words, code, message) in expected {
            let outcome = try sandbox.run("\(train) \(words)")
            #expect(outcome.code == code && outcome.errors.contains(message), "\(words): \(outcome.errors)")
        }
        try sandbox.write(Example.model.get(), "m.seqgan")
        let none = try sandbox.run("seqgan train --learn generator --from m.seqgan --conditions dose t.tsv -o n.seqgan")
        #expect(none.code == 64 && none.errors.contains("the model of --from, which has none"))
    }
}
