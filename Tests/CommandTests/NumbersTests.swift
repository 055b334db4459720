// NumbersTests: numbers that cannot lie: scores are finite, and a training that can come to nothing says so.

import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct NumbersTests {
    @Test(arguments: ["", "--classifier cnn", "--classifier cnn --size full"])
    func aLearningRateThatIsFarTooHighStopsTheTrainingAndKeepsTheLastState(kind: String) throws {
        let sandbox = try Example.sandbox()
        let words =
            #/
                (a\ weight\ grew\ to\ \S+|(the\ loss|a\ weight)\ is\ not\ a\ number)\ by\ step\ \d+,
                \ learning\ rate\ 10\.0:\ lower\ --learning-rate;\ no\ model\ was\ written
            /#
        var stops = 0
        // Whether a training leaves all bounds hangs on roundings: one of these does, and the others give whole models.
        for plan in ["--batch 32 --epochs 8", "--batch 4 --epochs 1", "--batch 1 --epochs 1"] {
            #expect(try sandbox.run("echo before > old; rm -f c.state").code == 0)
            let line = "seqgan train -q \(kind) --learning-rate 10 \(plan) --patience 60 pairs.tsv -o old"
            let result = try sandbox.run("\(line) --checkpoint c.state")
            guard result.code != 0 else {
                let scores = try sandbox.run("seqgan classify -q -m old pairs.tsv | cut -f5").output
                #expect(scores.split(separator: "\n").allSatisfy { Double($0)?.isFinite ?? false })
                continue
            }
            stops += 1
            #expect(result.code == 65 && result.errors.contains(words), "\(result.errors)")
            #expect(try sandbox.read("old") == "before\n")
            let isKept = try sandbox.files().contains("c.state")
            #expect(isKept == result.errors.contains("; the last good state is in c.state\n"), "\(result.errors)")
            if isKept {
                let again = try sandbox.run("\(line) --resume c.state")
                #expect(again.code == 65 && again.errors.contains(words), "\(again.errors)")
            }
            #expect(try !sandbox.files().contains { $0.hasSuffix(".tmp") })
        }
        #expect(stops > 0)
    }

    @Test func aLossOfAGeneratorThatIsNotANumberIsNamedWithStepAndRate() throws {
        let keeper = try CheckpointKeeper(CheckpointOptions.parse([]), digest: "", clock: RunSummary())
        let failure = try keeper.lossNotFinite(step: 250, rates: "learning rate 1")
        #expect(failure.message == "the loss is not a number by step 250, learning rate 1; no model was written")
        #expect(failure.code == 65)
    }

    /// Labels that leave little or nothing to learn, as awk makes them of lines, and what is said of each.
    private static let labels = [
        ("$3 = 1", "every label is above 0.5", Int32(0)), ("$3 = 0", "no label is above 0.5", 65),
        ("$3 = 0.5", "no label is above 0.5", 65), ("$2 = $1; $3 = NR % 2", "", 0),
        ("$1 = $2 = \"ACGTACGTAC\"; $3 = NR % 2", "20 pairs repeat an earlier one with a label on the other side", 0),
    ]

    @Test(arguments: labels.indices, ["", "--classifier cnn"])
    func labelsThatLeaveNothingToLearnAreTold(number: Int, kind: String) throws {
        let (make, words, _) = Self.labels[number]
        let sandbox = try Example.sandbox(pairs: 40)
        #expect(try sandbox.run("awk -F'\\t' -v OFS='\\t' '{ \(make); print }' pairs.tsv > p.tsv").code == 0)
        let result = try sandbox.run("seqgan train -q \(kind) --epochs 2 p.tsv -o x.seqgan")
        #expect(result.code == 0 && (words.isEmpty || result.errors.contains(words)), "\(result.errors)")
        let scores = try sandbox.run("seqgan classify -q -m x.seqgan --logit p.tsv | cut -f5")
        #expect(scores.code == 0 && scores.output.split(separator: "\n").count == 40)
        #expect(scores.output.split(separator: "\n").allSatisfy { Double($0)?.isFinite ?? false }, "\(scores.output)")
    }

    @Test(arguments: labels.indices, ["autoregressive", "pair-hmm", "dense", "dcgan", "paired"])
    func aGeneratorOfSuchPairsIsSavedOrSaysWhyNot(number: Int, kind: String) throws {
        let (make, _, code) = Self.labels[number]
        let sandbox = try Example.sandbox(pairs: 40)
        #expect(try sandbox.run("awk -F'\\t' -v OFS='\\t' '{ \(make); print }' pairs.tsv > p.tsv").code == 0)
        let result = try sandbox.run(
            "seqgan train -q --learn generator --generator \(kind) --from m.seqgan --steps 2 --batch 8 p.tsv -o "
                + "x.seqgan"
        )
        if code == 65 {
            #expect(result.code == 65 && result.errors.contains("a generator needs pairs that interact"))
        } else if ["autoregressive", "paired"].contains(kind) || result.code == 65 && kind == "pair-hmm" {
            // Two steps teach it nothing, which is said; or samples are all the same, as the data's are.
            #expect(result.code == 65 && result.errors.contains("no model was written"), "\(result.errors)")
        } else {
            // Pair hidden Markov models may by chance begin with letters that face each other more often than others.
            #expect(result.code == 0, "\(result.errors)")
            #expect(try sandbox.run("seqgan inspect x.seqgan").code == 0)
        }
    }

    @Test(arguments: [0, 1, 2]) func fewPairsAreRefusedOrLearnedFrom(count: Int) throws {
        let sandbox = try Example.sandbox(pairs: 2)
        for kind in ["", "--classifier cnn", "--learn both --generator dcgan --steps 2"] {
            let result = try sandbox.run(
                "head -n \(count) pairs.tsv | seqgan train -q \(kind) --epochs 2 -o x.seqgan && seqgan inspect x.seqgan"
            )
            let words =
                count < 2
                ? "\(count) labelled pair\(count == 1 ? "" : "s"): training needs at least 2"
                : "the model cannot be assessed: all held-out pairs are of one class"
            // Of two pairs, the one that is held back may be the one that interacts.
            let isWithout = result.errors.contains("a generator needs pairs that interact")
            #expect(result.code == (count < 2 || isWithout ? 65 : 0), "\(result.errors)")
            #expect(isWithout || result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test func scoresAreFiniteWhateverTheStrands() throws {
        let sandbox = try Example.sandbox()
        var strands: [String] = []
        for letter in ["A", "C", "G", "T"] {
            let lengths = [1, 2, 3, 40] + ("AC".contains(letter) ? [512] : [])
            strands += lengths.map { String(repeating: letter, count: $0) }
        }
        strands.append(String(repeating: "GC", count: 256))
        strands.append(String(repeating: "GGGGCCCC", count: 64))
        // Pairs with these are as many as they stand for, up to 256: so much work is done once, without most long ones.
        let drawn = strands.filter { $0.count <= 40 } + [String(repeating: "A", count: 512), "NNNNNNNNNNNN"]
        let files = [("plain", strands), ("few", strands + ["N", "RR"]), ("drawn", drawn)]
        for (name, strands) in files { try sandbox.write(strands.map { "\($0)\n" }.joined(), name) }
        #expect(
            try sandbox.run("seqgan train -q --classifier cnn --length 512 --epochs 1 pairs.tsv -o c.seqgan").code == 0)
        for options in [
            "plain", "few --logit", "few -m m.seqgan --logit", "drawn -m m.seqgan --logit", "few -m c.seqgan --logit",
            "drawn -m c.seqgan --logit",
        ] {
            let count = files.first { options.hasPrefix($0.0) }?.1.count ?? 0
            let result = try sandbox.run("seqgan classify -q --force-lengths --all-pairs \(options) | cut -f4")
            let scores = result.output.split(separator: "\n").map { Double($0) ?? .nan }
            #expect(result.code == 0 && scores.count >= count * (count + 1) / 2, "\(options)")
            #expect(scores.allSatisfy { $0.isFinite }, "\(options)")
            if !options.hasSuffix("--logit") { #expect(scores.allSatisfy { (0...1).contains($0) }) }
        }
    }
}
