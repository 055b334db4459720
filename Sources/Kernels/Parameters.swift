// Parameters: initial values and ties of the parameters of a model, as its layout describes them.

import KernelShapes

/// A tensor among a model's parameters, re-exported for users of the kernels.
public typealias TensorSpec = KernelShapes.TensorSpec
/// What lays tensors out, re-exported likewise.
public typealias TensorTable = KernelShapes.TensorTable

extension FloatBuffer {
    /// Sets `tensors` to their initial values, in order. Normal numbers are drawn from `random`, also for the padding
    /// after a tensor.
    public func initialise(_ tensors: [TensorSpec], _ random: inout RandomSource) {
        for tensor in tensors {
            switch tensor.initial {
            case .zero: clear(tensor.range)
            case .normal(let mean, let deviation):
                for k in tensor.offset..<tensor.offset + tensor.span { self[k] = mean + deviation * random.normal() }
            case .rows(let means, let deviation):
                let width = tensor.shape.last ?? 0
                for (row, mean) in means.enumerated() {
                    for k in 0..<width { self[tensor.offset + row * width + k] = mean + deviation * random.normal() }
                }
            }
        }
    }
}

/// The rows of a model's tensors that must stay equal where the strands of a pair may be swapped.
public struct TiedRows: Sendable {
    /// Offsets of two tied rows, each of `width` numbers.
    private let rows: [(first: Int, second: Int, width: Int)]

    /// The ties of `tensors`.
    public init(_ tensors: [TensorSpec]) {
        rows = tensors.flatMap { tensor in
            let width = tensor.shape.last ?? 0
            // Each tie is listed twice, once for each of its rows.
            return tensor.ties.enumerated().filter { $0.offset < $0.element }.map { row, other in
                (tensor.offset + row * width, tensor.offset + other * width, width)
            }
        }
    }

    /// Sets both rows of each tie to their mean.
    public func average(_ parameters: FloatBuffer) { combine(parameters, scale: 0.5) }

    /// Sets both rows of each tie to their sum, the gradient of a shared row.
    public func sum(_ gradient: FloatBuffer) { combine(gradient, scale: 1) }

    private func combine(_ buffer: FloatBuffer, scale: Float) {
        for (first, second, width) in rows {
            for k in 0..<width {
                let value = (buffer[first + k] + buffer[second + k]) * scale
                buffer[first + k] = value
                buffer[second + k] = value
            }
        }
    }
}
