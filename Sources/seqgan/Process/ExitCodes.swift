// ExitCodes: the exit codes, failures, and how they end the program.

import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The exit codes that the man page documents (sysexits.h). All but `inputOutput` mean that the same run fails again;
/// workflow engines can decide on retries by that.
enum ExitCodes {
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let cannotOpen: Int32 = 66
    static let inputOutput: Int32 = 74

    /// The exit code for a file error with the `errno` `code`: `cannotOpen` where the file itself is at fault,
    /// `inputOutput` where the machine, network or disk may work on another try.
    static func ofSystem(_ code: Int32) -> Int32 {
        switch code {
        case ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, EROFS, ENXIO, EINVAL: cannotOpen
        default: inputOutput
        }
    }
}

/// A failure with a message for the user and an exit code.
struct Failure: Error {
    var message: String
    var code: Int32
}

/// The failure for an error of the libraries; nil for an unknown error. `path` names the model where the error has no
/// path.
func failure(_ error: any Error, path: String = "") -> Failure? {
    switch error {
    case let error as Failure: return error
    case let error as InputError:
        switch error {
        case .cannotOpen(_, let code), .cannotRead(_, let code):
            return Failure(message: error.description, code: ExitCodes.ofSystem(code))
        case .damaged, .malformed: return Failure(message: error.description, code: ExitCodes.badData)
        case .notMates:
            let message = "\(error): is a record missing? --no-name-check pairs them nevertheless"
            return Failure(message: message, code: ExitCodes.badData)
        }
    case OutputError.closedPipe: return Failure(message: "", code: 0)
    case OutputError.cannotOpen(_, let code):
        return Failure(message: "\(error)", code: ExitCodes.ofSystem(code))
    case let error as OutputError: return Failure(message: error.description, code: ExitCodes.inputOutput)
    case let error as ModelError: return Failure(message: "\(path): \(error.description)", code: ExitCodes.badData)
    default: return nil
    }
}

/// Prints a message as one line on standard error, in place of a progress bar.
func printMessage(_ message: String) {
    ProgressBar.clear()
    writeToStandardError("seqgan: \(message)\n")
}

/// Writes all of `text`. A closed or full standard error is ignored: there is nowhere to report it.
func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)
    while !rest.isEmpty {
        let written = write(2, rest, rest.count)
        guard written > 0 || errno == EINTR else { return }
        rest.removeFirst(max(written, 0))
    }
}

/// Installs a handler of the signals that ask a run to end; not of SIGHUP where that is ignored, as under nohup.
func onTerminationSignal(_ handler: @convention(c) (Int32) -> Void) {
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    let ignored = ProcessStatus.number("SigIgn:") ?? 0
    if ignored >> UInt64(SIGHUP - 1) & 1 == 0 { signal(SIGHUP, handler) }
}

/// Runs a command's work; where it fails, prints the message and exits with the failure's code.
///
/// A termination signal removes the temporary files, then ends the process as it would have.
func exitOnFailure(_ work: () throws -> Void) throws {
    onTerminationSignal { number in
        TemporaryFile.remove()
        signal(number, SIG_DFL)
        raise(number)
    }
    do {
        try work()
    } catch {
        ProgressBar.clear()
        guard let failure = failure(error) else { throw error }
        if !failure.message.isEmpty { printMessage(failure.message) }
        TemporaryFile.remove()
        exit(failure.code)
    }
}
