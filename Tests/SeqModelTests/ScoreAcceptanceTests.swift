// Tests of the rejection sampling that spreads generated pairs' scores like the data's.

import Kernels
import Testing

@testable import SeqModel

@Suite struct ScoreAcceptanceTests {
    /// Logits around `mean`, none on the wrong side of the threshold 0.2 of label 1.
    static func logits(_ mean: Float, _ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in max(-1.3, mean + 1.5 * random.normal()) }
    }

    @Test func whatIsKeptIsSpreadMoreLikeTheData() {
        let real = ScoreAcceptanceTests.logits(1, 5_000, seed: 1)
        let made = ScoreAcceptanceTests.logits(2.5, 5_000, seed: 2)
        let acceptance = ScoreAcceptance(real: [[], real], generated: [[], made], threshold: 0.2)
        func mean(_ logits: [Float], _ weights: [Float]) -> Float {
            zip(logits, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
        let kept = made.map { acceptance.probability(label: 1, logit: $0) }
        let wanted = mean(real, real.map { _ in 1 })
        let before = mean(made, made.map { _ in 1 }), after = mean(made, kept)
        #expect(abs(after - wanted) < 0.75 * abs(before - wanted), "\(before) \(after) \(wanted)")
        let share = kept.reduce(0, +) / Float(made.count)
        #expect(abs(Double(share) - ScoreAcceptance.meanKept) < 0.01)
        #expect(kept.allSatisfy { (0...1).contains($0) })
    }

    @Test func aPairThatTheClassifierGivesTheOtherLabelIsNotKept() {
        // The logit of the threshold 0.2 is -1.386.
        let (low, high): ([Float], [Float]) = ([-5, -3, -2, -1.5, -1.4], [-1.3, -1.2, 0, 2, 4])
        let acceptance = ScoreAcceptance(
            real: [low + low + high, low + high + high], generated: [low + high, low + high], threshold: 0.2)
        for logit in low {
            #expect(acceptance.probability(label: 0, logit: logit) > 0.2)
            #expect(acceptance.probability(label: 1, logit: logit) == 0)
        }
        for logit in high {
            #expect(acceptance.probability(label: 0, logit: logit) == 0)
            #expect(acceptance.probability(label: 1, logit: logit) > 0.2)
        }
    }

    @Test func withoutPairsToCompareEveryPairIsKept() {
        let nothing = ScoreAcceptance(real: [[], [1]], generated: [[1], []], threshold: 0.5)
        for label in 0...1 { #expect(nothing.probability(label: label, logit: -3) == 1) }
        // A classifier that refuses the data's own pairs.
        let refused = ScoreAcceptance(real: [[], [-3, -4, 1]], generated: [[], [-3, -4]], threshold: 0.5)
        for logit: Float in [-3, 3] { #expect(refused.probability(label: 1, logit: logit) == 1) }
    }
}
