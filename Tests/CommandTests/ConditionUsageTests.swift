// ConditionUsageTests: what the command line and the tables say about conditions before any model is trained.

import TestSupport
import Testing

@Suite(.timed) struct ConditionUsageTests {
    private static let rule = "conditions go with the duplex classifier and the generators autoregressive and pair-hmm"

    @Test(arguments: [
        ("x", "expected a name and a value such as temperature=37C"),
        ("=37C", "expected a name and a value such as temperature=37C"),
        ("dose=1 --at dose=2", "--at sets 'dose' twice"),
        ("dose=1", "the model has no condition 'dose': it knows "),
    ])
    func aConditionThatCannotBeSetIsAUsageError(words: String, message: String) throws {
        for command in ["classify", "classify --all-pairs", "evaluate", "generate", "inspect --tables"] {
            let input = command.hasPrefix("generate") || command.hasPrefix("inspect") ? "" : " -"
            let outcome = try Sandbox().run(
                "seqgan \(command) --at \(words)\(input)", stdin: "ACGTACGTACGT\tACGTACGTACGT\t1\n")
            #expect(outcome.code == 64 && outcome.bytes.isEmpty, "\(command)")
            #expect(outcome.errors.contains(message) && outcome.errors.contains("Usage: seqgan "), "\(outcome.errors)")
        }
    }

    @Test func conditionsOfNothingAreAUsageError() throws {
        let inspected = try Sandbox().run("seqgan inspect --at dose=1")
        #expect(inspected.code == 64 && inspected.errors.contains("--at goes with --tables, --svg or --report"))
        let compared = try Sandbox().run("seqgan evaluate --generated - --real p.tsv --at dose=1")
        #expect(compared.code == 64 && compared.errors.contains("--at goes with a model"))
    }

    @Test(arguments: [
        ("a,,b", "expected names of columns, such as temperature,sodium,dose"), ("", "expected names of columns"),
        ("a:ln", "time:log: 'a:ln'"), ("temperature:log", "'temperature:log'"), ("a,b,a", "'a' twice"),
        ("a,a:log", "'a' twice"), ("temperature=57F", "expected a temperature such as 37C or 310.15K"),
        ("sodium=", "expected a concentration such as 1M"), ("time:log=0", "expected a number above 0"),
    ])
    func theListOfConditionsSaysWhatItTakes(list: String, message: String) throws {
        let outcome = try Sandbox().run("seqgan train --conditions '\(list)' p.tsv -o m.seqgan")
        #expect(outcome.code == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test(arguments: [
        "--classifier cnn", "--learn both --generator paired", "--learn both --generator dense",
        "--learn generator --generator dcgan",
    ])
    func otherKindsOfModelsHaveNone(options: String) throws {
        let outcome = try Sandbox().run("seqgan train --conditions dose \(options) p.tsv -o m.seqgan")
        #expect(outcome.code == 64 && outcome.errors.contains(Self.rule), "\(outcome.errors)")
    }

    @Test func trainingNeedsTheColumns() throws {
        let sandbox = try Sandbox()
        try sandbox.write("A\tB\tlabel\tdose\nACGT\tACGT\t1\t2\n", "dose.tsv")
        try sandbox.write("ACGT\tACGT\t1\t2\n", "bare.tsv")
        try sandbox.write(">a label=1\nACGT\n>b\nACGT\n", "p.fa")
        let expected: [(String, String, Int32)] = [
            (
                "--conditions dose,time dose.tsv",
                "dose.tsv:1: columns 'A\\tB\\tlabel\\tdose', expected a header with a column 'time'", 65
            ),
            (
                "--conditions dose bare.tsv",
                "bare.tsv:1: columns 'ACGT\\tACGT\\t1\\t2', expected a header with a column 'dose'", 65
            ),
            ("--conditions label dose.tsv", "dose.tsv:1: column 3 'label' as a label, expected another one", 65),
            ("--conditions dose p.fa", "p.fa:1: records, expected a table with a column 'dose'", 65),
            (
                "--conditions dose dose.tsv p.fa",
                "p.fa:1: records without a column 'dose', expected one, as in dose.tsv", 65
            ),
            ("--conditions dose dose.tsv nothing.tsv", "nothing.tsv: cannot open", 66),
        ]
        for (words, message, code) in expected {
            let outcome = try sandbox.run("seqgan train -o m.seqgan \(words)")
            #expect(outcome.code == code && outcome.errors.contains(message), "\(outcome.errors)")
            #expect(try sandbox.files() == ["bare.tsv", "dose.tsv", "p.fa"])
        }
    }

    @Test(arguments: ["", "NA", "nan", "x", "inf", "1e999", "0", "-1", "1 ", "1M"])
    func aBadValueIsABadRecord(value: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write("A\tB\tlabel\ttime\nACGT\tACGT\t1\t2\nACGT\tACGT\t1\t\(value)\n", "p.tsv")
        let failed = try sandbox.run("seqgan train --conditions time:log p.tsv -o m.seqgan")
        #expect(failed.code == 65 && failed.errors.contains("p.tsv:3: the time '\(value)'"), "\(failed.errors)")
        #expect(failed.errors.contains("expected a number above 0\n"))
        let skipped = try sandbox.run("seqgan train --skip-bad --conditions time:log p.tsv -o m.seqgan")
        #expect(skipped.code == 65 && skipped.errors.contains("1 labelled pair: training needs at least 2"))
    }
}
