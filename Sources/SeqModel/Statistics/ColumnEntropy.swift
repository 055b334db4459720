// ColumnEntropy: the entropy of the letters at each position of the strands.

import Kernels

/// Shannon entropies of the letters at each position of the strands of some pairs.
public struct ColumnEntropy: Sendable {
    /// For strands A and B, the entropy at each position in bits, 0 to log2 K; positions that fewer than half of the
    /// strands reach are left out.
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
                    let frequency = Double(count) / total
                    return count > 0 ? sum - frequency * logarithm(frequency) : sum
                }
                bits.append(nats / logarithm(2.0))
            }
            return bits
        }
    }

    /// The least entropy of all columns in bits; 0 without columns.
    public var least: Double { bits.joined().min() ?? 0 }

    /// The mean entropy of all columns in bits; NaN without columns.
    public var mean: Double { bits.joined().reduce(0, +) / Double(bits.joined().count) }

    /// The mean entropy of the columns of strand A in bits, and of those of strand B; NaN without columns.
    public var means: (a: Double, b: Double) {
        func mean(_ bits: [Double]) -> Double { bits.reduce(0, +) / Double(bits.count) }
        return (mean(bits[0]), mean(bits[1]))
    }
}
