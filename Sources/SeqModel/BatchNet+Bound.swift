// BatchNet+Bound: how large a number a net's weights can make of an image, so that no score is infinite or no number.

import Kernels

extension BatchNet {
    /// Above this, sums of 32-bit floats may overflow.
    private static let mostThatFits = 1e38

    /// Throws where some image of numbers up to `input` in size could come to a number that floats do not hold.
    func requireFinite(_ weights: FloatBuffer, input: Double) throws(ModelError) {
        var bound = max(1, input)
        for stage in stages {
            bound = max(1, self.bound(after: stage, weights, bound))
            guard bound < BatchNet.mostThatFits else {
                throw .inconsistent(
                    field: "what its weights can come to", found: "\(Float(bound))",
                    expected: "below \(Float(BatchNet.mostThatFits))")
            }
        }
    }

    /// The largest size of what a stage gives for numbers up to `bound` in size.
    private func bound(after stage: Stage, _ weights: FloatBuffer, _ bound: Double) -> Double {
        func size(_ place: Int) -> Double { abs(Double(weights[place])) }
        switch stage.layer {
        case .convolution, .dense:
            return (0..<stage.outputs).reduce(0) { largest, o in
                let sum = (0..<stage.inputs).reduce(0) { $0 + size(stage.weights + $1 * stage.outputs + o) }
                return max(largest, sum * bound + size(stage.bias + o))
            }
        case .norm(_, let epsilon):
            return (0..<stage.outputs).reduce(0) { largest, o in
                let deviation = (Double(weights[stage.variances + o]) + Double(epsilon)).squareRoot()
                let factor = size(stage.weights + o) / deviation
                return max(largest, factor * (bound + size(stage.means + o)) + size(stage.bias + o))
            }
        case .leaky(let slope): return bound * max(1, abs(Double(slope)))
        case .tanh: return 1
        case .square: return bound * bound
        case .dropout, .resize: return bound
        }
    }
}
