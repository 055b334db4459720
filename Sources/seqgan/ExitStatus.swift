// ExitStatus: what the process's exit code tells, and which error leads to which.

import SeqIO
import SeqModel

/// The exit codes, as sysexits.h numbers them.
enum ExitStatus: Int32 {
    /// Done; also where the reader of the output had enough of it.
    case done = 0
    /// The command line asks for what cannot be.
    case usage = 64
    /// Bad data or a bad model.
    case badData = 65
    /// An input or model cannot be opened.
    case cannotOpen = 66
    /// A read or a write failed.
    case inputOutput = 74
}

/// An error that says how the process ends. Its description follows `seqgan: ` on stderr, unless the status is `done`.
protocol ExitCoded: Error, CustomStringConvertible {
    var exitStatus: ExitStatus { get }
}

/// Told at the end of a run with `--skip-bad` that passed over some records.
struct BadRecordsSkipped: ExitCoded {
    let count: Int

    var exitStatus: ExitStatus { .badData }
    var description: String { "passed over \(count) bad \(count == 1 ? "record" : "records")" }
}
