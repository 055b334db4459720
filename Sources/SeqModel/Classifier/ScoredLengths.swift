// ScoredLengths: the lengths of strands at which a model may score, a little beyond those it was trained on.

/// The range of lengths at which the scores of a classifier are valid.
///
/// It extends the trained lengths by a twentieth at either end, and by one letter at least.
///
/// The limits were measured on computed yields like those of the built-in model, with models trained on 10 to 40, 12 to
/// 17, 18 to 26, 24 to 26, 27 to 40 and 20 letters. Within them the Matthews correlation is at least 0.90, at most 2 %
/// of unrelated pairs are predicted 1, and the mean error is at most twice that at trained lengths. Farther out some
/// models fail: trained on 10 to 40 letters, 10 % of unrelated pairs of 57 to 64 letters are predicted 1, and 33 % of
/// those of 65 to 80; trained on 20 letters, 72 % of the interacting pairs of 16 and 17 letters are missed.
enum ScoredLengths {
    /// The lengths for a model trained on strands of `trained` letters that takes at most `longest` letters.
    static func of(trained: ClosedRange<Int>, longest: Int) -> ClosedRange<Int> {
        let (below, above) = (max(1, trained.lowerBound / 20), max(1, trained.upperBound / 20))
        return max(1, trained.lowerBound - below)...max(trained.upperBound, min(longest, trained.upperBound + above))
    }
}
