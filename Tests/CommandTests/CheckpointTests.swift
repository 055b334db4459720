// CheckpointTests: a training that a signal ends goes on to the bytes that it would have come to.

import Testing

@Suite struct CheckpointTests {
    @Test func anInterruptedTrainingGoesOnToTheSameBytes() throws {
        let sandbox = try Example.sandbox(pairs: 2000)
        let train = "seqgan train --learn both --epochs 6 --batch 32 --steps 500 -q pairs.tsv"
        let whole = try sandbox.run("\(train) -o whole.seqgan")
        #expect(whole.code == 0, "\(whole.errors)")
        var interruptions = 0
        for seconds in ["0", "1.5", "6"] {
            let stopped = try sandbox.run(
                "\(train) -o part.seqgan --checkpoint c.state & P=$!; while [ ! -e c.state ]; do sleep 0.1; done; "
                    + "sleep \(seconds); kill -INT $P; wait $P")
            guard stopped.code == 130 else {
                #expect(try sandbox.run("rm c.state part.seqgan").code == 0)
                continue
            }
            #expect(stopped.errors.contains("interrupted"))
            #expect(try !sandbox.files().contains { $0 == "part.seqgan" || $0.hasSuffix(".tmp") })
            interruptions += 1
            let resumed = try sandbox.run("\(train) -o part.seqgan -t 3 --resume c.state && rm c.state")
            #expect(resumed.code == 0, "\(resumed.errors)")
            #expect(try sandbox.bytes("part.seqgan") == sandbox.bytes("whole.seqgan"))
            #expect(try sandbox.run("rm part.seqgan").code == 0)
        }
        #expect(interruptions > 0)
    }

    @Test func aStateOfOtherDataOrNoStateIsRefused() throws {
        let sandbox = try Example.sandbox()
        let stopped = try sandbox.run(
            "seqgan train --epochs 9000 --patience 9000 -q pairs.tsv -o a --checkpoint c.state & P=$!; "
                + "while [ ! -e c.state ]; do sleep 0.1; done; kill -TERM $P; wait $P")
        #expect(stopped.code == 143, "\(stopped.errors)")
        let other = try sandbox.run("seqgan train --epochs 9001 --patience 9000 -q pairs.tsv -o a --resume c.state")
        #expect(other.code == 65)
        #expect(other.errors.contains("other data or options"))
        #expect(try sandbox.run("seqgan train pairs.tsv -o a --resume pairs.tsv").code == 65)
        #expect(try sandbox.run("seqgan train pairs.tsv -o a --resume nowhere").code == 66)
    }
}
