// LengthLimits: how long strands may be, and what is said of those that are not.

import Kernels
import SeqModel

/// The lengths that strands may have, and why.
struct LengthLimits: Sendable {
    /// Letters of a strand.
    let lengths: ClosedRange<Int>
    /// What sets the upper limit, and what is said behind either.
    private let option: String
    private let reason: String

    /// `lengths` letters; `option`, with a space behind it, sets the most, and `reason` says why.
    init(_ lengths: ClosedRange<Int> = 1...DuplexShape.maximumLength, option: String = "", reason: String = "") {
        (self.lengths, self.option, self.reason) = (lengths, option, reason)
    }

    /// The lengths at which `classifier` holds; where `isForced`, all that it takes.
    init(of classifier: PairClassifier, isForced: Bool) {
        let trained = classifier.trainedLengths
        self.init(
            isForced ? 1...classifier.longestStrand : classifier.scoredLengths,
            reason: isForced ? "" : ", as the model was trained on \(trained.lowerBound) to \(trained.upperBound)")
    }

    /// What is expected of a strand of `count` letters, outside the lengths.
    func expected(ofLength count: Int) -> String {
        count < lengths.lowerBound
            ? "at least \(lengths.lowerBound)\(reason)" : "at most \(option)\(lengths.upperBound)\(reason)"
    }
}
