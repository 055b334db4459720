// WordRatio: how much likelier a strand B is among the data's than among a generator's, by its words and its ends.

import Kernels

/// The logarithm of a ratio of densities as a sum of weights: of each word of k letters in the strand, of its first letter
/// and of its last.
///
/// The weights are those of a logistic regression that tells strands of the data from generated ones, which estimates
/// that ratio (Sugiyama et al. 2012, chapter 4).
struct WordRatio: Sendable, Equatable {
    /// Letters K of the alphabet.
    let letters: Int
    /// K^k weights of words, the word's letters being its number's digits to the base K; then K of first letters, K of last.
    let weights: [Float]

    /// Letters k of a word: as many as leave no more than a thousand words, 4 for DNA.
    static func wordLength(letters: Int) -> Int {
        var (length, words) = (1, letters)
        while length < 4, words * letters <= 1_024 { (length, words) = (length + 1, words * letters) }
        return length
    }

    private static func words(letters: Int) -> Int {
        (0..<wordLength(letters: letters)).reduce(1) { n, _ in n * letters }
    }

    /// Number of weights.
    static func count(letters: Int) -> Int { words(letters: letters) + 2 * letters }

    /// Every strand as likely here as there.
    init(letters: Int) {
        self.letters = letters
        weights = [Float](repeating: 0, count: WordRatio.count(letters: letters))
    }

    /// A ratio of these weights, as many as `count` says.
    init(letters: Int, weights: [Float]) {
        precondition(weights.count == WordRatio.count(letters: letters))
        (self.letters, self.weights) = (letters, weights)
    }

    /// Calls `body` with the index of each weight that counts for a strand, as often as it does.
    @inline(__always)
    private static func each(_ strand: ArraySlice<UInt8>, letters: Int, _ body: (Int) -> Void) {
        guard let first = strand.first, let last = strand.last else { return }
        let (length, words) = (wordLength(letters: letters), words(letters: letters))
        var word = 0
        for (k, code) in strand.enumerated() {
            word = (word * letters + Int(code)) % words
            if k + 1 >= length { body(word) }
        }
        body(words + Int(first))
        body(words + letters + Int(last))
    }

    /// The logarithm of the ratio for a strand without ambiguous letters.
    func logarithm(_ strand: ArraySlice<UInt8>) -> Float {
        var sum: Float = 0
        WordRatio.each(strand, letters: letters) { sum += weights[$0] }
        return sum
    }

    private static let rounds = 200
    private static let rate: Float = 0.05
    /// Weight of the squares that holds the weights of rare words near zero.
    private static let decay: Float = 2

    /// Learns to tell `real` from `generated`; `offset` is what is known of a strand's logarithm already.
    init(
        letters: Int, real: [(strand: ArraySlice<UInt8>, offset: Float)],
        generated: [(strand: ArraySlice<UInt8>, offset: Float)]
    ) {
        let count = WordRatio.count(letters: letters)
        var (features, starts): ([Int32], [Int]) = ([], [0])
        for sample in [real, generated].joined() {
            WordRatio.each(sample.strand, letters: letters) { features.append(Int32($0)) }
            starts.append(features.count)
        }
        let offsets = [real, generated].joined().map(\.offset)
        let (weights, gradient) = (FloatBuffer(count: count), FloatBuffer(count: count))
        let adam = Adam(count: count)
        let share = 1 / Float(max(1, offsets.count))
        var bias: Float = 0
        for round in 1...WordRatio.rounds where !real.isEmpty && !generated.isEmpty {
            for k in 0..<count { gradient[k] = WordRatio.decay * weights[k] }
            var ofBias: Float = 0
            for s in offsets.indices {
                var logit = offsets[s] + bias
                for at in starts[s]..<starts[s + 1] { logit += weights[Int(features[at])] }
                let slope = logistic(logit) - (s < real.count ? 1 : 0)
                for at in starts[s]..<starts[s + 1] { gradient[Int(features[at])] += slope }
                ofBias += slope
            }
            bias -= ofBias * share
            adam.step(weights, gradient: gradient, number: round, rate: WordRatio.rate, scale: share)
        }
        self.init(letters: letters, weights: (0..<count).map { weights[$0] })
    }
}
