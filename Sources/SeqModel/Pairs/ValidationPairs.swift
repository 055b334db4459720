// ValidationPairs: the held-out pairs that each epoch of training is evaluated on.

import Kernels

/// Held-out pairs and, where training makes negatives, as many negatives per positive as in training.
///
/// The epoch with the least loss on all of them is kept. Without the added negatives, positives would be more frequent
/// than in training, and a model calibrated to the training frequency would have a larger loss.
struct ValidationPairs: Sendable {
    /// The held-out pairs, then the added negatives.
    let pairs: LabelledPairs
    /// The metrics are those of this many pairs, from the first: of the held-out pairs and, where all of these are
    /// positive, of as many negatives, since most metrics need both labels.
    let metricCount: Int

    /// `held` with negatives as `plan` has them, drawn with its seed; a target above `threshold` is positive.
    init(_ held: LabelledPairs, plan: TrainingPlan, threshold: Float) {
        let negatives = NegativeSampling(held, threshold: threshold, perPositive: plan.negatives)
        var pairs = held
        var random = RandomSource(seed: plan.seed, .validationNegatives)
        let balance = plan.negatives > 0 && negatives.positives == held.count ? 1 : 0
        negatives.append(perPositive: balance, to: &pairs, random: &random)
        metricCount = pairs.count
        negatives.append(perPositive: plan.negatives - balance, to: &pairs, random: &random)
        self.pairs = pairs
    }
}

extension PairClassifier {
    /// Mean binary cross-entropy (nats) of all pairs of `validation`, and the metrics of its first `metricCount` pairs,
    /// computed on as many threads as there are workspaces.
    func evaluated(on validation: ValidationPairs, _ workspaces: [Workspace]) -> (
        loss: Double, metrics: ClassificationMetrics
    ) {
        let pairs = validation.pairs
        let logits = logits(of: pairs.pairs, at: pairs.conditions, workspaces: workspaces)
        var loss = 0.0
        for (logit, target) in zip(logits, pairs.targets) {
            loss += binaryCrossEntropy(logit, target)
        }
        loss /= Double(max(1, pairs.count))
        let metrics = ClassificationMetrics(
            scores: logits.prefix(validation.metricCount).map { Double(PairClassifier.score($0)) },
            targets: pairs.targets.prefix(validation.metricCount).map(Double.init), threshold: Double(threshold))
        return (loss, metrics)
    }
}
