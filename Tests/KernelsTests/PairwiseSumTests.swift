// Tests of the sum over the pieces of a batch: it is right, and has the same bits for any number of threads.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.timed) struct PairwiseSumTests {
    private static let length = 1000
    private static let ranges = [10..<500, 700..<1000]

    /// The numbers of a piece. Their sizes differ so much that another order of additions gives other bits.
    private static func numbers(_ piece: Int) -> [Float] {
        var random = RandomSource(seed: 5, stream: UInt64(piece))
        return (0..<length).map { _ in random.normal() * Float(1 << random.index(below: 20)) }
    }

    private static func sum(_ sum: PairwiseSum, pieces: Int, threads: Int, isHindered: Bool) -> [Float] {
        let total = FloatBuffer(count: length)
        let numbers = (0..<pieces).map(numbers)
        sum.run(threads: threads, into: total) { piece, _, part in
            // Some pieces take longer, so that others usually finish before them. The sum must be the same in any
            // order.
            if isHindered, piece % 3 == 1 { Thread.sleep(forTimeInterval: 0.002) }
            for range in ranges {
                for k in range { sum.parts[part * length + k] += numbers[piece][k] }
            }
        }
        return total[0..<length]
    }

    /// The sum in the order of the tree: neighbouring pieces first, then these sums.
    private static func expected(_ pieces: Range<Int>) -> [Float] {
        if pieces.count == 1 { return numbers(pieces.lowerBound) }
        let middle = (pieces.lowerBound + pieces.upperBound) / 2
        return zip(expected(pieces.lowerBound..<middle), expected(middle..<pieces.upperBound)).map { $0 + $1 }
    }

    @Test(arguments: [1, 2, 16, 64]) func isTheSumOfTheTreeForAnyNumberOfThreads(pieces: Int) {
        let expected = Self.expected(0..<pieces)
        let sum = PairwiseSum(pieces: pieces, length: Self.length, ranges: Self.ranges)
        for threads in [1, 2, 3, 5, 16, 100] {
            for isHindered in [false, true] {
                // Again, with the parts as the last sum left them.
                let found = Self.sum(sum, pieces: pieces, threads: threads, isHindered: isHindered)
                for range in Self.ranges { #expect(found[range] == expected[range], "\(threads) threads") }
                #expect(found[..<10].allSatisfy { $0 == 0 } && found[500..<700].allSatisfy { $0 == 0 })
            }
        }
    }

    /// All builds give the same bits.
    @Test(arguments: Processor.allCases.filter(\.isUsable)) func isTheSameOnEveryBuild(processor: Processor) {
        let sum = PairwiseSum(pieces: 8, length: Self.length, processor: processor)
        let total = FloatBuffer(count: Self.length)
        sum.run(threads: 2, into: total) { piece, _, part in
            for (k, number) in Self.numbers(piece).enumerated() { sum.parts[part * Self.length + k] = number }
        }
        #expect(total[0..<Self.length] == Self.expected(0..<8))
    }
}
