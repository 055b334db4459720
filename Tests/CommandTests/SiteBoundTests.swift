// SiteBoundTests: what the search for sites leaves out is below the threshold, whatever the networks of the built-in
// models correct.

import BuiltInModel
import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct SiteBoundTests {
    @Test(arguments: BuiltInModel.allCases) func noWindowAboveTheThresholdIsBelowTheBound(model: BuiltInModel) throws {
        guard case .duplex(let all) = try ModelFile(decoding: model.bytes()).classifier else { return }
        var random = TestRandom(state: 9)
        let workspace = Workspace()
        func letters(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0..<4, using: &random) } }
        var (called, closest) = (0, Float.infinity)
        for _ in 0..<20 {
            let point: [Float] = all.configuration.conditions.map { condition in
                switch condition.name {
                case "temperature": Float.random(in: 20...70, using: &random)
                case "sodium": Float.random(in: 0.02...1, using: &random)
                default: exponential(Float.random(in: -20...(-11), using: &random))
                }
            }
            let classifier = all.at(point)
            var probes = StrandCodes(alphabet: classifier.configuration.alphabet)
            let probe = letters(Int.random(in: 10...40, using: &random))
            probes.append(probe[...])
            let least = SiteBound(classifier, threshold: -1.386).leastWeights(probes)[0]
            var pairs = Pairs(alphabet: classifier.configuration.alphabet)
            for _ in 0..<120 {
                // Part of the exact partner, some of its letters changed.
                var site = probe.reversed().map { 3 - $0 }
                for _ in 0..<Int.random(in: 0...site.count / 3, using: &random) {
                    site[Int.random(in: 0..<site.count, using: &random)] = UInt8.random(in: 0..<4, using: &random)
                }
                let part = site.dropFirst(Int.random(in: 0...site.count / 3, using: &random))
                let kept = part.prefix(Int.random(in: part.count / 2...part.count, using: &random))
                pairs.append(probe[...], (letters(10) + kept + letters(10))[...])
            }
            var (logits, ends): ([Float], [Float]) = ([], [])
            PairClassifier.duplex(classifier).logits(pairs, 0..<pairs.count, workspace: workspace, into: &logits)
            for (p, logit) in logits.enumerated() where logit > -1.386 {
                let window = Array(pairs.b(p))
                classifier.endWeights(probes, 0..<1, window, 0..<window.count, workspace: workspace, into: &ends)
                let ratio = ends.reduce(0, +) / least
                closest = min(closest, ratio)
                called += 1
            }
        }
        #expect(called > 300, "\(called)")
        #expect(closest >= 1, "\(closest)")
        // A bound that is far too low would only cost time.
        #expect(closest < 30, "\(closest)")
    }
}
