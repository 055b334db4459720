// DuplexWeights: the weights of a duplex classifier in the form that the loops read.

import KernelShapes

/// The weights of a duplex classifier in the form that the loops read: Boltzmann weights, network, standardisation,
/// and the loop tables computed from them. `DuplexKernels.fill` sets them; in training, before every step.
public final class DuplexWeights: Sendable {
    /// The sizes and the layout.
    public let shape: DuplexShape
    let weights: FloatBuffer
    let tables: FloatBuffer

    /// Weights of `shape`, all 0.
    public init(_ shape: DuplexShape) {
        self.shape = shape
        weights = FloatBuffer(count: shape.count)
        tables = FloatBuffer(count: shape.tableCount)
    }

    /// SAFETY: callers keep this object alive while the loops read.
    var numbers: DuplexNumbers<Float> { DuplexNumbers(weights: weights.base, tables: tables.base) }
}
