// SiteFinderTests: the search for sites finds what scoring the surroundings of every letter would find.

import BuiltInModel
import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct SiteFinderTests {
    private static func codes(_ count: Int, _ random: inout TestRandom) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0..<4, using: &random) }
    }

    /// A target with parts of partners of `probe`, some of their letters changed, left out or doubled.
    private static func target(_ count: Int, _ probe: [UInt8], _ random: inout TestRandom) -> [UInt8] {
        var target = codes(count, &random)
        for _ in 0..<count / 150 {
            var site = probe.reversed().map { 3 - $0 }
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                site[Int.random(in: 0..<site.count, using: &random)] = UInt8.random(in: 0..<4, using: &random)
            }
            if Int.random(in: 0..<3, using: &random) == 0 { site.remove(at: site.count / 2) }
            if Int.random(in: 0..<3, using: &random) == 0 { site.insert(site[site.count / 3], at: site.count / 3) }
            let place = Int.random(in: 0...count - site.count, using: &random)
            target.replaceSubrange(place..<place + site.count, with: site)
        }
        return target
    }

    private struct Case: CustomTestStringConvertible {
        let model: BuiltInModel
        let point: [Float]
        var testDescription: String { "\(model) at \(point)" }
    }

    private static let cases = [
        Case(model: .dna, point: [57, 1, 1e-6]), Case(model: .dna, point: [60, 0.163, 2e-7]),
        Case(model: .dna, point: [37, 0.3, 1e-6]), Case(model: .dna, point: [68, 0.39, 1e-8]),
        Case(model: .rna, point: [50, 0.2, 1e-7]), Case(model: .dna, point: [25, 0.1, 1e-7]),
    ]

    /// The classifier of a case, and a probe with a target.
    private static func prepare(_ index: Int, _ length: Int) throws -> (PairClassifier, StrandCodes, [UInt8]) {
        let classifier = try ModelFile(decoding: cases[index].model.bytes()).classifier.at(cases[index].point)
        var random = TestRandom(state: UInt64(100 * index + length))
        let probe = codes(length, &random)
        var probes = StrandCodes(alphabet: classifier.alphabet)
        probes.append(probe[...])
        return (classifier, probes, target(900, probe, &random))
    }

    private static let lengths = [11, 18, 22, 31]
    private static let whole = TargetSegment(target: 0, start: 0, isCutBefore: false, isCutBehind: false)

    @Test(arguments: cases.indices) func theBoundLeavesNothingOut(index: Int) throws {
        let workspace = Workspace()
        var count = 0
        for length in Self.lengths {
            let (classifier, probes, target) = try Self.prepare(index, length)
            guard case .duplex(let duplex) = classifier else { return }
            let scorer = SiteScorer(classifier: classifier, probes: probes, threshold: 0.2, ambiguity: .mean)
            let found = [Float?.none, 0].map { least -> [Site] in
                let sites = DuplexSites(duplex, scorer, lengths: classifier.scoredLengths, least: least)
                var found: [Site] = []
                sites.find(0..<1, Self.whole, target, 0..<target.count, workspace, &found)
                return Site.merged(found)
            }
            // Without the bound there are places of next to no weight, which have the score of a site beside them.
            let flank = DuplexSites.flank
            let others = found[1].filter { site in
                site.end - site.start > 3
                    && !found[0].contains { $0.start < site.end + flank && site.start - flank < $0.end }
            }
            #expect(others.isEmpty && found[0].allSatisfy(found[1].contains), "\(length): \(others)")
            count += found[0].count
        }
        #expect(count > 3)
    }

    @Test(arguments: cases.indices) func windowsAtEveryOffsetFindNoOtherPlaces(index: Int) throws {
        let workspace = Workspace()
        var (called, missed) = (0, [String]())
        for length in Self.lengths {
            let (classifier, probes, target) = try Self.prepare(index, length)
            let finder = SiteFinder(
                classifier, probes: probes, threshold: 0.2, lengths: classifier.scoredLengths, strands: .written)
            var found: [Site] = []
            finder.find(0..<1, in: Self.whole, target, 0..<target.count, workspace: workspace, into: &found)
            let sites = Site.merged(found)
            var pairs = Pairs(like: probes)
            let width = length + 2 * DuplexSites.flank
            for start in 0...target.count - width { pairs.append(probes[0], target[start..<start + width]) }
            var logits: [Float] = []
            classifier.logits(pairs, 0..<pairs.count, workspace: workspace, into: &logits)
            // The surroundings of a site change its score: near the threshold, some other window around it is above.
            for (start, logit) in logits.enumerated() where PairClassifier.score(logit) > 0.8 {
                called += 1
                if !sites.contains(where: { $0.start < start + width && start < $0.end }) {
                    missed.append("\(length): \(start), \(PairClassifier.score(logit))")
                }
            }
        }
        #expect(called > 30, "\(called)")
        #expect(missed.isEmpty, "\(missed.count) of \(called): \(missed.prefix(10))")
    }
}
