// Tests of what names say of mates: marks that agree, marks that do not, and names that only look marked.

import SeqIO
import TestSupport
import Testing

@Suite(.timed) struct MateNamesTests {
    /// Pairs that are read as they stand, and the names of records that were alone.
    private struct Outcome: Equatable {
        var pairs: [String] = []
        var alone: [String] = []
        var error = ""
    }

    private func read(_ titles: [String], comparesNames: Bool = true) throws -> Outcome {
        let folder = try Sandbox()
        let path = try folder.write(Array(titles.map { ">\($0)\nACGT\n" }.joined().utf8))
        var reader = PairReader(
            paths: [path], columns: .init(), letters: dnaLetters, comparesNames: comparesNames, chunk: 64)
        var batch = PairBatch()
        var outcome = Outcome()
        func collect() {
            func text(_ range: Range<Int>) -> String { String(decoding: batch.bytes[range], as: UTF8.self) }
            for entry in batch.entries {
                if entry.kind == .pair {
                    outcome.pairs.append("\(text(entry.nameA)) \(text(entry.nameB))")
                } else {
                    outcome.alone.append(String(text(entry.text).dropFirst().prefix { $0 != " " && $0 != "\n" }))
                }
            }
        }
        do throws(InputError) {
            while try reader.fill(&batch, bytes: 50) { collect() }
        } catch {
            collect()
            outcome.error = "\(error)"
        }
        return outcome
    }

    @Test(arguments: [
        // Mates, marked in each way; also the second before the first, and in two ways.
        ["r/1", "r/2", "s/1", "s/2"], ["r.1", "r.2", "s.1", "s.2"], ["r_1", "r_2", "s_2", "s_1"],
        ["r_R1", "r_R2", "s_R1", "s_R2"], ["r 1:N:0:ACGT", "r 2:N:0:ACGT", "s 1:Y:18:1", "s\t2:Y:18:1"],
        ["r/1 1:N:0", "r/2 2:N:0"], ["r/1", "r 2:N:0"], ["r_1", "r 2:N:0"], ["s_1 1:N:0", "s_2 2:N:0"],
        ["x#ACGT/1", "x#ACGT/2"], ["SRR1.7.1", "SRR1.7.2", "SRR1.8.1", "SRR1.8.2"],
        // One name for both, whatever it ends in.
        ["r", "r"], ["r/1", "r/1"], ["NM_1.1", "NM_1.1"], ["r 1:N:0", "r 1:N:0"], ["r_1", "r_1 2:N:0"],
        // No marks, or on one side alone.
        ["probe1", "target1"], ["1", "2"], ["/1", "/2"], ["_1", "x_2"], ["R1", "R2"], ["_R1", "x_R2"], ["x.1", "x.3"],
        ["x.3", "y.1"], ["a_11", "b_12"], ["a-1", "b-2"], ["a/1", "b"], ["a", "b 2:N:0"], ["a 1:N", "b 2:N"],
        ["a 1:X:0", "b 2:X:0"], ["a label=1", "b label=2"], ["aR1", "bR2"],
        // Numbers of pairs and versions of records.
        ["probe_1", "target_1", "probe_2", "target_2", "probe_3", "target_3"], ["AT1G01010.1", "AT1G01020.1"],
    ]) func theseArePairs(titles: [String]) throws {
        let names = titles.map { String($0.prefix { $0 != " " && $0 != "\t" }) }
        let pairs = stride(from: 0, to: names.count, by: 2).map { "\(names[$0]) \(names[$0 + 1])" }
        #expect(try read(titles) == Outcome(pairs: pairs))
    }

    @Test(arguments: [
        ["r1/1", "r2/2"], ["r1/1", "r2/1"], ["r1/2", "r2/1"], ["r1.1", "r2.2"], ["r1_1", "r2_2"], ["r1_2", "r2_1"],
        ["r1_R1", "r2_R2"], ["r1 1:N:0", "r2 2:N:0"], ["r1 1:N:0", "r2 1:N:0"], ["r1/1", "r2 2:N:0"],
        ["r1_1 1:N:0", "r2_2 2:N:0"], ["geneA.1", "geneB.2"], ["r/1", "rr/2"],
    ]) func theseAreNot(titles: [String]) throws {
        let outcome = try read(titles)
        #expect(outcome.pairs.isEmpty && outcome.error.contains("alone"), "\(outcome)")
        #expect(try read(titles, comparesNames: false).pairs.count == 1)
    }

    @Test(arguments: ["/", ".", "_", "_R"]) func pairsAreRightAgainBehindALostRecord(sign: String) throws {
        let titles = (1...9).flatMap { ["r\($0)\(sign)1", "r\($0)\(sign)2"] }
        for lost in 2..<titles.count - 2 {
            let outcome = try read(titles.enumerated().filter { $0.offset != lost }.map(\.element))
            let whole = stride(from: 0, to: titles.count, by: 2).filter { $0 != lost / 2 * 2 }
            #expect(
                outcome == Outcome(pairs: whole.map { "\(titles[$0]) \(titles[$0 + 1])" }, alone: [titles[lost ^ 1]]),
                "without \(titles[lost])")
        }
    }

    @Test func untilTwoNamesAgreeNothingIsAPair() throws {
        let outcome = try read(["a/1", "b/1", "x", "y", "c/2", "d/1", "d/2", "x", "y"])
        #expect(outcome.pairs == ["d/1 d/2", "x y"] && outcome.alone == ["a/1", "b/1", "x", "y", "c/2"], "\(outcome)")
    }

    @Test func bothNamesAndBothLinesAreToldWhole() throws {
        let long = String(repeating: "M00176:65:", count: 6)
        let folder = try Sandbox()
        let path = try folder.write(Array(">\(long)7/1\nAC\nGT\n>\(long)8/1\nACGT\n".utf8))
        var reader = PairReader(paths: [path], columns: .init(), letters: dnaLetters)
        var batch = PairBatch()
        #expect(throws: InputError.self) { while try reader.fill(&batch) { #expect(batch.entries.count == 1) } }
        #expect(
            "\(batch.rejections)".contains(
                "\(path):1: record '\(long)7/1' beside '\(long)8/1' (\(path):4), expected mates of one name"),
            "\(batch.rejections)")
    }

    @Test func ofTwoFilesTheFirstPairOutOfStepEndsTheReading() throws {
        let folder = try Sandbox()
        let a = try folder.write(Array("@r1/1\nAC\n+\nII\n@r2/1\nAC\n+\nII\n@r3/1\nAC\n+\nII\n".utf8), "a")
        let b = try folder.write(Array(">r1/2\nAC\n>r3/2\nAC\n".utf8), "b")
        var reader = PairReader(paths: [a], columns: .init(), letters: dnaLetters, mates: b)
        var batch = PairBatch()
        #expect(throws: InputError.notMates(.init(path: a, line: 5), "'r2/1'", .init(path: b, line: 3), "'r3/2'")) {
            _ = try reader.fill(&batch)
        }
        #expect(batch.entries.count == 1 && batch.entries[0].kind == .pair)
    }
}
