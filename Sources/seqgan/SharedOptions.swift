// SharedOptions: what all subcommands that read, write or compute understand alike.

import ArgumentParser

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which pairs are read.
struct InputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Pairs: TSV, FASTA or FASTQ, gzipped or not, one file after the other; none or - is stdin.",
            valueName: "FILE"))
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "The TSV columns of strand A, strand B and the label, by name or by number from 1. (default: 1,2,3)",
            valueName: "A,B[,LABEL]"),
        transform: ColumnChoice.init)
    var columns: ColumnChoice?

    @Option(help: ArgumentHelp("Take strand B from the records of this FASTA or FASTQ file.", valueName: "FILE2"))
    var mates: String?

    @Flag(help: "Pass over bad records, count them, and exit with 65 at the end.")
    var skipBad = false

    /// The inputs in order, `-` for stdin.
    var paths: [String] { files.isEmpty ? ["-"] : files }

    func validate() throws {
        let all = paths + (mates.map { [$0] } ?? [])
        if all.contains("") { throw ValidationError("the name of an input is empty") }
        if all.count(where: { $0 == "-" }) > 1 { throw ValidationError("stdin can be read only once") }
        if mates != nil {
            if files.count > 1 { throw ValidationError("--mates goes with one FILE, not \(files.count)") }
            if columns != nil { throw ValidationError("--columns is for TSV, --mates for FASTA and FASTQ") }
        }
    }

    /// Throws a usage error if no input is named and stdin is a terminal, where nobody knows that input is awaited.
    func refuseTerminal() throws {
        if files.isEmpty, isatty(STDIN_FILENO) == 1 {
            throw ValidationError("name an input, or pipe one in (- is stdin)")
        }
    }
}

/// Columns of a TSV, each a name or a number from 1.
struct ColumnChoice: Equatable {
    let strandA: String
    let strandB: String
    let label: String?

    init(_ text: String) throws {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.count == 2 || names.count == 3, !names.contains(""), !names.contains("0") else {
            throw ValidationError("--columns takes two or three names or numbers from 1, as in 1,2,4, not '\(text)'")
        }
        (strandA, strandB) = (names[0], names[1])
        label = names.count == 3 ? names[2] : nil
    }
}

/// Where the result goes.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file, in place when complete, instead of stdout; a name in .gz compresses.",
            valueName: "FILE"))
    var output: String?

    /// The file to write; nil for stdout.
    var path: String? { output == "-" ? nil : output }

    func validate() throws {
        if output == "" { throw ValidationError("the name of the output is empty") }
    }

    /// Throws a usage error if the output is one of `inputs`, by whatever name.
    func refuseInputs(_ inputs: [String]) throws {
        guard let path, let output = FileIdentity(path) else { return }
        for input in inputs where input != "-" && FileIdentity(input) == output {
            throw ValidationError("\(path) is an input; it cannot be the output as well")
        }
    }
}

/// What a file is, whatever its name.
private struct FileIdentity: Equatable {
    private let device: UInt64
    private let number: UInt64

    /// Nil if there is no such file, or none that writing could harm.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        number = UInt64(status.st_ino)
    }
}

/// How a command runs and what it tells of it.
struct RunOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Threads; the output does not depend on it. (default: all cores that the process may use)",
            valueName: "N"))
    var threads: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("The seed of everything random.", valueName: "N"))
    var seed: UInt64 = 11

    @Flag(name: .shortAndLong, help: "No progress bar and no closing line.")
    var quiet = false

    /// Threads to use.
    var threadCount: Int { threads ?? Cores.available }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is from 1 to 1024, not \(threads)")
        }
    }
}
