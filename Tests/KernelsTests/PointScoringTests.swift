// Tests that pairs scored together, each at its own conditions, have the scores of weights at these conditions.

import KernelShapes
import TestSupport
import Testing

@testable import Kernels

@Suite(.timed) struct PointScoringTests {
    private static func shape(_ heads: Int, _ head: DuplexHead, symmetric: Bool, concentration: Int?) -> DuplexShape {
        DuplexShape(
            heads: heads, letters: 4, order: 2, isAntiparallel: true, isSymmetric: symmetric, hasSelfMaps: true,
            rowPositions: 0, columnPositions: 0, hidden: 16, head: head, conditions: 3, concentration: concentration)
    }

    private static let shapes = [
        shape(8, .equilibrium, symmetric: true, concentration: 2),
        shape(4, .equilibrium, symmetric: false, concentration: 0),
        shape(16, .network, symmetric: true, concentration: 1),
        shape(8, .network, symmetric: false, concentration: nil),
    ]

    @Test(arguments: shapes.indices, Processor.allCases.filter(\.isUsable))
    func theyAreTheSameToTheLastBit(index: Int, processor: Processor) {
        let shape = Self.shapes[index]
        let kernels = DuplexKernels(processor: processor)
        let parameters = FloatBuffer(count: shape.count)
        var random = TestRandom(state: UInt64(index + 1))
        for k in 0..<shape.count { parameters[k] = Float.random(in: -0.8...0.3, using: &random) }
        for f in 0..<shape.features { parameters[shape.scales + f] = 0.2 }
        var pairs = Pairs(letters: 4, members: (0..<4).map { 1 << UInt32($0) })
        var points: [DuplexPoint] = []
        for p in 0..<60 {
            for _ in 0..<2 {
                let length = Int.random(in: 1...40, using: &random)
                pairs.strands.append((0..<length).map { _ in UInt8.random(in: 0..<4, using: &random) }[...])
            }
            // Neighbours with all conditions in common, with all but the concentration, and with none.
            var inputs =
                p % 4 == 0 ? (0..<3).map { _ in Float.random(in: -2...2, using: &random) } : points[p - 1].inputs
            if let concentration = shape.concentration, p % 4 == 2 { inputs[concentration] += 0.5 }
            if p % 4 == 3, p % 8 == 3 { inputs[(shape.concentration ?? 2) == 0 ? 1 : 0] += 0.25 }
            points.append(DuplexPoint(inputs: inputs, logConcentration: -14 + Float(p) / 10))
        }
        var together: [Float] = []
        kernels.logits(
            parameters, scratch: DuplexWeights(shape), pairs, 3..<60, inputs: points[3...].flatMap(\.inputs),
            logConcentrations: points[3...].map(\.logConcentration), workspace: Workspace(), into: &together)
        let weights = DuplexWeights(shape)
        var distinct = Set<Float>()
        for p in 3..<60 {
            kernels.fill(weights, from: parameters, at: points[p])
            var alone: [Float] = []
            kernels.logits(weights, pairs, p..<p + 1, workspace: Workspace(), into: &alone)
            #expect(together[p - 3] == alone[0], "pair \(p)")
            distinct.insert(alone[0])
        }
        // Without an equilibrium the concentration is an input as any other.
        #expect(distinct.count > (shape.head == .equilibrium ? 50 : 25) && distinct.allSatisfy(\.isFinite))
    }

    /// K(AB) c x(A) x(B) = y, by bisection, for constants far apart.
    @Test func theEquilibriumIsThatOfTheMassBalance() throws {
        // One pair of single letters: its partition functions are a single stack's and start's energies.
        let shape = Self.shapes[0]
        let kernels = DuplexKernels()
        let parameters = FloatBuffer(count: shape.count)
        var pairs = Pairs(letters: 4, members: (0..<4).map { 1 << UInt32($0) })
        pairs.append([0], [3])
        for f in 0..<shape.features { parameters[shape.scales + f] = 1 }
        for (duplex, homodimer) in [(8, -60), (20, 18), (-3, 9), (40, 60), (14, 14)] as [(Float, Float)] {
            for h in 0..<shape.heads {
                parameters[shape.equilibrium + h] = duplex - 14
                parameters[shape.equilibrium + EquilibriumField.homodimer.rawValue * shape.heads + h] = homodimer - 14
            }
            let weights = DuplexWeights(shape)
            kernels.fill(
                weights, from: parameters, at: DuplexPoint(inputs: [0, 0, 0], logConcentration: 0))
            var logits: [Float] = []
            kernels.logits(weights, pairs, 0..<1, workspace: Workspace(), into: &logits)
            // The duplex has weight 1 (start and end energies are 0), a homodimer none but the added 1; eight heads.
            func capped(_ weight: Float) -> Double { Double(weight) - 14 + 2.079_441_5 }
            let (ab, aa) = (capped(duplex), capped(homodimer))
            func excess(_ u: Double) -> Double {
                let left = 1 / (1 + Self.exponential(u))
                let free = 2 * left / (1 + (1 + 8 * Self.exponential(aa) * left).squareRoot())
                return Self.exponential(ab) * free * free - Self.exponential(u) * left
            }
            var (low, high) = (-60.0, 60.0)
            for _ in 0..<100 {
                let middle = (low + high) / 2
                if excess(middle) > 0 { low = middle } else { high = middle }
            }
            #expect(
                abs(Double(logits[0]) - low) < 1e-4 * max(1, abs(low)), "\(duplex), \(homodimer): \(logits[0]), \(low)")
        }
    }

    private static func exponential(_ x: Double) -> Double {
        var (term, sum) = (1.0, 1.0)
        for k in 1..<40 {
            term *= x / 64 / Double(k)
            sum += term
        }
        for _ in 0..<6 { sum *= sum }
        return sum
    }
}
