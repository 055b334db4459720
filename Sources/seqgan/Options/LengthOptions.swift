// LengthOptions: the strand lengths that a model is used for.

import ArgumentParser
import SeqModel

/// Which strand lengths a model is used for.
struct LengthOptions: ParsableArguments {
    @Flag(help: "Score strands of any length, also outside the lengths that the model is valid for.")
    var forceLengths = false

    /// The strand lengths at which `classifier` is used.
    func limits(_ classifier: PairClassifier) -> LengthLimits { LengthLimits(of: classifier, isForced: forceLengths) }
}
