// DuplexKernels: the loops of the duplex classifier with checked arguments, in the build for the processor.

import KernelLoops
import KernelShapes

/// The sizes and layout of a duplex classifier, re-exported for users of the kernels.
public typealias DuplexShape = KernelShapes.DuplexShape
/// The energies of a pair of letters, re-exported.
public typealias PairField = KernelShapes.PairField
/// The energies of internal loops and bulges, re-exported.
public typealias GapField = KernelShapes.GapField

/// The layout of the tables of the recurrence, re-exported.
public typealias LoopTables = KernelShapes.LoopTables

/// What turns log partition functions into a logit, re-exported.
public typealias DuplexHead = KernelShapes.DuplexHead
/// A bound of the duplex's constant by one head, re-exported.
public typealias DuplexBound = KernelShapes.DuplexBound
/// What the equilibrium head adds to log partition functions, re-exported.
public typealias EquilibriumField = KernelShapes.EquilibriumField
/// The conditions at which weights are computed, re-exported.
public typealias DuplexPoint = KernelShapes.DuplexPoint

/// A pair's term in the loss, re-exported.
public typealias LossTerm = KernelShapes.LossTerm

/// The loops of the duplex classifier for one processor level. Wrong sizes are programming errors and trap.
public struct DuplexKernels: Sendable {
    /// The processor level of the loops.
    public let processor: Processor

    /// The loops for `processor`, by default the best that this machine can run.
    public init(processor: Processor = .best) {
        precondition(processor.isUsable)
        self.processor = processor
    }

    /// Computes `weights` at some conditions from `parameters`, which have the layout of its shape.
    public func fill(
        _ weights: DuplexWeights, from parameters: FloatBuffer, at point: DuplexPoint = DuplexPoint()
    ) {
        let shape = weights.shape
        precondition(parameters.count == shape.count && point.inputs.count == shape.conditions)
        processor.loops.duplexWeights(
            shape, parameters: parameters.base, at: point, weights: weights.weights.base, tables: weights.tables.base)
    }

    /// Writes the logits of the pairs `range` to `logits`, each at its own conditions: the standardised values `inputs`
    /// and the natural logarithm of the concentration, for each pair of the range. Pairs at the same conditions should
    /// be neighbours. `scratch` has the shape of the parameters and is overwritten.
    public func logits(
        _ parameters: FloatBuffer, scratch: DuplexWeights, _ pairs: Pairs, _ range: Range<Int>, inputs: [Float],
        logConcentrations: [Float], workspace: Workspace, into logits: inout [Float]
    ) {
        let shape = scratch.shape
        precondition(parameters.count == shape.count && shape.conditions > 0)
        precondition(inputs.count == range.count * shape.conditions && logConcentrations.count == range.count)
        if logits.count != range.count { logits = [Float](repeating: 0, count: range.count) }
        inputs.withUnsafeBufferPointer { inputs in
            logConcentrations.withUnsafeBufferPointer { concentrations in
                guard let inputs = inputs.baseAddress, let concentrations = concentrations.baseAddress else { return }
                let points = PointList(inputs: inputs, logConcentrations: concentrations)
                score(scratch, pairs, range, workspace, &logits) { list, memory, out in
                    processor.loops.duplexLogits(
                        shape, parameters: parameters.base, points: points, strands: list, pairs: range,
                        weights: scratch.weights.base, tables: scratch.tables.base, workspace: memory, logits: out)
                }
            }
        }
    }

    /// Writes the logits of the pairs `range` to `logits`, which is resized to the range. Here and below, no strand
    /// may have an ambiguous code.
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

    /// The features of the pairs `range` (pairs, F), standardised with the model's means and scales.
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
    /// Calls `body` with the strands in the form that the loops read, and returns its result; nil if there are no
    /// strands yet.
    ///
    /// SAFETY: the arrays outlive the call. Callers of the loops reserve a workspace for the longest strand.
    func withStrandList<R>(_ body: (StrandList) -> R) -> R? {
        codes.withUnsafeBufferPointer { codes in
            starts.withUnsafeBufferPointer { starts in
                guard let codes = codes.baseAddress, let starts = starts.baseAddress else { return nil }
                return body(StrandList(codes: codes, starts: starts, longest: longest))
            }
        }
    }
}
