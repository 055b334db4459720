// CheckpointKeeper: the state of a training, written now and then and where it is interrupted.

import ArgumentParser
import SeqIO
import SeqModel
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The signal that asked a training to end; 0 where none did.
private let interruption = Atomic<Int32>(0)

struct CheckpointOptions: ParsableArguments {
    @Option(help: "Save the state here each minute, and where SIGINT or SIGTERM ends it.", completion: .file())
    var checkpoint: String?

    @Option(help: "Go on from a state: to the same model as if never interrupted.", completion: .file())
    var resume: String?
}

/// Keeps the last state and writes it in time.
final class CheckpointKeeper {
    let digest: String
    /// The state to go on from.
    let start: TrainingCheckpoint?
    /// What is thrown where that state, though its digest is right, cannot be one of this training.
    let refusal: Failure
    private let path: String?
    private let clock: RunSummary
    private var last: TrainingCheckpoint?
    private var writtenAt = -Double.infinity

    private static let interval = 60.0

    /// Reads the state to resume, which must be of the same data and plan, and begins to watch for signals where a state
    /// is to be saved.
    init(_ options: CheckpointOptions, digest: String, clock: RunSummary) throws {
        self.digest = digest
        self.clock = clock
        path = options.checkpoint
        refusal = Failure(
            message: "\(options.resume ?? ""): a state that this training never was in", code: ExitCodes.badData)
        start = try options.resume.map { resume in
            let bytes = try readWhole(path: resume)
            do {
                let state = try TrainingCheckpoint(decoding: bytes)
                guard state.digest == digest else {
                    throw Failure(
                        message: "\(resume): the state of a training with other data or options",
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

    /// The model of the state to go on from: its classifier, which is done, with the best generator so far. Nil where the
    /// classifier is not done.
    ///
    /// Throws where a run that learns `part` of pairs with strands of `longest` letters at most, from the model `given` or
    /// from none, has no such model.
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

    /// Whether a signal asked the training to end.
    var isInterrupted: Bool { interruption.load(ordering: .relaxed) != 0 }

    /// Takes a state and writes it if it is the first, or the last was written a minute ago.
    func keep(_ state: @autoclosure () -> TrainingCheckpoint) throws {
        guard path != nil else { return }
        last = state()
        if clock.seconds - writtenAt >= CheckpointKeeper.interval { try write() }
        try endIfInterrupted()
    }

    /// Where a signal came, writes the last state and ends the run.
    func endIfInterrupted() throws {
        guard isInterrupted, let path else { return }
        let number = interruption.load(ordering: .relaxed)
        guard last != nil else {
            throw Failure(message: "interrupted before there was a state to save", code: 128 + number)
        }
        try write()
        throw Failure(message: "interrupted: the state is in \(path); go on with --resume \(path)", code: 128 + number)
    }

    /// Writes the last state of a training that can't go on, and says what is left of it.
    func keepLast() throws -> String {
        guard let path, last != nil else { return "no model was written" }
        try write()
        return "no model was written; the last good state is in \(path)"
    }

    /// Throws where one of a generator's `losses` since the last look is not a number, once the last good state is kept.
    func requireFinite(_ losses: [Double], step: Int, _ rates: String) throws {
        guard !losses.allSatisfy(\.isFinite) else { return }
        throw Failure(
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
