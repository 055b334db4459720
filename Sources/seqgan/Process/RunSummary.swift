// RunSummary: the last line of a run on standard error, for logs.

import SeqIO

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures a run and prints a summary of it.
struct RunSummary {
    private let start: Double

    init() { start = RunSummary.now() }

    /// Seconds of a monotonic clock.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Seconds since the start of the run.
    var seconds: Double { RunSummary.now() - start }

    /// Prints version, command, seed, number of records, seconds, rate and peak memory, and `conditions`, if any.
    func write(_ records: Int, _ noun: String = "pairs", seed: UInt64, conditions: String = "") {
        var usage = rusage()
        getrusage(0, &usage)  // RUSAGE_SELF
        let seconds = max(seconds, 1e-6)
        let command = CommandLine.arguments.dropFirst().map(quoted).joined(separator: " ")
        printMessage(
            "\(Seqgan.versionText) [\(command)] seed=\(seed) \(counted(records, noun)) in \(fixed(seconds, 2)) s, "
                + "\(counted(Int(Double(records) / seconds), noun))/s, peak \(usage.ru_maxrss / 1024) MB"
                + (conditions.isEmpty ? "" : ", \(conditions)"))
    }
}

/// An argument quoted for a shell.
private func quoted(_ argument: String) -> String {
    let plain = argument.utf8.allSatisfy { byte in
        switch byte {
        case 43...58, 61, 64, 65...90, 95, 97...122: true  // + , - . / 0-9 : = @ A-Z _ a-z
        default: false
        }
    }
    if plain, !argument.isEmpty { return argument }
    return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
