// SetScoringTests: designs are scored as the pairs of their strands are, for classifiers of every kind.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct SetScoringTests {
    /// A classifier with random parameters.
    private static func duplex(isSymmetric: Bool) -> PairClassifier {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden, configuration.isSymmetric) = (8, 16, isSymmetric)
        let shape = configuration.shape
        var random = RandomSource(seed: 5)
        let parameters = FloatBuffer(count: shape.count)
        parameters.initialise(shape.tensors, &random)
        // Both strands of a symmetric pair are standardised alike.
        for tensor in shape.tensors where !tensor.name.hasPrefix("feature.") {
            for k in tensor.range { parameters[k] += 0.2 * random.normal() }
        }
        return .duplex(DuplexClassifier(configuration, parameters: parameters))
    }

    private static let strands = [
        "ACGTTGCATG", "CATGCAACGT", "GGATCCTTAGCA", "TGCTAAGGATCC", "ARGTNGCAY", "RTGCNACYT", "AAAACCCGGG",
        "CCCGGGTTTT",
    ]

    private static func codes(_ strand: String) -> [UInt8] { strand.utf8.map { Alphabet.dna.codes[Int($0)] } }

    private static func block(_ chosen: ArraySlice<String>, each: Int, isPaired: Bool) -> DesignBlock {
        var block = DesignBlock(.dna, isPaired: isPaired)
        for (k, strand) in chosen.enumerated() {
            block.append(codes(strand)[...])
            if k % each == each - 1 { block.endDesign() }
        }
        return block
    }

    /// The score of two strands by the classifier alone: the greatest over expansions and orders, doubled for equal
    /// strands where the model says so.
    private static func score(_ a: String, _ b: String, _ classifier: PairClassifier) -> Float {
        var greatest: Float = 0
        let expansion = [a, b].map { strand in block([strand], each: 1, isPaired: false).variants }
        for x in 0..<expansion[0].count {
            for y in 0..<expansion[1].count {
                var pairs = Pairs(alphabet: .dna)
                pairs.append(expansion[0][x], expansion[1][y])
                pairs.append(expansion[1][y], expansion[0][x])
                var logits: [Float] = []
                classifier.logits(pairs, 0..<2, workspace: Workspace(), into: &logits)
                let score = PairClassifier.score(logits.reduce(-.infinity, max))
                let isDouble = classifier.countsHomodimers && expansion[0][x] == expansion[1][y]
                greatest = max(greatest, isDouble ? min(1, 2 * score) : score)
            }
        }
        return greatest
    }

    @Test(arguments: [true, false]) func crosstalkIsTheGreatestScoreOfAnyTwoStrands(isSymmetric: Bool) {
        let classifier = Self.duplex(isSymmetric: isSymmetric)
        let scorer = CrosstalkScorer([classifier], threads: 2)
        let designs = PreparedDesigns(Self.block(Self.strands[...], each: 2, isPaired: true), scorer)
        #expect(designs.block.count == 4 && designs.block.strands(of: 2).count == 2)
        let limit: Float = 0.02
        var expected: [[Float]] = []
        for d in 0..<4 {
            expected.append(
                (0..<4).map { e in
                    var greatest: Float = 0
                    for a in Self.strands[2 * d..<2 * d + 2] {
                        for b in Self.strands[2 * e..<2 * e + 2] {
                            greatest = max(greatest, Self.score(a, b, classifier))
                        }
                    }
                    return greatest
                })
        }
        let edges = designs.conflicts(above: limit)
        for d in 0..<4 {
            for e in d + 1..<4 {
                let found = edges.first { $0.from == d && $0.to == e }?.weight
                #expect(expected[d][e] > limit ? found == expected[d][e] : found == nil)
            }
        }
        #expect(!edges.isEmpty)
        scorer.run(pieces: 4) { [expected] design, worker in
            let strands = Array(Self.strands[2 * design..<2 * design + 2])
            let own = designs.greatestOwnScore(of: design, above: 0, worker)
            let expectedOwn = strands.map { Self.score($0, $0, classifier) }.reduce(0, max)
            #expect(own == expectedOwn)
            for other in 0..<4 {
                let conflict = designs.firstConflict(of: design, with: designs, other..<other + 1, above: limit, worker)
                #expect((conflict != nil) == (expected[design][other] > limit))
            }
        }
    }

    @Test func strandsOfAGroupCountAsItsOwnAndIntendedOnesDoNot() {
        let scorer = CrosstalkScorer([Self.duplex(isSymmetric: true)], threads: 1)
        let pair = PreparedDesigns(Self.block(Self.strands[0..<2], each: 2, isPaired: true), scorer)
        let group = PreparedDesigns(Self.block(Self.strands[0..<2], each: 2, isPaired: false), scorer)
        let between = Self.score(Self.strands[0], Self.strands[1], scorer.classifiers[0])
        scorer.run(pieces: 1) { _, worker in
            let alone = pair.greatestOwnScore(of: 0, above: 0, worker)
            #expect(group.greatestOwnScore(of: 0, above: 0, worker) == max(alone, between))
            #expect(pair.leastIntendedScore(of: 0, worker) == between)
        }
    }

    @Test func keptDesignsGiveAConflictWhereverItStandsAmongThem() {
        let scorer = CrosstalkScorer([Self.duplex(isSymmetric: true)], threads: 3)
        let rule = PartnerRule(.dna, .antiparallel)
        var random = RandomSource(seed: 8)
        var block = DesignBlock(.dna, isPaired: false)
        for _ in 0..<340 {
            block.append((0..<12).map { _ in UInt8(random.index(below: 4)) }[...])
            block.endDesign()
        }
        let designs = PreparedDesigns(block, scorer)
        let graph = ConflictGraph(count: 340, edges: designs.conflicts(above: 0.3))
        for rule in [nil, rule] {
            var kept = KeptDesigns(scorer, rule)
            for start in stride(from: 0, to: 300, by: 60) { kept.append(Array(start..<start + 60), of: block) }
            #expect(kept.count == 300)
            let all = kept
            let part = kept.block(250..<270, like: DesignBlock(.dna, isPaired: false))
            #expect(part.count == 20 && (0..<20).allSatisfy { part.variants[$0] == block.variants[250 + $0] })
            scorer.run(pieces: 40) { piece, worker in
                let design = 300 + piece
                let found = all.firstConflict(of: design, in: designs, above: 0.3, worker)
                let expected = zip(graph.neighbours(of: design), graph.weights(of: design)).filter { $0.0 < 300 }
                #expect((found == nil) == expected.isEmpty)
                if let found {
                    #expect(expected.contains { Int($0.0) == found.design && $0.1 == found.score })
                }
            }
        }
    }

    @Test func theGreatestScoreOfADesignIsThatOfItsHeaviestConflict() {
        let scorer = CrosstalkScorer([Self.duplex(isSymmetric: true), Self.duplex(isSymmetric: false)], threads: 2)
        for limit in [0, 0.02] as [Float] {
            let designs = PreparedDesigns(Self.block(Self.strands[...], each: 2, isPaired: true), scorer)
            var expected: [Float] = [0, 0, 0, 0]
            for edge in designs.conflicts(above: limit) {
                for end in [edge.from, edge.to] { expected[Int(end)] = max(expected[Int(end)], edge.weight) }
            }
            var progress: [Int] = []
            #expect(designs.greatestCrosstalk(above: limit) { progress.append($0) } == expected)
            #expect(expected.max() ?? 0 > 0 && progress == [4])
            let intended = designs.intendedScores()
            scorer.run(pieces: 4) { design, worker in
                #expect(intended[design] == designs.leastIntendedScore(of: design, worker))
            }
        }
    }

    @Test func theWordsOfPartnersNameTheDesignsThatProbablyBind() throws {
        let rule = try #require(PartnerRule(.dna, .antiparallel))
        var index = SimilarityIndex(rule, .dna)
        let block = Self.block(Self.strands[0..<4] + Self.strands[6...], each: 1, isPaired: false)
        for design in 0..<block.count { index.append(design, of: block) }
        var counts = SimilarityIndex.Counts()
        for _ in 0..<2 {
            #expect(index.nearest(to: 0, of: block, &counts).first == 1)
            #expect(index.nearest(to: 2, of: block, &counts).first == 3)
            #expect(index.nearest(to: 4, of: block, &counts).first == 5)
        }
    }

    @Test func partnersFollowTheRuleOfTheAlphabet() throws {
        let dna = try #require(PartnerRule(.dna, .antiparallel))
        #expect(dna.partner(of: Self.codes("AACGTRN")) == Self.codes("NYACGTT"))
        let parallel = try #require(PartnerRule(.dna, .parallel))
        #expect(parallel.partner(of: Self.codes("AACG")) == Self.codes("TTGC"))
        let listed = try #require(PartnerRule("ac,GT", .dna, .antiparallel))
        #expect(listed.partner(of: Self.codes("AAGT")) == Self.codes("GTCC"))
        let plain = try #require(Alphabet(named: "HPS"))
        #expect(PartnerRule(plain, .parallel) == nil)
        let own = try #require(PartnerRule("HP,SS", plain, .parallel))
        #expect(own.partner(of: [0, 1, 2]) == [1, 0, 2])
        for text in ["HP", "HP,SH", "HP,S", "HP,SX", "", "HP,SS,", "HPS"] {
            #expect(PartnerRule(text, plain, .parallel) == nil, "\(text)")
        }
    }

    /// The strands of each design that bind, at two conditions, by a classifier with a bound and by the same scores
    /// without it.
    @Test func aBoundLeavesOutNoConflict() {
        guard case .duplex(let duplex) = HandmadeModel.classifier() else { return }
        let bounded = PairClassifier.duplex(duplex.bounded(by: DuplexBound(head: 1, margin: -1)))
        let pairs = HandmadeModel.pairs(60, seed: 6)
        var block = DesignBlock(.dna, isPaired: false)
        for s in 0..<120 {
            block.append(pairs.strands[s])
            // Designs of one, two and three strands; a strand of the third comes again in the fourth.
            if s % 6 == 3 { block.append(pairs.strands[s - 1]) }
            if [0, 2, 5].contains(s % 6) { block.endDesign() }
        }
        let scorer = CrosstalkScorer([bounded.at([1e-6, 52]), bounded.at([1e-6, 44])], threads: 2)
        let designs = PreparedDesigns(block, scorer)
        for limit: Float in [0.001, 0.2, 0.9] {
            let edges = designs.conflicts(above: limit)
            scorer.run(pieces: 1) { [count = block.count] _, worker in
                for row in 0..<count {
                    var found: [ScoredDesign] = []
                    designs.forEachConflict(of: row, with: designs, row + 1..<count, above: limit, worker) {
                        found.append($0)
                    }
                    let missing = found.filter { !edges.contains(.init(row, $0.design, $0.score)) }
                    #expect(missing.isEmpty, "\(row): \(missing)")
                    #expect(found.count == edges.count { $0.from == row })
                }
            }
            #expect(edges == edges.sorted { ($0.from, $0.to) < ($1.from, $1.to) })
            #expect(!edges.isEmpty && edges.allSatisfy { $0.weight > limit && $0.from < $0.to })
        }
    }
}
