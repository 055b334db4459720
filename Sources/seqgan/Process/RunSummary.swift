// RunSummary: one line on standard error at the end of a run, for the log.

import SeqIO

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures a run and says at its end what it was.
struct RunSummary {
    private let start: Double

    init() { start = RunSummary.now() }

    /// Seconds on a clock that only goes forward.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Seconds since the start.
    var seconds: Double { RunSummary.now() - start }

    /// Says version, command, seed, records, seconds, rate and peak memory.
    func write(_ records: Int, _ noun: String = "pairs", seed: UInt64) {
        var usage = rusage()
        getrusage(0, &usage)  // RUSAGE_SELF
        let seconds = max(seconds, 1e-6)
        let command = CommandLine.arguments.dropFirst().map(quoted).joined(separator: " ")
        printMessage(
            "\(Seqgan.versionText) [\(command)] seed=\(seed) \(counted(records, noun)) in \(fixed(seconds, 2)) s, "
                + "\(counted(Int(Double(records) / seconds), noun))/s, peak \(usage.ru_maxrss / 1024) MB")
    }
}

/// A number with a fixed count of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = (0..<decimals).reduce(1.0) { s, _ in s * 10 }
    guard abs(value) < 9e15 / scale else { return "\(value)" }
    let scaled = Int((abs(value) * scale).rounded())
    let whole = scaled / Int(scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let rest = String(scaled % Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: decimals - rest.count) + rest
}

/// An argument as a shell would have to be given it.
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
