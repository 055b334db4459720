// KmerProfile: how often each k-mer occurs in strands, and the distance of two such profiles.

import Kernels

/// Counts of all k-mers of `length` letters in both strands of some pairs.
public struct KmerProfile: Sendable {
    /// Letters k of a k-mer.
    public static let length = 4

    /// (K^k): how often each k-mer occurs; the digits of its index to the base K are its letters, the first one
    /// highest.
    public private(set) var counts: [Int]
    /// Letters K of the alphabet.
    public let letters: Int

    /// Counts the k-mers of the pairs `chosen`; those with an ambiguous letter are skipped.
    public init(_ pairs: Pairs, chosen: some Sequence<Int>) {
        letters = pairs.letters
        let size = (0..<KmerProfile.length).reduce(1) { n, _ in n * pairs.letters }
        counts = [Int](repeating: 0, count: size)
        for p in chosen {
            for strand in [pairs.a(p), pairs.b(p)] {
                var (kmer, known) = (0, 0)
                for code in strand {
                    known = Int(code) < letters ? known + 1 : 0
                    kmer = known > 0 ? (kmer * letters + Int(code)) % size : 0
                    if known >= KmerProfile.length { counts[kmer] += 1 }
                }
            }
        }
    }

    /// Number of k-mers counted.
    public var total: Int { counts.reduce(0, +) }

    /// The Jensen-Shannon distance: the square root of the divergence in bits, 0 to 1. NaN where either has no counts.
    public func distance(to other: KmerProfile) -> Double {
        let (p, q) = (Double(total), Double(other.total))
        guard p > 0, q > 0 else { return .nan }
        var divergence = 0.0
        for (a, b) in zip(counts, other.counts) where a + b > 0 {
            let (x, y) = (Double(a) / p, Double(b) / q)
            let middle = (x + y) / 2
            if x > 0 { divergence += x * logarithm(x / middle) }
            if y > 0 { divergence += y * logarithm(y / middle) }
        }
        return (max(0, divergence / 2 / logarithm(2.0))).squareRoot()
    }
}
