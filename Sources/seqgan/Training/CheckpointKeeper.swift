// CheckpointKeeper: saves the state of a training each minute and when it is interrupted, and reads one to resume.

import SeqIO
import SeqModel
import Synchronization

/// The signal that interrupted the training; 0 if there was none.
private let interruption = Atomic<Int32>(0)

/// Keeps the last state of a training and writes it to the file of `--checkpoint`.
final class CheckpointKeeper {
    /// The digest of the data and of all options that affect the result.
    let digest: String
    /// The checkpoint to resume from; nil without `--resume`.
    let start: TrainingCheckpoint?
    /// The error if `start` has the right digest, but is not a valid state of this training.
    let refusal: Failure
    private let path: String?
    private let clock: RunSummary
    private var last: TrainingCheckpoint?
    private var writtenAt = -Double.infinity

    /// Seconds between two writes.
    private static let interval = 60.0

    /// Reads the checkpoint of `--resume`, and installs the signal handlers if states are to be saved.
    ///
    /// Throws if the file cannot be read, is not a checkpoint, or is of a training with other data or options.
    init(_ options: CheckpointOptions, digest: String, clock: RunSummary) throws {
        self.digest = digest
        self.clock = clock
        path = options.checkpoint
        refusal = Failure(
            message: "\(options.resume ?? ""): not a state of this training", code: ExitCodes.badData)
        start = try options.resume.map { resume in
            let bytes = try readWhole(path: resume)
            do {
                let state = try TrainingCheckpoint(decoding: bytes)
                guard state.digest == digest else {
                    throw Failure(
                        message: "\(resume): the checkpoint of a training with other data or options",
                        code: ExitCodes.badData)
                }
                return state
            } catch {
                throw failure(error, path: resume) ?? error
            }
        }
        last = start
        guard path != nil else { return }
        onTerminationSignal { interruption.store($0, ordering: .relaxed) }
    }

    /// The model in the checkpoint to resume from: the trained classifier, and the best generator so far. Nil if the
    /// classifier's training is not finished.
    ///
    /// Throws if that model cannot be one of a run that trains `part` on strands of up to `longest` letters, with the
    /// model `given` by `--from`, if any.
    func model(_ part: TrainingOptions.Part, given: ModelFile?, _ alphabet: Alphabet, longest: Int) throws -> ModelFile?
    {
        guard let start else { return nil }
        guard let model = start.model else {
            if given != nil { throw refusal }
            return nil
        }
        func bytes(_ file: ModelFile) -> [UInt8] { ModelFile(classifier: file.classifier, record: [:]).encoded() }
        guard part != .classifier, model.classifier.alphabet == alphabet, model.classifier.longestStrand >= longest,
            given.map({ bytes($0) == bytes(model) }) ?? true
        else { throw refusal }
        return model
    }

    /// Whether a signal interrupted the training.
    var isInterrupted: Bool { interruption.load(ordering: .relaxed) != 0 }

    /// Keeps a state. Writes it if it is the first one, or if the last was written at least a minute ago.
    ///
    /// Throws if it cannot be written, or if a signal has interrupted the training.
    func keep(_ state: @autoclosure () -> TrainingCheckpoint) throws {
        guard path != nil else { return }
        last = state()
        if clock.seconds - writtenAt >= CheckpointKeeper.interval { try write() }
        try endIfInterrupted()
    }

    /// If a signal has interrupted the training, writes the last state and throws the error that ends the run.
    func endIfInterrupted() throws {
        guard isInterrupted, let path else { return }
        let number = interruption.load(ordering: .relaxed)
        guard last != nil else {
            throw Failure(message: "interrupted before there was a state to save", code: 128 + number)
        }
        try write()
        throw Failure(
            message: "interrupted: the state is in \(path); continue with --resume \(path)", code: 128 + number)
    }

    /// Writes the last state of a training that failed, and returns the end of the error message.
    func keepLast() throws -> String {
        guard let path, last != nil else { return "no model was written" }
        try write()
        return "no model was written; the last good state is in \(path)"
    }

    /// Writes the last good state, and returns the error for a loss that is not finite by `step`. `rates` are the
    /// learning rates, for the message.
    func lossNotFinite(step: Int, rates: String) throws -> Failure {
        Failure(
            message: "the loss is not a number by step \(step), \(rates); \(try keepLast())", code: ExitCodes.badData)
    }

    private func write() throws {
        guard let path, let last else { return }
        let sink = try ByteSink(path: path)
        try sink.write(last.encoded())
        try sink.finish()
        writtenAt = clock.seconds
    }
}
