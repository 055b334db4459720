// Tests of pair hidden Markov models: against sums over all paths and over all strands B.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct PairHMMTests {
    private static let processors = Processor.allCases.filter(\.isUsable)

    /// A net that has learned nothing, with weights large enough for strands that differ by all that they depend on.
    static func net(
        letters: Int = 2, longestA: Int = 4, lengthsB: ClosedRange<Int> = 1...4, isAntiparallel: Bool = true,
        blocks: Int = 2, conditions: Int = 2, terms: PairHMM.Terms = .quadratic
    ) -> (net: PairHMM, weights: FloatBuffer) {
        let net = PairHMM(
            letters: letters, longestA: longestA, lengthsB: lengthsB, isAntiparallel: isAntiparallel, blocks: blocks,
            conditions: conditions, terms: terms)
        var random = RandomSource(seed: 61)
        let weights = net.initialWeights(&random)
        for k in 0..<weights.count { weights[k] += 0.5 * random.normal() }
        return (net, weights)
    }

    /// All strands of `length` letters.
    static func strands(_ length: Int, letters: Int) -> [[UInt8]] {
        length == 0
            ? [[]] : strands(length - 1, letters: letters).flatMap { s in (0..<letters).map { s + [UInt8($0)] } }
    }

    static func loss(
        _ net: PairHMM, _ weights: FloatBuffer, a: [UInt8], b: [UInt8], label: Int, inputs: [Float],
        processor: Processor = .best
    ) -> Double {
        net.loss(
            net.memory(pairs: 1), TrainingPair(a: a[...], b: b[...], label: label, inputs: inputs[...]),
            weights: weights, LayerKernels(processor: processor))
    }

    @Test(arguments: processors, [true, false]) func allStrandsBTogetherHaveTheProbabilityOne(
        processor: Processor, isAntiparallel: Bool
    ) {
        let (net, weights) = Self.net(lengthsB: 2...4, isAntiparallel: isAntiparallel)
        for (a, label, inputs) in [([0, 1, 1, 0], 1, [0.3, -0.7]), ([1], 0, [0, 0]), ([1, 0], 1, [-1, 1])]
            as [(
                [UInt8], Int, [Float]
            )]
        {
            let all = (2...4).flatMap { Self.strands($0, letters: 2) }
            let losses = all.map {
                Self.loss(net, weights, a: a, b: $0, label: label, inputs: inputs, processor: processor)
            }
            let total = losses.reduce(0) { $0 + exponential(-$1) }
            #expect(abs(total - 1) < 1e-5, "\(total)")
            #expect((losses.max() ?? 0) - (losses.min() ?? 0) > 0.3)
        }
    }

    /// The sums over all paths of one component, by a walk along each: nothing but the definition.
    private struct Paths {
        let vector: (Int) -> Double
        let shape: PairHMMShape
        let a: [UInt8], b: [UInt8]?
        /// The lengths that B may have.
        let sizes: ClosedRange<Int>

        private func t(_ transition: PairHMMShape.Transition) -> Double { vector(transition.rawValue) }
        private func e(_ first: Int, _ j: Int, row: Int = 0) -> Double {
            b.map { vector(first + row * shape.letters + Int($0[j])) } ?? 1
        }
        private var size: Int { b?.count ?? sizes.upperBound }

        var leading: Double { leading(0) }

        private func leading(_ j: Int) -> Double {
            var sum = t(.leadingLeave) * skipping(0, j)
            if j < size { sum += t(.leadingStay) * e(shape.leading, j) * leading(j + 1) }
            return sum
        }

        private func skipping(_ i: Int, _ j: Int) -> Double {
            guard i < a.count else { return 0 }
            return t(.skippingLeave) * pair(i, j) + t(.skippingStay) * skipping(i + 1, j)
        }

        private func pair(_ i: Int, _ j: Int) -> Double {
            i < a.count && j < size ? e(shape.match, j, row: Int(a[i])) * match(i + 1, j + 1) : 0
        }

        private func looped(_ i: Int, _ j: Int) -> Double {
            i < a.count && j < size ? e(shape.loop, j, row: Int(a[i])) * loop(i + 1, j + 1) : 0
        }

        private func match(_ i: Int, _ j: Int) -> Double {
            t(.matchMatch) * pair(i, j) + t(.matchLoop) * looped(i, j) + t(.matchDeletion) * deletion(i + 1, j)
                + t(.matchInsertion) * inserted(i, j) + (i == a.count ? 1 : t(.matchEnd)) * trailing(j)
        }

        private func loop(_ i: Int, _ j: Int) -> Double {
            t(.loopMatch) * pair(i, j) + t(.loopLoop) * looped(i, j) + t(.loopDeletion) * deletion(i + 1, j)
                + t(.loopInsertion) * inserted(i, j)
        }

        private func deletion(_ i: Int, _ j: Int) -> Double {
            guard i <= a.count else { return 0 }
            return t(.deletionMatch) * pair(i, j) + t(.deletionDeletion) * deletion(i + 1, j)
                + t(.deletionInsertion) * inserted(i, j)
        }

        private func inserted(_ i: Int, _ j: Int) -> Double {
            guard j < size else { return 0 }
            let after = t(.insertionMatch) * pair(i, j + 1) + t(.insertionInsertion) * inserted(i, j + 1)
            return e(shape.insertion, j) * after
        }

        private func trailing(_ j: Int) -> Double {
            let isEnd = b == nil ? sizes.contains(j) : j == size
            var sum = isEnd ? t(.trailingLeave) : 0
            if j < size { sum += t(.trailingStay) * e(shape.trailing, j) * trailing(j + 1) }
            return sum
        }
    }

    /// The probabilities of a component, each vector's among those of its group; `terms` are those of the inputs.
    private static func probabilities(
        _ net: PairHMM, _ weights: FloatBuffer, _ component: Int, label: Int, terms: [Float]
    ) -> [Double] {
        let (block, lane) = (component / 8, component % 8)
        let logits = (0..<net.shape.vectors).map { vector -> Double in
            let at = (block * net.shape.vectors + vector) * 8 + lane
            return terms.enumerated().reduce(Double(weights[label * net.shape.row + at])) {
                $0 + Double($1.element) * Double(weights[(2 + $1.offset) * net.shape.row + at])
            }
        }
        var result = logits
        var start = 0
        let k = net.shape.letters
        for size in [2, 2, 5, 4, 3, 2, 2] + [1] + [Int](repeating: k, count: 2 * k + 3) {
            let group = start..<start + size
            let total = group.reduce(0) { $0 + exponential(logits[$1]) }
            // The prior stays as it is.
            if start != net.shape.prior { for v in group { result[v] = exponential(logits[v]) / total } }
            start += size
        }
        #expect(start == net.shape.vectors)
        return result
    }

    @Test(arguments: processors) func theProbabilityIsTheSumOverAllPathsOfAllComponents(processor: Processor) {
        for (letters, isAntiparallel, kind) in [(2, true, PairHMM.Terms.linear), (3, false, .quadratic)] {
            let (net, weights) = Self.net(
                letters: letters, lengthsB: 2...4, isAntiparallel: isAntiparallel, terms: kind)
            var random = RandomSource(seed: 62)
            for k in 0..<12 {
                let a = (0..<1 + k % 4).map { _ in UInt8(random.index(below: letters)) }
                let b = (0..<2 + k % 3).map { _ in UInt8(random.index(below: letters)) }
                let (label, x, y) = (k % 2, random.normal(), random.normal())
                let (inputs, terms) = ([x, y], kind == .linear ? [x, y] : [x, y, x * x, x * y, y * y])
                var (given, any) = (0.0, 0.0)
                for component in 0..<net.components {
                    let own = Self.probabilities(net, weights, component, label: label, terms: terms)
                    var prior = own[net.shape.prior]
                    net.eachFeature(of: a[...]) { k, at, x in
                        if k == component { prior += Double(x * weights[at]) }
                    }
                    let facing = isAntiparallel ? a.reversed() : a
                    for strand in [b, nil] {
                        let paths = Paths(
                            vector: { own[$0] }, shape: net.shape, a: facing, b: strand, sizes: net.lengthsB)
                        let weight = exponential(prior) * paths.leading
                        if strand == nil { any += weight } else { given += weight }
                    }
                }
                let loss = Self.loss(
                    net, weights, a: a, b: b, label: label, inputs: inputs, processor: processor)
                #expect(abs(loss - (logarithm(any) - logarithm(given))) < 2e-5, "\(a) \(b)")
            }
        }
    }

    /// The slope of the loss along random directions, which is what its gradient gives.
    @Test(arguments: processors) func theGradientIsTheSlopeOfTheLoss(processor: Processor) {
        let kernels = LayerKernels(processor: processor)
        let (net, weights) = Self.net(letters: 4, longestA: 9, lengthsB: 3...11)
        var random = RandomSource(seed: 63)
        for (k, sizes) in [(9, 11), (1, 3), (6, 8), (9, 5)].enumerated() {
            let a = (0..<sizes.0).map { _ in UInt8(random.index(below: 4)) }
            let b = (0..<sizes.1).map { _ in UInt8(random.index(below: 4)) }
            let pair = TrainingPair(a: a[...], b: b[...], label: k % 2, inputs: [0.4, -1.1])
            let tape = net.memory(pairs: 1)
            let sums = FloatBuffer(count: 2 * net.count)
            _ = net.loss(tape, pair, weights: weights, kernels, sums: sums, part: 1)
            #expect(sums[0..<net.count].allSatisfy { $0 == 0 })
            // Of each tensor by itself, so that a small one counts as well.
            for tensor in net.tensors {
                let direction = tensor.range.map { _ in random.normal() }
                let gradient = zip(tensor.range, direction).reduce(0.0) {
                    $0 + Double(sums[net.count + $1.0]) * Double($1.1)
                }
                func moved(_ step: Float) -> Double {
                    let other = FloatBuffer(count: net.count)
                    other.copy(0..<net.count, from: weights, at: 0)
                    for (at, x) in zip(tensor.range, direction) { other[at] += step * x }
                    return net.loss(tape, pair, weights: other, kernels)
                }
                let slope = (moved(0.01) - moved(-0.01)) / 0.02
                #expect(abs(slope - gradient) < 0.003 * max(1, abs(gradient)), "\(tensor.name) \(slope) \(gradient)")
            }
        }
    }

    @Test func numbersStayInRangeForLongStrands() {
        let (net, weights) = Self.net(letters: 4, longestA: 500, lengthsB: 1...500, blocks: 1)
        // Helices of exact complements, and ends of one letter: the largest sums there are.
        for label in 0...1 {
            for lane in 0..<8 {
                func set(_ vector: Int, _ value: Float) { weights[label * net.shape.row + vector * 8 + lane] = value }
                for a in 0..<4 { set(net.shape.match + a * 4 + 3 - a, 12) }
                set(net.shape.leading, lane % 2 == 0 ? 12 : 0)
                set(net.shape.trailing + 3, lane < 4 ? 12 : 0)
                set(PairHMMShape.Transition.leadingStay.rawValue, Float(lane) - 4)
                set(PairHMMShape.Transition.trailingStay.rawValue, Float(lane % 3) - 2)
            }
        }
        var random = RandomSource(seed: 64)
        let a = (0..<500).map { _ in UInt8(random.index(below: 4)) }
        let exact = a.reversed().map { 3 - $0 }
        for b in [exact, [UInt8](repeating: 0, count: 500), [UInt8](repeating: 3, count: 500), a, [2]] {
            let sums = FloatBuffer(count: net.count)
            let loss = net.loss(
                net.memory(pairs: 1), TrainingPair(a: a[...], b: b[...], label: 1, inputs: [0, 0]), weights: weights,
                LayerKernels(), sums: sums)
            #expect(loss.isFinite && loss > (b == a ? 600 : 0) && loss < 1_000, "\(loss)")
            // No group of numbers gets more than there are letters.
            let gradient = sums[0..<net.count]
            #expect(gradient.allSatisfy { abs($0) < 1_001 } && gradient.contains { abs($0) > 0.1 })
        }
    }
}
