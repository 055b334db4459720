// MadeHeader: a header for input that has none: names of columns, by which other programs and this one read the output.

/// The titles of the columns that are made where the input has none.
public enum MadeTitles {
    /// Those of the records of FASTA and FASTQ as a table, and of single sequences against each other.
    public static let names = ["name_a", "name_b"], strands = ["strand_a", "strand_b"]
    /// Those of pairs that are written as a table with labels.
    public static let pair = ["strandA", "strandB", "label"]
}

extension TableLayout {
    /// A title for each of `width` columns: what is known of them, else their number.
    func madeTitles(_ width: Int, _ columns: PairColumns) -> [String] {
        (0..<width).map { column in
            switch column {
            case numbers.a: columns.strandB == nil ? "strand" : MadeTitles.pair[0]
            case numbers.b: MadeTitles.pair[1]
            case numbers.label, (columns.unreadLabel ?? 0) - 1: MadeTitles.pair[2]
            case numbers.name: "name"
            default: "column\(column + 1)"
            }
        }
    }
}

extension PairReader {
    /// Adds a header where one is to be made and there was none. The first record of all files, which ends the search,
    /// may belong to another part of the input: then `isWanted` is false.
    mutating func makeHeader(
        of titles: [String], isOfRecords: Bool, isWanted: Bool, line: Int, to batch: inout PairBatch
    ) {
        guard columns.makesHeader, !hasHeader else { return }
        hasHeader = true
        guard isWanted else { return }
        let text = batch.append(columns.delimiter.line(titles))
        batch.entries.append(PairEntry(kind: .header, line: line, text: text, isSequenceText: isOfRecords))
    }
}
