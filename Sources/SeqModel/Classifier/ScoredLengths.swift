// ScoredLengths: at which lengths of strands a model holds, beyond those that it was trained on.

/// The lengths of strands that a classifier is to score.
///
/// A twentieth below the shortest and above the longest strand that it was trained on, and one letter at least. Measured on
/// yields of the oracle that the built-in model learned from, for models trained on 10 to 40, 12 to 17, 18 to 26, 24 to 26,
/// 27 to 40 and 20 letters: up to there the Matthews correlation stays at 0.90 or more, at most 2 in 100 unrelated pairs
/// are called 1, and the mean error is at most twice that inside. Farther out one model or another fails: trained on 10 to
/// 40, of unrelated pairs of 57 to 64 letters 10 in 100 are called 1, of 65 to 80 33; trained on 20, of the pairs that
/// interact at 16 and 17 letters 72 in 100 are missed.
enum ScoredLengths {
    /// Those of a model that was trained on strands of `trained` letters, `longest` at most.
    static func of(trained: ClosedRange<Int>, longest: Int) -> ClosedRange<Int> {
        let (below, above) = (max(1, trained.lowerBound / 20), max(1, trained.upperBound / 20))
        return max(1, trained.lowerBound - below)...max(trained.upperBound, min(longest, trained.upperBound + above))
    }
}
