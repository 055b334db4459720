// ProgressTests: the text that people see during and after a run.

import Testing

@testable import seqgan

@Suite struct ProgressTests {
    @Test func theBarTellsShareRateAndTimeLeft() {
        let line = ProgressBar.line(1000, "pairs", seconds: 2, share: 0.25, isColoured: false)
        #expect(line == "[######..................] 25%  1000 pairs  500/s  0:06 left")
        let coloured = ProgressBar.line(0, "steps", seconds: 0, share: 0, isColoured: true)
        #expect(coloured == "[\u{1B}[32m\u{1B}[0m........................] 0%  0 steps  -/s  - left")
        #expect(ProgressBar.line(9, "pairs", seconds: 3, share: nil, isColoured: true) == "9 pairs  3.0/s")
        let long = ProgressBar.line(1, "pairs", seconds: 37, share: 0.01, isColoured: false)
        #expect(long.hasSuffix("1:01:03 left"))
        #expect(ProgressBar.line(1, "pairs", seconds: 1, share: 7, isColoured: false).contains("100%"))
    }

    @Test func aRunThatGoesOnCountsItsOwnTimeAlone() {
        let line = ProgressBar.line(500, "steps", seconds: 10, share: 0.5, from: (250, 0.25), isColoured: false)
        #expect(line.hasSuffix("50%  500 steps  25/s  0:20 left"), "\(line)")
    }

    @Test func noBarIsDrawnWhereNoPersonLooksOn() throws {
        let result = try Example.sandbox(pairs: 5000).run("seqgan classify -m m.seqgan pairs.tsv > /dev/null")
        #expect(result.code == 0)
        #expect(!result.errors.contains("\r") && !result.errors.contains("\u{1B}"))
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    /// What a terminal is sent on stderr by a command that takes a while, as it is stopped for 0.05 s again and again until
    /// it has sent something, sixty times at most, however fast it may be; stdout and stdin are none.
    private func terminal(_ line: String, _ sandbox: Sandbox, environment: String = "TERM=xterm") throws -> String {
        let pty = """
            import os, pty, signal, subprocess, sys, threading, time
            main, end = pty.openpty()
            child = subprocess.Popen(
                ["/bin/bash", "-c", sys.argv[1]], stderr=end, stdin=subprocess.DEVNULL, start_new_session=True)
            os.close(end)
            def stops():
                try:
                    for _ in range(60):
                        time.sleep(0.002)
                        if text:
                            break
                        os.killpg(child.pid, signal.SIGSTOP)
                        time.sleep(0.05)
                        os.killpg(child.pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass
            text = b""
            threading.Thread(target=stops, daemon=True).start()
            while True:
                try:
                    piece = os.read(main, 65536)
                except OSError:
                    break
                if not piece:
                    break
                text += piece
            sys.stdout.buffer.write(text)
            sys.exit(child.wait())
            """
        try sandbox.write(pty, "terminal.py")
        let result = try sandbox.run("env -u NO_COLOR \(environment) python3 terminal.py '\(line) > /dev/null'")
        #expect(result.code == 0, "\(line): \(result)")
        return result.output
    }

    @Test(
        .enabled(if: ManPageTests.has("python3"), "python3, which makes the terminal, is not installed"),
        arguments: [
            "classify -m m.seqgan big.tsv", "encode" + String(repeating: " big.tsv", count: 20),
            "generate -n 1100 -t 1",
            "train few.tsv --epochs 1 -o n.seqgan", "evaluate -m m.seqgan big.tsv",
        ])
    func aBarIsDrawnOnATerminalAndTakenAway(command: String) throws {
        let sandbox = try Example.sandbox(pairs: 5000)
        #expect(try sandbox.run("cat pairs.tsv pairs.tsv > big.tsv; head -2000 pairs.tsv > few.tsv").code == 0)
        // Each bar comes after 0.2 s of work at the soonest, and takes the place of the one before.
        let seen = try terminal("seqgan \(command)", sandbox)
        #expect(seen.contains("\r[\u{1B}[32m"), "\(seen)")
        #expect(seen.contains("% ") && seen.contains("/s  ") && seen.contains(" left\u{1B}[K"))
        #expect(seen.contains("\r\u{1B}[Kseqgan: "))
        #expect(seen.hasSuffix(" MB\r\n"))
        let plain = try terminal("seqgan \(command)", sandbox, environment: "TERM=xterm NO_COLOR=1")
        #expect(plain.contains("\r[") && !plain.contains("\u{1B}[32m"))
        for quiet in [
            try terminal("seqgan \(command) -q", sandbox),
            try terminal("seqgan \(command)", sandbox, environment: "TERM=dumb"),
        ] {
            #expect(!quiet.contains("\u{1B}"))
        }
    }
}
