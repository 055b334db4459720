// BatchNet+Bound: a bound on all intermediate numbers of a net, to reject model files whose scores could overflow.

import Kernels

extension BatchNet {
    /// The largest bound that is accepted: far above that of any trained net, and below the range of floats.
    static let largestNumber = 1e36

    /// A bound on the absolute values of all intermediate numbers, partial sums included, for inputs of at most `input`
    /// in absolute value. Not finite where a weight is not.
    func bound(_ weights: FloatBuffer, input: Double) -> Double {
        var (bound, largest) = (input, input)
        for stage in stages {
            func size(_ k: Int) -> Double { abs(Double(weights[k])) }
            switch stage.layer {
            case .convolution, .dense:
                var sums = [Double](repeating: 0, count: stage.outputs)
                for r in 0..<stage.inputs {
                    let start = stage.weights + r * stage.outputs
                    for (o, weight) in weights[start..<start + stage.outputs].enumerated() {
                        sums[o] += abs(Double(weight)) * bound
                    }
                }
                bound = sums.indices.reduce(0) { larger($0, sums[$1] + size(stage.bias + $1)) }
            case .batchNorm(_, let epsilon):
                bound = (0..<stage.outputs).reduce(0) {
                    let deviation = (size(stage.variances + $1) + Double(epsilon)).squareRoot()
                    return larger(
                        $0,
                        size(stage.weights + $1) * (bound + size(stage.means + $1)) / deviation + size(stage.bias + $1))
                }
            case .leakyReLU(let slope): bound *= max(1, abs(Double(slope)))
            case .tanh: bound = min(bound, 1)
            case .square: bound *= bound
            case .dropout, .resize: break
            }
            largest = larger(largest, bound)
        }
        return largest
    }

    /// The larger of two numbers; NaN where one is NaN.
    private func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }
}

extension ModelFile {
    /// Throws `ModelError.inconsistent` where intermediate numbers of a net could overflow and a score become NaN.
    static func requireBound(_ net: BatchNet, _ weights: FloatBuffer, input: Double) throws(ModelError) {
        let bound = net.bound(weights, input: input)
        // False for NaN as well.
        guard bound <= BatchNet.largestNumber else {
            throw .inconsistent(
                field: "the net's largest possible number", found: "\(bound)",
                expected: "at most \(BatchNet.largestNumber)")
        }
    }
}
