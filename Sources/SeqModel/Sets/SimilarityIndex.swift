// SimilarityIndex: which designs probably bind a strand, by the short words that the strand shares with their partners.

import Kernels

/// An index of the words of k letters in the exact partners of designs. What shares many words with a strand binds it
/// most probably: a search that begins there finds a conflict soon. It is a guess that only orders the work.
public struct SimilarityIndex: Sendable {
    private let rule: PartnerRule
    private let letters: Int
    private let k: Int
    /// For each word, the designs with it, ascending; a design is named as often as it has the word.
    private var designs: [[Int32]]
    /// Designs in the index.
    public private(set) var count = 0

    /// The least number of different words; k is the smallest that gives as many.
    private static let leastWords = 1_000
    /// The most designs that are named.
    private static let mostNamed = 24

    /// An empty index of strands whose partners follow `rule`.
    public init(_ rule: PartnerRule, _ alphabet: Alphabet) {
        (self.rule, letters) = (rule, alphabet.count)
        var (k, words) = (1, alphabet.count)
        while words < SimilarityIndex.leastWords { (k, words) = (k + 1, words * alphabet.count) }
        self.k = k
        designs = Array(repeating: [], count: words)
    }

    /// Adds the next design: a design of `block`.
    public mutating func append(_ design: Int, of block: DesignBlock) {
        for variant in block.variants(of: design..<design + 1) {
            let partner = rule.partner(of: block.variants[variant])
            forEachWord(partner[...]) { designs[$0].append(Int32(count)) }
        }
        count += 1
    }

    /// Counts of shared words, by design; reused between searches.
    public struct Counts: Sendable {
        fileprivate var shared: [Int32] = []
        fileprivate var touched: [Int32] = []

        /// No counts yet.
        public init() {}
    }

    /// The designs that share most words with a design of `block`, at most a few, those with most words first.
    public func nearest(to design: Int, of block: DesignBlock, _ counts: inout Counts) -> [Int] {
        while counts.shared.count < count { counts.shared.append(0) }
        for variant in block.variants(of: design..<design + 1) {
            forEachWord(block.variants[variant]) { word in
                for other in designs[word] {
                    if counts.shared[Int(other)] == 0 { counts.touched.append(other) }
                    counts.shared[Int(other)] += 1
                }
            }
        }
        // One number orders by the count, then by the lower design.
        var named: [Int64] = []
        var least = Int64.min
        for other in counts.touched {
            let key = Int64(counts.shared[Int(other)]) << 32 - Int64(other)
            counts.shared[Int(other)] = 0
            guard key > least else { continue }
            named.append(key)
            if named.count == 4 * SimilarityIndex.mostNamed {
                named.sort(by: >)
                named.removeLast(named.count - SimilarityIndex.mostNamed)
                least = named[named.count - 1]
            }
        }
        counts.touched.removeAll(keepingCapacity: true)
        named.sort(by: >)
        // The count is rounded up by the subtraction, and the design is what was subtracted.
        return named.prefix(SimilarityIndex.mostNamed).map { Int((1 << 32 - $0 & 0xffff_ffff) & 0xffff_ffff) }
    }

    private func forEachWord(_ strand: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        var (word, length) = (0, 0)
        for code in strand {
            word = (word * letters + Int(code)) % designs.count
            length += 1
            if length >= k { body(word) }
        }
    }
}
