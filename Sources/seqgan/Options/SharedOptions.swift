// SharedOptions: the options that several commands share, small groups of them.

import ArgumentParser
import SeqIO
import SeqModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct InputOptions: ParsableArguments {
    @Argument(
        help: "TSV, FASTA or FASTQ, plain or gzip, read one after the other; none or '-': standard input.",
        completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Columns of strand A, strand B and the label, by number or name; of single sequences, of the sequence and its name.",
            valueName: "A,B[,LABEL]"))
    var columns: String?

    @Option(help: "Strands B of FASTA or FASTQ, in step with strands A in the input.", completion: .file())
    var mates: String?

    @Option(
        help: "Whether the first line of a table names its columns: yes, no, or auto: as a rule finds (see seqgan(1)).")
    var header = HeaderRule.auto

    @Flag(help: "Pair records though their names be those of other mates, such as x/1 and y/2.")
    var noNameCheck = false

    @Flag(name: .customLong("skip-bad"), help: "Skip bad records, name the first ten, and exit with 65 at the end.")
    var skipsBad = false

    /// The columns to read; `label` says whether one is needed (column 3 unless named).
    func pairColumns(label: Bool) throws -> PairColumns {
        var result = PairColumns(label: label ? .number(3) : nil)
        result.header = header
        result.singleAdvice = ": single sequences are for classify --all-pairs and encode --layout single"
        guard let columns else { return result }
        let parts = try columnParts(of: columns)
        guard (2...3).contains(parts.count) else {
            throw ValidationError("--columns takes two or three columns, such as 1,2,4: '\(columns)'")
        }
        (result.strandA, result.strandB, result.areGiven) = (parts[0], parts[1], true)
        if label, parts.count == 3 { result.label = parts[2] }
        return result
    }

    /// The column of single sequences, and that of their names, where `--columns` has one or two.
    func singleColumns() throws -> PairColumns {
        var result = PairColumns(sequence: nil)
        if let columns {
            let parts = try columnParts(of: columns)
            guard (1...2).contains(parts.count) else {
                throw ValidationError(
                    "--columns takes the column of the sequences, and that of their names, such as 2,1: '\(columns)'")
            }
            result = PairColumns(sequence: parts[0], name: parts.count > 1 ? parts[1] : nil)
        }
        result.header = header
        return result
    }

    /// Columns as they are typed, each another one.
    private func columnParts(of columns: String) throws -> [PairColumn] {
        let parts = try columns.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let column = PairColumn(String(part)) else {
                throw ValidationError(
                    "--columns takes names, or numbers from 1 to \(PairColumn.largestNumber): '\(part)' in '\(columns)'"
                )
            }
            return column
        }
        for (place, part) in parts.enumerated() where parts[..<place].contains(part) {
            throw ValidationError("--columns names a column twice: '\(columns)'")
        }
        return parts
    }

    /// The columns that are named; the label's only where `--columns` has a third.
    func namedColumns() throws -> PairColumns {
        try pairColumns(label: columns?.split(separator: ",").count == 3)
    }

    func validate() throws {
        guard let mates else { return }
        if files.count > 1 { throw ValidationError("--mates goes with one file of strands A") }
        if mates == "-", files.isEmpty || files == ["-"] {
            throw ValidationError("strands A and B can't both come from standard input")
        }
    }

    /// All that is read, by name; '-' is standard input.
    var everyFile: [String] { (files.isEmpty ? ["-"] : files) + [mates].compactMap { $0 } }

    /// Throws a usage error where nothing was named and standard input is a terminal.
    func requireInput() throws {
        if files.isEmpty, isatty(0) == 1 {
            throw ValidationError("no input: name a file, or pipe pairs into standard input")
        }
    }
}

extension HeaderRule: ExpressibleByArgument {}

/// Which lengths a model scores.
struct LengthOptions: ParsableArguments {
    @Flag(help: "Score strands of any length, also where the model does not hold.")
    var forceLengths = false

    /// The lengths of strands that `classifier` is to score.
    func limits(_ classifier: PairClassifier) -> LengthLimits { LengthLimits(of: classifier, isForced: forceLengths) }
}

struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: "Write here instead of standard output; '.gz' packs it as BGZF.", completion: .file()
    )
    var output: String?

    /// Throws where the output, or standard output where none is named, is one of the inputs.
    func requireOther(than inputs: [String?]) throws {
        try OutputOptions.requireOther(output, than: inputs)
    }

    /// Throws where `output`, nil for standard output, is one of `inputs`.
    static func requireOther(_ output: String?, than inputs: [String?]) throws {
        if ByteSink.isSameFile(output, as: inputs.compactMap { $0 }) {
            throw ValidationError("the output '\(output ?? "<stdout>")' is an input too")
        }
    }

    /// Throws where one of `outputs` is one of `inputs`, or where two have one name.
    static func requireOthers(_ outputs: [String?], than inputs: [String?]) throws {
        let outputs = outputs.compactMap { $0 }
        for (place, output) in outputs.enumerated() {
            try requireOther(output, than: inputs)
            let isTaken = outputs[..<place].contains {
                $0 == output || ByteSink.isSameName($0, output) || ByteSink.isSameFile(output, as: [$0])
            }
            if isTaken {
                throw ValidationError("two outputs have the name '\(output)'")
            }
        }
    }
}

struct RunOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: "Threads; the output does not depend on it. [default: all cores]",
        takes: whole(1...1024))
    var threads: Int?

    @Option(
        name: .shortAndLong, help: "Seed of everything drawn; told in the closing line.",
        takes: whole(0...UInt64.max))
    var seed: UInt64 = 11

    @Flag(name: .shortAndLong, help: "No progress bar and no closing line on standard error.")
    var quiet = false

    /// Threads asked for, or the cores that this process may use.
    var threadCount: Int {
        if let threads { return threads }
        return RunOptions.usableCores
    }

    /// One thread unpacks as it reads; of several, one unpacks ahead.
    var unpacking: Unpacking { threadCount == 1 ? .inTurn : .ahead }

    /// The cores that the system lets this process run on (`taskset`, cpusets), else all that are there.
    private static var usableCores: Int {
        let all = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        guard let digits = ProcessStatus.digits("Cpus_allowed:") else { return all }
        let bits = digits.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return max(1, min(all, bits))
    }
}
