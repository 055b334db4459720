// ClassificationMetrics: metrics of scores against labels, with the definitions of scikit-learn.

/// Metrics of a binary classifier on labelled pairs.
///
/// A pair is positive if its target is above the threshold, and predicted positive if its score is. Metrics that need
/// both classes are NaN where one is missing; MCC and F1 are 0 where their denominators are 0.
public struct ClassificationMetrics: Sendable {
    /// Confusion counts at the threshold.
    public private(set) var truePositives = 0, falsePositives = 0, trueNegatives = 0, falseNegatives = 0
    /// Area under the ROC curve, 0 to 1; ties count one half.
    public private(set) var areaUnderROC = Double.nan
    /// Average precision, 0 to 1: the sum over thresholds of precision times the increase in recall; ties form one
    /// step.
    public private(set) var averagePrecision = Double.nan
    /// Matthews correlation coefficient (MCC) at the threshold, -1 to 1.
    public private(set) var matthewsCorrelation = 0.0
    /// The largest MCC of all thresholds, where scores at or above one are predicted positive, and this threshold.
    public private(set) var bestMatthewsCorrelation = 0.0, bestThreshold = Double.nan
    /// Brier score: the mean squared difference of score and target, 0 to 1.
    public private(set) var brierScore = Double.nan
    /// Mean binary cross-entropy in nats, with scores clamped at 2^-52 from 0 and 1.
    public private(set) var crossEntropy = Double.nan
    /// Number, mean score and mean target of the pairs in each tenth of the range of scores; all 0 in an empty one.
    public private(set) var calibration: [(count: Int, score: Double, target: Double)] = []
    /// Number of pairs.
    public let count: Int
    /// Targets and scores above it count as positive.
    public let threshold: Double

    /// The metrics of `scores` (0 to 1, none NaN) against `targets` (0 to 1), one for each score.
    public init(scores: [Double], targets: [Double], threshold: Double) {
        precondition(scores.count == targets.count)
        count = scores.count
        self.threshold = threshold
        for (score, target) in zip(scores, targets) {
            switch (target > threshold, score > threshold) {
            case (true, true): truePositives += 1
            case (true, false): falseNegatives += 1
            case (false, true): falsePositives += 1
            case (false, false): trueNegatives += 1
            }
        }
        matthewsCorrelation = matthews(truePositives, falsePositives, trueNegatives, falseNegatives)
        rank(scores, targets.map { $0 > threshold })
        calibrate(scores, targets)
    }

    /// Fraction of the pairs that are predicted correctly, 0 to 1; NaN without pairs.
    public var accuracy: Double { Double(truePositives + trueNegatives) / Double(count) }
    /// Fraction of the pairs predicted positive that are positive, 0 to 1; 0 where none is predicted positive.
    public var precision: Double { ratio(truePositives, truePositives + falsePositives) }
    /// Fraction of the positive pairs that are predicted positive, 0 to 1; 0 where there are none.
    public var recall: Double { ratio(truePositives, truePositives + falseNegatives) }
    /// Harmonic mean of precision and recall, 0 to 1; 0 where nothing is positive.
    public var f1: Double { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
    /// Expected calibration error, 0 to 1: the mean absolute difference of mean score and mean target over the tenths,
    /// weighted by their counts.
    public var calibrationError: Double {
        calibration.reduce(0) { $0 + Double($1.count) * abs($1.score - $1.target) } / Double(count)
    }

    private func ratio(_ a: Int, _ b: Int) -> Double { b == 0 ? 0 : Double(a) / Double(b) }

    /// Matthews correlation coefficient of confusion counts.
    private func matthews(_ tp: Int, _ fp: Int, _ tn: Int, _ fn: Int) -> Double {
        let (tp, fp, tn, fn) = (Double(tp), Double(fp), Double(tn), Double(fn))
        let product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return product > 0 ? (tp * tn - fp * fn) / product.squareRoot() : 0
    }

    /// The metrics over all thresholds.
    private mutating func rank(_ scores: [Double], _ labels: [Bool]) {
        let positives = labels.count { $0 }
        let negatives = labels.count - positives
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var (tp, fp) = (0, 0)
        var (area, precisionSum) = (0.0, 0.0)
        var at = 0
        while at < order.count {
            let (tpBefore, fpBefore) = (tp, fp)
            let score = scores[order[at]]
            repeat {
                if labels[order[at]] { tp += 1 } else { fp += 1 }
                at += 1
            } while at < order.count && scores[order[at]] == score
            area += Double(fp - fpBefore) * Double(tp + tpBefore) / 2
            precisionSum += Double(tp - tpBefore) * Double(tp) / Double(tp + fp)
            let correlation = matthews(tp, fp, negatives - fp, positives - tp)
            if correlation > bestMatthewsCorrelation {
                bestMatthewsCorrelation = correlation
                bestThreshold = score
            }
        }
        guard positives > 0, negatives > 0 else { return }
        areaUnderROC = area / (Double(positives) * Double(negatives))
        averagePrecision = precisionSum / Double(positives)
    }

    /// The metrics of scores as probabilities.
    private mutating func calibrate(_ scores: [Double], _ targets: [Double]) {
        calibration = Array(repeating: (0, 0, 0), count: 10)
        var (square, entropy) = (0.0, 0.0)
        for (score, target) in zip(scores, targets) {
            square += (score - target) * (score - target)
            let clamped = min(max(score, .ulpOfOne), 1 - .ulpOfOne)
            entropy -= target * logarithm(clamped) + (1 - target) * logarithm(1 - clamped)
            let tenth = score >= 1 ? 9 : score > 0 ? Int(score * 10) : 0
            calibration[tenth].count += 1
            calibration[tenth].score += score
            calibration[tenth].target += target
        }
        for tenth in 0..<10 where calibration[tenth].count > 0 {
            calibration[tenth].score /= Double(calibration[tenth].count)
            calibration[tenth].target /= Double(calibration[tenth].count)
        }
        guard !scores.isEmpty else { return }
        brierScore = square / Double(scores.count)
        crossEntropy = entropy / Double(scores.count)
    }
}
