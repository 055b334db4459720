// ScoredLengths: at which lengths of strands a model holds, beyond those that it was trained on.

/// The lengths of strands that a classifier is to score.
///
/// A fifth below the shortest and a tenth above the longest strand that it was trained on, and one letter at least: measured on
/// yields of the oracle that the built-in model learned from, for models trained on 10 to 40, 12 to 17, 18 to 26 and 27 to
/// 40 letters. Up to there the Matthews correlation stays at 0.88 or more and at most 2 in 100 unrelated pairs are called
/// 1; farther out one model or another fails (trained on 10 to 40: of unrelated pairs of 57 to 64 letters 10 in 100 are
/// called 1, of 65 to 80 33; trained on 12 to 17: of the pairs that interact at 8 and 9 letters half are missed).
enum ScoredLengths {
    /// Those of a model that was trained on strands of `trained` letters, `longest` at most.
    static func of(trained: ClosedRange<Int>, longest: Int) -> ClosedRange<Int> {
        let (below, above) = (max(1, trained.lowerBound / 5), max(1, trained.upperBound / 10))
        return max(1, trained.lowerBound - below)...max(trained.upperBound, min(longest, trained.upperBound + above))
    }
}
