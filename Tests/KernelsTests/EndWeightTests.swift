// Tests of the weights of the duplexes that end at each letter of a target, against sums over all structures, and
// against the partition functions of pairs.

import KernelShapes
import TestSupport
import Testing

@testable import Kernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timed) struct EndWeightTests {
    private static let shapes: [DuplexShape] = [
        (8, 2, true, true), (4, 2, true, false), (16, 1, false, false), (8, 2, false, true), (16, 2, true, false),
    ].map { heads, order, isAntiparallel, isSymmetric in
        DuplexShape(
            heads: heads, letters: 4, order: order, isAntiparallel: isAntiparallel, isSymmetric: isSymmetric,
            hasSelfMaps: false, rowPositions: 0, columnPositions: 0, hidden: 8, head: .equilibrium)
    }

    /// Weights of energies that are tied as a symmetric shape's must be; stacks of heads `strong` are larger.
    private static func weights(_ shape: DuplexShape, _ kernels: DuplexKernels, strong: Float = 0) -> (
        DuplexWeights, [Float]
    ) {
        let parameters = FloatBuffer(count: shape.count)
        var random = TestRandom(state: 4)
        for tensor in shape.tensors where tensor.name.hasPrefix("energy.") {
            for k in tensor.range { parameters[k] = Float.random(in: -1...0.2, using: &random) }
            for (row, tie) in tensor.ties.enumerated() {
                for h in 0..<shape.heads {
                    let (own, other) = (
                        tensor.range.lowerBound + row * shape.heads, tensor.range.lowerBound + tie * shape.heads
                    )
                    parameters[other + h] = parameters[own + h]
                }
            }
            guard tensor.name == "energy.stack" else { continue }
            for k in tensor.range { parameters[k] += strong }
        }
        for f in 0..<shape.features { parameters[shape.scales + f] = 1 }
        let weights = DuplexWeights(shape)
        kernels.fill(weights, from: parameters)
        return (weights, (0..<shape.count).map { parameters[$0] })
    }

    private static func codes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = TestRandom(state: seed)
        return (0..<count).map { _ in UInt8.random(in: 0..<4, using: &random) }
    }

    private static func ends(
        _ weights: DuplexWeights, _ kernels: DuplexKernels, _ probes: [[UInt8]], _ target: [UInt8]
    ) -> [Float] {
        var strands = StrandCodes(letters: 4, members: (0..<4).map { 1 << UInt32($0) })
        for probe in probes { strands.append(probe[...]) }
        var ends: [Float] = []
        // The letters around the part do not matter.
        let around = [3, 1] + target + [2, 0, 1]
        kernels.endWeights(
            weights, strands, 0..<probes.count, around, 2..<2 + target.count, workspace: Workspace(), into: &ends)
        return ends
    }

    @Test(arguments: shapes.indices, Processor.allCases.filter(\.isUsable))
    func eachIsTheSumOverTheStructuresThatEndThere(index: Int, processor: Processor) {
        let (shape, kernels) = (Self.shapes[index], DuplexKernels(processor: processor))
        let (weights, parameters) = Self.weights(shape, kernels)
        let (probes, target) = ([Self.codes(4, seed: 1), Self.codes(5, seed: 2)], Self.codes(7, seed: 3))
        let ends = Self.ends(weights, kernels, probes, target)
        let facing = (shape.isAntiparallel ? target.reversed() : target).map { Int($0) }
        for (p, probe) in probes.enumerated() {
            var expected = [Double](repeating: 0, count: target.count)
            for head in 0..<shape.heads {
                let own = HeadWeights(shape: shape, parameters: parameters, head: head)
                let factor = exp(Double(parameters[shape.equilibrium + head]))
                for structure in Structure.all(rows: probe.count, columns: target.count) {
                    guard let last = structure.pairs.last?.j else { continue }
                    let letter = shape.isAntiparallel ? target.count - 1 - last : last
                    expected[letter] += factor * structure.weight(probe.map { Int($0) }, facing, own)
                }
            }
            for (k, sum) in expected.enumerated() {
                let found = log(Double(ends[p * target.count + k])) + Double(DuplexKernels.endWeightShift)
                #expect(abs(found - log(sum)) < 1e-4, "probe \(p), letter \(k): \(found), \(log(sum))")
            }
        }
    }

    @Test(arguments: shapes.indices, Processor.allCases.filter(\.isUsable))
    func theirSumIsThePartitionFunctionOfThePair(index: Int, processor: Processor) {
        let (shape, kernels) = (Self.shapes[index], DuplexKernels(processor: processor))
        let (weights, parameters) = Self.weights(shape, kernels)
        for (n, m) in [(20, 100), (1, 30), (31, 9), (7, 1)] {
            let (probe, target) = (Self.codes(n, seed: 5), Self.codes(m, seed: 6))
            let ends = Self.ends(weights, kernels, [probe], target)
            var pairs = Pairs(letters: 4, members: (0..<4).map { 1 << UInt32($0) })
            pairs.append(probe[...], target[...])
            let features = kernels.features(weights, pairs, 0..<1, workspace: Workspace())
            let sum = (0..<shape.heads).reduce(0.0) {
                $0 + exp(Double(features[$1]) + Double(parameters[shape.equilibrium + $1]))
            }
            let found = log(ends.reduce(0) { $0 + Double($1) }) + Double(DuplexKernels.endWeightShift)
            #expect(abs(found - log(sum)) < 1e-4, "\(n) against \(m): \(found), \(log(sum))")
        }
    }

    @Test(arguments: Processor.allCases.filter(\.isUsable)) func weightsBeyondTheRangeAreClamped(processor: Processor) {
        let (shape, kernels) = (Self.shapes[0], DuplexKernels(processor: processor))
        let (weights, _) = Self.weights(shape, kernels, strong: 8)
        let ends = Self.ends(weights, kernels, [Self.codes(60, seed: 1)], Self.codes(3_000, seed: 2))
        #expect(ends.allSatisfy { $0.isFinite && $0 >= 0 } && (ends.max() ?? 0) > 0x1p99, "\(ends.max() ?? 0)")
    }
}
