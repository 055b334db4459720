// DuplexKernels+Learning: gradients of pairs, behind checked doors.

import KernelLoops
import KernelShapes

extension DuplexKernels {
    /// Adds the gradient of the weighted binary cross-entropy of the pairs in `order` to a part of `gradients`.
    ///
    /// `gradients` holds parts of `shape.gradientCount` floats; `part` says which. `terms[k]` belongs to pair `order[k]`.
    /// Gradients are with respect to the loop tables, not yet to the energies. Returns the sum of the losses.
    /// No strand may hold an ambiguous code.
    public func gradient(
        _ weights: DuplexWeights, _ pairs: Pairs, order: ArraySlice<Int>,
        terms: ArraySlice<LossTerm>, dropoutRate: Float, workspace: Workspace, adding gradients: FloatBuffer, part: Int
    ) -> Double {
        let shape = weights.shape
        precondition(pairs.letters == shape.letters && !pairs.isAmbiguous)
        precondition(part >= 0 && (part + 1) * shape.gradientCount <= gradients.count && order.count == terms.count)
        precondition(order.allSatisfy { $0 >= 0 && $0 < pairs.count })
        let memory = workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(
                shape, longest: pairs.longest, forGradient: true, inDouble: false))
        let sum = gradients.base + part * shape.gradientCount
        // SAFETY: the arrays outlive the calls; the part is this caller's own, see `FloatBuffer`.
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

    /// What the gradient of a batch is summed in: `gradient` adds to its parts.
    public func gradientSum(_ shape: DuplexShape, pieces: Int) -> PairwiseSum {
        PairwiseSum(
            pieces: pieces, length: shape.gradientCount,
            ranges: [shape.energyEnd..<shape.trainedEnd, shape.count..<shape.gradientCount], processor: processor)
    }

    /// Turns the gradient by the loop tables, in `gradient`, into that by the energies.
    public func gradientByEnergies(_ weights: DuplexWeights, gradient: FloatBuffer) {
        precondition(gradient.count == weights.shape.gradientCount)
        Loops.duplexEnergyGradient(weights.shape, weights.numbers, gradient: gradient.base)
    }
}
