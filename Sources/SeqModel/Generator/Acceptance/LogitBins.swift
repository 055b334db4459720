// LogitBins: the bins of a classifier's logits by which generated pairs are compared with the data.

/// Intervals of u, a function of the distance x of a logit from that of the classifier's threshold: one below -6, 24 of
/// width 0.5 up to 6, one above.
///
/// u is x, or s asinh(x / s) with a scale s: as x near the threshold, and growing with the logarithm of x far from it.
/// A classifier that learned from labels 0 and 1 has logits of 40 and more, which tell how strong the strongest pairs
/// bind.
struct LogitBins: Sendable, Equatable {
    static let count = 26
    private static let reach: Float = 6
    /// The part of a label's pairs for which u is to be within the reach.
    private static let covered = 0.95
    /// The scales that can occur.
    static let scales: ClosedRange<Float> = 1e-3...1e6

    /// The logit of the threshold.
    let center: Float
    /// s; nil where u is x.
    let scale: Float?

    /// The bins of a classifier with this threshold, a score.
    init(threshold: Float, scale: Float? = nil) {
        (center, self.scale) = (PairClassifier.logit(ofThreshold: threshold), scale)
    }

    /// The bins for the logits of the data's pairs of each label: with a scale if too many are out of reach.
    init(threshold: Float, for logits: [[Float]]) {
        let center = PairClassifier.logit(ofThreshold: threshold)
        let farthest = logits.map { ofLabel in
            let distances = ofLabel.map { abs($0 - center) }.sorted()
            return distances.isEmpty ? 0 : distances[Int(Double(distances.count - 1) * LogitBins.covered)]
        }
        self.init(threshold: threshold, scale: LogitBins.scale(reaching: farthest.max() ?? 0))
    }

    /// The scale with which u of `distance` is the reach; nil if `distance` is within it.
    private static func scale(reaching distance: Float) -> Float? {
        guard distance > reach else { return nil }
        var (low, high) = (scales.lowerBound, scales.upperBound)
        for _ in 0..<60 {
            let middle = (low * high).squareRoot()
            if LogitBins.compressed(distance, middle) < reach { low = middle } else { high = middle }
        }
        return low
    }

    private static func compressed(_ x: Float, _ s: Float) -> Float { s * inverseHyperbolicSine(x / s) }

    /// The bin of a logit.
    func callAsFunction(_ logit: Float) -> Int {
        let x = logit - center
        let u = scale.map { LogitBins.compressed(x, $0) } ?? x
        return Int(min(max(2 * u + Float(LogitBins.count) / 2, 0), Float(LogitBins.count - 1)))
    }
}
