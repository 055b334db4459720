// TrainingLog: the figures of a training, written to the log file and kept for the report.

import SeqIO

/// Tables of figures, one for the classifier and one for the generator.
final class TrainingLog {
    /// Rows of figures.
    struct Table {
        /// The names of the columns; the first is the epoch or step.
        let columns: [String]
        /// The values of some columns for the data, to compare with.
        let data: [String: Double]
        fileprivate(set) var rows: [[Double]] = []

        /// The points (epoch or step, value) of a column; none if there is no such column.
        func curve(_ column: String) -> [(x: Double, y: Double)] {
            guard let place = columns.firstIndex(of: column) else { return [] }
            return rows.map { ($0[0], $0[place]) }
        }
    }

    private(set) var tables: [Table] = []
    private let sink: ByteSink?

    /// Creates a log, written to `path` unless that is nil.
    init(path: String?) throws(OutputError) {
        sink = try path.map { path throws(OutputError) in try ByteSink(path: path) }
    }

    /// Begins a table. A last column is added in the file: the seconds since the start of the run.
    func begin(_ columns: [String], data: [String: Double] = [:]) throws(OutputError) {
        tables.append(Table(columns: columns, data: data))
        try sink?.write((columns.joined(separator: "\t") + "\tseconds\n").utf8)
    }

    /// Adds a row to the last table: an epoch or step, the figures with `decimals` digits, the seconds.
    func add(_ count: Int, _ figures: [Double], decimals: Int, seconds: Double) throws(OutputError) {
        tables[tables.count - 1].rows.append([Double(count)] + figures)
        let texts = figures.map { fixed($0, decimals) } + [fixed(seconds, 1)]
        try sink?.write("\(count)\t\(texts.joined(separator: "\t"))\n".utf8)
    }

    /// Completes the file. Throws if it cannot be written.
    func finish() throws(OutputError) { try sink?.finish() }
}
