// InterruptionTests: signals at any moment: the output is the old file or a whole new one, and nothing piles up.
//
// Tests/Load/kills.sh does the same a hundred times.

import Kernels
import TestSupport
import Testing

@Suite(.timed, .enabled(if: Sandbox.hasProc, "without /proc nobody knows what a program waits for"))
struct InterruptionTests {
    private static let kills = 10

    @Test func aKilledTrainingLeavesTheOldModelOrAWholeOneAndGoesOnToTheSameBytes() throws {
        let sandbox = try Example.sandbox()
        let train =
            "seqgan train --epochs 12 --patience 12 --batch 16 -q pairs.tsv -o m.out --log log --checkpoint c.state"
        // A kill may fall on any moment of a whole run, whatever it is that runs then: no state of the program is
        // waited for, but in the first round, so that there is one to go on from. Nothing hangs on how long a run
        // takes.
        let start = ContinuousClock.now
        #expect(try sandbox.run("\(train) && mv m.out whole && rm log c.state && echo old > m.out").code == 0)
        let duration = (ContinuousClock.now - start) / .seconds(1)
        let whole = try sandbox.bytes("whole")
        var random = RandomSource(seed: 3)
        var (kills, ends, resumes) = (0, 0, 0)
        while kills < Self.kills {
            let seconds = 0.02 + duration * Double(random.uniform())
            let resume = try sandbox.files().contains("c.state")
            resumes += resume ? 1 : 0
            let moment = kills == 0 ? "until_file c.state" : "sleep \(seconds)"
            let result = try sandbox.run(
                "\(train)\(resume ? " --resume c.state" : "") & P=$!; \(moment); kill -KILL $P; wait $P")
            let bytes = try sandbox.bytes("m.out")
            let stray = try sandbox.files().filter { $0.hasSuffix(".tmp") }
            #expect(Set(stray).isSubset(of: [".m.out.tmp", ".log.tmp", ".c.state.tmp"]), "\(stray)")
            if result.code == 137 {
                kills += 1
                #expect(bytes == whole || bytes == Array("old\n".utf8), "after \(seconds) s")
            } else {
                ends += 1
                #expect(result.code == 0 && bytes == whole, "\(result.errors)")
                #expect(try sandbox.run("rm -f c.state && echo old > m.out").code == 0)
            }
        }
        #expect(resumes > 0)
        let last = try sandbox.run("\(train) $([ -e c.state ] && echo --resume c.state)")
        #expect(last.code == 0, "\(last.errors)")
        #expect(try sandbox.bytes("m.out") == whole)
        // What the killed runs left was used again.
        #expect(try sandbox.files() == ["c.state", "log", "m.out", "m.seqgan", "pairs.tsv", "whole"])
    }

    /// Commands that wait for the rest of a pipe when the signal comes.
    private static let waiting = [
        "encode pipe", "classify -m m.seqgan pipe", "classify -m m.seqgan --all-pairs pipe",
        "evaluate -m m.seqgan pipe",
        "train pipe", "train --classifier cnn pipe", "train --learn generator --from m.seqgan pipe",
        "generate -m g.seqgan --partner-of pipe",
    ]

    @Test func aSignalEndsARunWithItsCodeAndLeavesTheOldFile() throws {
        let sandbox = try EveryCommand.sandbox()
        #expect(try sandbox.run("mkfifo pipe; echo old > out").code == 0)
        let before = try sandbox.files()
        let working = [EveryCommand.long, "generate -m g.seqgan -n 100000000"]
        for (k, command) in (Self.waiting + working).enumerated() {
            let (signal, code) = k % 2 == 0 ? ("INT", Int32(130)) : ("TERM", 143)
            let isSingle = command.contains("--all-pairs") || command.contains("--partner-of")
            let result = try sandbox.run(
                "seqgan \(command) -o out & P=$!; exec 3<> pipe; cut -f\(isSingle ? "1" : "1-") pairs.tsv >&3; "
                    + "\(working.contains(command) ? "until_temporary" : "until_waiting $P"); "
                    + "until_catching $P \(signal); kill -\(signal) $P; wait $P")
            #expect(result.code == code, "\(command): \(result.code) \(result.errors)")
            #expect(try sandbox.read("out") == "old\n", "\(command)")
            #expect(try sandbox.files() == before, "\(command)")
        }
    }

    @Test func aHangUpThatIsIgnoredIsIgnored() throws {
        let sandbox = try Example.sandbox()
        let line =
            "seqgan classify -q -m m.seqgan pipe & P=$!; exec 3> pipe; cat pairs.tsv >&3; until_waiting $P; "
            + "kill -HUP $P"
        let ignored = try sandbox.run("mkfifo pipe; trap '' HUP; \(line); cat pairs.tsv >&3; exec 3>&-; wait $P")
        #expect(ignored.code == 0 && ignored.output.split(separator: "\n").count == 400, "\(ignored.errors)")
        // It ends though the pipe is open.
        #expect(try sandbox.run("\(line); wait $P").code == 129)
    }

    @Test func twoRunsThatWriteOneFileDoNotMix() throws {
        let sandbox = try Example.sandbox()
        let line = "seqgan classify -q -m m.seqgan -o out"
        let result = try sandbox.run(
            "mkfifo a b; \(line) a & \(line) --keep 1 b & exec 3> a 4> b; cat pairs.tsv >&3; cat pairs.tsv >&4; "
                + "until_temporary 2; ls -A | grep -c tmp; exec 3>&-; wait %1; C=$?; wc -l < out; exec 4>&-; "
                + "wait %2 && wc -l < out; ls -A | grep tmp; exit $C"
        )
        let counts = result.output.split(separator: "\n").compactMap { Int($0) }
        #expect(result.code == 0 && counts.count == 3, "\(result.output)\(result.errors)")
        #expect(counts[0] == 2 && counts[1] == 200 && counts[2] < 200)
    }
}
