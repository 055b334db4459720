// ScoreAcceptance: which generated pairs are kept, so that scores and words are spread more like those of the data.

import Kernels

/// Rejection sampling by the classifier's score and by strand B's words, after Azadi et al. 2019: a generator's pairs come
/// out cleaner than those of the data, and with some words too often, so where a pair is too common among them its strand
/// B is drawn again now and then.
///
/// The probability to keep a pair is the data's share of its logit's bin over the generator's, times the ratio that B's
/// words and ends suggest (see `WordRatio`), times a number, and at most 1; a pair that the classifier would not give the
/// label asked for is never kept while there are draws left. The number is the largest at which that 1 cuts off no more
/// than `mostCut` of the ratios and no more than `meanKept.upperBound` of the draws are kept.
public struct ScoreAcceptance: Sendable {
    /// Bins of the logit less that of the threshold: below -6, each half up to 6, and above.
    static let bins = 26
    /// Share of the draws that is kept: what the right spread may cost in speed.
    static let meanKept = 0.2...0.65
    /// The part of the ratios' sum that lies above what a probability can be.
    static let mostCut = 0.15
    /// Draws of a pair at most; the last is kept.
    public static let mostDraws = 16

    /// For each label and bin the probability to keep a pair whose strand B is as likely here as there; may be above 1.
    let kept: [[Float]]
    /// For each label the ratio that B's words suggest.
    let words: [WordRatio]
    /// The logit of the classifier's threshold.
    private let center: Float

    /// Keeps every pair.
    static func everything(letters: Int) -> ScoreAcceptance {
        ScoreAcceptance(
            kept: [[Float]](repeating: [Float](repeating: 1, count: bins), count: 2),
            words: [WordRatio](repeating: WordRatio(letters: letters), count: 2), threshold: 0.5)
    }

    init(kept: [[Float]], words: [WordRatio], threshold: Float) {
        (self.kept, self.words) = (kept, words)
        center = PairClassifier.logit(ofThreshold: threshold)
    }

    /// Pairs without ambiguous letters, and the classifier's logits of them.
    struct Scored: Sendable {
        let pairs: Pairs
        let logits: [Float]
    }

    /// The probabilities from pairs of the data and of the generator for each label; a label without either keeps every
    /// pair.
    init(real: [Scored], generated: [Scored], threshold: Float) {
        let center = PairClassifier.logit(ofThreshold: threshold)
        let learned = (0...1).map { label in
            ScoreAcceptance.learn(real[label], generated[label], label: label, center: center)
        }
        self.init(kept: learned.map(\.kept), words: learned.map(\.words), threshold: threshold)
    }

    private static func learn(_ real: Scored, _ generated: Scored, label: Int, center: Float) -> (
        kept: [Float], words: WordRatio
    ) {
        let letters = real.pairs.letters
        // A classifier that refuses most pairs of the data has nothing to say.
        let agreeing = real.logits.count { ($0 >= center) == (label == 1) }
        guard !generated.logits.isEmpty, agreeing * 2 > real.logits.count else {
            return ([Float](repeating: 1, count: bins), WordRatio(letters: letters))
        }
        let shares = (real: shares(real.logits, center), made: shares(generated.logits, center))
        let ratios = (0..<bins).map { bin in
            (bin >= bins / 2) == (label == 1) ? shares.real[bin] / shares.made[bin] : 0
        }
        func samples(_ scored: Scored) -> [(strand: ArraySlice<UInt8>, offset: Float)] {
            scored.logits.indices.compactMap { p in
                let ratio = ratios[bin(scored.logits[p] - center)]
                return ratio > 0 ? (scored.pairs.b(p), Float(logarithm(ratio))) : nil
            }
        }
        let made = samples(generated)
        let words = WordRatio(letters: letters, real: samples(real), generated: made)
        let values = made.map { Double(exponential($0.offset + words.logarithm($0.strand))) }
        let whole = values.reduce(0, +) / Double(generated.logits.count)
        // What is kept and what is cut off grow with the factor: halving the interval finds it.
        var (low, high) = (0.0, 1e6)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            let mean = values.reduce(0) { $0 + min(1, middle * $1) } / Double(generated.logits.count)
            let cut = 1 - mean / (middle * whole)
            let isMore = mean < meanKept.lowerBound || (mean < meanKept.upperBound && cut < mostCut)
            if isMore { low = middle } else { high = middle }
        }
        return (ratios.map { min(Float(low * $0), ModelFile.largestWeight) }, words)
    }

    /// Shares of the bins, each seen half a time more than it was.
    private static func shares(_ logits: [Float], _ center: Float) -> [Double] {
        var counts = [Double](repeating: 0.5, count: bins)
        for logit in logits { counts[bin(logit - center)] += 1 }
        return counts.map { $0 / (Double(logits.count) + 0.5 * Double(bins)) }
    }

    /// The bin of a logit less the threshold's.
    private static func bin(_ logit: Float) -> Int {
        Int(min(max(2 * logit + Float(bins) / 2, 0), Float(bins - 1)))
    }

    /// The probability to keep a pair of `label` with this logit and strand B.
    public func probability(label: Int, logit: Float, b: ArraySlice<UInt8>) -> Float {
        let kept = kept[label][ScoreAcceptance.bin(logit - center)]
        return kept > 0 ? min(1, kept * exponential(words[label].logarithm(b))) : 0
    }
}
