// DuplexKernels+Learning: gradients of the duplex classifier, with checked arguments.

import KernelLoops
import KernelShapes

extension DuplexKernels {
    /// Adds the gradient of the weighted binary cross-entropy of the pairs in `order` to a part of `gradients`.
    ///
    /// `gradients` has parts of `shape.gradientCount` floats; `part` is the index of one. `terms[k]` belongs to pair
    /// `order[k]`. `dropoutRate` is 0 up to 1. The gradient is with respect to the loop tables, see
    /// `gradientByEnergies`. Returns the sum of the losses. No strand may have an ambiguous code.
    public func gradient(
        _ weights: DuplexWeights, _ pairs: Pairs, order: ArraySlice<Int>,
        terms: ArraySlice<LossTerm>, dropoutRate: Float, workspace: Workspace, adding gradients: FloatBuffer, part: Int
    ) -> Double {
        let shape = weights.shape
        precondition(pairs.letters == shape.letters && !pairs.isAmbiguous && shape.bound == nil)
        precondition(part >= 0 && (part + 1) * shape.gradientCount <= gradients.count && order.count == terms.count)
        precondition(order.allSatisfy { $0 >= 0 && $0 < pairs.count })
        let memory = workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(
                shape, longest: pairs.longest, forGradient: true, inDouble: false))
        let sum = gradients.base + part * shape.gradientCount
        // SAFETY: the arrays outlive the calls; the part belongs to this caller alone, see `FloatBuffer`.
        let loss = pairs.strands.withStrandList { list in
            order.withUnsafeBufferPointer { order in
                terms.withUnsafeBufferPointer { terms -> Double in
                    guard let terms = terms.baseAddress else { return 0 }
                    return processor.loops.duplexGradient(
                        shape, weights.numbers, strands: list, order: order, terms: terms,
                        dropoutRate: dropoutRate, workspace: memory, gradient: sum)
                }
            }
        }
        return loss ?? 0
    }

    /// The sum of the gradients of a batch in `pieces` pieces: `gradient` adds to its parts.
    public func gradientSum(_ shape: DuplexShape, pieces: Int) -> PairwiseSum {
        PairwiseSum(
            pieces: pieces, length: shape.gradientCount,
            ranges: shape.conditions > 0
                ? [0..<shape.trainedEnd, shape.conditionEnergies..<shape.count]
                : [shape.equilibrium..<shape.trainedEnd, shape.count..<shape.gradientCount], processor: processor)
    }

    /// Converts the gradient with respect to the loop tables, in `gradient`, into that with respect to the energies.
    public func gradientByEnergies(_ weights: DuplexWeights, gradient: FloatBuffer) {
        precondition(gradient.count == weights.shape.gradientCount)
        processor.loops.duplexEnergyGradient(weights.shape, weights.numbers, gradient: gradient.base)
    }

    /// Adds the gradient at some conditions, as `gradient` and `gradientByEnergies` leave it in `gradient`, to part
    /// `part` of `sums`: with respect to all parameters.
    public func spreadGradient(
        _ shape: DuplexShape, _ gradient: FloatBuffer, at point: DuplexPoint, adding sums: FloatBuffer, part: Int
    ) {
        precondition(gradient.count == shape.gradientCount && point.inputs.count == shape.conditions)
        precondition(part >= 0 && (part + 1) * shape.gradientCount <= sums.count)
        processor.loops.duplexSpreadGradient(
            shape, gradient.base, at: point, adding: sums.base + part * shape.gradientCount)
    }
}
