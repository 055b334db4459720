// NumericOptionTests: a number that an option does not take ends the run at once, with what it takes and its command's
// usage.

import TestSupport
import Testing

@Suite(.timed) struct NumericOptionTests {
    /// Numbers that hardly any option takes; each has to be refused or taken, and never to trap.
    private static let hostile = [
        "-1", "-9223372036854775808", "99999999999999999999", "nan", "-inf", "1e400", "''", "x", "' 5'", "--quiet",
    ]

    /// Options with what they say that they take, the numbers among the hostile ones that they take, and more that they
    /// refuse.
    private static let options: [(command: String, option: String, taken: String, refused: [String])] = [
        ("classify p.tsv", "--threshold", "a number from 0 to 1", ["1.01", "2"]),
        ("classify p.tsv", "--keep", "a whole number from 0 to 1", ["2", "0.5"]),
        (
            "classify p.tsv", "--shard", "i/n such as 3/8, with i from 1 to n",
            ["0/4", "5/4", "0/0", "-1/4", "1/-4", "1", "1/9223372036854775808", "a/b", "1/2/3"]
        ),
        ("classify p.tsv", "--threads", "a whole number from 1 to 1024", ["0", "1025"]),
        ("classify p.tsv", "-t", "a whole number from 1 to 1024", ["0"]),
        ("encode p.tsv", "--length", "a whole number from 1 to 512", ["0", "513"]),
        ("evaluate p.tsv", "--threshold", "a number from 0 to 1", ["1.01"]),
        ("evaluate p.tsv", "-s", "a whole number from 0 to 18446744073709551615", ["1.5"]),
        ("generate", "-n", "a whole number from 1 to 1000000000", ["0", "-5", "1000000001", "9223372036854775808"]),
        ("generate", "--seed", "a whole number from 0 to 18446744073709551615", ["18446744073709551616"]),
        ("generate", "--label", "a whole number from 0 to 1", ["2"]),
        ("generate", "--min-score", "a number from 0 to 1", ["1.5"]),
        ("generate", "--min-distance", "a whole number, 0 or more", ["9223372036854775808"]),
        ("generate", "--max-tries", "a whole number from 1 to 1000000", ["0", "1000001"]),
        ("generate", "--max-run", "a whole number, 1 or more", ["0"]),
        (
            "generate", "--gc", "MIN:MAX, fractions from 0 to 1",
            ["nan:nan", "0.6:0.4", "0:1.5", "-1:1", "40:60", "0.1:0.2:0.3", "0.5:"]
        ),
        (
            "generate", "--length", "MIN:MAX, whole numbers, 1 or more",
            ["0", "0:3", "5:4", "1:99999999999999999999", "-5:5", "::"]
        ),
        ("train -o x p.tsv", "--label-threshold", "a number from 0 to below 1", ["1"]),
        ("train -o x p.tsv", "--negatives", "a whole number from 0 to 1000", ["1001"]),
        ("train -o x p.tsv", "--epochs", "a whole number from 1 to 10000", ["0", "10001"]),
        ("train -o x p.tsv", "--batch", "a whole number from 1 to 65536", ["0", "65537"]),
        ("train -o x p.tsv", "--learning-rate", "a number above 0 and up to 10", ["0", "1e-60", "11"]),
        ("train -o x p.tsv", "--max-seconds", "a number from 0 to 1000000000", ["-0.5"]),
        ("train -o x p.tsv", "--heads", "4, 8 or 16", ["5"]),
        ("train -o x p.tsv", "--steps", "a whole number from 1 to 10000000", ["0"]),
        ("train -o x p.tsv", "--critic-steps", "a whole number from 0 to 10000000", []),
        ("train -o x p.tsv", "--patience", "a whole number, 1 or more", ["0"]),
        ("train -o x p.tsv", "--length", "a whole number from 1 to 512", ["0"]),
    ]

    @Test(arguments: options)
    func aNumberThatIsNotTakenIsToldWhatIs(
        option: (command: String, option: String, taken: String, refused: [String])
    ) throws {
        let sandbox = try Sandbox()
        try sandbox.write("ACGT\tACGT\t1\nACGT\tAC\t0\n", "p.tsv")
        let command = option.command.prefix { $0 != " " }
        // A space and '=' are alike, whatever the number begins with.
        let values = Self.hostile + option.refused
        let lines = values.flatMap { value in
            // Nothing behind '=' is a value that is missing.
            (value == "''" ? [" "] : [" ", "="]).map { "seqgan \(option.command) \(option.option)\($0)\(value)" }
        }
        let script = lines.map { "\($0) 2> said; echo $? $(cat said)" }.joined(separator: "\n")
        let outcome = try sandbox.run(script)
        let said = outcome.output.split(separator: "\n")
        #expect(said.count == lines.count)
        for (line, words) in zip(lines, said) {
            #expect(words.hasPrefix("64 Error: ") && words.contains(option.taken), "\(line): \(words)")
            for usage in ["Usage: seqgan \(command) ", "'seqgan \(command) --help'"] {
                #expect(words.contains(usage), "\(line): \(words)")
            }
        }
        #expect(try sandbox.files().sorted() == ["p.tsv", "said"])
    }

    @Test func numbersAtTheEndsAreTaken() throws {
        let sandbox = try Sandbox()
        try sandbox.write("ACGTACGTAC\tACGTACGTAC\t1\nACGTACGTAC\tACCAACGTAC\t0\n", "p.tsv")
        for line in [
            "classify p.tsv --threshold 0 --keep 0 -t 1024", "classify p.tsv --threshold=1",
            "classify p.tsv --shard 1/9223372036854775807", "encode p.tsv --length 512 -s 18446744073709551615",
            "generate --max-run 9223372036854775807 --gc 0:1 --length 1:9223372036854775807 --seed 0",
            "generate --min-distance 9223372036854775807 --max-tries 1000000 --label 0 --min-score 0",
            "generate --avoid-motif \(String(repeating: "ACGT", count: 10_000))",
            "train p.tsv -o x --patience 9223372036854775807 --epochs 1 --max-seconds 1e9 --batch 65536",
        ] {
            let outcome = try sandbox.run("seqgan \(line) > /dev/null")
            #expect(outcome.code == 0, "\(line.prefix(100)): \(outcome.errors.suffix(400))")
        }
        for line in [
            "train -o x --validation= p.tsv", "classify --mates= p.tsv", "generate -n= 5", "classify -o= p.tsv",
        ] {
            let outcome = try sandbox.run("seqgan \(line)")
            #expect(outcome.code == 64 && outcome.errors.hasSuffix("=' has no value after the '='\n"), "\(outcome)")
        }
        let empty = try sandbox.run("seqgan generate --avoid-motif ''")
        #expect(empty.code == 64 && empty.errors.contains("Usage: seqgan generate "), "\(empty.errors)")
    }

    @Test(arguments: [
        "classify p.tsv -o p.tsv", "classify p.tsv --columns 1", "classify p.tsv --columns 0,1",
        "classify --all-pairs --columns , p.tsv", "encode p.tsv -o p.tsv", "encode p.tsv --columns 1,2,3,4",
        "encode p.tsv --alphabet A", "evaluate p.tsv -o p.tsv", "evaluate p.tsv --columns ,",
        "evaluate p.tsv --report p.tsv", "train p.tsv -o p.tsv", "train p.tsv -o x --columns 1",
        "train p.tsv -o x --log x", "train p.tsv -o x --alphabet AA", "generate --partner-of p.tsv -o p.tsv",
        "generate --avoid-motif 1", "generate --label 0 --partner-of one.txt --min-score 1",
        "inspect m.seqgan -o m.seqgan", "inspect m.seqgan --svg m.seqgan",
    ])
    func whatIsFoundAfterParsingHasTheCommandsUsageToo(line: String) throws {
        let sandbox = try Example.sandbox()
        try sandbox.write("ACGTACGTAC\tACGTACGTAC\t1\nACGTACGTAC\tACCAACGTAC\t0\n", "p.tsv")
        try sandbox.write("ACGTACGTAC\n", "one.txt")
        let before = try sandbox.files()
        let outcome = try sandbox.run("seqgan \(line)")
        let command = line.prefix { $0 != " " }
        #expect(outcome.code == 64 && outcome.bytes.isEmpty)
        let said = outcome.errors.split(separator: "\n")
        #expect(said.count == 3 && said.first?.hasPrefix("Error: ") == true, "\(outcome.errors)")
        #expect(said.dropFirst().first?.hasPrefix("Usage: seqgan \(command) ") == true, "\(outcome.errors)")
        #expect(said.last == "  See 'seqgan \(command) --help' for more information.", "\(outcome.errors)")
        #expect(try sandbox.files() == before)
    }
}
