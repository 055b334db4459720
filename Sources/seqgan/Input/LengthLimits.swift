// LengthLimits: the lengths that strands may have, and the text for messages about others.

import Kernels
import SeqModel

/// The lengths that strands may have, and why.
struct LengthLimits: Sendable {
    /// The allowed numbers of letters.
    let lengths: ClosedRange<Int>
    /// The option that sets the upper limit, and the reason that messages append.
    private let option: String
    private let reason: String

    /// Allows `lengths`. `option`, with a trailing space, names the option that sets the upper limit; `reason` is
    /// appended to messages.
    init(_ lengths: ClosedRange<Int> = 1...DuplexShape.maximumLength, option: String = "", reason: String = "") {
        (self.lengths, self.option, self.reason) = (lengths, option, reason)
    }

    /// The lengths that `classifier` is valid for; where `isForced`, all that it can score.
    init(of classifier: PairClassifier, isForced: Bool) {
        let trained = classifier.trainedLengths
        self.init(
            isForced ? 1...classifier.longestStrand : classifier.scoredLengths,
            reason: isForced ? "" : ", as the model was trained on \(trained.lowerBound) to \(trained.upperBound)")
    }

    /// The expectation to report for a strand of `count` letters, which is outside the lengths.
    func expected(ofLength count: Int) -> String {
        count < lengths.lowerBound
            ? "at least \(lengths.lowerBound)\(reason)" : "at most \(option)\(lengths.upperBound)\(reason)"
    }
}
