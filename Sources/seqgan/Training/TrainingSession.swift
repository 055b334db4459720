// TrainingSession: what every training in a run shares: limits, clock, log and checkpoints.

import SeqModel

/// The environment of a training: the run's options, its clock, the log, the checkpoint file.
struct TrainingSession {
    let running: RunOptions
    /// The time after which the training stops, in seconds since the start of the run; nil without a limit.
    let maxSeconds: Double?
    let clock: RunSummary
    let log: TrainingLog
    let keeper: CheckpointKeeper

    /// Whether the time limit is exceeded.
    var isOutOfTime: Bool { maxSeconds.map { clock.seconds > $0 } ?? false }

    /// The part of the time limit that has passed, 0 to 1; 0 without a limit.
    var timeUsed: Double { maxSeconds.map { $0 > 0 ? min(1, clock.seconds / $0) : 1 } ?? 0 }

    /// The checkpoint to resume a generator's training from. One without a model is of the classifier's training, which
    /// is done when a generator is trained.
    var generatorStart: TrainingCheckpoint? { keeper.start.flatMap { $0.model == nil ? nil : $0 } }

    /// A progress bar of `total` steps whose first update is for `step`; an earlier run did the steps before.
    func progressBar(total: Int, noun: String = "steps", at step: Int) -> ProgressBar {
        ProgressBar(total: total, noun: noun, from: step - 1, isQuiet: running.quiet)
    }
}
