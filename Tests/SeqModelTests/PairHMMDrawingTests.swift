// Tests of strands B that pair hidden Markov models draw: by their probabilities, whatever their numbers and whatever
// was drawn before.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct PairHMMDrawingTests {
    @Test func strandsAreDrawnByTheProbabilitiesThatAreTrained() {
        let (net, weights) = PairHMMTests.net(lengthsB: 1...4)
        let tape = PairHMM.DrawingTape()
        let (a, count) = ([0, 1, 1] as [UInt8], 40_000)
        for (label, allowed, inputs) in [(1, 1...4, [0.5, -0.5]), (0, 2...3, [0, 0])]
            as [(
                Int, ClosedRange<Int>, [Float]
            )]
        {
            var found: [[UInt8]: Int] = [:]
            for k in 0..<count {
                var source = RandomSource(seed: 65, stream: UInt64(k))
                let b = net.draw(
                    tape, a: a[...], label: label, inputs: inputs[...],
                    isAllowed: net.lengthsB.map { allowed.contains($0) }, weights: weights, &source, LayerKernels())
                found[b, default: 0] += 1
            }
            let all = allowed.flatMap { PairHMMTests.strands($0, letters: 2) }
            #expect(Set(found.keys).isSubset(of: all))
            let shares = all.map {
                exponential(-PairHMMTests.loss(net, weights, a: a, b: $0, label: label, inputs: inputs))
            }
            let whole = shares.reduce(0, +)
            for (b, share) in zip(all, shares) {
                let expected = Double(count) * share / whole
                let difference = abs(Double(found[b] ?? 0) - expected)
                #expect(difference < 4.5 * expected.squareRoot() + 1, "\(b) \(found[b] ?? 0) \(expected)")
            }
        }
    }

    @Test(arguments: [1e2, 1e4, 1e6] as [Float]) func weightsOfAnySizeMakeSomeStrand(size: Float) {
        var random = RandomSource(seed: 70)
        for _ in 0..<20 {
            let (net, weights) = PairHMMTests.net(letters: 4, longestA: 9, lengthsB: 3...11)
            for k in 0..<weights.count { weights[k] = size * random.normal() }
            let tape = PairHMM.DrawingTape()
            for k in 0..<40 {
                let a = (0..<1 + k % 9).map { _ in UInt8(random.index(below: 4)) }
                let allowed = [3...11, 3...3, 11...11][k % 3]
                let b = net.draw(
                    tape, a: a[...], label: k % 2, inputs: [1, -1],
                    isAllowed: net.lengthsB.map { allowed.contains($0) }, weights: weights, &random, LayerKernels())
                #expect(allowed.contains(b.count) && b.allSatisfy { $0 < 4 })
            }
        }
    }

    @Test func aStrandDoesNotDependOnThoseDrawnBefore() {
        let (net, weights) = PairHMMTests.net(letters: 4, longestA: 9, lengthsB: 3...11)
        var random = RandomSource(seed: 66)
        let strands = (0..<30).map { k in (0..<1 + k % 9).map { _ in UInt8(random.index(below: 4)) } }
        func draw(_ tape: PairHMM.DrawingTape, _ k: Int) -> [UInt8] {
            var source = RandomSource(seed: 67, stream: UInt64(k))
            return net.draw(
                tape, a: strands[k][...], label: k % 2, inputs: [Float(k % 3), 0],
                isAllowed: net.lengthsB.map { $0 % 2 == k % 2 }, weights: weights, &source, LayerKernels())
        }
        let tape = PairHMM.DrawingTape()
        let together = strands.indices.map { draw(tape, $0) }
        for k in strands.indices.reversed() {
            #expect(draw(PairHMM.DrawingTape(), k) == together[k] && together[k].count % 2 == k % 2)
        }
    }
}
