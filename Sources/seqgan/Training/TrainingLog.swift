// TrainingLog: the figures of a training, row by row: to the log file as they come, and kept for the report.

import SeqIO

/// Tables of figures, one for each thing that was learned.
final class TrainingLog {
    /// Rows of figures.
    struct Table {
        /// The first counts epochs or steps.
        let columns: [String]
        /// What some of the figures are for the data, to compare with.
        let data: [String: Double]
        fileprivate(set) var rows: [[Double]] = []

        /// Points (epoch or step, figure) of a column; none where there is no such column.
        func curve(_ column: String) -> [(x: Double, y: Double)] {
            guard let place = columns.firstIndex(of: column) else { return [] }
            return rows.map { ($0[0], $0[place]) }
        }
    }

    private(set) var tables: [Table] = []
    private let sink: ByteSink?

    /// A log to `path`, or only kept.
    init(path: String?) throws(OutputError) {
        sink = try path.map { path throws(OutputError) in try ByteSink(path: path) }
    }

    /// Begins a table whose last column is the seconds.
    func begin(_ columns: [String], data: [String: Double] = [:]) throws(OutputError) {
        tables.append(Table(columns: columns, data: data))
        try sink?.write((columns.joined(separator: "\t") + "\tseconds\n").utf8)
    }

    /// Adds a row of the table that was begun last: an epoch or step, the figures with `decimals`, the seconds.
    func add(_ count: Int, _ figures: [Double], decimals: Int, seconds: Double) throws(OutputError) {
        tables[tables.count - 1].rows.append([Double(count)] + figures)
        let texts = figures.map { fixed($0, decimals) } + [fixed(seconds, 1)]
        try sink?.write("\(count)\t\(texts.joined(separator: "\t"))\n".utf8)
    }

    /// Makes the file appear. Throws where it cannot be written.
    func finish() throws(OutputError) { try sink?.finish() }
}
