// Tests of probabilities of pairs, most probable duplexes and bound 3' ends, against lists of all structures.

import KernelLoops
import KernelShapes
import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension DoubleModel {
    /// The duplex of pair `p`: probabilities as written, and the pairs of the best structure.
    fileprivate func structure(_ p: Int) -> (probabilities: [Double], pairs: [[Int]]) {
        let (n, m) = (starts[2 * p + 1] - starts[2 * p], starts[2 * p + 2] - starts[2 * p + 1])
        var probabilities = [Double](repeating: 0, count: n * m)
        var places = [Int32](repeating: -1, count: 2 * min(n, m))
        let count = withStrands { list, memory in
            weights().read {
                Loops.duplexStructure(
                    shape, $0, strands: list, pair: p, workspace: memory, probabilities: &probabilities,
                    places: &places)
            }
        }
        return (probabilities, (0..<count).map { [Int(places[2 * $0]), Int(places[2 * $0 + 1])] })
    }

    /// Letters pair unless both are 1, or one is 0 and the other 2.
    fileprivate static let rule: [UInt8] = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1]

    /// The share of the duplexes of pair `p`, or of its strands swapped, in which `ends` are bound.
    fileprivate func threePrimeShare(_ p: Int, _ ends: ThreePrimeEnds, isSwapped: Bool = false) -> Double {
        withStrands { list, memory in
            weights().read {
                Loops.duplexThreePrimeShare(
                    shape, $0, a: 2 * p + (isSwapped ? 1 : 0), of: list, b: 2 * p + (isSwapped ? 0 : 1), of: list,
                    ends: ends, rule: Self.rule, workspace: memory)
            }
        }
    }
}

@Suite(.timed) struct DuplexStructureTests {
    /// Shapes with the equilibrium head: both orders of stacks, parallel and antiparallel, with and without positions.
    private static let shapes: [DuplexShape] = [(false, 0), (true, 0), (false, 4)].flatMap { isSymmetric, positions in
        [(1, true), (2, true), (1, false), (2, false)].map { order, isAntiparallel in
            DuplexShape(
                heads: 2, lanes: 2, letters: 4, order: order, isAntiparallel: isAntiparallel, isSymmetric: isSymmetric,
                hasSelfMaps: true, rowPositions: positions, columnPositions: positions > 0 ? 3 : 0, hidden: 8,
                head: .equilibrium)
        }
    }

    private static let strands: [([UInt8], [UInt8])] = [
        ([0], [3]), ([0, 1], [2]), ([0, 1, 2, 3, 0], [3, 0, 1, 2]), ([2, 2, 1], [1, 1, 2, 0, 3, 1]),
        ([1, 3, 0, 2, 2, 0], [0, 2, 1, 3, 1, 1]), ([3, 0, 0, 1, 2, 3, 1], [2, 3]),
    ]

    /// A structure of a pair in letters as written, and its weight in each head.
    private struct Listed {
        let pairs: [[Int]]
        let weights: [Double]
        /// Whether the last N letters of A, and of B, are a helix without bulges and mismatches to the end.
        let bindsA: (Int) -> Bool, bindsB: (Int) -> Bool
    }

    private func all(_ model: DoubleModel, _ p: Int) -> [Listed] {
        let shape = model.shape
        func strand(_ s: Int) -> [Int] { model.codes[model.starts[s]..<model.starts[s + 1]].map { Int($0) } }
        let (a, b) = (strand(2 * p), strand(2 * p + 1))
        let isSwapped =
            shape.isSymmetric && (b.count != a.count ? b.count < a.count : b.lexicographicallyPrecedes(a))
        let rows = isSwapped ? b : a, other = isSwapped ? a : b
        let columns = shape.isAntiparallel ? Array(other.reversed()) : other
        let heads = (0..<shape.heads).map { HeadWeights(shape: shape, parameters: model.parameters, head: $0) }
        func counted(_ head: Int) -> Double {
            exp(Double(model.parameters[shape.equilibrium + EquilibriumField.duplex.rawValue * shape.heads + head]))
        }
        return Structure.all(rows: rows.count, columns: columns.count).map { structure in
            let pairs = structure.pairs.map { pair in
                let facing = shape.isAntiparallel ? columns.count - 1 - pair.j : pair.j
                return isSwapped ? [facing, pair.i] : [pair.i, facing]
            }
            /// Whether the pairs `range` are neighbours without a loop or bulge.
            func isHelix(_ range: Range<Int>) -> Bool {
                range.dropFirst().allSatisfy { k in
                    structure.pairs[k].i == structure.pairs[k - 1].i + 1
                        && structure.pairs[k].j == structure.pairs[k - 1].j + 1
                }
                    && range.allSatisfy { k in
                        let pair = structure.pairs[k]
                        return DoubleModel.rule[rows[pair.i] * 4 + columns[pair.j]] == 1
                    }
            }
            let count = structure.pairs.count
            func lastRows(_ n: Int) -> Bool {
                count >= n && structure.pairs[count - 1].i == rows.count - 1 && isHelix(count - n..<count)
            }
            func firstColumns(_ n: Int) -> Bool { count >= n && structure.pairs[0].j == 0 && isHelix(0..<n) }
            return Listed(
                pairs: pairs.sorted { $0[0] < $1[0] },
                weights: heads.enumerated().map { structure.weight(rows, columns, $1) * counted($0) },
                bindsA: isSwapped ? firstColumns : lastRows, bindsB: isSwapped ? lastRows : firstColumns)
        }
    }

    private func model(_ index: Int) -> DoubleModel {
        var model = DoubleModel(Self.shapes[index], seed: UInt64(31 + index))
        for (a, b) in Self.strands { model.add(a, b) }
        return model
    }

    @Test(arguments: shapes.indices) func probabilitiesAreSharesOfTheSumOverAllStructures(index: Int) {
        let model = model(index)
        for p in 0..<model.pairs {
            let listed = all(model, p), found = model.structure(p)
            let total = listed.reduce(0) { $0 + $1.weights.reduce(0, +) }
            let m = model.starts[2 * p + 2] - model.starts[2 * p + 1]
            var expected = [Double](repeating: 0, count: found.probabilities.count)
            for one in listed {
                for pair in one.pairs { expected[pair[0] * m + pair[1]] += one.weights.reduce(0, +) / total }
            }
            for (k, value) in expected.enumerated() {
                #expect(abs(found.probabilities[k] - value) < 1e-12, "pair \(p), letters \(k / m) and \(k % m)")
            }
        }
    }

    @Test(arguments: shapes.indices) func theBestStructureIsTheOneWithTheLargestWeight(index: Int) {
        let model = model(index)
        for p in 0..<model.pairs {
            let listed = all(model, p), found = model.structure(p).pairs
            let best = listed.flatMap(\.weights).max() ?? 0
            let own = listed.filter { $0.pairs == found }.flatMap(\.weights).max() ?? 0
            #expect(abs(own / best - 1) < 1e-12, "pair \(p): \(found)")
        }
    }

    @Test(arguments: shapes.indices.filter { shapes[$0].isAntiparallel }, [1, 2, 3, 5])
    func boundEndsAreSharesOfTheSumOverAllStructures(index: Int, length: Int) {
        let model = model(index)
        for p in 0..<model.pairs {
            let listed = all(model, p)
            let total = listed.reduce(0) { $0 + $1.weights.reduce(0, +) }
            let bound = listed.filter { $0.bindsA(length) || $0.bindsB(length) }
            let expected = bound.reduce(0) { $0 + $1.weights.reduce(0, +) } / total
            #expect(abs(model.threePrimeShare(p, ThreePrimeEnds(length: length)) - expected) < 1e-12, "pair \(p)")
            let first = ThreePrimeEnds(length: length, isOfFirstOnly: true)
            func share(_ binds: (Listed) -> Bool) -> Double {
                listed.filter(binds).reduce(0) { $0 + $1.weights.reduce(0, +) } / total
            }
            #expect(abs(model.threePrimeShare(p, first) - share { $0.bindsA(length) }) < 1e-12, "pair \(p)")
            // Only of symmetric strands is the swapped pair the same duplex.
            guard model.shape.isSymmetric else { continue }
            let swapped = model.threePrimeShare(p, first, isSwapped: true)
            #expect(abs(swapped - share { $0.bindsB(length) }) < 1e-12, "pair \(p)")
        }
    }

    /// With a network as head, a head counts as far as the logit rises with it.
    @Test func headsOfANetworkCountByTheirSlope() {
        let shape = DuplexShape(
            heads: 2, lanes: 2, letters: 4, order: 2, isAntiparallel: true, isSymmetric: false, hasSelfMaps: true,
            rowPositions: 0, columnPositions: 0, hidden: 8)
        for head in 0..<2 {
            var model = DoubleModel(shape, seed: 77)
            for (a, b) in Self.strands { model.add(a, b) }
            model.pass(head)
            for p in 0..<model.pairs {
                let listed = all(model, p), found = model.structure(p)
                let total = listed.reduce(0) { $0 + $1.weights[head] }
                let expected = listed.reduce(0) { $0 + Double($1.pairs.count) * $1.weights[head] / total }
                #expect(abs(found.probabilities.reduce(0, +) - expected) < 1e-9, "pair \(p), head \(head)")
            }
        }
    }
}

/// The same in single precision, in all builds.
@Suite(.timed) struct DuplexPairingTests {
    private static let processors = Processor.allCases.filter(\.isUsable)

    private func shape(_ heads: Int) -> DuplexShape {
        DuplexShape(
            heads: heads, letters: 4, order: 2, isAntiparallel: true, isSymmetric: true, hasSelfMaps: true,
            rowPositions: 0, columnPositions: 0, hidden: 8, head: .equilibrium)
    }

    private func weights(_ shape: DuplexShape, _ kernels: DuplexKernels, stack: ClosedRange<Float>) -> DuplexWeights {
        let parameters = FloatBuffer(count: shape.count), weights = DuplexWeights(shape)
        var random = TestRandom(state: 5)
        for k in 0..<shape.energyEnd { parameters[k] = Float.random(in: -2 ... -0.5, using: &random) }
        // Letters pair with their complement: 0 with 3, 1 with 2.
        for k in 0..<shape.contexts * shape.contexts {
            let (row, column) = (k / shape.contexts, k % shape.contexts)
            let isPaired = row % 4 + column % 4 == 3 && row / 4 + column / 4 == 3
            for h in 0..<shape.heads where isPaired {
                parameters[shape.stack + k * shape.heads + h] = Float.random(in: stack, using: &random)
            }
        }
        kernels.fill(weights, from: parameters)
        return weights
    }

    private func perfect(_ length: Int) -> Pairs {
        var random = TestRandom(state: 12), pairs = Pairs(letters: 4, members: [1, 2, 4, 8])
        let strand = (0..<length).map { _ in UInt8.random(in: 0..<4, using: &random) }
        pairs.append(strand[...], strand.reversed().map { 3 - $0 }[...])
        return pairs
    }

    /// A helix whose weight is far beyond the range of single precision keeps its structure.
    @Test(arguments: processors, [4, 8, 16]) func longHelicesDoNotOverflow(processor: Processor, heads: Int) {
        let kernels = DuplexKernels(processor: processor), shape = shape(heads)
        let weights = weights(shape, kernels, stack: 2...4), pairs = perfect(300)
        var found = DuplexPairing()
        kernels.pairing(weights, pairs, 0, workspace: Workspace(), into: &found)
        #expect(found.pairs == (0..<300).map { .init(a: $0, b: 299 - $0) })
        #expect(found.expectedPairs > 295 && found.expectedPairs < 300.01, "\(found.expectedPairs)")
        let middle = found.probabilities[150 * 300 + 149]
        #expect(middle > 0.9 && middle <= 1, "\(middle)")
        let share = kernels.threePrimeShare(
            weights, 0, of: pairs.strands, 1, of: pairs.strands, ends: ThreePrimeEnds(length: 5),
            rule: [0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0], workspace: Workspace())
        #expect(share > 0.9, "\(share)")
    }

    /// Of equal duplexes the leftmost is taken, whichever strand is the longer one.
    @Test func tiesGoToTheLeft() {
        let kernels = DuplexKernels(), shape = shape(8)
        let weights = weights(shape, kernels, stack: 3...3)
        var pairs = Pairs(letters: 4, members: [1, 2, 4, 8])
        let (short, long) = ([UInt8](repeating: 0, count: 6), [UInt8](repeating: 3, count: 9))
        pairs.append(short[...], long[...])
        pairs.append(long[...], short[...])
        var found = DuplexPairing()
        for p in 0..<2 {
            kernels.pairing(weights, pairs, p, workspace: Workspace(), into: &found)
            #expect(found.pairs == (0..<6).map { .init(a: $0, b: 5 - $0) }, "pair \(p)")
        }
    }

    @Test func allBuildsAgree() {
        let shape = shape(8), pairs = perfect(40)
        let all = Self.processors.map { processor in
            let kernels = DuplexKernels(processor: processor)
            var found = DuplexPairing()
            kernels.pairing(
                weights(shape, kernels, stack: 0...1), pairs, 0, workspace: Workspace(), into: &found)
            return found.probabilities
        }
        for probabilities in all {
            for (k, value) in probabilities.enumerated() { #expect(abs(value - all[0][k]) < 1e-5, "cell \(k)") }
        }
    }
}
