// DataSurvey: what the training pairs say of their relation, so that plain `train` needs no options.

import Kernels

/// What labelled pairs tell of the relation in them.
public struct DataSurvey: Sendable {
    /// Whether labels between 0 and 1 occur.
    public private(set) var hasSoftLabels = false
    /// Pairs above and not above the threshold.
    public private(set) var positives = 0, negatives = 0
    /// How the letters of positive pairs face each other: the orientation with more information.
    public private(set) var orientation = Orientation.antiparallel
    /// Mutual information of facing letters at the best offset, in bits, for each orientation.
    public private(set) var information: [Orientation: Double] = [:]
    /// Whether the strands look as if they could be swapped: alike in length, and the facing letters' table symmetric.
    public private(set) var isSymmetric = true
    /// Shortest and longest strands.
    public private(set) var lengths = 1...1
    /// The longest strands A and B.
    public private(set) var longestA = 0, longestB = 0
    /// Distinct strands A among the pairs looked at, as a share of them.
    public private(set) var distinctShareA = 1.0

    /// Looks at up to 20,000 positives; a target above `threshold` is positive.
    public init(_ pairs: LabelledPairs, threshold: Float, alphabet: Alphabet) {
        var chosen: [Int] = []
        var (sumA, sumB) = (0, 0)
        // By their hash: one strand in billions taken for another makes no difference to a share.
        var distinct = Set<UInt64>()
        var shortest = Int.max
        let (codes, starts) = (pairs.pairs.strands.codes, pairs.pairs.strands.starts)
        for p in 0..<pairs.count {
            let target = pairs.targets[p]
            if target > 0, target < 1 { hasSoftLabels = true }
            if target > threshold { positives += 1 } else { negatives += 1 }
            if target > threshold, chosen.count < FacingTable.mostPairs { chosen.append(p) }
            if p < 100_000 {
                var hash = FowlerNollVoHash()
                hash.add(strands: 2 * p..<2 * p + 1, codes, starts)
                distinct.insert(hash.value)
            }
            let (a, b) = (starts[2 * p + 1] - starts[2 * p], starts[2 * p + 2] - starts[2 * p + 1])
            longestA = max(longestA, a)
            longestB = max(longestB, b)
            shortest = min(shortest, a, b)
            sumA += a
            sumB += b
        }
        guard pairs.count > 0 else { return }
        lengths = shortest...max(longestA, longestB)
        distinctShareA = Double(distinct.count) / Double(min(pairs.count, 100_000))
        var tables: [Orientation: [Int]] = [:]
        for orientation in Orientation.allCases {
            let table = FacingTable.best(pairs.pairs, chosen: chosen, orientation)
            information[orientation] = table.weight(pairs: chosen.count)
            tables[orientation] = table.counts
        }
        let parallel = information[.parallel] ?? 0
        orientation = parallel > (information[.antiparallel] ?? 0) * 1.05 + 0.002 ? .parallel : .antiparallel
        let ratio = Double(sumA) / Double(max(1, sumB))
        isSymmetric =
            (0.9...1.1).contains(ratio)
            && DataSurvey.isSymmetric(tables[orientation] ?? [], letters: alphabet.count)
    }

    /// Whether facing counts (a, b) and (b, a) agree to within a tenth of all.
    private static func isSymmetric(_ table: [Int], letters: Int) -> Bool {
        guard !table.isEmpty else { return true }
        var (difference, total) = (0, 0)
        for a in 0..<letters {
            for b in 0..<letters {
                difference += abs(table[a * letters + b] - table[b * letters + a])
                total += table[a * letters + b]
            }
        }
        return 10 * difference <= total
    }
}
