// ShardTests: parts of an input through the built program: one after the other they are what one run writes.

import TestSupport
import Testing

@Suite(.timed) struct ShardTests {
    /// What the parts write, one after the other.
    private static func parts(_ count: Int, _ command: String, _ sandbox: Sandbox) throws -> [UInt8] {
        let outcome = try sandbox.run(
            "for i in $(seq \(count)); do seqgan classify -q -m m.seqgan --shard $i/\(count) \(command) || exit; done")
        #expect(outcome.code == 0 && outcome.errors == "", "\(command): \(outcome.errors)")
        return outcome.bytes
    }

    @Test(arguments: [
        "pairs.tsv", "pairs.tsv.gz", "blocks.tsv.gz", "pairs.fa", "pairs.fq.gz", "--mates b.fa a.fa",
        "--keep 1 pairs.fa", "--columns y,x named.tsv.gz pairs.tsv named.tsv.gz",
    ])
    func onceEachAndInOrder(command: String) throws {
        let sandbox = try Example.sandbox(pairs: 3_000)
        let made = try sandbox.run(
            """
            seqgan classify -q -m m.seqgan pairs.tsv -o blocks.tsv.gz; gzip -k pairs.tsv
            awk '{ print ">a" NR "\\n" $1 > "a.fa"; print ">b" NR "\\n" $2 > "b.fa" }' pairs.tsv
            awk '{ print ">a" NR "\\n" $1 "\\n>b" NR "\\n" $2 }' pairs.tsv > pairs.fa
            awk '{ for (i = 1; i < 3; i++) { q = $i; gsub(/./, "@", q); print "@p" NR "\\n" $i "\\n+\\n" q } }' \\
                pairs.tsv |
                gzip > pairs.fq.gz
            (printf '# remark\\nx\\ty\\tlabel\\n'; cat pairs.tsv; echo '# end') | gzip > named.tsv.gz
            """)
        #expect(made.code == 0, "\(made.errors)")
        // Names are looked for in each file, so that the second must have them too.
        let line = command.replacing("gz pairs.tsv named", with: "gz named")
        let whole = try sandbox.run("seqgan classify -q -m m.seqgan \(line)")
        #expect(whole.code == 0 && whole.bytes.count > 10_000, "\(whole.errors)")
        for count in [2, 5, 16] {
            #expect(try Self.parts(count, line, sandbox) == whole.bytes, "\(line) in \(count)")
        }
    }

    @Test func packedPartsAreJoinedByCatAndCutAgain() throws {
        let sandbox = try Example.sandbox(pairs: 9_000)
        let whole = try sandbox.run("seqgan classify -q -m m.seqgan pairs.tsv").bytes
        let made = try sandbox.run(
            """
            for i in 1 2 3; do seqgan classify -q -m m.seqgan --shard $i/3 pairs.tsv -o $i.tsv.gz || exit; done
            cat 1.tsv.gz 2.tsv.gz 3.tsv.gz > all.tsv.gz; gzip -dc all.tsv.gz
            """)
        #expect(made.code == 0 && made.bytes == whole, "\(made.errors)")
        // Their ends lie in the middle now.
        let again = try Self.parts(7, "all.tsv.gz", sandbox)
        #expect(
            try again == sandbox.run("seqgan classify -q -m m.seqgan all.tsv.gz").bytes && again.count > whole.count)
    }

    @Test func aBadLineFailsItsOwnPartWithTheLineOfTheWholeFile() throws {
        let sandbox = try Example.sandbox(pairs: 20_000)
        #expect(try sandbox.run("sed -i '17001i ACGT\\tAC!T' pairs.tsv && gzip -k pairs.tsv").code == 0)
        for file in ["pairs.tsv", "pairs.tsv.gz"] {
            for (index, code) in [(1, 0), (2, 0), (3, 0), (4, 65)] {
                let outcome = try sandbox.run(
                    "seqgan classify -q -m m.seqgan --shard \(index)/4 \(file) -o \(index).tsv")
                #expect(outcome.code == Int32(code), "\(file) \(index): \(outcome.errors)")
                #expect(outcome.errors.hasPrefix("seqgan: \(file):17001: ") == (code != 0), "\(outcome.errors)")
            }
            #expect(try sandbox.files().contains("3.tsv") && !sandbox.files().contains("4.tsv"))
        }
    }

    @Test func rowsOfAllPairsArePartsToo() throws {
        let sandbox = try Example.sandbox(pairs: 40)
        #expect(try sandbox.run("cut -f1 pairs.tsv > a.tsv; cut -f2 pairs.tsv > b.tsv").code == 0)
        for command in [
            "--all-pairs a.tsv", "--against b.tsv a.tsv", "--against b.tsv - < a.tsv", "--keep 1 --all-pairs b.tsv",
        ] {
            let whole = try sandbox.run("seqgan classify -q -m m.seqgan \(command)")
            #expect(whole.code == 0 && !whole.bytes.isEmpty, "\(whole.errors)")
            for count in [2, 7, 100] { #expect(try Self.parts(count, command, sandbox) == whole.bytes, "\(command)") }
        }
        // Arrays of some rows, which numpy.concatenate joins: headers of 128 bytes, then numbers.
        let whole = try sandbox.run("seqgan classify -q -m m.seqgan --matrix --against b.tsv a.tsv").bytes
        var joined = Array(whole.prefix(128))
        for index in 1...3 {
            let part = try sandbox.run(
                "seqgan classify -q -m m.seqgan --matrix --against b.tsv --shard \(index)/3 a.tsv")
            let rows = index == 1 ? 14 : 13
            #expect(String(decoding: part.bytes.prefix(128), as: UTF8.self).contains("(\(rows), 40, )"), "\(index)")
            joined += part.bytes.dropFirst(128)
        }
        #expect(joined == whole && whole.count == 128 + 4 * 1_600)
    }

    @Test(arguments: ["0/4", "5/4", "4", "a/b", "1/0"])
    func aPartIsOneOfSeveral(text: String) throws {
        let outcome = try Example.sandbox().run("seqgan classify -m m.seqgan --shard \(text) pairs.tsv")
        #expect(outcome.code == 64 && outcome.bytes.isEmpty && outcome.errors.contains("--shard"), "\(outcome.errors)")
    }

    @Test func whatCannotBeCutIsRefused() throws {
        let sandbox = try Example.sandbox()
        for line in [
            "cat pairs.tsv | seqgan classify --shard 1/2", "seqgan classify --shard 1/2 - < pairs.tsv",
            "seqgan classify --shard 1/2 <(cat pairs.tsv)", "seqgan classify --shard 1/2 pairs.tsv <(cat pairs.tsv)",
        ] {
            let outcome = try sandbox.run(line)
            #expect(outcome.code == 64 && outcome.bytes.isEmpty, "\(line)")
            #expect(outcome.errors.contains("cannot be cut"), "\(outcome.errors)")
        }
        let missing = try sandbox.run("seqgan classify --shard 2/2 pairs.tsv none.tsv")
        #expect(missing.code == 66 && missing.errors.hasPrefix("seqgan: none.tsv: cannot open"), "\(missing.errors)")
    }
}
