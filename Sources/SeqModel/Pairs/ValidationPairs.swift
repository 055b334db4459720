// ValidationPairs: the held-back pairs that an epoch of training is judged by.

import Kernels

/// Held-back pairs and, where training makes negatives afresh, as many of these a positive as there.
///
/// The epoch that is kept is the one of the least loss on all of them: negatives are then as frequent as in training. On the
/// pairs alone a model that takes interaction for as rare as it was in training would seem worse the better it knows it.
struct ValidationPairs: Sendable {
    /// The pairs, then the fresh negatives.
    let pairs: LabelledPairs
    /// How many of them, from the first, the figures are told of: the pairs themselves; where all of these are positive, also
    /// as many negatives, since a model cannot be judged on one label.
    let judged: Int

    /// `held` with the negatives of `plan`, drawn by its seed; a target above `threshold` is positive.
    init(_ held: LabelledPairs, plan: TrainingPlan, threshold: Float) {
        let positives = PositivePairs(held, threshold: threshold, negatives: plan.negatives)
        var pairs = held
        var random = RandomSource(seed: plan.seed, stream: 9)
        let balance = plan.negatives > 0 && positives.count == held.count ? 1 : 0
        positives.addNegatives(balance, to: &pairs, random: &random)
        judged = pairs.count
        positives.addNegatives(plan.negatives - balance, to: &pairs, random: &random)
        self.pairs = pairs
    }
}

extension PairClassifier {
    /// Mean binary cross-entropy on all of `validation` and the metrics of what is judged of it, on as many threads as there
    /// are workspaces.
    func examined(on validation: ValidationPairs, _ workspaces: [Workspace]) -> (
        loss: Double, metrics: ClassificationMetrics
    ) {
        let pairs = validation.pairs
        let logits = logits(of: pairs.pairs, workspaces: workspaces)
        var loss = 0.0
        for (logit, target) in zip(logits, pairs.targets) {
            loss += binaryCrossEntropy(logit, target)
        }
        loss /= Double(max(1, pairs.count))
        let metrics = ClassificationMetrics(
            scores: logits.prefix(validation.judged).map { Double(PairClassifier.score($0)) },
            targets: pairs.targets.prefix(validation.judged).map(Double.init), threshold: Double(threshold))
        return (loss, metrics)
    }
}
