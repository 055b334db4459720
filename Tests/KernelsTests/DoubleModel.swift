// DoubleModel: the duplex classifier in double precision, for tests of its gradients and sums.

import KernelLoops
import KernelShapes
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct DoubleModel {
    let shape: DuplexShape
    var parameters: [Float]
    var codes: [UInt8] = []
    var starts: [Int] = [0]
    /// The conditions of all pairs.
    var point = DuplexPoint()

    init(_ shape: DuplexShape, seed: UInt64) {
        self.shape = shape
        var random = TestRandom(state: seed)
        parameters = (0..<shape.count).map { _ in Float.random(in: -0.6...0.2, using: &random) }
        // In one head the weight of loop extension is above its upper bound.
        for h in 0..<shape.heads {
            parameters[shape.gaps + GapField.extend.rawValue * shape.heads + h] = h == 0 ? -0.7 : 0.1
        }
        for f in 0..<shape.features { parameters[shape.scales + f] = 0.3 }
        let inputs = (0..<shape.conditions).map { _ in Float.random(in: -1...1, using: &random) }
        point = DuplexPoint(inputs: inputs, logConcentration: shape.concentration == nil ? 0 : -1.5)
    }

    mutating func add(_ a: [UInt8], _ b: [UInt8]) {
        for strand in [a, b] {
            codes += strand
            starts.append(codes.count)
        }
    }

    var pairs: Int { (starts.count - 1) / 2 }

    /// What the loops read, in double precision: the weights, and the loop tables computed from them.
    struct Weights {
        var weights: [Double], tables: [Double]

        func read<R>(_ body: (DuplexNumbers<Double>) -> R) -> R {
            weights.withUnsafeBufferPointer { weights in
                tables.withUnsafeBufferPointer { tables in
                    guard let weights = weights.baseAddress, let tables = tables.baseAddress else {
                        preconditionFailure("a shape without weights")
                    }
                    return body(DuplexNumbers(weights: weights, tables: tables))
                }
            }
        }
    }

    /// The weights, with `change` added to one parameter.
    func weights(moving index: Int? = nil, by change: Double = 0) -> Weights {
        var weights = [Double](repeating: 0, count: shape.count)
        var tables = [Double](repeating: 0, count: shape.tableCount)
        Loops.duplexWeights(
            shape, parameters: parameters, change: (index ?? 0, index == nil ? 0 : change), at: point,
            weights: &weights, tables: &tables)
        return Weights(weights: weights, tables: tables)
    }

    func withStrands<R>(_ body: (StrandList, UnsafeMutableRawPointer) -> R) -> R {
        let longest = zip(starts, starts.dropFirst()).map { $1 - $0 }.max() ?? 1
        let counts = [true, false].map { forGradient in
            Loops.duplexWorkspaceBytes(
                shape, longest: longest, forGradient: forGradient, inDouble: true)
        }
        let count = counts.max() ?? 0
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
        defer { memory.deallocate() }
        return codes.withUnsafeBufferPointer { c in
            starts.withUnsafeBufferPointer { s in
                guard let c = c.baseAddress, let s = s.baseAddress else {
                    preconditionFailure("a model without pairs")
                }
                return body(StrandList(codes: c, starts: s, longest: longest), memory)
            }
        }
    }

    func logits(_ weights: Weights) -> [Double] {
        var logits = [Double](repeating: 0, count: pairs)
        withStrands { list, memory in
            weights.read { numbers in
                Loops.duplexLogits(
                    shape, numbers, strands: list, pairs: 0..<pairs, workspace: memory, logits: &logits)
            }
        }
        return logits
    }

    /// The loss and its gradient with respect to the parameters.
    func lossAndGradient(_ weights: Weights, targets: [Float], dropout: Float) -> (Double, [Double]) {
        var gradient = [Double](repeating: 0, count: shape.gradientCount)
        let terms = targets.enumerated().map { LossTerm(target: $1, weight: 1.5, dropoutSeed: UInt64($0)) }
        let loss = withStrands { list, memory in
            Array(0..<pairs).withUnsafeBufferPointer { order in
                weights.read { numbers in
                    Loops.duplexGradient(
                        shape, numbers, strands: list, order: order, terms: terms, dropoutRate: dropout,
                        workspace: memory, gradient: &gradient)
                }
            }
        }
        weights.read { Loops.duplexEnergyGradient(shape, $0, gradient: &gradient) }
        var all = [Double](repeating: 0, count: shape.count)
        Loops.duplexSpreadGradient(shape, gradient, at: point, adding: &all)
        return (loss, all)
    }
}
