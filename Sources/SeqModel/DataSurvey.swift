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
        var distinct = Set<ArraySlice<UInt8>>()
        var shortest = Int.max
        for p in 0..<pairs.count {
            let target = pairs.targets[p]
            if target > 0, target < 1 { hasSoftLabels = true }
            if target > threshold { positives += 1 } else { negatives += 1 }
            if target > threshold, chosen.count < 20_000 { chosen.append(p) }
            let a = pairs.strands.strand(2 * p)
            let b = pairs.strands.strand(2 * p + 1)
            if p < 100_000 { distinct.insert(a) }
            longestA = max(longestA, a.count)
            longestB = max(longestB, b.count)
            shortest = min(shortest, a.count, b.count)
            sumA += a.count
            sumB += b.count
        }
        guard pairs.count > 0 else { return }
        lengths = shortest...max(longestA, longestB)
        distinctShareA = Double(distinct.count) / Double(min(pairs.count, 100_000))
        var tables: [Orientation: [Int]] = [:]
        for orientation in Orientation.allCases {
            let (bits, table) = DataSurvey.facing(pairs, chosen, orientation, letters: alphabet.count)
            information[orientation] = bits
            tables[orientation] = table
        }
        let parallel = information[.parallel] ?? 0
        orientation = parallel > (information[.antiparallel] ?? 0) * 1.05 + 0.002 ? .parallel : .antiparallel
        let ratio = Double(sumA) / Double(max(1, sumB))
        isSymmetric =
            (0.9...1.1).contains(ratio)
            && DataSurvey.isSymmetric(tables[orientation] ?? [], letters: alphabet.count)
    }

    /// Mutual information of facing letters at the offset where it is largest, less what chance gives, and the counts.
    private static func facing(_ pairs: LabelledPairs, _ chosen: [Int], _ orientation: Orientation, letters: Int)
        -> (Double, [Int])
    {
        var best = (bits: 0.0, table: [Int](repeating: 0, count: letters * letters))
        let reach = 40
        for offset in -reach...reach {
            var table = [Int](repeating: 0, count: letters * letters)
            var total = 0
            for p in chosen {
                let a = pairs.strands.strand(2 * p)
                let b = pairs.strands.strand(2 * p + 1)
                for i in a.indices {
                    let along = i - a.startIndex + offset
                    guard along >= 0, along < b.count else { continue }
                    let other = orientation == .parallel ? b.startIndex + along : b.endIndex - 1 - along
                    guard Int(a[i]) < letters, Int(b[other]) < letters else { continue }
                    table[Int(a[i]) * letters + Int(b[other])] += 1
                    total += 1
                }
            }
            guard total > 100 else { continue }
            // The expected information of independent letters (Miller 1955).
            let chance = Double((letters - 1) * (letters - 1)) / (2 * Double(total) * 0.693_147_180_559_945_3)
            let bits =
                (mutualInformation(table, letters, total) - chance) * min(1, Double(total) / Double(10 * chosen.count))
            if bits > best.bits { best = (bits, table) }
        }
        return best
    }

    private static func mutualInformation(_ table: [Int], _ letters: Int, _ total: Int) -> Double {
        var bits = 0.0
        let n = Double(total)
        for a in 0..<letters {
            let row = (0..<letters).reduce(0) { $0 + table[a * letters + $1] }
            for b in 0..<letters where table[a * letters + b] > 0 {
                let column = (0..<letters).reduce(0) { $0 + table[$1 * letters + b] }
                let joint = Double(table[a * letters + b])
                bits += joint / n * logarithm(joint * n / (Double(row) * Double(column))) / 0.693_147_180_559_945_3
            }
        }
        return bits
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
