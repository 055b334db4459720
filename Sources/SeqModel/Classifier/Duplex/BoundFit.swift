// BoundFit: which head of a trained classifier bounds the others, and by how much.

import Kernels

extension PairClassifier {
    /// The same classifier with the bound for screens that fits the pairs of `training`; itself where there is none.
    func bounded(on training: LabelledPairs, _ workspaces: [Workspace]) -> PairClassifier {
        guard case .duplex(let duplex) = self,
            let bound = BoundFit(duplex, training, workspaces).bound(threshold: thresholdLogit)
        else { return self }
        return .duplex(duplex.bounded(by: bound))
    }
}

/// Fits a `DuplexBound` to pairs.
///
/// Some head learns by itself most of what makes a duplex, the others refine it. With a margin, that head bounds what
/// all of them find: the margin at which all but 1 in 2,000 of the pairs above the threshold keep their score, or one
/// of 0.98. The head is the one that then excludes most of the pairs below the threshold.
struct BoundFit {
    /// A pair: its logit and, for each head, the margin at which the bound alone gives that logit, where it is between
    /// the threshold and `highest`, or else the nearer of these.
    private struct Fitted {
        var logit: Float
        var margins: [Float]
    }

    private let pairs: [Fitted]

    /// The most pairs that are looked at.
    private static let most = 32_768
    /// A score that is lowered to this logit, 0.98, says the same.
    private static let highest = 4.0
    /// Of the pairs above the threshold, this share may be lowered.
    private static let lost = 0.000_5
    /// A head that excludes less than this share of the pairs below the threshold is of no use.
    private static let leastExcluded = 0.1

    /// Looks at up to 32,768 pairs of `training`, evenly spaced; none where the classifier cannot have a bound.
    init(_ classifier: DuplexClassifier, _ training: LabelledPairs, _ workspaces: [Workspace]) {
        let shape = classifier.shape
        guard shape.canHaveBound, shape.bound == nil else {
            pairs = []
            return
        }
        let threshold = Double(PairClassifier.duplex(classifier).thresholdLogit)
        let count = min(training.count, BoundFit.most)
        let chosen = (0..<count).map { $0 * training.count / count }
        let size = 256
        let found = FloatBuffer(count: count * (1 + shape.heads))
        Parallel.run(pieces: (count + size - 1) / size, threads: workspaces.count) { piece, worker in
            let workspace = workspaces[worker]
            var logits: [Float] = []
            for k in piece * size..<min(count, (piece + 1) * size) {
                let p = chosen[k]
                let there =
                    training.conditions.width == 0 ? classifier : classifier.at(training.conditions[p])
                there.logits(training.pairs, p..<p + 1, workspace: workspace, into: &logits)
                let features = there.features(training.pairs, p..<p + 1, workspace: workspace)
                let first = OwnStructures(there, features, first: shape.pairFeatures)
                let second = OwnStructures(there, features, first: shape.pairFeatures + shape.strandFeatures)
                let u = max(threshold, min(Double(logits[0]), BoundFit.highest))
                let least =
                    u - softplus(u) + first.boundCost(atLogit: u) + second.boundCost(atLogit: u)
                    - Double(there.logConcentration)
                let heads = HeadSums(there, .duplex, features, first: 0).terms
                found[k * (1 + shape.heads)] = logits[0]
                for (h, term) in heads.enumerated() {
                    found[k * (1 + shape.heads) + 1 + h] = Float(least - Double(DuplexBound.slope) * term)
                }
            }
        }
        pairs = (0..<count).map { k in
            let first = k * (1 + shape.heads)
            return Fitted(logit: found[first], margins: found[first + 1..<first + 1 + shape.heads])
        }
    }

    /// The bound at a threshold, a logit; nil where no head excludes much, or no pair is above or below it.
    func bound(threshold: Float) -> DuplexBound? {
        let above = pairs.filter { $0.logit > threshold }, below = pairs.filter { $0.logit <= threshold }
        guard let heads = above.first?.margins.count, !below.isEmpty else { return nil }
        let allowed = Int(Double(above.count) * BoundFit.lost)
        let found = (0..<heads).map { head -> (bound: DuplexBound, excluded: Int) in
            let margin = above.map { $0.margins[head] }.sorted(by: >)[allowed]
            return (DuplexBound(head: head, margin: margin), below.count { $0.margins[head] > margin })
        }
        guard let best = found.max(by: { ($0.excluded, $1.bound.head) < ($1.excluded, $0.bound.head) }),
            Double(best.excluded) >= BoundFit.leastExcluded * Double(below.count), best.bound.margin.isFinite
        else { return nil }
        return best.bound
    }
}
