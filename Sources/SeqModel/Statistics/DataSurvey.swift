// DataSurvey: properties of the training pairs, from which `train` chooses what is not given as an option.

import Kernels

/// Counts, lengths, orientation and symmetry of labelled pairs.
public struct DataSurvey: Sendable {
    /// Whether labels between 0 and 1 occur.
    public private(set) var hasSoftLabels = false
    /// Number of pairs with targets above the threshold, and of all others.
    public private(set) var positives = 0, negatives = 0
    /// The orientation in which the facing letters of positive pairs have more mutual information.
    public private(set) var orientation = Orientation.antiparallel
    /// Weighted mutual information of facing letters at the best offset, in bits, for each orientation.
    public private(set) var mutualInformation: [Orientation: Double] = [:]
    /// Whether the strands seem exchangeable: mean lengths within 10 %, and a symmetric table of facing letters.
    public private(set) var isSymmetric = true
    /// Letters of the shortest and of the longest strand.
    public private(set) var lengths = 1...1
    /// Letters of the longest strand A, and of the longest strand B.
    public private(set) var longestA = 0, longestB = 0
    /// Number of distinct strands A over number of pairs, of the first 100,000 pairs; 0 to 1.
    public private(set) var distinctFractionA = 1.0

    /// Surveys all pairs, and the facing letters of up to 20,000 positives; a target above `threshold` is positive.
    public init(_ pairs: LabelledPairs, threshold: Float, alphabet: Alphabet) {
        var chosen: [Int] = []
        var (sumA, sumB) = (0, 0)
        // Strands are told apart by their hashes: a collision makes no difference to a fraction.
        var distinct = Set<UInt64>()
        var shortest = Int.max
        let (codes, starts) = (pairs.pairs.strands.codes, pairs.pairs.strands.starts)
        for p in 0..<pairs.count {
            let target = pairs.targets[p]
            if target > 0, target < 1 { hasSoftLabels = true }
            if target > threshold { positives += 1 } else { negatives += 1 }
            if target > threshold, chosen.count < ContingencyTable.mostPairs { chosen.append(p) }
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
        distinctFractionA = Double(distinct.count) / Double(min(pairs.count, 100_000))
        var tables: [Orientation: [Int]] = [:]
        for orientation in Orientation.allCases {
            let table = ContingencyTable.best(pairs.pairs, chosen: chosen, orientation)
            mutualInformation[orientation] = table.weightedInformation(pairs: chosen.count)
            tables[orientation] = table.counts
        }
        let parallel = mutualInformation[.parallel] ?? 0
        orientation = parallel > (mutualInformation[.antiparallel] ?? 0) * 1.05 + 0.002 ? .parallel : .antiparallel
        let ratio = Double(sumA) / Double(max(1, sumB))
        isSymmetric =
            (0.9...1.1).contains(ratio)
            && DataSurvey.isSymmetric(tables[orientation] ?? [], letters: alphabet.count)
    }

    /// Whether the counts (a, b) and (b, a) differ by at most a tenth of all counts, summed over all cells.
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
