// CheckpointTests: a training that a signal ends goes on to the bytes that it would have come to.

import TestSupport
import Testing

@Suite(.timed) struct CheckpointTests {
    /// Interrupted as soon as it has got further, again and again: while the classifier learns, and while the generator
    /// does.
    @Test(arguments: ["autoregressive", "pair-hmm", "paired"])
    func anInterruptedTrainingGoesOnToTheSameBytes(generator: String) throws {
        let sandbox = try Example.sandbox(pairs: 1000)
        let train = "seqgan train --learn both --generator \(generator) --epochs 3 --batch 32 --steps 500 -q pairs.tsv"
        let whole = try sandbox.run("\(train) -o whole.seqgan")
        #expect(whole.code == 0, "\(whole.errors)")
        var (ofTheClassifier, ofStrands, ofPairs) = (0, 0, 0)
        while true {
            let round = ofTheClassifier + ofStrands + ofPairs
            let resume = round == 0 ? "" : "--resume c.state"
            let stopped = try sandbox.run(
                """
                touch before; \(train) -o part.seqgan -t \(1 + round % 3) --checkpoint c.state \(resume) & P=$!
                until [ c.state -nt before ] || ! kill -0 $P; do sleep 0.02; done 2> /dev/null
                kill -INT $P 2> /dev/null; wait $P
                """)
            guard stopped.code == 130 else {
                #expect(stopped.code == 0, "\(stopped.errors)")
                break
            }
            #expect(stopped.errors.contains("interrupted"))
            #expect(try !sandbox.files().contains { $0 == "part.seqgan" || $0.hasSuffix(".tmp") })
            // The state of a generator's training holds the classifier that it began with.
            let (header, _) = ModelBytes.parts(try sandbox.bytes("c.state"))
            if !header.contains("\"model.kind\"") {
                ofTheClassifier += 1
            } else if header.contains("\"number.step\"") {
                ofPairs += 1
            } else {
                ofStrands += 1
            }
        }
        #expect(ofTheClassifier > 0 && ofStrands > 0 && ofPairs > 0, "\(ofTheClassifier) \(ofStrands) \(ofPairs)")
        #expect(try sandbox.bytes("part.seqgan") == sandbox.bytes("whole.seqgan"))
    }

    @Test func aStateOfOtherDataOrNoStateIsRefused() throws {
        // So many that the training does not end before it is stopped, however busy the machine.
        let sandbox = try Example.sandbox(pairs: 4000)
        let stopped = try sandbox.run(
            "seqgan train --epochs 9000 --patience 9000 -q pairs.tsv -o a --checkpoint c.state & P=$!; "
                + "until_file c.state; kill -TERM $P; wait $P")
        #expect(stopped.code == 143, "\(stopped.errors)")
        let other = try sandbox.run("seqgan train --epochs 9001 --patience 9000 -q pairs.tsv -o a --resume c.state")
        #expect(other.code == 65)
        #expect(other.errors.contains("other data or options"))
        #expect(try sandbox.run("seqgan train pairs.tsv -o a --resume pairs.tsv").code == 65)
        #expect(try sandbox.run("seqgan train pairs.tsv -o a --resume nowhere").code == 66)
    }
}
