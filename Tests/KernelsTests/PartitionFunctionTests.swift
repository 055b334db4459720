// Tests of the partition functions of duplexes, hairpins and homodimers against sums over all structures.

import KernelShapes
import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A network that passes on one feature: the logit is this feature or, where the strands may be swapped, its sum over
/// both orders.
extension DoubleModel {
    mutating func pass(_ feature: Int) {
        for k in shape.means..<shape.means + shape.features { parameters[k] = 0 }
        for k in shape.scales..<shape.scales + shape.features { parameters[k] = 1 }
        for k in shape.energyEnd..<shape.trainedEnd { parameters[k] = 0 }
        // silu(x) - silu(-x) = x, in both layers: unit 0 carries the feature, unit 1 its negative.
        for k in 0..<2 {
            let sign: Float = k == 0 ? 1 : -1
            parameters[shape.firstWeights + feature * shape.hidden + k] = sign
            parameters[shape.secondWeights + k] = sign
            parameters[shape.secondWeights + shape.hidden + k] = -sign
            parameters[shape.lastWeights + k] = sign
        }
    }
}

@Suite(.timed) struct PartitionFunctionTests {
    /// Shapes with different features, each for stacks of both orders, parallel and antiparallel.
    static let shapes: [DuplexShape] = [
        (false, false, true, 0), (false, true, true, 0), (true, true, true, 0), (false, true, true, 4),
        (false, false, true, 9), (false, true, false, 0),
    ]
    .flatMap { kind in
        [(1, true), (2, true), (1, false), (2, false)].map { order, isAntiparallel in
            DuplexShape(
                heads: 2, lanes: 2, letters: 4, order: order, isAntiparallel: isAntiparallel,
                isSymmetric: kind.0, hasSelfMaps: kind.1, hasSelfBulges: kind.2, rowPositions: kind.3,
                columnPositions: kind.3 > 0 ? 3 : 0, hidden: 8)
        }
    }

    /// The longest have more positions than there are position weights.
    private static let strands: [([UInt8], [UInt8])] = [
        ([0], [3]), ([0, 1], [2]), ([0, 1, 2, 3, 0], [3, 0, 1, 2]), ([2, 2, 1], [1, 1, 2, 0, 3, 1]),
        ([1, 3, 0, 2, 2, 0], [0, 2, 1, 3, 1, 1]), ([3, 0, 0, 1, 2, 3, 1], [2, 3]),
    ]

    @Test(arguments: shapes.indices) func everyFeatureIsTheSumOverAllStructures(index: Int) {
        let shape = Self.shapes[index]
        for head in 0..<2 {
            var model = DoubleModel(shape, seed: UInt64(shape.order + 7 * head))
            for (a, b) in Self.strands { model.add(a, b) }
            let every = EveryStructure(
                weights: HeadWeights(shape: shape, parameters: model.parameters, head: head))
            /// Checks that the logits that pass on a feature are those `expected` of the strands.
            func check(_ feature: Int, _ name: String, _ expected: ([UInt8], [UInt8]) -> Double) {
                model.pass(feature)
                let logits = model.logits(model.weights())
                for (p, (a, b)) in Self.strands.enumerated() {
                    let isSwapped = shape.isSymmetric && precedes(b, a)
                    let (first, second) = isSwapped ? (b, a) : (a, b)
                    let both = shape.isSymmetric ? expected(second, first) : 0
                    let sum = expected(first, second) + both
                    #expect(abs(logits[p] - sum) < 1e-9, "\(name) of pair \(p), head \(head)")
                }
            }
            // The energies of a symmetric shape are equal for both orders of the strands only if they are tied. Here
            // they are not; the classifier always takes the same order.
            let duplexes = Self.strands.map { a, b in
                shape.isSymmetric && precedes(b, a) ? every.duplex(b, a) : every.duplex(a, b)
            }
            check(head, "duplex") { a, b in
                duplexes[Self.strands.firstIndex { $0 == (a, b) || shape.isSymmetric && $0 == (b, a) } ?? 0]
            }
            guard shape.hasSelfMaps else { continue }
            for (number, isHairpin) in [true, false].enumerated() {
                let ofA = shape.pairFeatures + number * shape.heads + head
                let name = isHairpin ? "hairpins" : "homodimers"
                check(ofA, name + " of A") { a, _ in every.alone(a, isHairpin: isHairpin) }
                check(ofA + shape.strandFeatures, name + " of B") { _, b in every.alone(b, isHairpin: isHairpin) }
            }
        }
    }

    /// The order in which a symmetric shape takes two strands: the shorter first, then in the order of their codes.
    private func precedes(_ s: [UInt8], _ t: [UInt8]) -> Bool {
        s.count != t.count ? s.count < t.count : s.lexicographicallyPrecedes(t)
    }

    /// With negligible weights of stacks and loops, a hairpin is a single pair and its loop; the longest loops share a
    /// weight.
    @Test(arguments: [1, 2]) func hairpinsOfAllLengthsHaveTheirWeight(order: Int) {
        let shape = DuplexShape(
            heads: 2, letters: 4, order: order, isAntiparallel: true, isSymmetric: false, hasSelfMaps: true,
            rowPositions: 0, columnPositions: 0, hidden: 8)
        var model = DoubleModel(shape, seed: 5)
        for k in shape.stack..<shape.hairpin { model.parameters[k] = -80 }
        var random = TestRandom(state: 8)
        let strands: [[UInt8]] = [40, 33, 34, 2].map { count in
            (0..<count).map { _ in UInt8.random(in: 0..<4, using: &random) }
        }
        model.add(strands[0], strands[1])
        model.add(strands[2], strands[3])
        let weights = HeadWeights(shape: shape, parameters: model.parameters, head: 1)
        for (side, name) in [(0, "A"), (1, "B")] {
            model.pass(shape.pairFeatures + side * shape.strandFeatures + 1)
            for (p, logit) in model.logits(model.weights()).enumerated() {
                let strand = strands[2 * p + side].map { Int($0) }
                var sum = 1.0
                for (i, a) in strand.enumerated() {
                    for (k, b) in strand.enumerated() where k > i {
                        let ends: Double = weights.pair(a, b, .start) * weights.pair(a, b, .end)
                        sum += ends * weights.hairpin(loopLength: k - i - 1)
                    }
                }
                #expect(abs(logit - log(sum)) < 1e-9, "strand \(name) of pair \(p)")
            }
        }
    }

    /// Partition functions beyond the range of single precision are clamped: 2^100 for a cell, in units of 2^-64.
    @Test(arguments: Processor.allCases.filter(\.isUsable), [4, 8])
    func sumsOutOfRangeAreHeldAtTheCeiling(processor: Processor, heads: Int) {
        let shape = DuplexShape(
            heads: heads, letters: 4, order: 2, isAntiparallel: true, isSymmetric: false, hasSelfMaps: true,
            rowPositions: 0, columnPositions: 0, hidden: 8)
        let (parameters, weights) = (FloatBuffer(count: shape.count), DuplexWeights(shape))
        for k in shape.stack..<shape.gaps { parameters[k] = 20 }
        for k in shape.scales..<shape.scales + shape.features { parameters[k] = 1 }
        for k in 0..<2 {
            parameters[shape.lastWeights + k] = k == 0 ? 1 : -1
            for from in 0..<2 { parameters[shape.secondWeights + from * shape.hidden + k] = from == k ? 1 : -1 }
        }
        var pairs = Pairs(letters: 4, members: [1, 2, 4, 8])
        let strand = (0..<40).map { UInt8($0 % 4) }
        pairs.append(strand[...], strand[...])
        let kernels = DuplexKernels(processor: processor)
        // The duplex, and the hairpins and homodimers of strand A.
        for feature in [0, shape.pairFeatures, shape.pairFeatures + heads] {
            for k in 0..<2 { parameters[shape.firstWeights + feature * shape.hidden + k] = k == 0 ? 1 : -1 }
            kernels.fill(weights, from: parameters)
            var logits: [Float] = []
            kernels.logits(
                weights, pairs, 0..<1, workspace: Workspace(), into: &logits)
            let held = Float(164 * log(2.0))
            #expect(logits[0] > held && logits[0] < held + Float(log(1600.0)), "feature \(feature): \(logits)")
            for k in 0..<2 { parameters[shape.firstWeights + feature * shape.hidden + k] = 0 }
        }
    }
}
