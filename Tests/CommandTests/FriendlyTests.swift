// FriendlyTests: what the program says to people who are new to it or made a slip.

import Kernels
import TestSupport
import Testing

@testable import seqgan

@Suite(.timed) struct FriendlyTests {
    @Test func withoutACommandFivePipesAreShown() throws {
        let outcome = try Sandbox().run("seqgan")
        #expect(outcome.code == 64)
        #expect(outcome.output.isEmpty)
        let pipes = outcome.errors.split(separator: "\n").filter { $0.contains("  seqgan ") }
        #expect(pipes.count == 5, "\(outcome.errors)")
        #expect(try Sandbox().run("seqgan --help").code == 0)
    }

    @Test(arguments: [
        ("clasify x.tsv", "'classify'"), ("trian", "'train'"), ("Generate", "'generate'"), ("eval", "'evaluate'"),
        ("pairs.tsv", "classify, "), ("classify --treshold 1", "'--threshold'"), ("train -o x --epoch 3", "'--epochs'"),
        ("generate --partner x.fa", "'--partner-of'"),
    ])
    func aSlipIsAnsweredByWhatWasMeant(typed: String, meant: String) throws {
        let outcome = try Sandbox().run("seqgan \(typed)")
        #expect(outcome.code == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(meant), "\(outcome.errors)")
    }

    @Test func theBuiltInModelServesWhereNoneIsNamed() throws {
        let sandbox = try Example.sandbox()
        let pair = "ACGTTGCATCGGATCTAGCA\tTGCTAGATCCGATGCAACGT\n"
        let own = try sandbox.run("seqgan classify -q", stdin: pair)
        #expect(own.code == 0 && own.errors == "")
        #expect(own.output.hasPrefix(pair.dropLast() + "\t1\t"), "\(own.output)")
        // The option before the environment, the environment before the built-in one.
        let named = try sandbox.run("seqgan classify -q -m m.seqgan", stdin: pair).output
        #expect(named != own.output)
        #expect(try sandbox.run("SEQGAN_MODEL=m.seqgan seqgan classify -q", stdin: pair).output == named)
        #expect(try sandbox.run("SEQGAN_MODEL=no seqgan classify -q -m m.seqgan", stdin: pair).output == named)
        #expect(try sandbox.run("SEQGAN_MODEL=no seqgan classify -q", stdin: pair).code == 66)
        #expect(try sandbox.run("SEQGAN_MODEL= seqgan classify -q", stdin: pair).output == own.output)
        let made = try sandbox.run("seqgan generate -n 20 --format tsv | seqgan classify | wc -l")
        #expect(made.output == "20\n")
        #expect(try sandbox.run("seqgan inspect").output.contains("trained lengths"))
    }

    @Test func fastaIsUnderstoodWhereATableWasExpected() throws {
        let sandbox = try Example.sandbox()
        let table = try sandbox.run("seqgan evaluate -q -m m.seqgan pairs.tsv")
        let fasta = #"awk '{ print ">p" NR "/1 label=" $3 "\n" $1 "\n>p" NR "/2\n" $2 }' pairs.tsv"#
        let outcome = try sandbox.run("\(fasta) | seqgan evaluate -q -m m.seqgan")
        #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
        #expect(outcome.output == table.output)
        let without = try sandbox.run("\(fasta) | sed 's/ label=.*//' | seqgan evaluate -q -m m.seqgan")
        #expect(without.code == 65)
        #expect(without.errors.contains("<stdin>:1: a record without a label, expected 'label='"), "\(without.errors)")
    }

    @Test(arguments: [("ACGTACGT,ACGTACGT\n", "--delimiter comma\n"), ("ACGTACGT ACGTACGT\n", "tr ' '")])
    func otherSeparatorsThanTabsAreToldApart(line: String, advice: String) throws {
        let outcome = try Example.sandbox().run("seqgan classify -m m.seqgan", stdin: line)
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("<stdin>:1: 1 column, expected at least 2, separated by tabs: try \(advice)"))
    }

    @Test func rnaToAModelOfDNAIsToldOnceAndScoredAsDNA() throws {
        let sandbox = try Example.sandbox()
        let said = "seqgan: read U as T in 200 pairs, as the model's letters are those of DNA\n"
        let plain = try sandbox.run("seqgan classify -q -m m.seqgan pairs.tsv")
        let rna = try sandbox.run("tr T U < pairs.tsv | seqgan classify -q -m m.seqgan")
        #expect(rna.code == 0 && rna.errors == said.replacing("200", with: "\(rna.pairsWithU)"), "\(rna.errors)")
        #expect(rna.lastColumn == plain.lastColumn)
        let judged = try sandbox.run("tr T U < pairs.tsv | seqgan evaluate -q -m m.seqgan")
        #expect(judged.errors == rna.errors)
        let lower = try sandbox.run("echo '>a\nacgu' | seqgan generate -q --partner-of -")
        #expect(lower.errors.contains("read U as T in 1 strand,"), "\(lower.errors)")
        #expect(plain.errors == "")
    }

    @Test func dnaToAModelOfRNAIsToldToo() throws {
        let sandbox = try Example.sandbox()
        let trained = try sandbox.run("seqgan train --alphabet rna --epochs 1 pairs.tsv -o r.seqgan -q")
        #expect(trained.errors.contains("read T as U in "), "\(trained.errors)")
        let outcome = try sandbox.run(
            "seqgan classify -q -m r.seqgan", stdin: "ACGTACGTA\tACGUACGU\nACGUACGUA\tACGACGAC\n")
        #expect(outcome.errors.contains("read T as U in 1 pair,"), "\(outcome.errors)")
    }

    @Test(arguments: [
        "classify -m m.seqgan long.tsv", "evaluate -m m.seqgan long.tsv", "generate --min-score 0 --partner-of a.fa",
    ])
    func strandsOutsideTheTrainedLengthsAreCounted(command: String) throws {
        let sandbox = try Example.sandbox()
        // One letter more than the longest that the example's model was trained on; one less than the built-in model's
        // shortest.
        try sandbox.write("ACGTACGTAC\tACGTACGTACGTACG\t1\nACGTACGTAC\tACGTACGTAC\t0\n", "long.tsv")
        try sandbox.write(">a\nACGTT\n>b\nACGTTGCATCGGATCTAGCA\n", "a.fa")
        let outcome = try sandbox.run("seqgan \(command) -q")
        #expect(outcome.code == 0)
        #expect(outcome.errors.hasPrefix("seqgan: 1 "), "\(outcome.errors)")
        #expect(outcome.errors.contains(" outside the lengths that the model was trained on ("))
        #expect(outcome.errors.contains(": its score is less certain"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test func theVersionTellsOfSwiftAndTheProcessor() throws {
        let version = try Sandbox().run("seqgan --version")
        #expect(version.code == 0 && version.errors == "")
        let form = /seqgan \d+\.\d+\.\d+ \(Swift \d+\.\d+, (x86-64-v[134]|arm64|v1)\)\n/
        #expect(version.output.wholeMatch(of: form) != nil, "\(version.output)")
    }
}

extension Sandbox.Result {
    /// Lines whose first two columns hold a U.
    fileprivate var pairsWithU: Int {
        output.split(separator: "\n").count { $0.split(separator: "\t").prefix(2).contains { $0.contains("U") } }
    }

    fileprivate var lastColumn: [Substring] {
        output.split(separator: "\n").compactMap { $0.split(separator: "\t").last }
    }

    @Test func aLevelOfProcessorCanBeChosenAndScoresDifferByRoundingAlone() throws {
        let sandbox = try Example.sandbox()
        func scores(_ level: String) throws -> [Substring] {
            let outcome = try sandbox.run("SEQGAN_CPU=\(level) seqgan classify -q -m m.seqgan pairs.tsv")
            #expect(outcome.code == 0, "\(outcome.errors)")
            return outcome.output.split(separator: "\n")
        }
        let best = try scores("")
        for level in Processor.allCases.filter(\.isUsable) {
            for (line, expected) in zip(try scores(level.rawValue), best) {
                let (found, wanted) = (line.split(separator: "\t"), expected.split(separator: "\t"))
                #expect(found[..<4] == wanted[..<4])
                #expect(abs((Double(found[4]) ?? 9) - (Double(wanted[4]) ?? -9)) < 1e-5)
            }
            let version = try sandbox.run("SEQGAN_CPU=\(level.rawValue) seqgan --version").output
            #expect(version.contains(level.rawValue) || !version.contains("x86-64"))
        }
        let wrong = try sandbox.run("SEQGAN_CPU=v9 seqgan classify -m m.seqgan pairs.tsv")
        #expect(wrong.code == 64 && wrong.output.isEmpty && wrong.errors.contains("SEQGAN_CPU is 'v9'"))
    }
}
