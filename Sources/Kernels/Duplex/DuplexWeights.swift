// DuplexWeights: the weights of a duplex in the form that the loops read.

import KernelShapes

/// The weights of a duplex as the loops read them: Boltzmann weights, network and standards, and the loop tables made of
/// them. They are set by `DuplexKernels.fill`; whoever trains sets them anew before every step.
public final class DuplexWeights: Sendable {
    /// How they lie.
    public let shape: DuplexShape
    let weights: FloatBuffer
    let tables: FloatBuffer

    /// Weights of `shape`, all 0.
    public init(_ shape: DuplexShape) {
        self.shape = shape
        weights = FloatBuffer(count: shape.count)
        tables = FloatBuffer(count: shape.tableCount)
    }

    /// SAFETY: the loops read them while this object is held by their caller.
    var numbers: DuplexNumbers<Float> { DuplexNumbers(weights: weights.base, tables: tables.base) }
}
