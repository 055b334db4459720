// Tests of the partition function against a sum over every alignment, one by one.

import KernelShapes
import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sums over all stretches by recursion over "what comes next", without the tables of the recurrence.
private struct EveryAlignment {
    let shape: DuplexShape
    let w: [Double]
    let a: [Int]
    let b: [Int]  // as it faces A: reversed where antiparallel

    func pair(_ i: Int, _ j: Int, _ field: PairField) -> Double {
        // Where a stack knows only the pair that it comes to, all ends weigh 1.
        if field == .end, shape.order == 1 { return 1 }
        return w[shape.pair + ((a[i] * shape.letters + b[j]) * 2 + field.rawValue) * shape.heads]
    }
    func stack(_ x: Int, _ i: Int, _ z: Int, _ j: Int) -> Double {
        let row = shape.order == 2 ? a[x] * shape.letters + a[i] : a[i]
        let column = shape.order == 2 ? b[z] * shape.letters + b[j] : b[j]
        return w[shape.stack + (row * shape.contexts + column) * shape.heads]
    }
    func gap(_ field: GapField) -> Double { w[shape.gaps + field.rawValue * shape.heads] }

    /// Weight of everything that can follow the pair (i, j), the end included.
    func after(_ i: Int, _ j: Int) -> Double {
        var sum = pair(i, j, .end)
        func next(_ p: Int, _ q: Int, _ weight: Double) {
            if p < a.count, q < b.count { sum += weight * after(p, q) }
        }
        if i + 1 < a.count, j + 1 < b.count { next(i + 1, j + 1, stack(i, i + 1, j, j + 1)) }
        if i + 2 < a.count, j + 1 < b.count { next(i + 2, j + 1, gap(.bulge) * stack(i, i + 2, j, j + 1)) }
        if i + 1 < a.count, j + 2 < b.count { next(i + 1, j + 2, gap(.bulge) * stack(i, i + 1, j, j + 2)) }
        // No letter more weighs above 1.
        let more = min(gap(.extend), 1)
        for p in 0...a.count {
            for q in 0...b.count where p + q > 0 {
                guard i + p + 1 < a.count, j + q + 1 < b.count else { continue }
                var weight = pair(i, j, .end) * gap(.open) * pair(i + p + 1, j + q + 1, .start)
                // The first letter left out is in the opening.
                weight *= pow(more, Double(p + q - 1))
                next(i + p + 1, j + q + 1, weight)
            }
        }
        return sum
    }

    func total() -> Double {
        var sum = 0.0
        for i in a.indices { for j in b.indices { sum += pair(i, j, .start) * after(i, j) } }
        return sum
    }
}

@Suite(.timed) struct PartitionFunctionTests {
    @Test(arguments: [1, 2], [true, false])
    func equalsTheSumOverAllAlignments(order: Int, antiparallel: Bool) {
        let shape = DuplexShape(
            heads: 2, letters: 4, order: order, isAntiparallel: antiparallel, isSymmetric: false, hasSelfMaps: false,
            rowPositions: 0, columnPositions: 0, hidden: 8)
        var model = DoubleModel(shape, seed: UInt64(order))
        // A network that passes the first head's feature on: its slope is found from two known strands.
        let strands: [([UInt8], [UInt8])] = [
            ([0], [3]), ([0, 1], [2]), ([0, 1, 2, 3, 0], [3, 0, 1, 2]), ([2, 2, 1], [1, 1, 2, 0, 3, 1]),
        ]
        for (a, b) in strands { model.add(a, b) }
        for k in shape.means..<shape.means + shape.features { model.parameters[k] = 0 }
        for k in shape.scales..<shape.scales + shape.features { model.parameters[k] = 1 }
        for k in shape.energyEnd..<shape.trainedEnd { model.parameters[k] = 0 }
        // silu(x) - silu(-x) = x, in both layers: unit 0 carries the feature, unit 1 its negative.
        model.parameters[shape.firstWeights] = 1
        model.parameters[shape.firstWeights + 1] = -1
        for from in 0..<2 {
            for to in 0..<2 {
                model.parameters[shape.secondWeights + from * shape.hidden + to] = from == to ? 1 : -1
            }
        }
        model.parameters[shape.lastWeights] = 1
        model.parameters[shape.lastWeights + 1] = -1
        let weights = model.weights()
        let logits = model.logits(weights)
        for (p, (a, b)) in strands.enumerated() {
            let facing = antiparallel ? b.reversed() : b
            let every = EveryAlignment(
                shape: shape, w: weights.weights, a: a.map { Int($0) }, b: facing.map { Int($0) })
            #expect(abs(logits[p] - log(every.total())) < 1e-9, "pair \(p)")
        }
    }

    /// Sums that no number of single precision could hold end at the ceiling, 2^100 a cell, starts counting 2^-64.
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
        // The pair's sum, and the hairpins and homodimers of strand A.
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
