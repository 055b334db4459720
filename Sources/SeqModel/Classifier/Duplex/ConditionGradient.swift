// ConditionGradient: the gradient of pairs each at its own conditions.

import Kernels

/// Computes the gradient of pairs each at its own conditions, in the memory of one thread.
final class ConditionGradient: Sendable {
    private let configuration: DuplexConfiguration
    private let kernels: DuplexKernels
    private let shape: DuplexShape
    /// The weights at some conditions, and the gradient of the pairs at these conditions.
    private let weights: DuplexWeights
    private let gradient: FloatBuffer

    init(_ configuration: DuplexConfiguration, _ kernels: DuplexKernels) {
        (self.configuration, self.kernels, shape) = (configuration, kernels, configuration.shape)
        weights = DuplexWeights(shape)
        gradient = FloatBuffer(count: shape.gradientCount)
    }

    /// Adds the gradient of the pairs `order` of `data` to a part of `sums`; returns the sum of their losses.
    /// Neighbours at the same conditions are computed together. `terms[k]` belongs to pair `order[k]`.
    func add(
        _ data: LabelledPairs, _ order: ArraySlice<Int>, _ terms: [LossTerm], parameters: FloatBuffer,
        dropout: Float, _ workspace: Workspace, to sums: FloatBuffer, part: Int
    ) -> Double {
        let points = data.conditions
        let offset = order.startIndex
        var loss = 0.0
        var start = offset
        while start < order.endIndex {
            let values = points[order[start]]
            let end = order[start...].firstIndex { !points[$0].elementsEqual(values) } ?? order.endIndex
            let point = configuration.point(values)
            kernels.fill(weights, from: parameters, at: point)
            for range in [shape.equilibrium..<shape.trainedEnd, shape.count..<shape.gradientCount] {
                gradient.clear(range)
            }
            loss += kernels.gradient(
                weights, data.pairs, order: order[start..<end], terms: terms[start - offset..<end - offset],
                dropoutRate: dropout, workspace: workspace, adding: gradient, part: 0)
            kernels.gradientByEnergies(weights, gradient: gradient)
            kernels.spreadGradient(shape, gradient, at: point, adding: sums, part: part)
            start = end
        }
        return loss
    }
}
