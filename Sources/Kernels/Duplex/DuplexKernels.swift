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

    /// Writes the logits of the pairs `range` to `logits`, which becomes as long as the range. Here and below no strand may hold an
    /// ambiguity letter.
    public func logits(
        _ weights: DuplexWeights, _ pairs: Pairs, _ range: Range<Int>, workspace: Workspace,
        into logits: inout [Float]
    ) {
        if logits.count != range.count { logits = [Float](repeating: 0, count: range.count) }
        score(weights, pairs, range, workspace, &logits) { list, memory, out in
            processor.loops.duplexLogits(
                weights.shape, weights.numbers, strands: list, pairs: range, workspace: memory, logits: out)
        }
    }

    /// The features of the pairs `range` (pairs, F), standardised by the weights' means and scales.
    public func features(
        _ weights: DuplexWeights, _ pairs: Pairs, _ range: Range<Int>, workspace: Workspace
    ) -> [Float] {
        var features = [Float](repeating: 0, count: range.count * weights.shape.features)
        score(weights, pairs, range, workspace, &features) { list, memory, out in
            Loops.duplexFeatures(
                weights.shape, weights.numbers, strands: list, pairs: range, workspace: memory, features: out)
        }
        return features
    }

    private func score(
        _ weights: DuplexWeights, _ pairs: Pairs, _ range: Range<Int>, _ workspace: Workspace,
        _ out: inout [Float],
        _ body: (StrandList, UnsafeMutableRawPointer, UnsafeMutablePointer<Float>) -> Void
    ) {
        let shape = weights.shape
        precondition(pairs.letters == shape.letters && !pairs.isAmbiguous)
        precondition(range.lowerBound >= 0 && range.upperBound <= pairs.count)
        let memory = workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(
                shape, longest: pairs.longest, forGradient: false, inDouble: false))
        pairs.strands.withStrandList { list in
            out.withUnsafeMutableBufferPointer { out in
                if let out = out.baseAddress { body(list, memory, out) }
            }
        }
    }
}

extension StrandCodes {
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
