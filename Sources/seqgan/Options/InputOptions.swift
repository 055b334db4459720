// InputOptions: the inputs of a command: files, columns, mates, headers and bad records.

import ArgumentParser
import SeqIO

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a command reads its records from, and how.
struct InputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            """
            Files to read, one after the other: TSV, CSV, FASTA or FASTQ, plain or gzip. '-' is standard input. \
            (default: standard input)
            """,
            valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Columns of strand A, strand B and the label, by number or name. For single sequences: the column of the \
            sequence, and that of its name. (default: 1,2,3; for single sequences those that look like it)
            """,
            valueName: "A,B[,LABEL]"))
    var columns: String?

    @OptionGroup var separation: DelimiterOptions

    @Option(
        help: ArgumentHelp(
            """
            File with the strands B, FASTA or FASTQ, in the order of the strands A in the input. (default: none)
            """, valueName: "FILE"), completion: .file())
    var mates: String?

    @Option(
        help: ArgumentHelp(
            """
            Take the first line of a table as the names of its columns. auto decides by the rules in seqgan(1).
            """, valueName: "WHEN"))
    var header = HeaderRule.auto

    @Flag(
        help: """
            Pair records without comparing their names. Otherwise names that mark mates of different pairs, such as \
            x/1 and y/2, are an error.
            """)
    var noNameCheck = false

    @Flag(
        name: .customLong("skip-bad"),
        help: "Skip bad records. The first ten are reported, and the exit code is 65.")
    var skipsBad = false

    /// The columns to read, with the label's (column 3 unless named) where `label` is true. Throws a usage error for
    /// a bad `--columns`.
    func pairColumns(label: Bool) throws -> PairColumns {
        var result = separation.separating(PairColumns(label: label ? .number(3) : nil), in: files)
        result.header = header
        result.singleAdvice = ": single sequences are for classify --all-pairs and encode --layout single"
        guard let columns else { return result }
        let parts = try columnParts(of: columns)
        guard (2...3).contains(parts.count) else {
            throw ValidationError("--columns takes two or three columns, such as 1,2,4: '\(columns)'")
        }
        (result.strandA, result.strandB, result.areGiven) = (parts[0], parts[1], true)
        if parts.count == 3 {
            if label { result.label = parts[2] } else if case .number(let n) = parts[2] { result.unreadLabel = n }
        }
        return result
    }

    /// The columns of single sequences and of their names, as `--columns` gives them. Throws a usage error for a bad
    /// `--columns`.
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
        return separation.separating(result, in: files)
    }

    /// What separates the columns of the input, and those of the output.
    var delimiter: Delimiter { separation.used(for: files) }

    /// Parses the columns, which must differ from each other.
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

    /// The columns to read, with the label's only where `--columns` names a third.
    func namedColumns() throws -> PairColumns {
        try pairColumns(label: columns?.split(separator: ",").count == 3)
    }

    func validate() throws {
        guard let mates else { return }
        if files.count > 1 { throw ValidationError("--mates goes with one file of strands A") }
        if mates == "-", files.isEmpty || files == ["-"] {
            throw ValidationError("strands A and B cannot both come from standard input")
        }
    }

    /// The paths of all inputs; '-' is standard input.
    var everyFile: [String] { (files.isEmpty ? ["-"] : files) + [mates].compactMap { $0 } }

    /// Throws a usage error where no input is named and standard input is a terminal.
    func requireInput() throws {
        if files.isEmpty, isatty(0) == 1 {
            throw ValidationError("no input: name a file, or pipe pairs into standard input")
        }
    }
}

extension HeaderRule: ExpressibleByArgument {}
