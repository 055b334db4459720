// KmerProfile: how often each word of k letters occurs in strands, and how far two such profiles are apart.

import Kernels

/// Counts of all words of `length` letters in both strands of some pairs.
public struct KmerProfile: Sendable {
    /// Letters k of a word.
    public static let length = 4

    /// How often each word occurs; the word's letters are its number's digits to the base K.
    public private(set) var counts: [Int]
    /// Letters K of the alphabet.
    public let letters: Int

    /// Counts the words of the pairs `chosen`; words with an ambiguous letter are skipped.
    public init(_ pairs: Pairs, chosen: some Sequence<Int>) {
        letters = pairs.letters
        let words = (0..<KmerProfile.length).reduce(1) { n, _ in n * pairs.letters }
        counts = [Int](repeating: 0, count: words)
        for p in chosen {
            for strand in [pairs.a(p), pairs.b(p)] {
                var (word, known) = (0, 0)
                for code in strand {
                    known = Int(code) < letters ? known + 1 : 0
                    word = known > 0 ? (word * letters + Int(code)) % words : 0
                    if known >= KmerProfile.length { counts[word] += 1 }
                }
            }
        }
    }

    /// Words counted.
    public var total: Int { counts.reduce(0, +) }

    /// The Jensen-Shannon distance (the root of the divergence in bits, 0 to 1); NaN where either counted nothing.
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
