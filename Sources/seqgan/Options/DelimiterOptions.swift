// DelimiterOptions: what separates the columns of the tables that a command reads and writes.

import ArgumentParser
import SeqIO

/// What separates columns.
struct DelimiterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What separates the columns of tables, those that are read and the output: tab, comma or semicolon, or the \
            character itself. Between commas and semicolons, fields may be in double quotes. (default: comma where \
            an input is named *.csv, else tab)
            """, valueName: "DELIMITER"),
        takes: typed("tab, comma or semicolon") { Delimiter($0) })
    var delimiter: Delimiter?

    /// That of the tables among `paths`, and of the output that is made of them.
    func used(for paths: [String?]) -> Delimiter {
        delimiter ?? paths.lazy.compactMap { $0.flatMap { Delimiter(ofFile: $0) } }.first ?? .tab
    }

    /// `columns` as they are separated in the tables among `paths`.
    func separating(_ columns: PairColumns, in paths: [String?]) -> PairColumns {
        var columns = columns
        columns.delimiter = used(for: paths)
        columns.delimiterChoice = "--delimiter "
        return columns
    }
}
