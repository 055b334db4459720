// DuplexBoundTests: screens leave out no pair that scores above the threshold, and training finds the head that tells.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct DuplexBoundTests {
    /// The model made by hand, whose heads are all alike, with a bound that lowers weak pairs.
    private static func bounded(fold: Bool = false, isSymmetric: Bool = true, margin: Float = -1) -> PairClassifier {
        guard case .duplex(let duplex) = HandmadeModel.classifier(fold: fold) else { fatalError("no duplex") }
        var configuration = duplex.configuration
        (configuration.isSymmetric, configuration.bound) = (isSymmetric, DuplexBound(head: 2, margin: margin))
        return .duplex(DuplexClassifier(configuration, parameters: duplex.parameters))
    }

    /// Strands of many lengths: random ones, their partners with some changes, palindromes, some twice.
    private static func strands(_ count: Int, seed: UInt64) -> StrandCodes {
        let pairs = HandmadeModel.pairs(count / 3, seed: seed)
        var strands = StrandCodes(like: pairs.strands)
        for p in 0..<pairs.count {
            strands.append(pairs.a(p))
            strands.append(pairs.b(p))
            let half = pairs.a(p).prefix(pairs.a(p).count / 2)
            strands.append((half + half.reversed().map { 3 - $0 })[...])
        }
        strands.append(pairs.a(0))
        return strands
    }

    /// The logits of a screen; with a threshold, of those that need to be scored.
    private static func logits(
        _ classifier: PairClassifier, _ rows: StrandCodes, _ columns: StrandCodes, above threshold: Float?,
        fromDiagonal: Bool = false, threads: Int = 2
    ) -> [[Float]] {
        let screen = StrandScreen(classifier, rows: rows, columns: columns, above: threshold, threads: threads)
        var logits: [[Float]] = []
        for start in stride(from: 0, to: rows.count, by: 37) {
            let tile = start..<min(rows.count, start + 37)
            screen.score(tile, fromDiagonal: fromDiagonal)
            logits += tile.map { Array(screen.row($0, of: tile).dropFirst(fromDiagonal ? $0 : 0)) }
        }
        return logits
    }

    /// Thresholds at the scores of some pairs, so that many pairs are near one.
    @Test(arguments: [false, true], [true, false])
    func whatIsLeftOutIsNotAboveTheThreshold(fold: Bool, isSymmetric: Bool) {
        let (rows, columns) = (Self.strands(120, seed: 1), Self.strands(150, seed: 2))
        for temperature: Float in [40, 50, 58] {
            let classifier = Self.bounded(fold: fold, isSymmetric: isSymmetric).at([1e-6, temperature])
            for others in [columns, rows, Self.strands(21, seed: 5)] {
                let all = Self.logits(classifier, rows, others, above: nil)
                let scores = all.joined().map(PairClassifier.score).sorted()
                for place in 1..<10 {
                    let threshold = scores[scores.count * (9 * place + 8) / 100]
                    let some = Self.logits(classifier, rows, others, above: threshold)
                    var (left, kept) = (0, 0)
                    for (row, pair) in zip(all, some).enumerated() {
                        for (column, (logit, found)) in zip(pair.0, pair.1).enumerated() {
                            if found != -.infinity {
                                #expect(found == logit)
                                kept += 1
                                continue
                            }
                            left += 1
                            // Equal strands may count double.
                            let isDouble = isSymmetric && rows[row] == others[column]
                            let share = PairClassifier.score(logit) * (isDouble ? 2 : 1)
                            #expect(share <= threshold, "\(row), \(column)")
                        }
                    }
                    #expect(kept > 0)
                    if !fold, place > 6 { #expect(left > kept, "\(threshold): \(left), \(kept)") }
                }
            }
        }
    }

    @Test func aScreenOfStrandsWithEachOtherIsTheSameOnAnyNumberOfThreads() {
        let (classifier, strands) = (Self.bounded(), Self.strands(300, seed: 3))
        let one = Self.logits(classifier, strands, strands, above: 0.5, fromDiagonal: true, threads: 1)
        #expect(one == Self.logits(classifier, strands, strands, above: 0.5, fromDiagonal: true, threads: 3))
        let all = Self.logits(classifier, strands, strands, above: nil, fromDiagonal: true)
        for (found, logits) in zip(one, all) {
            for (x, logit) in zip(found, logits) { #expect(x == logit || x == -.infinity && logit <= 0) }
        }
    }

    /// What has ambiguity letters is scored by all that it stands for.
    @Test func ambiguousStrandsAreScored() {
        var strands = StrandCodes(like: Pairs(alphabet: .dna).strands)
        for text in ["ACGTTGCATGGA", "TCCATGCAACGT", "NCGTTGCATGGA", "TCCATRCAACGT", "AAAAAAAAAAAA"] {
            for byte in text.utf8 { strands.append(Alphabet.dna.codes[Int(byte)]) }
            strands.endStrand()
        }
        let all = Self.logits(Self.bounded(), strands, strands, above: nil, fromDiagonal: true)
        let some = Self.logits(Self.bounded(), strands, strands, above: 0.5, fromDiagonal: true)
        for (row, (logits, found)) in zip(all, some).enumerated() {
            for (place, (logit, x)) in zip(logits, found).enumerated() {
                let isAmbiguous = [2, 3].contains(row) || [2, 3].contains(row + place)
                #expect(isAmbiguous ? x == logit : x == logit || logit <= 0)
            }
        }
        #expect(some.joined().contains(-.infinity))
    }

    /// The handmade model whose head `strong` alone tells pairs apart: the others take every pair of letters alike.
    private static func withOneStrongHead(_ strong: Int) -> DuplexClassifier {
        guard case .duplex(let duplex) = HandmadeModel.classifier() else { fatalError("no duplex") }
        let s = duplex.shape
        let parameters = FloatBuffer(count: s.count)
        parameters.copy(0..<s.count, from: duplex.parameters, at: 0)
        for head in 0..<s.heads where head != strong {
            for row in 0..<256 { parameters[s.stack + row * s.heads + head] = -3 }
            for row in 0..<32 { parameters[s.pair + row * s.heads + head] = -5 }
        }
        return DuplexClassifier(duplex.configuration, parameters: parameters)
    }

    private static func labelled(_ classifier: DuplexClassifier, _ count: Int, seed: UInt64) -> LabelledPairs {
        let pairs = HandmadeModel.pairs(count, seed: seed)
        var data = LabelledPairs(alphabet: .dna, conditions: 2)
        for p in 0..<count {
            data.append(Array(pairs.a(p)), Array(pairs.b(p)), target: 0.5, at: [1e-6, Float(40 + p % 20)])
        }
        return data
    }

    @Test func aTrainingFindsTheHeadThatBoundsTheOthersAndLowersOneInTwoThousandPairs() throws {
        let classifier = Self.withOneStrongHead(1)
        let data = Self.labelled(classifier, 9_000, seed: 4)
        let workspaces = [Workspace(), Workspace()]
        guard case .duplex(let bounded) = PairClassifier.duplex(classifier).bounded(on: data, workspaces) else {
            return
        }
        let bound = try #require(bounded.configuration.bound)
        #expect(bound.head == 1)
        func logits(_ classifier: DuplexClassifier) -> [Float] {
            PairClassifier.duplex(classifier).logits(of: data.pairs, at: data.conditions, workspaces: workspaces)
        }
        let both = Array(zip(logits(classifier), logits(bounded)))
        // Rounding differs where the bound alone gives the logit of the pair that set the margin.
        #expect(both.allSatisfy { $1 <= $0 + 1e-4 })
        let positives = both.filter { $0.0 > 0 }
        let lowered = positives.count { $1 < min($0, 4) - 1e-3 }
        #expect(positives.count > 2_000 && lowered <= positives.count / 2_000, "\(lowered) of \(positives.count)")
        #expect(both.count { $1 < $0 - 0.1 } > 100)
        // Neither a model without the equilibrium nor one whose heads tell nothing has a bound.
        for other in [HandmadeModel.classifier(head: .network), .duplex(Self.withOneStrongHead(9))] {
            guard case .duplex(let free) = other.bounded(on: data, workspaces) else { return }
            #expect(free.configuration.bound == nil)
        }
    }

    @Test func aFileKeepsTheBoundAndRefusesOneThatCannotBe() throws {
        let file = ModelFile(classifier: Self.bounded(margin: -0.625), record: [:])
        #expect(file.version == 4)
        let read = try ModelFile(decoding: file.encoded())
        #expect(read.encoded() == file.encoded())
        guard case .duplex(let duplex) = read.classifier else { return }
        #expect(duplex.configuration.bound == DuplexBound(head: 2, margin: -0.625))
        #expect(file.description().contains(["bound", "head 3, margin -0.625 kT"]))
        for (key, value) in [
            ("bound-head", "0"), ("bound-head", "5"), ("bound-head", "x"), ("bound-margin", "nan"),
            ("bound-margin", "1001"), ("bound-margin", ""), ("head", "network"),
        ] {
            var archive = file.archive()
            archive.metadata[key] = value
            #expect(throws: ModelError.self, "\(key) \(value)") { try ModelFile(decoding: archive.encoded()) }
        }
        // An earlier version has no bounds: the keys say nothing there.
        var archive = file.archive()
        archive.version = 3
        guard case .duplex(let free) = try ModelFile(decoding: archive.encoded()).classifier else { return }
        #expect(free.configuration.bound == nil)
    }
}
