// SelectionLimits: what designs must hold by themselves and with each other, and why one was not kept.

import Kernels
import SeqModel

/// Why a design was not kept, and what blocked it.
struct Rejection: Sendable, Equatable {
    /// The reasons: the options that set the limits, or names of what they limit.
    enum Reason: String, Sendable, CaseIterable {
        case gc, length
        case maxRun = "max-run"
        case avoidMotif = "avoid-motif"
        case minDistance = "min-distance"
        case minScore = "min-score"
        /// A strand binds itself, or another of its group.
        case own = "self"
        /// A strand binds one of the file of `--clear-of`.
        case clearOf = "clear-of"
        case crosstalk
        /// Nothing blocks it: there are as many as are wanted without it.
        case enough
    }

    var reason: Reason
    /// The number of the design that blocked it, in the order in which they were kept, after the strands to stay clear
    /// of; nil for the design itself.
    var blocker: Int?
    /// The score that is beyond the limit; nil where the reason is none.
    var score: Float?
}

/// The limits of a selection.
struct SelectionLimits: Sendable {
    /// The greatest score of two designs, and of a design with itself.
    var crosstalk: Float
    var own: Float
    /// The least score of the strands that are meant to bind; nil: any.
    var leastIntended: Float?
    var constraints = StrandConstraints(gc: nil, longestRun: nil, motifs: [])
    var lengths: ClosedRange<Int>?
    /// The least distance between the strands of two designs.
    var leastDistance = 0

    /// Whether the strands of a design meet the constraints on single strands.
    func brokenConstraint(by design: Int, of block: DesignBlock) -> Rejection? {
        for variant in block.variants(of: design..<design + 1) {
            let strand = block.variants[variant]
            if let lengths, !lengths.contains(strand.count) { return Rejection(reason: .length) }
            if let option = constraints.broken(by: strand), let reason = Rejection.Reason(rawValue: option) {
                return Rejection(reason: reason)
            }
        }
        return nil
    }

    /// Whether a design binds itself too much, or its partner too little.
    func brokenByItself(
        _ design: Int, of designs: PreparedDesigns, _ worker: CrosstalkScorer.Worker
    ) -> Rejection? {
        if let leastIntended, designs.block.isPaired {
            let score = designs.leastIntendedScore(of: design, worker)
            if score < leastIntended { return Rejection(reason: .minScore, score: score) }
        }
        let score = designs.greatestOwnScore(of: design, above: own, worker)
        return score > own ? Rejection(reason: .own, score: score) : nil
    }
}
