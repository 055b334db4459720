// ScoreCurves: ROC and precision-recall curves, and histograms of the scores for both labels, to be drawn.

/// Curves of scores against labels.
public struct ScoreCurves: Sendable {
    /// False positive rate and recall for falling thresholds, from (0, 0) to (1, 1); empty where a class is missing.
    public let roc: [(x: Double, y: Double)]
    /// Recall and precision for falling thresholds; empty where a class is missing.
    public let precisionRecall: [(x: Double, y: Double)]
    /// For labels 0 and 1, the fraction of its pairs in each of `bins` equal bins of the scores from 0 to 1.
    public let histograms: [[Double]]

    /// Points of a curve nearer than this to the one before, by the sum of both differences, are left out.
    private static let leastDistance = 0.004
    /// Number of bins of the histograms.
    public static let bins = 40

    /// The curves of `scores` (0 to 1, none NaN) against `labels`, one for each score.
    public init(scores: [Double], labels: [Bool]) {
        precondition(scores.count == labels.count)
        histograms = ScoreCurves.histograms(scores, labels)
        let positives = Double(labels.count { $0 })
        let negatives = Double(labels.count) - positives
        guard positives > 0, negatives > 0 else {
            (roc, precisionRecall) = ([], [])
            return
        }
        let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
        var roc = [(x: 0.0, y: 0.0)]
        var precisionRecall: [(x: Double, y: Double)] = []
        var (tp, fp, at) = (0.0, 0.0, 0)
        while at < order.count {
            let score = scores[order[at]]
            repeat {
                if labels[order[at]] { tp += 1 } else { fp += 1 }
                at += 1
            } while at < order.count && scores[order[at]] == score
            let isLast = at == order.count
            ScoreCurves.add((fp / negatives, tp / positives), to: &roc, always: isLast)
            ScoreCurves.add((tp / positives, tp / (tp + fp)), to: &precisionRecall, always: isLast)
        }
        self.roc = roc
        self.precisionRecall = precisionRecall
    }

    private static func add(
        _ point: (x: Double, y: Double), to curve: inout [(x: Double, y: Double)], always: Bool
    ) {
        if let last = curve.last, !always, abs(point.x - last.x) + abs(point.y - last.y) < leastDistance { return }
        curve.append(point)
    }

    private static func histograms(_ scores: [Double], _ labels: [Bool]) -> [[Double]] {
        var counts = [[Double]](repeating: [Double](repeating: 0, count: bins), count: 2)
        for (score, label) in zip(scores, labels) {
            counts[label ? 1 : 0][min(bins - 1, max(0, Int(score * Double(bins))))] += 1
        }
        return counts.map { row in
            let total = row.reduce(0, +)
            return total > 0 ? row.map { $0 / total } : row
        }
    }
}
