// ClosedPipeTests: who reads a command's output closes it: that is no failure, for any command and any way with
// SIGPIPE.

import TestSupport
import Testing

@Suite(.timed) struct ClosedPipeTests {
    /// What the parent does with SIGPIPE is inherited: its default, as shells leave it, and ignored, as Python has it.
    private static let ways = ["trap - PIPE", "trap '' PIPE"]

    /// Runs `words` once the reader of the pipe `number` is gone; what it then says on the other stream comes in
    /// `errors`, and its code in `output`.
    private func run(_ words: String, closed number: Int, _ way: String, _ sandbox: Sandbox) throws -> Sandbox.Result {
        let other = number == 1 ? "2> other" : "2>&1 > other"
        let result = try sandbox.run(
            "{ trap '' PIPE; while printf . >&\(number); do :; done 2>&-; \(way); \(words); echo $? > code; "
                + "} \(other) | true; "
                + "C=$?; cat other >&2; cat code; rm other code; exit $C")
        #expect(result.code == 0, "\(words): the reader's code is \(result.code)")
        return result
    }

    @Test(arguments: ways) func standardOutputMayCloseOnEveryCommand(way: String) throws {
        let sandbox = try EveryCommand.sandbox()
        let before = try sandbox.files()
        let others = [
            "--help", "--version", "help train", "train --help", "classify --version",
            "--generate-completion-script bash", "--generate-completion-script zsh",
            "--generate-completion-script fish", "classify -m m.seqgan --skip-bad pairs.tsv",
            "classify -t 1 -m m.seqgan pairs.tsv", "inspect",
        ]
        for command in EveryCommand.filters + EveryCommand.filters.map({ "\($0) -o /dev/stdout" }) + others {
            let result = try run("seqgan \(command)", closed: 1, way, sandbox)
            #expect(result.output == "0\n" && result.errors.isEmpty, "\(command): \(result.output)\(result.errors)")
        }
        for command in EveryCommand.trainings {
            let result = try run("seqgan \(command) -q -o /dev/stdout", closed: 1, way, sandbox)
            #expect(result.output == "0\n", "\(command): \(result.output)\(result.errors)")
        }
        #expect(try sandbox.files() == before)
    }

    @Test func aPipelineThatTakesTheFirstLineSucceeds() throws {
        let sandbox = try EveryCommand.sandbox()
        // Bash runs with pipefail here.
        for command in EveryCommand.filters.filter({ !$0.contains("matrix") }) + ["generate -m g.seqgan -n 100000000"] {
            let result = try sandbox.run(
                "seqgan \(command) -q | head -c 1 | wc -c".replacing("m.seqgan -q", with: "m.seqgan"))
            #expect(result.code == 0 && result.output.contains("1"), "\(command): \(result.code) \(result.errors)")
        }
    }

    @Test(arguments: [1, 2, 5]) func aRunEndsThoughItsInputGoesOnToBeOpen(threads: Int) throws {
        let sandbox = try Example.sandbox(pairs: 20_000)
        let result = try sandbox.run(
            "mkfifo in; { seqgan classify -t \(threads) -m m.seqgan in; echo $? > code; } | head -n 1 > first & "
                + "exec 3> in; "
                + "cat pairs.tsv >&3; until_file code; cat code; wait; wc -l < first")
        #expect(result.output == "0\n1\n", "\(result.output)\(result.errors)")
    }

    @Test func aTrainingGoesOnWithoutStandardError() throws {
        let sandbox = try EveryCommand.sandbox()
        let before = try sandbox.files()
        for command in EveryCommand.trainings {
            let options = "--log l --report r.html --checkpoint c.state"
            #expect(try sandbox.run("seqgan \(command) -q -o plain \(options)").code == 0)
            let made = ["c.state", "l", "plain", "r.html"]
            let result = try run("seqgan \(command) -o closed \(options)", closed: 2, Self.ways[0], sandbox)
            #expect(result.output == "0\n" && result.errors.isEmpty, "\(command): \(result.output)\(result.errors)")
            #expect(try sandbox.files() == (before + made + ["closed"]).sorted(), "\(command)")
            let first = try sandbox.run(
                "\(Self.ways[1]); seqgan \(command) -o first \(options) 2>&1 | head -n 1 > line")
            #expect(first.code == 0, "\(command): \(first.code)")
            #expect(
                try sandbox.run(
                    "cmp plain closed && cmp plain first && rm closed first line \(made.joined(separator: " "))"
                ).code == 0)
            #expect(try sandbox.files() == before, "\(command)")
        }
    }

    @Test(arguments: ways) func aFailureKeepsItsCodeWithoutStandardError(way: String) throws {
        let sandbox = try EveryCommand.sandbox()
        for (words, code) in [
            ("classify --nonsense", 64), ("", 64), ("nonsense", 64), ("classify -m few.tsv pairs.tsv", 65),
            ("evaluate -m m.seqgan strands.fa", 65), ("inspect nowhere", 66), ("encode pairs.tsv -o /dev/full", 74),
        ] {
            #expect(try run("seqgan \(words)", closed: 2, way, sandbox).output == "\(code)\n", "\(words)")
        }
    }

    @Test(arguments: ways) func aPipeWithANameThatClosesIsAFailedWrite(way: String) throws {
        let sandbox = try EveryCommand.sandbox()
        let result = try sandbox.run(
            "\(way); mkfifo pipe; head -c 1 pipe > /dev/null & seqgan generate -m g.seqgan -n 100000000 -o pipe")
        #expect(result.code == 74 && result.errors == "seqgan: pipe: cannot write: Broken pipe\n", "\(result.errors)")
        #expect(try !sandbox.files().contains { $0.hasSuffix(".tmp") })
    }
}
