// ExitCodes: how the program ends, in one place.

import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The exit codes that the man page promises (sysexits.h). All but `inputOutput` say that the same run fails again;
/// engines that retry what failed can go by that.
enum ExitCodes {
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let cannotOpen: Int32 = 66
    static let inputOutput: Int32 = 74

    /// The code of a file that the system refuses for the reason `code`: whether it is the file, which stays what it
    /// is, or the machine, the network, the disk, which may do better on another try.
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

/// The failure that an error of the libraries means to the user.
func failure(_ error: any Error, path: String = "") -> Failure? {
    switch error {
    case let error as Failure: return error
    case let error as InputError:
        switch error {
        case .cannotOpen(_, let code), .cannotRead(_, let code):
            return Failure(message: error.description, code: ExitCodes.ofSystem(code))
        case .damaged, .malformed: return Failure(message: error.description, code: ExitCodes.badData)
        case .notMates:
            let message = "\(error): is a record missing? --no-name-check pairs them all the same"
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

/// Writes a message and its line's end to standard error, in place of a progress bar.
func printMessage(_ message: String) {
    ProgressBar.clear()
    writeToStandardError("seqgan: \(message)\n")
}

/// Writes all of `text`. That standard error is closed or full can be told nowhere, and is no reason to fail.
func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)
    while !rest.isEmpty {
        let written = write(2, rest, rest.count)
        guard written > 0 || errno == EINTR else { return }
        rest.removeFirst(max(written, 0))
    }
}

/// Has `handler` called by the signals that ask a run to end; not by SIGHUP where that is ignored, as nohup has it.
func onTerminationSignal(_ handler: @convention(c) (Int32) -> Void) {
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    let ignored = ProcessStatus.number("SigIgn:") ?? 0
    if ignored >> UInt64(SIGHUP - 1) & 1 == 0 { signal(SIGHUP, handler) }
}

/// Runs a command's work and ends the process with its exit code where it fails.
///
/// A signal that ends the process removes the temporary file of the output first, then ends it as it would have.
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
