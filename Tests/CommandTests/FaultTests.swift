// FaultTests: what a machine does to a run - full disks, limits, closed streams, rights - for every command: the
// message, the exit code, and what is left behind.

import TestSupport
import Testing

@Suite(.timed) struct FaultTests {
    private static let all = EveryCommand.filters + EveryCommand.trainings

    /// Runs `line` and expects this code, these words, no temporary file, and the old output.
    private func expect(
        _ sandbox: Sandbox, _ line: String, code: Int32, _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try sandbox.files()
        let result = try sandbox.run(line)
        #expect(
            result.code == code && result.errors.contains(words), "\(line): \(result.code) \(result.errors)",
            sourceLocation: sourceLocation)
        #expect(result.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("seqgan: ") }, "\(result.errors)")
        #expect(try sandbox.files() == before, "\(line)", sourceLocation: sourceLocation)
    }

    @Test func aFullDeviceIsSeenByEveryCommand() throws {
        let sandbox = try EveryCommand.sandbox()
        for command in Self.all {
            try expect(sandbox, "seqgan \(command) -o /dev/full", code: 74, "/dev/full: cannot write: No space left")
        }
        for command in EveryCommand.filters + ["--help", "--version", "help train", "--generate-completion-script zsh"]
        {
            try expect(sandbox, "seqgan \(command) > /dev/full", code: 74, "<stdout>: cannot write: No space left")
        }
        let others = ["--log /dev/full", "--report /dev/full", "--checkpoint /dev/full"]
        for other in others {
            let before = try sandbox.files()
            let result = try sandbox.run("seqgan \(EveryCommand.trainings[0]) -o x.seqgan \(other)")
            #expect(
                result.code == 74 && result.errors.contains("/dev/full: cannot write"), "\(other): \(result.errors)")
            // The model may be done when the page is not; then it is whole.
            _ = try sandbox.run("[ ! -e x.seqgan ] || { seqgan inspect x.seqgan && rm x.seqgan; }")
            #expect(try sandbox.files() == before, "\(other)")
        }
    }

    @Test func aLimitOnTheFileSizeIsAFailedWriteAndNoSignal() throws {
        let sandbox = try EveryCommand.sandbox()
        try sandbox.write("before", "old")
        for command in Self.all {
            try expect(sandbox, "ulimit -f 0; seqgan \(command) -o old", code: 74, "old: cannot write: File too large")
        }
        for command in EveryCommand.filters {
            try expect(
                sandbox, "touch out; ulimit -f 0; seqgan \(command) >> out; C=$?; rm out; exit $C", code: 74,
                "File too large")
        }
        #expect(try sandbox.read("old") == "before")
    }

    private static let mayMount = Sandbox.succeeds("mkdir s && mount -t tmpfs -o size=4k seqgan s && umount s")

    @Test(.enabled(if: mayMount, "no tmpfs may be mounted here: a full disk is tried with /dev/full alone"))
    func aSmallDiskLeavesTheOldFile() throws {
        let sandbox = try EveryCommand.sandbox()
        #expect(try sandbox.run("mkdir small; mount -t tmpfs -o size=4k seqgan small").code == 0)
        defer { _ = try? sandbox.run("umount small") }
        #expect(try sandbox.run("echo before > small/old").code == 0)
        // One page holds the old file: there is none for a new one.
        for command in Self.all {
            try expect(sandbox, "seqgan \(command) -o small/old", code: 74, "small/old: cannot write: No space left")
        }
        #expect(try sandbox.run("cat small/old; ls -A small").output == "before\nold\n")
    }

    @Test func aClosedStandardInputIsNoInput() throws {
        let sandbox = try EveryCommand.sandbox()
        for command in [
            "encode", "encode -", "encode --decode", "classify -m m.seqgan", "classify -m m.seqgan --all-pairs",
            "classify -m m.seqgan --against - few.fa", "evaluate -m m.seqgan", "train -o x.seqgan",
            "train --classifier cnn -o x.seqgan", "generate -m g.seqgan --partner-of -",
            "evaluate --generated - --real pairs.tsv", "select -m m.seqgan", "select -m m.seqgan --single --best",
            "select -m m.seqgan --pools 2", "select -m m.seqgan --clear-of - --single few.fa",
        ] {
            try expect(sandbox, "seqgan \(command) <&-", code: 74, "cannot read: Bad file descriptor")
        }
        #expect(try sandbox.run("seqgan classify -q -m m.seqgan pairs.tsv <&- | wc -l").output == "200\n")
    }

    @Test func aClosedStandardOutputIsAFailedWriteAndAClosedStandardErrorIsNone() throws {
        let sandbox = try EveryCommand.sandbox()
        for command in EveryCommand.filters {
            try expect(sandbox, "seqgan \(command) >&-", code: 74, "<stdout>: cannot write: Bad file descriptor")
            // Were a closed stream's number given to a file, messages would stand in the output.
            let all = try sandbox.run(
                "seqgan \(command) -o plain; seqgan \(command) -o bare <&- >&- 2>&-; echo $?; cmp plain bare; "
                    + "rm plain bare"
            )
            #expect(all.output == "0\n", "\(command): \(all.output)")
        }
        for command in EveryCommand.trainings {
            let all = try sandbox.run(
                "seqgan \(command) -q -o plain --log l; seqgan \(command) -o bare --log l <&- >&- 2>&-; echo $?; "
                    + "cmp plain bare; "
                    + "seqgan inspect bare > /dev/null; grep -c seqgan l; rm plain bare l")
            #expect(all.output == "0\n0\n", "\(command): \(all.output)")
        }
    }

    @Test func whatIsNoFileOrNotThereIsNamed() throws {
        let sandbox = try EveryCommand.sandbox()
        #expect(try sandbox.run("mkdir folder").code == 0)
        let reads = Self.all.flatMap { command in
            ["pairs.tsv", "m.seqgan", "g.seqgan", "strands.fa", "few.fa", "few.tsv", "pairs.npy"].filter(
                command.contains
            )
            .map { command.replacing($0, with: "IT") }
        }
        for command in reads {
            let output = command.hasPrefix("train") ? " -o x" : ""
            let line = "seqgan \(command)\(output)"
            try expect(sandbox, line.replacing("IT", with: "gone"), code: 66, "gone: cannot open: No such file")
            try expect(sandbox, line.replacing("IT", with: "folder"), code: 66, "folder: cannot read: Is a directory")
        }
        for command in Self.all {
            try expect(sandbox, "seqgan \(command) -o folder", code: 66, "folder: cannot open for writing: Is a dir")
            try expect(
                sandbox, "seqgan \(command) -o no/such/x", code: 66, "no/such/x: cannot open for writing: No such")
        }
        // One that vanishes while it is read is read to its end; one that vanishes before its turn is named.
        let vanished = try sandbox.run(
            "mkfifo pipe; cp pairs.tsv next; (cat pairs.tsv; rm next) > pipe & seqgan classify -m m.seqgan pipe next; "
                + "C=$?; "
                + "rm pipe; exit $C")
        #expect(vanished.code == 66 && vanished.errors.contains("next: cannot open"), "\(vanished.errors)")
        #expect(vanished.output.split(separator: "\n").count == 200)
    }

    /// To root all is allowed, so another user tries.
    private static let other =
        Sandbox.succeeds("[ $(id -u) = 0 ]") ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
    private static let otherMayRun = Sandbox.succeeds("chmod 755 .; \(other)seqgan --version")

    @Test(.enabled(if: otherMayRun, "no other user can run the program here: missing rights are not tried"))
    func rightsThatAreMissingAreNamed() throws {
        let sandbox = try EveryCommand.sandbox()
        let other = Self.other
        #expect(
            try sandbox.run("chmod 755 .; mkdir shut; echo before > shut/old; chmod 666 shut/old; chmod 555 shut").code
                == 0)
        for command in Self.all + [EveryCommand.long] {
            try expect(
                sandbox, "\(other)seqgan \(command) -o shut/old", code: 66,
                "shut/old: cannot open for writing: Permission denied")
        }
        #expect(try sandbox.run("cat shut/old; ls -A shut; chmod 700 shut").output == "before\nold\n")
        #expect(
            try sandbox.run(
                "chmod 200 pairs.tsv strands.fa m.seqgan g.seqgan few.tsv few.fa pairs.npy; touch x; chmod 666 x; "
                    + "chmod 777 ."
            ).code == 0)
        for command in Self.all {
            try expect(sandbox, "\(other)seqgan \(command) -o x", code: 66, "cannot open: Permission denied")
        }
    }
}
