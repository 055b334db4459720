// ProcessorGradientTests: gradients of all builds that this machine can run, in single against double precision.

import KernelShapes
import TestSupport
import Testing

@testable import Kernels

@Suite(.timed) struct ProcessorGradientTests {
    /// Shapes with one block of four or eight heads and with two blocks, with and without positions and self maps.
    private static let shapes: [(heads: Int, order: Int, isSymmetric: Bool, hasSelfMaps: Bool, positions: Int)] = [
        (8, 2, true, true, 0), (8, 2, false, true, 6), (8, 1, false, true, 0), (16, 2, true, true, 0),
        (4, 2, false, true, 0), (4, 1, true, false, 5), (8, 2, true, true, 0), (16, 2, false, true, 0),
        (4, 2, true, false, 0),
    ]
    /// The shapes from this index on have the equilibrium head, conditions, and self maps without bulges.
    private static let firstBalanced = 6

    private static func shape(_ index: Int, lanes: Int?) -> DuplexShape {
        let (heads, order, isSymmetric, hasSelfMaps, positions) = shapes[index]
        return DuplexShape(
            heads: heads, lanes: lanes, letters: 4, order: order, isAntiparallel: order == 2,
            isSymmetric: isSymmetric, hasSelfMaps: hasSelfMaps, hasSelfBulges: index < firstBalanced,
            rowPositions: positions, columnPositions: positions, hidden: 16,
            head: index < firstBalanced ? .network : .equilibrium,
            conditions: index < firstBalanced ? 0 : 3, concentration: index < firstBalanced ? nil : 2)
    }

    @Test(arguments: shapes.indices, Processor.allCases.filter(\.isUsable))
    func itIsThatOfDoublePrecision(index: Int, processor: Processor) {
        let (single, double) = (Self.shape(index, lanes: nil), Self.shape(index, lanes: 2))
        #expect(single.tensors == double.tensors)
        var model = DoubleModel(double, seed: UInt64(20 + index))
        var pairs = Pairs(letters: 4, members: (0..<4).map { 1 << UInt32($0) })
        var random = TestRandom(state: 5)
        // All remainders of blocks of rows, and hairpin loops longer than any with a weight of its own.
        for lengths in [(1, 1), (1, 2), (2, 1), (3, 4), (6, 5), (7, 9), (22, 23), (24, 20), (41, 8), (13, 38)] {
            let pair = [lengths.0, lengths.1].map { count in
                (0..<count).map { _ in UInt8.random(in: 0..<4, using: &random) }
            }
            model.add(pair[0], pair[1])
            for strand in pair { pairs.strands.append(strand[...]) }
        }
        let targets = (0..<model.pairs).map { Float($0 % 3) / 2 }
        let (loss, expected) = model.lossAndGradient(model.weights(), targets: targets, dropout: 0.2)

        let kernels = DuplexKernels(processor: processor)
        let (parameters, weights) = (FloatBuffer(count: single.count), DuplexWeights(single))
        let gradient = FloatBuffer(count: single.gradientCount)
        for k in 0..<single.count { parameters[k] = model.parameters[k] }
        kernels.fill(weights, from: parameters, at: model.point)
        let terms = targets.enumerated().map { LossTerm(target: $1, weight: 1.5, dropoutSeed: UInt64($0)) }
        let order = Array(0..<model.pairs)
        let found = kernels.gradient(
            weights, pairs, order: order[...], terms: terms[...], dropoutRate: 0.2,
            workspace: Workspace(), adding: gradient, part: 0)
        kernels.gradientByEnergies(weights, gradient: gradient)
        let all = FloatBuffer(count: single.gradientCount)
        kernels.spreadGradient(single, gradient, at: model.point, adding: all, part: 0)

        #expect(abs(found - loss) <= 1e-5 * abs(loss))
        let parts = [
            0..<single.energyEnd, single.energyEnd..<single.firstWeights, single.firstWeights..<single.trainedEnd,
            single.readEnd..<single.conditionInputs, single.conditionInputs..<single.count,
        ]
        for part in parts {
            let largest = expected[part].reduce(0) { max($0, abs($1)) }
            #expect(largest > 0 || part.isEmpty)
            func error(_ k: Int) -> Double { abs(Double(all[k]) - expected[k]) }
            guard let worst = part.max(by: { error($0) < error($1) }) else { continue }
            #expect(error(worst) <= 2e-5 * largest, "parameter \(worst): \(all[worst]) for \(expected[worst])")
        }
    }
}
