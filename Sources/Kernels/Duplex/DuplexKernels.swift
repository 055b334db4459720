// DuplexKernels: the loops of the duplex behind checked doors, in the build that suits the processor.

import KernelLoops
import KernelShapes

/// A shape of the duplex, passed on to those who use the kernels.
public typealias DuplexShape = KernelShapes.DuplexShape
/// The energies of a pair of letters, passed on likewise.
public typealias PairField = KernelShapes.PairField
/// The energies of a loop, passed on likewise.
public typealias GapField = KernelShapes.GapField

/// How the tables of the recurrence lie, passed on likewise.
public typealias LoopTables = KernelShapes.LoopTables

/// A pair's share in the loss, passed on likewise.
public typealias LossTerm = KernelShapes.LossTerm

/// The loops of the duplex for one level of processor.
public struct DuplexKernels: Sendable {
    /// The level of processor that the loops are built for.
    public let processor: Processor

    /// The loops for `processor`, by default the best that this machine can run.
    public init(processor: Processor = .best) {
        precondition(processor.isUsable)
        self.processor = processor
    }

    /// Makes `weights` those of `parameters`, which lie as in its shape.
    public func fill(_ weights: DuplexWeights, from parameters: FloatBuffer) {
        precondition(parameters.count == weights.shape.count)
        processor.loops.duplexWeights(
            weights.shape, parameters: parameters.base, weights: weights.weights.base, tables: weights.tables.base)
    }

    /// Writes the logits of `pairs` to `logits`, which becomes as long as the range. Here and below no strand may hold an
    /// ambiguity letter.
    public func logits(
        _ weights: DuplexWeights, strands: PairCodes, pairs: Range<Int>, workspace: Workspace,
        into logits: inout [Float]
    ) {
        if logits.count != pairs.count { logits = [Float](repeating: 0, count: pairs.count) }
        score(weights, strands, pairs, workspace, &logits) { list, memory, out in
            processor.loops.duplexLogits(
                weights.shape, weights.numbers, strands: list, pairs: pairs, workspace: memory, logits: out)
        }
    }

    /// The features of `pairs` (pairs, F), standardised by the weights' means and scales.
    public func features(
        _ weights: DuplexWeights, strands: PairCodes, pairs: Range<Int>, workspace: Workspace
    ) -> [Float] {
        var features = [Float](repeating: 0, count: pairs.count * weights.shape.features)
        score(weights, strands, pairs, workspace, &features) { list, memory, out in
            Loops.duplexFeatures(
                weights.shape, weights.numbers, strands: list, pairs: pairs, workspace: memory, features: out)
        }
        return features
    }

    private func score(
        _ weights: DuplexWeights, _ strands: PairCodes, _ pairs: Range<Int>, _ workspace: Workspace,
        _ out: inout [Float],
        _ body: (StrandList, UnsafeMutableRawPointer, UnsafeMutablePointer<Float>) -> Void
    ) {
        let shape = weights.shape
        precondition(strands.letters == shape.letters && !strands.isAmbiguous)
        precondition(pairs.lowerBound >= 0 && pairs.upperBound <= strands.count)
        let memory = workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(
                shape, longest: strands.longest, forGradient: false, inDouble: false))
        strands.withStrandList { list in
            out.withUnsafeMutableBufferPointer { out in
                if let out = out.baseAddress { body(list, memory, out) }
            }
        }
    }
}

extension PairCodes {
    /// Calls `body` with the strands as the loops take them, and returns what it gives; nil where there is no memory yet.
    ///
    /// SAFETY: the arrays outlive the call. Whoever calls the loops counts the workspace for the longest strand.
    func withStrandList<R>(_ body: (StrandList) -> R) -> R? {
        codes.withUnsafeBufferPointer { codes in
            starts.withUnsafeBufferPointer { starts in
                guard let codes = codes.baseAddress, let starts = starts.baseAddress else { return nil }
                return body(StrandList(codes: codes, starts: starts, longest: longest))
            }
        }
    }
}
