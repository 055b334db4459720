// Tests of the bins of logits.

import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct LogitBinsTests {
    @Test func logitsWithinReachHaveBinsOfAHalf() {
        let bins = LogitBins(threshold: 0.5, for: [[-5.5, -1], [0.2, 5.9]])
        #expect(bins.scale == nil)
        let found = ([-7, -6.1, -5.9, -0.1, 0.1, 0.6, 5.9, 6.1, 40] as [Float]).map { bins($0) }
        #expect(found == [0, 0, 1, 12, 13, 14, 24, 25, 25])
        // Distances are those from the logit of the threshold, -1.386.
        #expect(LogitBins(threshold: 0.2)(-1.4) == 12 && LogitBins(threshold: 0.2)(-1.3) == 13)
    }

    @Test func fartherLogitsHaveWiderBins() {
        let far = (0..<1_000).map { 0.04 * Float($0) }
        let bins = LogitBins(threshold: 0.5, for: [far.map { -0.5 * $0 }, far])
        let found = far.map { bins($0) }
        // 5 of 100 are out of reach, up to the one that defines it; each bin within has some, and they are in order.
        #expect((50...51).contains(found.count { $0 == 25 }))
        #expect(Set(found) == Set(13...25) && found == found.sorted())
        #expect(found.count { $0 == 24 } > 8 * found.count { $0 == 13 })
        #expect(bins(0.49) == 13 && bins(0.52) == 14)
        #expect(far.allSatisfy { bins(-$0 - 0.001) == 25 - bins($0 + 0.001) })
    }

    @Test func anyLogitHasABin() {
        let logits: [Float] = [-.infinity, -1e30, -1e-30, 0, 1e-30, 1e30, .infinity]
        for scale in [nil, LogitBins.scales.upperBound] {
            let bins = LogitBins(threshold: 0.5, scale: scale)
            #expect(logits.map { bins($0) } == [0, 0, 13, 13, 13, 25, 25])
        }
        // A forged scale leaves nearly all near the threshold.
        let bins = LogitBins(threshold: 0.5, scale: LogitBins.scales.lowerBound)
        #expect(logits.map { bins($0) } == [0, 12, 13, 13, 13, 13, 25])
    }
}
