// PairClassifier+Conditions: a classifier at chosen conditions, and the scores of pairs each at its own conditions.

import Kernels

extension PairClassifier {
    /// The conditions that the scores depend on, in order; empty where there are none.
    public var conditions: [Condition] {
        switch self {
        case .duplex(let classifier): classifier.configuration.conditions
        case .convolutional: []
        }
    }

    /// The same classifier with all scores at `point`, the values of its conditions in order and in their units.
    public func at(_ point: some Collection<Float>) -> PairClassifier {
        precondition(point.count == conditions.count)
        guard case .duplex(let duplex) = self, !point.isEmpty else { return self }
        return .duplex(duplex.at(point))
    }

    /// Replaces `logits` by those of the pairs `range`, each at its own conditions; see `logits`.
    public func logits(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, workspace: Workspace,
        ambiguity: AmbiguityScore = .mean, into logits: inout [Float]
    ) {
        self.logits(
            pairs, range, at: points, dilution: nil, workspace: workspace, ambiguity: ambiguity, into: &logits)
    }

    /// The same; for `dilution` see `DuplexConfiguration.point`.
    func logits(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, dilution: Float?, workspace: Workspace,
        ambiguity: AmbiguityScore, into logits: inout [Float]
    ) {
        precondition(points.width == conditions.count)
        guard case .duplex(let duplex) = self, points.width > 0 else {
            return self.logits(pairs, range, workspace: workspace, ambiguity: ambiguity, into: &logits)
        }
        if pairs.isAmbiguous {
            duplex.expandedLogits(
                pairs, range, at: points, dilution: dilution, workspace: workspace, ambiguity: ambiguity,
                into: &logits)
        } else {
            duplex.logits(pairs, range, at: points, dilution: dilution, workspace: workspace, into: &logits)
        }
    }
}
