// BatchNet+Bound: how large the numbers on a net's way can become at most, for models that were not trained but forged.

import Kernels

extension BatchNet {
    /// What no net that was trained comes near, and far enough from where floats end.
    static let largestNumber = 1e36

    /// The largest size that any number on the way can have where no input is larger than `input`: a sum of sizes, so
    /// that no part of a sum is larger. Not finite where a weight is not.
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
            case .norm(_, let epsilon):
                bound = (0..<stage.outputs).reduce(0) {
                    let deviation = (size(stage.variances + $1) + Double(epsilon)).squareRoot()
                    return larger(
                        $0,
                        size(stage.weights + $1) * (bound + size(stage.means + $1)) / deviation + size(stage.bias + $1))
                }
            case .leaky(let slope): bound *= max(1, abs(Double(slope)))
            case .tanh: bound = min(bound, 1)
            case .square: bound *= bound
            case .dropout, .resize: break
            }
            largest = larger(largest, bound)
        }
        return largest
    }

    /// The larger of two sizes; not a number where one is not.
    private func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }
}

extension ModelFile {
    /// Throws where numbers of a net could become too large for floats, and a score none.
    static func requireBound(_ net: BatchNet, _ weights: FloatBuffer, input: Double) throws(ModelError) {
        let bound = net.bound(weights, input: input)
        // Not a number is no less than the largest either.
        guard bound <= BatchNet.largestNumber else {
            throw .inconsistent(
                field: "the net's largest possible number", found: "\(bound)",
                expected: "at most \(BatchNet.largestNumber)")
        }
    }
}
