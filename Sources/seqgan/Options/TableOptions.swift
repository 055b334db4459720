// TableOptions: how the tables that a command writes look.

import ArgumentParser
import SeqIO

/// How output with columns is written.
struct TableOptions: ParsableArguments {
    @Flag(help: "Write a header line with the names of the columns, where the output would have none.")
    var headerOut = false

    /// The header line of a table with these columns, where one is asked for; else nothing. Of a cut input the first
    /// part has it.
    func header(_ titles: [String], _ delimiter: Delimiter, shard: InputShard? = nil) -> [UInt8] {
        headerOut && (shard?.index ?? 1) == 1 ? delimiter.line(titles) + [10] : []
    }

    /// What ends a run with `--header-out` that would write records of FASTA or FASTQ as they came.
    static let noColumns = Failure(
        message:
            "--header-out names columns: the records of FASTA and FASTQ, which are written as they came, have none",
        code: ExitCodes.usage)
}
