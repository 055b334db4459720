// SandboxTests: that the helper of the other tests tells the truth.

import Foundation
import TestSupport
import Testing

@Suite(.timed) struct SandboxTests {
    @Test func largeStreamsDoNotDeadlock() throws {
        let text = String(repeating: "x", count: 3_000_000)
        let outcome = try Sandbox().run("tee /dev/stderr", stdin: text)
        #expect(outcome.output == text)
        #expect(outcome.errors == text)
        #expect(outcome.code == 0)
    }

    @Test func aChildThatDoesNotReadItsStdinIsNoTrouble() throws {
        let outcome = try Sandbox().run("exit 3", stdin: String(repeating: "x", count: 1_000_000))
        #expect(outcome.code == 3)
    }

    @Test func theTestsAndWhatTheyStartEndByTheSignalOfAClosedPipe() throws {
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        #expect(
            action.__sigaction_handler.sa_handler == nil, "the tests have another way with SIGPIPE than its default")
        let outcome = try Sandbox().run(
            "set +o pipefail; yes | head -n 1; echo ${PIPESTATUS[0]}; trap '' PIPE; yes 2> /dev/null | head -n 1; "
                + "echo ${PIPESTATUS[0]}", stdin: "")
        #expect(outcome.output == "y\n141\ny\n1\n", "\(outcome.output)")
    }

    @Test func aRunThatLeavesItsInputUnreadIsNoSuccess() throws {
        #expect(throws: Sandbox.Failure.self) {
            try Sandbox().run("head -c 1 > /dev/null", stdin: String(repeating: "x", count: 1_000_000))
        }
    }

    @Test func whatIsWaitedForComes() throws {
        // The state of a program that reads, of files, and of signals.
        let outcome = try Sandbox().run(
            """
            mkfifo pipe; seqgan encode --format text pipe -o out & P=$!; exec 3> pipe; printf 'A\\tC\\n' >&3
            until_waiting $P; until_catching $P INT; until_temporary; until_true test -p pipe; exec 3>&-; wait $P
            until_file out; until_true grep -q A out; until_temporary 0; echo done
            """)
        #expect(outcome.code == 0 && outcome.output == "done\n", "\(outcome.output)\(outcome.errors)")
    }

    @Test func aSignalShowsInTheCode() throws {
        #expect(try Sandbox().run("kill -PIPE $$").code == 141)
    }

    @Test func whatTakesTooLongIsEnded() throws {
        #expect(throws: Sandbox.Failure.self) { try Sandbox().run("sleep 60", seconds: 0.3) }
    }

    @Test func theShellFindsTheProgramAndTheFolder() throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.run("seqgan --version | tee version; echo value")
        #expect(outcome.output.hasSuffix("value\n"))
        #expect(try sandbox.files() == ["version"])
        #expect(try !sandbox.read("version").isEmpty)
    }
}
