// Tests of the convolutional classifiers and the plain GANs through the program.

import TestSupport
import Testing

@Suite(.timed) struct ConvolutionalCommandTests {
    @Test func aConvolutionalModelIsTrainedEvaluatedShownAndScores() throws {
        let sandbox = try Example.sandbox(pairs: 3000)
        for layout in ["channels", "stacked"] {
            let trained = try sandbox.run(
                "seqgan train --classifier cnn --layout \(layout) --orientation antiparallel pairs.tsv -o c.seqgan")
            #expect(trained.code == 0, "\(trained.errors)")
            let again = try sandbox.run(
                "seqgan train --classifier cnn --layout \(layout) --orientation antiparallel -t 3 -q pairs.tsv -o "
                    + "d.seqgan"
            )
            #expect(again.code == 0)
            #expect(try sandbox.bytes("c.seqgan") == sandbox.bytes("d.seqgan"))
            let judged = try sandbox.run("seqgan evaluate -m c.seqgan pairs.tsv | grep -P '^AUROC'")
            let area = try #require(Double(judged.output.split(whereSeparator: \.isWhitespace).last ?? ""))
            #expect(area > 0.99)
            let shown = try sandbox.run("seqgan inspect c.seqgan").output
            #expect(shown.contains("kind\tcnn\n") && shown.contains("layout\t\(layout)\n"))
            #expect(shown.contains("size\tcompact\n") && shown.contains("orientation\tantiparallel\n"))
            #expect(try sandbox.run("seqgan inspect --tables c.seqgan").code == 65)
            let one = try sandbox.run("seqgan classify -m c.seqgan -t 1 pairs.tsv")
            let three = try sandbox.run("seqgan classify -m c.seqgan -t 3 pairs.tsv")
            #expect(one.code == 0 && one.bytes == three.bytes && !one.bytes.isEmpty)
        }
    }

    @Test func strandsLongerThanTheImageAreRefusedWithTheirLine() throws {
        let sandbox = try Example.sandbox(pairs: 200)
        let trained = try sandbox.run("seqgan train --classifier cnn --epochs 1 -q pairs.tsv -o c.seqgan")
        #expect(trained.code == 0, "\(trained.errors)")
        let long = try sandbox.run(
            "printf 'ACGTACGTAC\\tACGTACGT\\t1\\nACGTACGTACGTACGTACGTACGT\\tACGT\\t0\\n' > long.tsv")
        #expect(long.code == 0)
        for command in ["classify", "evaluate"] {
            let refused = try sandbox.run("seqgan \(command) -m c.seqgan long.tsv")
            #expect(refused.code == 65)
            #expect(refused.errors.contains("long.tsv:2: a strand of 24 letters, expected at most 14"))
        }
        let taught = try sandbox.run("seqgan train --learn generator --from c.seqgan long.tsv -o g.seqgan")
        #expect(taught.code == 65 && taught.errors.contains("expected at most 14"))
    }

    @Test func aPlainGANIsSavedThoughItLearnedNoRelation() throws {
        let sandbox = try Example.sandbox(pairs: 400)
        #expect(try sandbox.run("seqgan train --classifier cnn --epochs 2 -q pairs.tsv -o c.seqgan").code == 0)
        for kind in ["dense", "dcgan"] {
            let trained = try sandbox.run(
                "seqgan train --learn generator --from c.seqgan --generator \(kind) --steps 5 --log log.tsv "
                    + "pairs.tsv -o g.seqgan")
            #expect(trained.code == 0, "\(trained.errors)")
            #expect(trained.errors.contains("the generator did not learn how the strands relate"))
            let header = try sandbox.run("head -n 1 log.tsv").output
            for column in ["D_accuracy_real", "D_accuracy_fake", "one_hot", "facing", "column_entropy", "unique"] {
                #expect(header.contains(column))
            }
            let made = try sandbox.run("seqgan generate -m g.seqgan -n 30 --format tsv")
            #expect(made.code == 0, "\(made.errors)")
            #expect(made.output.split(separator: "\n").count == 30)
            #expect(try sandbox.run("seqgan generate -m g.seqgan -n 30 --format tsv -t 3").bytes == made.bytes)
            #expect(try sandbox.run("seqgan inspect g.seqgan").output.contains("generator\t\(kind)\n"))
            let partner = try sandbox.run("printf 'ACGT\\n' > a.txt; seqgan generate -m g.seqgan --partner-of a.txt")
            #expect(partner.code == 65 && partner.errors.contains("--partner-of needs a generator that draws B given"))
            #expect(try sandbox.run("seqgan generate -m g.seqgan --label 0").code == 65)
        }
        let other = try sandbox.run(
            "seqgan train --learn generator --from c.seqgan --generator dcgan --orientation parallel pairs.tsv -o x")
        #expect(other.code == 65 && other.errors.contains("antiparallel, not parallel"))
        #expect(try sandbox.run("seqgan train --generator dcgan pairs.tsv -o x").code == 64)
    }

    @Test func anInterruptedConvolutionalTrainingGoesOnToTheSameBytes() throws {
        let sandbox = try Example.sandbox(pairs: 2000)
        let train = "seqgan train --classifier cnn --epochs 12 -q pairs.tsv"
        #expect(try sandbox.run("\(train) -o whole.seqgan").code == 0)
        let stopped = try sandbox.run(
            "\(train) -o part.seqgan --checkpoint c.state & P=$!; until_file c.state; "
                + "kill -INT $P; wait $P")
        #expect(stopped.code == 130, "\(stopped.errors)")
        let resumed = try sandbox.run("\(train) -o part.seqgan -t 3 --resume c.state")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try sandbox.bytes("part.seqgan") == sandbox.bytes("whole.seqgan"))
    }
}
