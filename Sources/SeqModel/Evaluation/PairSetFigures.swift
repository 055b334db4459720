// PairSetFigures: the figures of a set of pairs that a comparison of samples reports.

import Kernels

/// Figures of a set of pairs, of generated ones or of the data. What cannot be computed is NaN.
public struct PairSetFigures: Sendable {
    /// Number of pairs.
    public internal(set) var count = 0
    /// Fraction of the pairs that are distinct, 0 to 1.
    public internal(set) var unique = Double.nan
    /// Fraction of the pairs that are not in the data, 0 to 1; NaN for the data itself.
    public internal(set) var new = Double.nan
    /// Mean fraction of equal letters, position by position, of two strands A drawn at random: 1 where all are the
    /// same.
    public internal(set) var identity = Double.nan
    /// Entropies of the columns of both strands.
    public internal(set) var entropy: ColumnEntropy
    /// Jensen-Shannon distance (0 to 1) of the 4-mers to those of as many pairs of the data. For the data itself: that
    /// of two halves without a common pair, the least that can be asked of a generator.
    public internal(set) var kmerDistance = Double.nan
    /// Total variation distance (0 to 1) of the joint distributions of the lengths of A and B, of the same pairs as
    /// `kmerDistance`.
    public internal(set) var lengthDistance = Double.nan
    /// Mean and least edit distance, summed over both strands, to the nearest pair of the data, for a sample of the
    /// pairs. For the data itself: to the nearest other pair.
    public internal(set) var nearestMean = Double.nan, nearestLeast = Double.nan
    /// Precision and recall against half of the data, as those of `ManifoldOverlap`. For the data itself: those of the
    /// other half, the most that can be asked of a generator.
    var overlap: ManifoldOverlap?
    /// Structures of some of the pairs, aligned by the data's facing letters in their better orientation.
    public internal(set) var structures = StructureShares(pairs: 0)
    /// Letters that face each other, for each orientation.
    public internal(set) var facing: [Orientation: SampleFacing] = [:]
    /// The 4-mers that `kmerDistance` was computed from.
    public internal(set) var kmers: KmerProfile
    /// The classifier's scores (0 to 1), ascending; empty without a classifier.
    public internal(set) var scores: [Double] = []

    /// The figures that need no other pairs: the count, the distinct fraction and the entropies.
    init(_ pairs: Pairs) {
        count = pairs.count
        entropy = ColumnEntropy(pairs)
        kmers = KmerProfile(pairs, chosen: [])
        unique = pairs.distinctFraction
    }

    /// The share of the pairs that are within the manifold of half of the data, 0 to 1; NaN for fewer than six pairs.
    public var precision: Double { overlap?.precision ?? .nan }
    /// The share of half of the data that is within the manifold of these pairs, 0 to 1, or NaN.
    public var recall: Double { overlap?.recall ?? .nan }

    /// The mean score, 0 to 1; NaN without scores.
    public var meanScore: Double { scores.reduce(0, +) / Double(scores.count) }

    /// The quantile of the scores at `fraction` (0 to 1), with linear interpolation; NaN without scores.
    public func quantile(_ fraction: Double) -> Double {
        guard !scores.isEmpty else { return .nan }
        let place = fraction * Double(scores.count - 1)
        let low = Int(place)
        return scores[low] + (place - Double(low)) * (scores[min(low + 1, scores.count - 1)] - scores[low])
    }

    /// Fraction of the pairs with a score above `threshold`, 0 to 1; NaN without scores.
    public func accepted(above threshold: Double) -> Double {
        Double(scores.count { $0 > threshold }) / Double(scores.count)
    }
}
