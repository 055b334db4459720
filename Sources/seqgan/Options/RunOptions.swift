// RunOptions: threads, seed and messages of a run.

import ArgumentParser
import SeqIO

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a command runs.
struct RunOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Number of threads. The output does not depend on it. (default: all cores)", valueName: "N"),
        takes: whole(1...1024))
    var threads: Int?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Seed of all random numbers, a whole number of 0 or more.", valueName: "N"),
        takes: whole(0...UInt64.max))
    var seed: UInt64 = 11

    @Flag(name: .shortAndLong, help: "Write no progress bar and no last line to standard error.")
    var quiet = false

    /// The number of threads asked for, else of the cores that this process may use.
    var threadCount: Int {
        if let threads { return threads }
        return RunOptions.usableCores
    }

    /// A single thread unpacks as it reads; of several, one unpacks ahead.
    var unpacking: Unpacking { threadCount == 1 ? .inTurn : .ahead }

    /// The number of cores that this process may run on (`taskset`, cpusets), else of all cores.
    private static var usableCores: Int {
        let all = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        guard let digits = ProcessStatus.digits("Cpus_allowed:") else { return all }
        let bits = digits.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return max(1, min(all, bits))
    }
}
