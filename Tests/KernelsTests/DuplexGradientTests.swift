// Tests of the duplex's backward pass against central differences, in double precision.

import KernelShapes
import TestSupport
import Testing

@Suite(.timed) struct DuplexGradientTests {
    static let shapes: [DuplexShape] = [
        shape(order: 2, antiparallel: true, symmetric: false, selfMaps: true, positions: 0),
        shape(order: 2, antiparallel: true, symmetric: true, selfMaps: true, positions: 0),
        shape(order: 1, antiparallel: false, symmetric: true, selfMaps: false, positions: 0),
        shape(order: 2, antiparallel: true, symmetric: false, selfMaps: true, positions: 5),
        shape(order: 1, antiparallel: true, symmetric: false, selfMaps: true, positions: 5),
        shape(heads: 4, order: 1, antiparallel: true, symmetric: true, selfMaps: true, positions: 0),
        shape(heads: 4, order: 1, antiparallel: true, symmetric: false, selfMaps: true, positions: 5),
        shape(heads: 4, order: 1, antiparallel: true, symmetric: true, selfMaps: true, positions: 0, .equilibrium),
        shape(
            order: 1, antiparallel: true, symmetric: false, selfMaps: true, positions: 0, .equilibrium, conditions: 3,
            concentration: 1),
        shape(
            order: 2, antiparallel: false, symmetric: true, selfMaps: false, positions: 0, .equilibrium, conditions: 1),
        shape(order: 1, antiparallel: true, symmetric: false, selfMaps: true, positions: 5, conditions: 2),
        shape(order: 1, antiparallel: true, symmetric: true, selfMaps: true, selfBulges: false, positions: 0),
        shape(order: 2, antiparallel: true, symmetric: false, selfMaps: true, selfBulges: false, positions: 5),
    ]

    static func shape(
        heads: Int = 2, order: Int, antiparallel: Bool, symmetric: Bool, selfMaps: Bool, selfBulges: Bool = true,
        positions: Int,
        _ head: DuplexHead = .network, conditions: Int = 0, concentration: Int? = nil
    ) -> DuplexShape {
        DuplexShape(
            heads: heads, lanes: 2, letters: 4, order: order, isAntiparallel: antiparallel, isSymmetric: symmetric,
            hasSelfMaps: selfMaps, hasSelfBulges: selfBulges, rowPositions: positions,
            columnPositions: positions > 0 ? positions + 2 : 0, hidden: 8, head: head, conditions: conditions,
            concentration: concentration)
    }

    @Test(arguments: shapes, [Float(0), 0.3])
    func everyGradientAgreesWithCentralDifferences(shape: DuplexShape, dropout: Float) {
        var model = DoubleModel(shape, seed: 3)
        model.add([0, 1, 2, 3, 1, 0, 2], [2, 3, 1, 0, 2])
        model.add([3], [0])
        model.add([1, 1, 2], [3, 0, 0, 2, 1, 3, 3, 2, 1])
        model.add([2, 0, 3, 1, 1, 0], [1, 2])
        let targets: [Float] = [0.9, 0.1, 0.4, 0.7]
        let weights = model.weights()
        let (_, gradient) = model.lossAndGradient(weights, targets: targets, dropout: dropout)
        let step = 1e-5
        var nonzero = 0
        for k in Array(0..<shape.trainedEnd) + (shape.readEnd..<shape.count) {
            let analytic = gradient[k]
            let up = model.lossAndGradient(model.weights(moving: k, by: step), targets: targets, dropout: dropout).0
            let down = model.lossAndGradient(model.weights(moving: k, by: -step), targets: targets, dropout: dropout).0
            let numeric = (up - down) / (2 * step)
            #expect(abs(numeric - analytic) <= 1e-6 * max(0.01, abs(numeric)), "parameter \(k)")
            if abs(numeric) > 1e-6 { nonzero += 1 }
        }
        #expect(nonzero > (shape.trainedEnd + shape.count - shape.readEnd) / 8)
    }

    @Test func ofASymmetricShapeTheOrderOfTheStrandsDoesNotMatter() {
        var model = DoubleModel(Self.shapes[1], seed: 9)
        model.add([0, 1, 2, 3, 1, 0, 2], [2, 3, 1, 0, 2])
        model.add([2, 3, 1, 0, 2], [0, 1, 2, 3, 1, 0, 2])
        let logits = model.logits(model.weights())
        #expect(logits[0] == logits[1])
    }
}
