// ProgressTests: the text that people see during and after a run.

import SeqIO
import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct ProgressTests {
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

    @Test func theBarFitsTheTerminal() {
        func line(_ columns: Int, _ count: Int = 1000, share: Double? = 0.25) -> String {
            ProgressBar.line(count, "pairs", seconds: 4000, share: share, columns: columns, isColoured: false)
        }
        #expect(line(79) == "[######..................] 25%  1000 pairs  0.3/s  3:20:00 left")
        #expect(line(45) == "[#.....] 25%  1000 pairs  0.3/s  3:20:00 left")
        #expect(line(39) == "[#......] 25%  1000 pairs  3:20:00 left")
        #expect(line(19) == "25%  3:20:00 left")
        for columns in 1...100 {
            for count in [1, 1_000_000_000] {
                for share in [nil, 0, 0.001, 1.0] { #expect(line(columns, count, share: share).count <= columns) }
            }
        }
        let coloured = ProgressBar.line(9, "pairs", seconds: 9, share: 0.5, columns: 39, isColoured: true)
        #expect(coloured.replacing(/\u{1B}\[\d+m/, with: "").count <= 39 && coloured.contains("#"), "\(coloured)")
    }

    @Test func noTimeLeftIsToldBeforeThereIsEvidence() {
        func left(_ seconds: Double, _ share: Double, from first: Double = 0) -> String {
            String(
                ProgressBar.line(9, "pairs", seconds: seconds, share: share, from: (0, first), isColoured: false)
                    .split(separator: "  ").last ?? "")
        }
        // The first of a thousand pieces after half a second would come to eight minutes.
        #expect(left(0.5, 0.001) == "- left" && left(0.9, 0.4) == "- left" && left(2, 0.001) == "- left")
        #expect(left(1, 0.5) == "0:01 left" && left(5, 0.001) == "1:23:15 left")
        #expect(left(0.1, 1) == "0:00 left")
        #expect(left(2, 0.501, from: 0.5) == "- left" && left(2, 0.55, from: 0.5) == "0:18 left")
    }

    @Test func oneIsNotSeveral() throws {
        #expect((0...2).map { counted($0, "pairs") } == ["0 pairs", "1 pair", "2 pairs"])
        #expect(counted(1, "qualities") == "1 quality" && counted(1, "pairs", as: "one") == "one pair")
        #expect(ProgressBar.line(1, "steps", seconds: 1, share: nil, isColoured: false) == "1 step  1.0/s")
        let sandbox = try Example.sandbox()
        for (line, words) in [
            ("head -1 pairs.tsv | seqgan classify -m m.seqgan", "] seed=11 1 pair in "),
            ("seqgan generate", "] seed=11 1 pair in "),
            ("head -1 pairs.tsv | seqgan encode", "] seed=11 1 record in "),
            ("(cat pairs.tsv; echo A) | seqgan classify -m m.seqgan --skip-bad", "1 bad record was skipped"),
            ("(cat pairs.tsv; echo A; echo A) | seqgan classify -m m.seqgan --skip-bad", "2 bad records were skipped"),
            ("head -1 pairs.tsv | seqgan train -o x", "1 labelled pair: training"),
            ("(head -2 pairs.tsv; head -1 pairs.tsv | tr 1 0) | seqgan train -q -o x --epochs 1", "1 pair repeats an "),
            ("seqgan generate --gc 1 --max-run 1 --avoid-motif GC --max-tries 9", "found 0 of 1 pair that"),
        ] {
            let errors = try sandbox.run("(\(line)) > /dev/null").errors
            #expect(errors.contains(words), "\(line): \(errors)")
        }
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

    /// What a terminal is sent on stderr by a command that takes a while, as it is stopped for 0.05 s again and again
    /// until it has sent something, sixty times at most, however fast it may be; stdout and stdin are none.
    private func terminal(
        _ line: String, _ sandbox: Sandbox, environment: String = "TERM=xterm", columns: Int = 0
    ) throws -> String {
        let pty = """
            import fcntl, os, pty, signal, struct, subprocess, sys, termios, threading, time
            main, end = pty.openpty()
            fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, \(columns), 0, 0))
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
        .enabled(if: Sandbox.has("python3"), "python3, which makes the terminal, is not installed"),
        arguments: [
            "classify -t 1 -m m.seqgan big.tsv", "encode big.tsv", "generate -n 1100 -t 1",
            "train big.tsv --epochs 1 -o n.seqgan", "evaluate -t 1 -m m.seqgan big.tsv",
        ])
    func aBarIsDrawnOnATerminalAndTakenAway(command: String) throws {
        let sandbox = try Example.sandbox(pairs: 5000)
        let files = "for k in $(seq 40); do cat pairs.tsv; done > big.tsv"
        #expect(try sandbox.run(files).code == 0)
        // Each bar comes after 0.2 s of work at the soonest, and takes the place of the one before.
        let seen = try terminal("seqgan \(command)", sandbox)
        #expect(seen.contains("\r[\u{1B}[32m"), "\(seen)")
        #expect(seen.contains("% ") && seen.contains("/s  ") && seen.contains(" left\u{1B}[K"))
        #expect(seen.contains("\r\u{1B}[Kseqgan: "))
        // A model with conditions tells at which ones it was used.
        #expect(seen.contains(#/ MB(, at temperature=57C sodium=1M concentration=1uM)?\r\n$/#), "\(seen)")
        let plain = try terminal("seqgan \(command)", sandbox, environment: "TERM=xterm NO_COLOR=1")
        #expect(plain.contains("\r[") && !plain.contains("\u{1B}[32m"))
        let narrow = try terminal("seqgan \(command)", sandbox, columns: 40)
        let lines = narrow.replacing(/\u{1B}\[\d*[mK]/, with: "").split(whereSeparator: \.isNewline)
        let bars = lines.filter { $0.hasPrefix("[") }
        #expect(!bars.isEmpty && bars.allSatisfy { $0.count < 40 }, "\(narrow)")
        for quiet in [
            try terminal("seqgan \(command) -q", sandbox),
            try terminal("seqgan \(command)", sandbox, environment: "TERM=dumb"),
        ] {
            #expect(!quiet.contains("\u{1B}"))
        }
    }
}
