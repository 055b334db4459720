// QuadraticFit: the quadratic function that is nearest to numbers at even distances.

import Kernels

/// The projection of the numbers of a range onto quadratic functions of their place, by least squares.
struct QuadraticFit: Sendable {
    private let range: Range<Int>
    /// Three functions on the range: orthogonal, of length 1. None where all numbers are kept as they are.
    private let basis: [[Float]]

    init(_ range: Range<Int>) {
        self.range = range
        var basis: [[Float]] = []
        for power in 0..<3 where range.count > 3 {
            var next = range.map { k in
                let x = 2 * Float(k - range.lowerBound) / Float(range.count - 1) - 1
                return (0..<power).reduce(Float(1)) { product, _ in product * x }
            }
            for own in basis {
                let part = zip(own, next).reduce(0) { $0 + $1.0 * $1.1 }
                next = zip(next, own).map { $0 - part * $1 }
            }
            let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            basis.append(next.map { $0 / length })
        }
        self.basis = basis
    }

    /// Replaces the numbers of `buffer` in the range, counted from `start` on.
    func apply(_ buffer: FloatBuffer, from start: Int) {
        guard !basis.isEmpty else { return }
        let values = range.map { buffer[start + $0] }
        var fitted = [Float](repeating: 0, count: values.count)
        for own in basis {
            let part = zip(own, values).reduce(0) { $0 + $1.0 * $1.1 }
            for k in fitted.indices { fitted[k] += part * own[k] }
        }
        for (k, value) in zip(range, fitted) { buffer[start + k] = value }
    }
}
