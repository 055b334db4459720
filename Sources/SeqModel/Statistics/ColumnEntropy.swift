// ColumnEntropy: how different the letters are that strands have at one place.

import Kernels

/// Entropies of the letters at each place of the strands of some pairs.
public struct ColumnEntropy: Sendable {
    /// For strands A and B, the entropy at each place in bits; places that fewer than half the strands reach are left
    /// out.
    public let bits: [[Double]]

    /// Counts the letters of `pairs`; ambiguous ones are skipped.
    public init(_ pairs: Pairs) {
        bits = (0...1).map { side in
            var counts = [Int](repeating: 0, count: pairs.longest * pairs.letters)
            for p in 0..<pairs.count {
                for (place, code) in pairs.strands[2 * p + side].enumerated() where Int(code) < pairs.letters {
                    counts[place * pairs.letters + Int(code)] += 1
                }
            }
            var bits: [Double] = []
            for place in 0..<pairs.longest {
                let column = counts[place * pairs.letters..<(place + 1) * pairs.letters]
                let total = Double(column.reduce(0, +))
                guard total > 0, total >= Double(pairs.count) / 2 else { break }
                let nats = column.reduce(0.0) { sum, count in
                    let share = Double(count) / total
                    return count > 0 ? sum - share * logarithm(share) : sum
                }
                bits.append(nats / logarithm(2.0))
            }
            return bits
        }
    }

    /// The least of all; 0 where there is none.
    public var least: Double { bits.joined().min() ?? 0 }

    /// The mean of all; NaN where there is none.
    public var mean: Double { bits.joined().reduce(0, +) / Double(bits.joined().count) }
}
