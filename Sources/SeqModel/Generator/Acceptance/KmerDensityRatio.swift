// KmerDensityRatio: the density ratio of strands B in the data and of a generator, by k-mers and ends.

import Kernels

/// The logarithm of the ratio (density in the data) / (density in the generator's output) of a strand, as a linear
/// model.
///
/// The features are the counts of the k-mers, the first letter and the last letter. The weights are those of a logistic
/// regression that separates strands of the data from generated ones, which estimates the ratio (Sugiyama et al. 2012,
/// Density Ratio Estimation in Machine Learning, chapter 4).
struct KmerDensityRatio: Sendable, Equatable {
    /// Letters K of the alphabet.
    let letters: Int
    /// K^k weights of the k-mers (the index has the letters as digits to the base K), then K of the first letter, K of
    /// the last.
    let weights: [Float]

    /// The length k of the k-mers: at most 4, and as large as at most 1,024 k-mers allow. 4 for DNA.
    static func kmerLength(letters: Int) -> Int {
        var (length, kmers) = (1, letters)
        while length < 4, kmers * letters <= 1_024 { (length, kmers) = (length + 1, kmers * letters) }
        return length
    }

    /// The number of k-mers.
    private static func kmers(letters: Int) -> Int {
        (0..<kmerLength(letters: letters)).reduce(1) { n, _ in n * letters }
    }

    /// The number of weights.
    static func count(letters: Int) -> Int { kmers(letters: letters) + 2 * letters }

    /// The ratio 1 for every strand.
    init(letters: Int) {
        self.letters = letters
        weights = [Float](repeating: 0, count: KmerDensityRatio.count(letters: letters))
    }

    /// A ratio with `count(letters:)` weights.
    init(letters: Int, weights: [Float]) {
        precondition(weights.count == KmerDensityRatio.count(letters: letters))
        (self.letters, self.weights) = (letters, weights)
    }

    /// Calls `body` with the index of each feature of a strand; of a repeated k-mer once per occurrence.
    @inline(__always)
    private static func each(_ strand: ArraySlice<UInt8>, letters: Int, _ body: (Int) -> Void) {
        guard let first = strand.first, let last = strand.last else { return }
        let (length, kmers) = (kmerLength(letters: letters), kmers(letters: letters))
        var kmer = 0
        for (k, code) in strand.enumerated() {
            kmer = (kmer * letters + Int(code)) % kmers
            if k + 1 >= length { body(kmer) }
        }
        body(kmers + Int(first))
        body(kmers + letters + Int(last))
    }

    /// The logarithm of the ratio for a strand without ambiguous letters.
    func logarithm(_ strand: ArraySlice<UInt8>) -> Float {
        var sum: Float = 0
        KmerDensityRatio.each(strand, letters: letters) { sum += weights[$0] }
        return sum
    }

    /// Steps of gradient descent on all strands (by Adam).
    private static let rounds = 200
    private static let rate: Float = 0.05
    /// Coefficient of the L2 penalty, which keeps the weights of rare k-mers near zero.
    private static let decay: Float = 2

    /// Fits the weights to strands of the data and of the generator. `offset` is added to a strand's logit: the part of
    /// the log ratio that is already known.
    init(
        letters: Int, real: [(strand: ArraySlice<UInt8>, offset: Float)],
        generated: [(strand: ArraySlice<UInt8>, offset: Float)]
    ) {
        let count = KmerDensityRatio.count(letters: letters)
        var (features, starts): ([Int32], [Int]) = ([], [0])
        for sample in [real, generated].joined() {
            KmerDensityRatio.each(sample.strand, letters: letters) { features.append(Int32($0)) }
            starts.append(features.count)
        }
        let offsets = [real, generated].joined().map(\.offset)
        let (weights, gradient) = (FloatBuffer(count: count), FloatBuffer(count: count))
        let adam = Adam(count: count)
        let share = 1 / Float(max(1, offsets.count))
        var bias: Float = 0
        for round in 1...KmerDensityRatio.rounds where !real.isEmpty && !generated.isEmpty {
            for k in 0..<count { gradient[k] = KmerDensityRatio.decay * weights[k] }
            var ofBias: Float = 0
            for s in offsets.indices {
                var logit = offsets[s] + bias
                for at in starts[s]..<starts[s + 1] { logit += weights[Int(features[at])] }
                let slope = logistic(logit) - (s < real.count ? 1 : 0)
                for at in starts[s]..<starts[s + 1] { gradient[Int(features[at])] += slope }
                ofBias += slope
            }
            bias -= ofBias * share
            adam.step(weights, gradient: gradient, number: round, rate: KmerDensityRatio.rate, scale: share)
        }
        self.init(letters: letters, weights: (0..<count).map { weights[$0] })
    }
}
