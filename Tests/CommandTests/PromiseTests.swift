// PromiseTests: what seqgan(1) promises, each promise the name of its test, on the built program.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct PromiseTests {
    private static let classify = "seqgan classify -q -m m.seqgan"

    // MARK: EXIT STATUS

    @Test func theExitCodeIs0WhenAllIsDone() throws {
        let sandbox = try Example.sandbox()
        for command in [
            "encode pairs.tsv", "classify -m m.seqgan pairs.tsv", "evaluate -m m.seqgan pairs.tsv", "inspect m.seqgan",
        ] {
            #expect(try sandbox.run("seqgan \(command)").code == 0)
        }
    }

    @Test func theExitCodeIs0WhenTheReaderOfTheOutputClosesThePipe() throws {
        let result = try Example.sandbox().run(
            "trap '' PIPE; { for k in $(seq 40); do cat pairs.tsv 2> /dev/null || true; done | \(Self.classify); "
                + "echo $? >&2; } | head -n 1 | wc -l"
        )
        #expect(result.output == "1\n" && result.errors.hasSuffix("0\n"), "\(result.errors)")
    }

    @Test func theExitCodeIs64WhereTheCommandLineIsWrong() throws {
        for line in ["seqgan", "seqgan nonsense", "seqgan classify --no-such", "seqgan train", "seqgan generate -n 0"] {
            #expect(try Sandbox().run(line).code == 64, "\(line)")
        }
    }

    @Test func theExitCodeIs65ForBadDataABadModelAndAfterSkipBad() throws {
        let sandbox = try Example.sandbox()
        for line in [
            "echo ACGT | \(Self.classify)", "(echo ACGT; cat pairs.tsv) | \(Self.classify) --skip-bad",
            "head -c 100 m.seqgan > cut; seqgan inspect cut", "seqgan inspect pairs.tsv",
        ] { #expect(try sandbox.run(line).code == 65, "\(line)") }
    }

    @Test func theExitCodeIs66WhereAnInputCannotBeOpened() throws {
        let sandbox = try Example.sandbox()
        for line in [
            "\(Self.classify) none", "\(Self.classify) .", "seqgan classify -m none pairs.tsv",
            "seqgan train none -o x",
        ] {
            #expect(try sandbox.run(line).code == 66, "\(line)")
        }
    }

    @Test func theExitCodeIs74WhereReadingOrWritingFails() throws {
        let sandbox = try Example.sandbox()
        for line in ["\(Self.classify) pairs.tsv > /dev/full", "\(Self.classify) <&-"] {
            #expect(try sandbox.run(line).code == 74, "\(line)")
        }
    }

    @Test func theExitCodeIs130Or143WhereASignalEndedTheRun() throws {
        for (signal, code) in [("INT", Int32(130)), ("TERM", 143)] {
            let result = try Example.sandbox().run(
                "mkfifo p; \(Self.classify) p & P=$!; exec 3> p; until_waiting $P; kill -\(signal) $P; wait $P")
            #expect(result.code == code)
        }
    }

    // MARK: Output

    @Test func messagesNameFileAndLine() throws {
        let sandbox = try Example.sandbox()
        let result = try sandbox.run("(cat pairs.tsv; echo ACGT) | gzip > p.gz; \(Self.classify) p.gz")
        #expect(
            result.errors
                == "seqgan: p.gz:201: 1 column, expected at least 2, separated by tabs: single sequences are for "
                + "classify --all-pairs and encode --layout single\n", "\(result.errors)")
    }

    @Test func whatCameBeforeAFailureIsOnStandardOutput() throws {
        let sandbox = try Example.sandbox()
        let whole = try sandbox.run("\(Self.classify) pairs.tsv").output
        for command in [
            "(cat pairs.tsv; echo ACGT) | \(Self.classify)", "\(Self.classify) pairs.tsv none",
            "\(Self.classify) pairs.tsv .",
        ] {
            #expect(try sandbox.run(command).output == whole, "\(command)")
        }
    }

    @Test func theOutputFileIsTheOldOneOrAWholeNewOne() throws {
        let sandbox = try Example.sandbox()
        let whole = try sandbox.run("\(Self.classify) pairs.tsv").output
        try sandbox.write("old\n", "out")
        #expect(try sandbox.run("(cat pairs.tsv; echo ACGT) | \(Self.classify) -o out").code == 65)
        #expect(try sandbox.read("out") == "old\n")
        // Whoever looks meanwhile sees the old one, to the end.
        let seen = try sandbox.run(
            "mkfifo p; \(Self.classify) -o out p & P=$!; exec 3> p; cat pairs.tsv >&3; until_waiting $P; cat out; "
                + "exec 3>&-; wait; cat out"
        )
        #expect(seen.output == "old\n" + whole)
        #expect(try sandbox.files() == ["m.seqgan", "out", "p", "pairs.tsv"])
    }

    @Test func linesComeOutInTheOrderOfTheInput() throws {
        let sandbox = try Example.sandbox()
        let result = try sandbox.run(
            "for k in $(seq 15); do cat pairs.tsv; done | awk '{ print $0 \"\\t\" NR }' | \(Self.classify) -t 4 | "
                + "cut -f4 | "
                + "awk '$1 != NR { exit 1 } END { print NR }'")
        #expect(result.code == 0 && result.output == "3000\n")
    }

    @Test func everyRecordThatComesInComesOut() throws {
        let sandbox = try Example.sandbox()
        let result = try sandbox.run(
            "(echo '# first'; cat pairs.tsv; echo '# last') > p; for t in 1 3; do \(Self.classify) -t $t p | "
                + "cut -f1-3 | cmp - p; done; "
                + "cat <(\(Self.classify) --keep 0 p) <(\(Self.classify) --keep 1 p) | grep -v '#' | sort | "
                + "cmp - <(sort pairs.tsv)"
        )
        #expect(result.code == 0, "\(result.output)")
    }

    @Test func theSameInputOptionsAndSeedGiveTheSameBytesWhateverTheNumberOfThreads() throws {
        let sandbox = try EveryCommand.sandbox()
        for command in EveryCommand.filters + ["train --epochs 2 few.tsv", "train --classifier cnn --epochs 2 few.tsv"]
        {
            let result = try sandbox.run(
                "for t in 1 2 5; do seqgan \(command) \(command.hasPrefix("inspect") ? "" : "-t $t") -o $t; done; "
                    + "cmp 1 2 && cmp 1 5"
            )
            #expect(result.code == 0, "\(command): \(result.output)\(result.errors)")
        }
    }

    @Test(.enabled(if: Sandbox.hasProc, "without /proc no peak of memory is told"))
    func memoryDoesNotGrowWithTheNumberOfPairs() throws {
        let sandbox = try Example.sandbox()
        // A further column makes little work of much text.
        let wide = "awk -v wide=$(printf '%010000d' 0) '{ print $0 \"\\t\" wide }' pairs.tsv > wide"
        #expect(try sandbox.run(wide).code == 0)
        func peak(_ repeats: Int) throws -> Int {
            let errors = try sandbox.run(
                "for k in $(seq \(repeats)); do cat wide; done | seqgan classify -t 2 -m m.seqgan > /dev/null"
            ).errors
            return try #require(errors.firstMatch(of: /peak (\d+) MB/).flatMap { Int($0.1) })
        }
        // How many batches are on their way hangs on the machine; that 120 MB more are read must not show in full.
        let (few, many) = (try peak(8), try peak(68))
        #expect(many <= few + 40, "\(few) MB, then \(many) MB")
    }

    @Test func noInputIsChanged() throws {
        let sandbox = try EveryCommand.sandbox()
        let names = try sandbox.files()
        let before = try names.map(sandbox.bytes)
        for command in EveryCommand.filters + EveryCommand.trainings {
            #expect(try sandbox.run("seqgan \(command) -o out && rm out").code == 0, "\(command)")
        }
        #expect(try names.map(sandbox.bytes) == before)
        #expect(try sandbox.files() == names)
    }
}
