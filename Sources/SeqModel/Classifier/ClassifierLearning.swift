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

extension TrainingCheckpoint {
    /// Counters of a classifier's training by `plan`: epochs, steps, and the best epoch; nil where no epoch of such a training,
    /// of at most `stepsPerEpoch` steps, ends with them.
    func counters(_ plan: TrainingPlan, stepsPerEpoch: Int) -> (epoch: Int, step: Int, best: Int)? {
        guard let epoch = numbers["epoch"], let step = numbers["step"], let best = numbers["best-epoch"],
            epoch >= 1, epoch <= plan.epochs, (1...epoch).contains(best),
            step >= epoch, step <= epoch * stepsPerEpoch
        else { return nil }
        return (epoch, step, best)
    }

    /// Whether the state has so many numbers in each buffer, the first two of them weights that a model may have, and the last
    /// of them what Adam keeps of squares, which are none below 0.
    func holds(_ counts: [Int]) -> Bool {
        buffers.map(\.count) == counts
            && buffers.prefix(2).allSatisfy { $0.allSatisfy { abs($0) <= ModelFile.largestWeight } }
            && buffers.last?.allSatisfy { $0 >= 0 } ?? true
    }
}

extension FloatBuffer {
    /// The largest number in size; not a number where one is none.
    var largestInSize: Float {
        self[0..<count].reduce(0) { largest, value in
            largest.isNaN || abs(value) <= largest ? largest : abs(value)
        }
    }
}
