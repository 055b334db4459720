// EngineTests: what engines that run many jobs go by: exit codes, clean logs, and no file but the one that was named.

import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import seqgan

@Suite(.timed) struct EngineTests {
    private static let commands = [
        "encode -q pairs.tsv -o out/x", "train -q --epochs 2 pairs.tsv -o out/x",
        "train -q --learn generator --steps 250 --epochs 2 --from m.seqgan pairs.tsv -o out/x",
        "classify -q -m m.seqgan pairs.tsv -o out/x", "classify -q -m m.seqgan --shard 2/3 pairs.tsv -o out/x",
        "classify -q -m m.seqgan --all-pairs s.fa -o out/x", "generate -q -n 5 -o out/x",
        "evaluate -q -m m.seqgan pairs.tsv -o out/x", "evaluate -q --generated s.fa --real pairs.tsv -o out/x",
        "inspect m.seqgan > out/x", "classify -q -m m.seqgan < pairs.tsv > out/x",
    ]

    @Test(arguments: commands)
    func aQuietRunWritesItsOutputAndNothingElse(command: String) throws {
        let sandbox = try Example.sandbox()
        try sandbox.write(
            Example.pairs(8).split(separator: "\n").map { ">s\n\($0.prefix { $0 != "\t" })\n" }.joined(), "s.fa")
        let outcome = try sandbox.run(
            """
            mkdir out home tmp
            (HOME=$PWD/home TMPDIR=$PWD/tmp XDG_CACHE_HOME=$PWD/home SEQGAN_MODEL= seqgan \(command)) || exit
            rm -r m.seqgan pairs.tsv s.fa; find . -type f -o -type l
            """)
        #expect(outcome.code == 0 && outcome.errors == "", "\(command): \(outcome.errors)")
        #expect(outcome.output == "./out/x\n", "\(command)")
    }

    /// Codes that say that the same run fails again, and the one that says that it may not.
    @Test(arguments: [
        ("classify --no-such", 64), ("classify --shard 1/2 < pairs.tsv", 64), ("classify bad.tsv", 65),
        ("classify cut.gz", 65), ("classify -m pairs.tsv pairs.tsv", 65), ("classify --skip-bad bad.tsv", 65),
        ("classify none.tsv", 66), ("classify .", 66), ("classify -m none.seqgan pairs.tsv", 66),
        ("classify pairs.tsv -o none/x", 66), ("classify pairs.tsv -o pairs.tsv/x", 66),
        ("evaluate pairs.tsv --report none/x", 66), ("classify pairs.tsv > /dev/full", 74),
        ("classify pairs.tsv -o /dev/full", 74),
    ])
    func codesTellWhetherAnotherTryMayDoBetter(command: String, code: Int32) throws {
        let sandbox = try Example.sandbox()
        try sandbox.write("ACGTACGT\tACGTACGT\nACGT\tA!\n", "bad.tsv")
        #expect(try sandbox.run("gzip -c pairs.tsv | head -c 500 > cut.gz").code == 0)
        let outcome = try sandbox.run("seqgan \(command)")
        #expect(outcome.code == code, "\(outcome.errors)")
    }

    @Test func whatTheMachineRefusesMayBeTriedAgain() throws {
        // One file more than there may be open: it is the machine that is at its end, not the file that is wrong.
        let outcome = try Example.sandbox().run("ulimit -n 4; seqgan classify pairs.tsv -o x")
        #expect(outcome.code == 74 && outcome.errors.contains("cannot open"), "\(outcome.errors)")
        for code in [EIO, ENOMEM, EMFILE, ENFILE, ESTALE, ETIMEDOUT, ENOSPC, EDQUOT] {
            #expect(ExitCodes.ofSystem(code) == 74)
        }
        for code in [ENOENT, EACCES, EISDIR, ENOTDIR, EROFS] { #expect(ExitCodes.ofSystem(code) == 66) }
    }

    @Test func aKilledRunLeavesTheOldOutputAndCanBeRunAgain() throws {
        let sandbox = try Example.sandbox(pairs: 2_000)
        try sandbox.write("before", "o.tsv")
        for (signal, code) in [("TERM", "143"), ("INT", "130"), ("KILL", "137")] {
            // It waits for more of its input when the signal comes.
            let outcome = try sandbox.run(
                """
                mkfifo f; exec 3<>f; seqgan classify -q -m m.seqgan f -o o.tsv & cat pairs.tsv > f
                until_temporary
                kill -\(signal) $!; wait $!; echo $?; cat o.tsv; exec 3>&-; rm f
                """)
            #expect(outcome.output == "\(code)\nbefore", "\(signal): \(outcome.errors)")
        }
        let whole = try sandbox.run("seqgan classify -q -m m.seqgan pairs.tsv")
        #expect(try sandbox.run("seqgan classify -q -m m.seqgan pairs.tsv -o o.tsv").code == 0)
        #expect(try sandbox.bytes("o.tsv") == whole.bytes)
    }
}
