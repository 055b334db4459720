// DuplexKernels+Learning: gradients of pairs and the optimiser's step, behind checked doors.

import KernelLoops
import KernelShapes

extension DuplexKernels {
    /// Adds the gradient of the weighted binary cross-entropy of the pairs in `order` to a part of `gradients`.
    ///
    /// `gradients` holds parts of `shape.count` floats; `part` says which. `terms[k]` belongs to pair `order[k]`.
    /// Gradients are with respect to the weights, not yet to the energies. Returns the sum of the losses.
    /// No strand may hold an ambiguous code.
    public func gradient(
        _ shape: DuplexShape, weights: FloatBuffer, strands: PairCodes, order: ArraySlice<Int>,
        terms: ArraySlice<LossTerm>, dropoutRate: Float, workspace: Workspace, adding gradients: FloatBuffer, part: Int
    ) -> Double {
        precondition(weights.count == shape.count && strands.letters == shape.letters && !strands.isAmbiguous)
        precondition(part >= 0 && (part + 1) * shape.count <= gradients.count && order.count == terms.count)
        precondition(order.allSatisfy { $0 >= 0 && $0 < strands.count })
        let memory = workspace.reserve(
            bytes: Loops.duplexWorkspaceBytes(
                shape, longest: strands.longest, forGradient: true, inDouble: false))
        let sum = gradients.base + part * shape.count
        // SAFETY: the arrays outlive the calls; the part is this caller's own, see `FloatBuffer`.
        let loss = strands.withStrandList { list in
            order.withUnsafeBufferPointer { order in
                terms.withUnsafeBufferPointer { terms -> Double in
                    guard let terms = terms.baseAddress else { return 0 }
                    return processor.loops.duplexGradient(
                        shape, weights: weights.base, strands: list, order: order, terms: terms,
                        dropoutRate: dropoutRate, workspace: memory, gradient: sum)
                }
            }
        }
        return loss ?? 0
    }

    /// What the gradient of a batch is summed in: `gradient` adds to its parts.
    public func gradientSum(_ shape: DuplexShape, pieces: Int) -> PairwiseSum {
        PairwiseSum(
            pieces: pieces, length: shape.count,
            ranges: [shape.energyEnd..<shape.trainedEnd, shape.loops..<shape.count], processor: processor)
    }

    /// Turns the gradient by the weights, in `gradient`, into that by the parameters.
    public func gradientByEnergies(_ shape: DuplexShape, weights: FloatBuffer, gradient: FloatBuffer) {
        precondition(gradient.count == shape.count && weights.count == shape.count)
        Loops.duplexEnergyGradient(shape, weights: weights.base, gradient: gradient.base)
    }

    /// One step of AdamW (Loshchilov & Hutter 2019) on `range` of `parameters`; `step` counts from 1, `scale`
    /// multiplies the gradient first.
    public func adamStep(
        _ parameters: FloatBuffer, gradient: FloatBuffer, moments: (first: FloatBuffer, second: FloatBuffer),
        range: Range<Int>, step: Int, rate: Float, decay: Float, scale: Float, beta1: Float = 0.9,
        beta2: Float = 0.999
    ) {
        for buffer in [parameters, gradient, moments.first, moments.second] {
            precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        }
        let correction1 = 1 - power(beta1, step)
        let correction2 = 1 - power(beta2, step)
        processor.loops.adamStep(
            parameters.base, gradient: gradient.base, first: moments.first.base, second: moments.second.base,
            range: range, rate: rate, beta1: beta1, beta2: beta2, correction1: correction1,
            correction2: correction2, decay: decay, scale: scale)
    }

    private func power(_ base: Float, _ exponent: Int) -> Float {
        var result: Float = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
