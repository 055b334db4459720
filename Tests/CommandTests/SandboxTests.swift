// SandboxTests: that the helper of the other tests tells the truth.

import Testing

struct SandboxTests {
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

    @Test func aChildIsToldOfClosedPipesAsAShellsChildrenAre() throws {
        // The tests themselves ignore SIGPIPE.
        let outcome = try Sandbox().run(
            "yes | head -n 1; echo ${PIPESTATUS[0]}; trap '' PIPE; yes 2> /dev/null | head -n 1; echo ${PIPESTATUS[0]}")
        #expect(outcome.output == "y\n141\ny\n1\n", "\(outcome.output)")
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
