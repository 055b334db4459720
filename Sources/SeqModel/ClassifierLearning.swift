// ClassifierLearning: what the trainings of all kinds of classifiers have in common, epoch by epoch.

import Kernels

/// The training of a classifier of some kind.
public protocol ClassifierLearning: AnyObject {
    /// Epochs done, or under way, and steps done.
    var epoch: Int { get }
    /// Steps done so far.
    var step: Int { get }
    /// The classifier of the best epoch so far.
    var classifier: PairClassifier { get }
    /// The largest weight in size as it stands now; not a number where one is none.
    var largestWeight: Float { get }
    /// Steps of an epoch.
    var stepsPerEpoch: Int { get }
    /// Trains for one epoch and judges it. Returns nil when `shouldStop` (asked before each step) says so. `afterStep` is
    /// told the step's number and mean loss.
    func runEpoch(shouldStop: () -> Bool, afterStep: (Int, Double) -> Void) -> EpochReport?
    /// Where training stands between two epochs.
    func checkpoint(digest: String) -> TrainingCheckpoint
    /// Goes on from `checkpoint`, and returns what its best epoch came to and the epochs since then; nil where it is
    /// none of this trainer's.
    func resume(_ checkpoint: TrainingCheckpoint) -> (best: EpochReport, worse: Int)?
}

extension ClassifierTrainer: ClassifierLearning {}

extension FloatBuffer {
    /// The largest number in size; not a number where one is none.
    var largestInSize: Float {
        self[0..<count].reduce(0) { largest, value in
            largest.isNaN || abs(value) <= largest ? largest : abs(value)
        }
    }
}
