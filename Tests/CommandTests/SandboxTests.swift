// SandboxTests: that the helper of the other tests tells the truth.

import Testing

struct SandboxTests {
    @Test func largeStreamsDoNotDeadlock() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        let outcome = try Sandbox().shell("tee /dev/stderr", stdin: bytes)
        #expect(outcome.stdout == bytes)
        #expect(outcome.stderr.utf8.count == bytes.count)
        #expect(outcome.code == 0)
    }

    @Test func aChildThatDoesNotReadItsStdinIsNoTrouble() throws {
        let outcome = try Sandbox().shell("exit 3", stdin: [UInt8](repeating: 0, count: 1_000_000))
        #expect(outcome.code == 3)
    }

    @Test func aSignalShowsInTheCode() throws {
        #expect(try Sandbox().shell("kill -PIPE $$").code == 141)
    }

    @Test func whatTakesTooLongIsEnded() throws {
        #expect(throws: Sandbox.Failure.self) { try Sandbox().shell("sleep 60", seconds: 0.3) }
    }

    @Test func theShellFindsTheProgramAndTheFolder() throws {
        let sandbox = try Sandbox()
        let outcome = try sandbox.shell("seqgan --version | tee version; echo $NAME", environment: ["NAME": "value"])
        #expect(outcome.text.hasSuffix("value\n"))
        #expect(try sandbox.files() == ["version"])
        #expect(try !sandbox.read("version").isEmpty)
    }
}
