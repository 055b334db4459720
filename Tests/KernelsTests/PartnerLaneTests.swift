// Tests of the bounds that one head sets to the duplexes of a strand with eight partners at once.

import KernelShapes
import TestSupport
import Testing

@testable import Kernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timed) struct PartnerLaneTests {
    private static let shapes: [DuplexShape] = [
        (8, 4, 2, true, true, 3), (4, 4, 2, true, false, 0), (16, 4, 2, false, false, 13), (8, 20, 1, true, false, 7),
        (8, 3, 2, false, true, 5),
    ].map { heads, letters, order, isAntiparallel, isSymmetric, head in
        DuplexShape(
            heads: heads, letters: letters, order: order, isAntiparallel: isAntiparallel, isSymmetric: isSymmetric,
            hasSelfMaps: true, rowPositions: 0, columnPositions: 0, hidden: 8, head: .equilibrium,
            bound: DuplexBound(head: head, margin: -1.5))
    }

    /// Random weights; the features are the log sums themselves. Stacks have `strong` more.
    private static func weights(_ shape: DuplexShape, _ kernels: DuplexKernels, strong: Float) -> (
        DuplexWeights, FloatBuffer
    ) {
        let parameters = FloatBuffer(count: shape.count)
        var random = RandomSource(seed: 8)
        parameters.initialise(shape.tensors, &random)
        TiedRows(shape.tensors).average(parameters)
        for tensor in shape.tensors where tensor.name == "energy.stack" {
            for k in tensor.range { parameters[k] += strong }
        }
        for head in 0..<shape.heads { parameters[shape.equilibrium + head] = 0.1 * Float(head) }
        for f in 0..<shape.features { (parameters[shape.means + f], parameters[shape.scales + f]) = (0, 1) }
        let weights = DuplexWeights(shape)
        kernels.fill(weights, from: parameters)
        return (weights, parameters)
    }

    private static func strands(_ lengths: [Int], letters: Int, seed: UInt64) -> StrandCodes {
        var random = TestRandom(state: seed)
        var strands = StrandCodes(letters: letters, members: (0..<letters).map { 1 << UInt32($0) })
        for length in lengths {
            for _ in 0..<length { strands.append(UInt8.random(in: 0..<UInt8(letters), using: &random)) }
            strands.endStrand()
        }
        return strands
    }

    /// Strong stacks make sums that are clamped.
    @Test(arguments: shapes.indices, Processor.allCases.filter(\.isUsable))
    func eachIsTheLineOfTheHeadsLogSum(index: Int, processor: Processor) throws {
        let (shape, kernels) = (Self.shapes[index], DuplexKernels(processor: processor))
        let bound = try #require(shape.bound)
        for strong: Float in [0, 1.5, 6] {
            let (weights, parameters) = Self.weights(shape, kernels, strong: strong)
            let rows = Self.strands([1, 7, 20, 33], letters: shape.letters, seed: 1)
            let columns = Self.strands([9, 1, 30, 2, 16, 16, 3, 41, 12], letters: shape.letters, seed: 2)
            var limits: [Float] = []
            for partners in [[0, 1, 2, 3, 4, 5, 6, 7], [8], [2, 1]] {
                kernels.limits(
                    weights, of: rows, 1..<4, against: columns, partners: partners, workspace: Workspace(),
                    into: &limits)
                #expect(limits.count == 3 * 8)
                for row in 1..<4 {
                    for (lane, column) in partners.enumerated() {
                        var pair = Pairs(like: rows)
                        pair.append(rows[row], columns[column])
                        let features = kernels.features(weights, pair, 0..<1, workspace: Workspace())
                        let logSum = parameters[shape.equilibrium + bound.head] + features[bound.head]
                        let expected = DuplexBound.slope * logSum + bound.margin
                        let found = limits[(row - 1) * 8 + lane]
                        // What is clamped depends on which strand comes first.
                        let tolerance = logSum < 100 ? 1e-4 * max(1, abs(expected)) : 1
                        #expect(abs(found - expected) < tolerance, "\(row), \(column)")
                    }
                }
            }
        }
    }

    /// The logit of a pair without structures of its own strands is the logarithm of the constant itself.
    @Test(arguments: Processor.allCases.filter(\.isUsable)) func aScoreObeysTheBound(processor: Processor) throws {
        let kernels = DuplexKernels(processor: processor)
        func shape(_ margin: Float?) -> DuplexShape {
            DuplexShape(
                heads: 8, letters: 4, order: 2, isAntiparallel: true, isSymmetric: false, hasSelfMaps: false,
                rowPositions: 0, columnPositions: 0, hidden: 8, head: .equilibrium,
                bound: margin.map { DuplexBound(head: 2, margin: $0) })
        }
        var pairs = Pairs(like: Self.strands([1], letters: 4, seed: 1))
        let strands = Self.strands((0..<80).map { 4 + $0 % 23 }, letters: 4, seed: 3)
        for p in 0..<40 { pairs.append(strands[2 * p], strands[2 * p + 1]) }
        func logits(_ margin: Float?) -> [Float] {
            var logits: [Float] = []
            let (weights, _) = Self.weights(shape(margin), kernels, strong: 0.5)
            kernels.logits(weights, pairs, 0..<pairs.count, workspace: Workspace(), into: &logits)
            return logits
        }
        let (free, loose) = (logits(nil), logits(1_000))
        #expect(free == loose)
        let (weights, _) = Self.weights(shape(0), kernels, strong: 0.5)
        var lowered = 0
        for margin: Float in [-4, 1, 4] {
            for (p, logit) in logits(margin).enumerated() {
                var limits: [Float] = []
                kernels.limits(
                    weights, of: pairs.strands, 2 * p..<2 * p + 1, against: pairs.strands, partners: [2 * p + 1],
                    workspace: Workspace(), into: &limits)
                // The share y that solves y = K (1 - y)^2, with both strands free.
                let constant = exp(Double(min(limits[0] + margin, 80)))
                let share = 2 * constant / (2 * constant + 1 + (4 * constant + 1).squareRoot())
                let bounded = Float(log(share / (1 - share)))
                let expected = min(free[p], bounded)
                #expect(abs(logit - expected) < 1e-3 * max(1, abs(expected)), "\(p): \(logit), \(expected)")
                if bounded < free[p] { lowered += 1 }
            }
        }
        #expect(lowered > 20 && lowered < 100, "\(lowered)")
    }
}
