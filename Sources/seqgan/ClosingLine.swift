// ClosingLine: one line on stderr at the end of a run, so that every log tells what made it.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A run's start, and the line that tells of it at its end.
struct ClosingLine {
    private let start = ContinuousClock.now
    private let seed: UInt64
    private let isQuiet: Bool

    init(_ options: RunOptions) {
        seed = options.seed
        isQuiet = options.quiet
    }

    /// Writes version, command, seed, records, seconds, records a second and peak memory, unless the run is quiet.
    /// - Parameter unit: what a record is, in the plural.
    func write(records: Int, unit: String = "pairs") {
        guard !isQuiet else { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = seconds > 0 ? (Double(records) / seconds).fixed(0) : "-"
        let command = CommandLine.arguments.dropFirst().map(Self.quoted).joined(separator: " ")
        StandardError.write(
            "seqgan \(Seqgan.version): \(command); seed \(seed); \(records) \(unit); \(seconds.fixed(2)) s; "
                + "\(rate) \(unit)/s; peak memory \((Self.peakMemory / 1_000_000).fixed(0)) MB\n")
    }

    /// The argument as a shell takes it back.
    static func quoted(_ argument: String) -> String {
        let plain = argument.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "+")...UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "_"),
                UInt8(ascii: "%"), 0x80...:
                true
            default: false
            }
        }
        guard !plain || argument.isEmpty else { return argument }
        // A quote ends the quoted text, stands escaped, and opens it again.
        return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The most memory that the process has had in use, in bytes.
    private static var peakMemory: Double {
        var usage = rusage()
        #if canImport(Glibc)
            // Linux counts in kilobytes.
            return getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 ? Double(usage.ru_maxrss) * 1024 : 0
        #else
            return getrusage(RUSAGE_SELF, &usage) == 0 ? Double(usage.ru_maxrss) : 0
        #endif
    }
}
