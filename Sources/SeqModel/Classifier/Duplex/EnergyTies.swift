// EnergyTies: which energies of a symmetric duplex are one and the same.

import Kernels

/// The energies of a symmetric duplex that must stay equal, as pairs of offsets of H floats each.
///
/// Swapping the strands of an antiparallel duplex turns it round: an end becomes a start, and the stack of (y, w) on (x, z)
/// that of (z, x) on (w, y). Of a parallel one it only swaps the letters of each pair.
struct EnergyTies: Sendable {
    private let pairs: [(Int, Int)]
    private let heads: Int

    init(_ shape: DuplexShape) {
        heads = shape.heads
        guard shape.isSymmetric else {
            pairs = []
            return
        }
        var pairs: [(Int, Int)] = []
        let letters = shape.letters
        func pair(_ a: Int, _ b: Int, _ field: PairField) -> Int {
            shape.pair + ((a * letters + b) * DuplexShape.pairFields + field.rawValue) * shape.heads
        }
        func stack(_ row: Int, _ column: Int) -> Int { shape.stack + (row * shape.contexts + column) * shape.heads }
        for a in 0..<letters {
            for b in 0..<letters where !shape.isAntiparallel || shape.order == 2 {
                for (field, turned) in [(PairField.start, PairField.end), (.end, .start)] {
                    pairs.append((pair(a, b, field), pair(b, a, shape.isAntiparallel ? turned : field)))
                }
            }
        }
        for row in 0..<shape.contexts {
            for column in 0..<shape.contexts {
                func reversed(_ context: Int) -> Int { context % letters * letters + context / letters }
                let turns = shape.isAntiparallel && shape.order == 2
                pairs.append(
                    (stack(row, column), stack(turns ? reversed(column) : column, turns ? reversed(row) : row)))
            }
        }
        // Each is there twice, from either side.
        self.pairs = pairs.filter { $0.0 < $0.1 }
    }

    /// Makes both energies of each tie their mean.
    func settle(_ parameters: FloatBuffer) { combine(parameters, scale: 0.5) }

    /// Gives both gradients of each tie their sum.
    func gather(_ gradient: FloatBuffer) { combine(gradient, scale: 1) }

    private func combine(_ buffer: FloatBuffer, scale: Float) {
        for (first, second) in pairs {
            for head in 0..<heads {
                let value = (buffer[first + head] + buffer[second + head]) * scale
                buffer[first + head] = value
                buffer[second + head] = value
            }
        }
    }
}
