// SetScores: how strongly the designs of a set bind each other, and their strands that are meant to bind.

import SeqModel

/// Scores of the designs that were kept.
struct SetScores {
    /// For each design, its greatest score with another, 0 where none is above `Pooling.leastScore`; empty where there
    /// are fewer than two designs, or more than `mostDesigns`.
    let crosstalk: [Float]
    /// For each design, the score of the strands that are meant to bind; empty where none are.
    let intended: [Float]

    /// The most designs whose strands are scored with each other: beyond, that would take longer than the selection.
    static let mostDesigns = 5_000

    /// Scores the designs of `block`.
    init(_ block: DesignBlock, _ scorer: CrosstalkScorer, isQuiet: Bool) {
        let isScored = (2...SetScores.mostDesigns).contains(block.count)
        guard isScored || block.isPaired else {
            (crosstalk, intended) = ([], [])
            return
        }
        let designs = PreparedDesigns(block, scorer)
        intended = block.isPaired ? designs.intendedScores() : []
        guard isScored else {
            crosstalk = []
            return
        }
        var progress = ProgressBar(total: block.count, noun: "designs for the report", isQuiet: isQuiet)
        crosstalk = designs.greatestCrosstalk(above: Pooling.leastScore) { progress.update($0) }
        ProgressBar.clear()
    }
}
