// ContradictionTests: pairs that repeat an earlier one with the other label, counted as a dictionary of whole strands
// does.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ContradictionTests {
    /// Short strands of few letters, so that many pairs come again.
    private func pairs(_ count: Int, longest: Int, seed: UInt64) -> LabelledPairs {
        var random = RandomSource(seed: seed)
        var pairs = LabelledPairs(alphabet: .dna)
        for _ in 0..<count {
            let strands = (0..<2).map { _ in
                (0..<1 + random.index(below: longest)).map { _ in UInt8(random.index(below: 2)) }
            }
            pairs.append(strands[0], strands[1], target: Float(random.index(below: 4)) / 4)
        }
        return pairs
    }

    @Test(arguments: [(1, 3), (2, 1), (7, 2), (500, 3), (5_000, 5), (3_000, 14)])
    func theyAreThoseOfADictionary(count: Int, longest: Int) {
        let pairs = pairs(count, longest: longest, seed: UInt64(count))
        var sides: [[[UInt8]]: Bool] = [:]
        var expected = 0
        for p in 0..<count {
            let key = [Array(pairs.pairs.a(p)), Array(pairs.pairs.b(p))]
            let side = pairs.targets[p] > 0.5
            if let earlier = sides[key] { expected += earlier == side ? 0 : 1 } else { sides[key] = side }
        }
        #expect(count < 500 || longest > 5 || expected > count / 10)
        #expect(pairs.contradictions(above: 0.5) == expected)
    }

    @Test func whereStrandBBeginsTellsPairsApart() {
        var pairs = LabelledPairs(alphabet: .dna)
        pairs.append([0, 1, 2, 3], [0, 1], target: 1)
        pairs.append([0, 1, 2], [3, 0, 1], target: 0)
        pairs.append([0, 1, 2, 3, 0], [1], target: 0)
        #expect(pairs.contradictions(above: 0.5) == 0)
        pairs.append([0, 1, 2], [3, 0, 1], target: 1)
        #expect(pairs.contradictions(above: 0.5) == 1)
    }
}
