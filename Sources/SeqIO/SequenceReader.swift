// SequenceReader: FASTA and FASTQ records, and plain lines, from lines of text.

/// A sequence as it was read; reused from record to record.
public struct SequenceRecord: Sendable {
    /// The name: what follows `>` or `@` up to the first white space. Empty for plain lines.
    public internal(set) var name: [UInt8] = []
    /// The letters, without line ends.
    public internal(set) var sequence: [UInt8] = []
    /// The record's text as it came, without its last line end.
    public internal(set) var text: [UInt8] = []
    /// The number of the record's first line.
    public internal(set) var line = 0
    /// Where that line begins in the unpacked text.
    var position = 0
    /// Where empty lines were among the letters.
    var emptyLines: [EmptyLines] = []

    /// An empty record.
    public init() {}

    /// Counts an empty line behind the text so far; any number of them takes the same memory.
    fileprivate mutating func countEmptyLine() {
        let (place, last) = (text.count + 1, emptyLines.count - 1)
        if last >= 0, emptyLines[last].place == place {
            emptyLines[last].count += 1
        } else {
            emptyLines.append(EmptyLines(place: place, count: 1))
        }
    }
}

/// Empty lines, one after the other, that are no part of a record's text.
struct EmptyLines: Sendable {
    /// The place of the line that follows them.
    var place: Int
    var count: Int
}

/// What the text of an input is.
public enum TextFormat: Sendable {
    /// `>` records of any number of lines.
    case fasta
    /// `@` records with qualities, of four lines or wrapped.
    case fastq
    /// Columns between tabs.
    case table

    /// The format of an input by the first byte of its first line that is not empty.
    static func of(_ first: UInt8?) -> TextFormat {
        switch first {
        case UInt8(ascii: ">"): .fasta
        case UInt8(ascii: "@"): .fastq
        default: .table
        }
    }
}

/// Reads FASTA or FASTQ records from lines; the scanner must stand before the first.
final class SequenceReader {
    let lines: LineScanner
    private let format: TextFormat
    private var hasLine: Bool

    /// Goes on from a scanner whose current line, the first of a record, is already read.
    init(_ lines: LineScanner, format: TextFormat) {
        self.lines = lines
        self.format = format
        hasLine = true
    }

    private var line: ArraySlice<UInt8> { lines.buffer[lines.line] }

    /// Reads the next record; false at the end. Throws `malformed` with the line.
    func read(into record: inout SequenceRecord) throws(InputError) -> Bool {
        record.name.removeAll(keepingCapacity: true)
        record.sequence.removeAll(keepingCapacity: true)
        record.text.removeAll(keepingCapacity: true)
        record.emptyLines.removeAll(keepingCapacity: true)
        repeat {
            if !hasLine { hasLine = try lines.advance() }
            guard hasLine else { return false }
            if line.isEmpty { hasLine = false }
        } while !hasLine
        let mark = format == .fasta ? UInt8(ascii: ">") : UInt8(ascii: "@")
        guard line.first == mark else {
            throw .malformed(
                lines.location, seen: excerpt(line),
                expected: format == .fasta ? "a FASTA header ('>name')" : "a FASTQ header ('@name')")
        }
        (record.line, record.position) = (lines.number, lines.position)
        record.name.append(contentsOf: line.dropFirst().prefix { $0 != 32 && $0 != 9 })
        try keep(&record)
        if format == .fasta { try readLetters(into: &record, until: mark) } else { try readQualities(into: &record) }
        return true
    }

    private func keep(_ record: inout SequenceRecord) throws(InputError) {
        guard record.text.count + line.count < LineScanner.mostBytes else {
            throw .malformed(
                Location(path: lines.path, line: record.line),
                seen: "a record of more than \(LineScanner.mostBytes) bytes", expected: "records of short strands")
        }
        if !record.text.isEmpty { record.text.append(10) }
        record.text.append(contentsOf: line)
        hasLine = false
    }

    private func readLetters(into record: inout SequenceRecord, until mark: UInt8) throws(InputError) {
        while true {
            hasLine = try lines.advance()
            guard hasLine, line.first != mark else { return }
            if line.isEmpty {
                record.countEmptyLine()
            } else {
                record.sequence.append(contentsOf: line)
                try keep(&record)
            }
        }
    }

    /// Letters up to the line with `+`, then as many qualities; these may begin with `@` or `+`.
    private func readQualities(into record: inout SequenceRecord) throws(InputError) {
        try readLetters(into: &record, until: UInt8(ascii: "+"))
        guard hasLine else {
            throw .malformed(
                lines.location, seen: "the end of the input in record \(excerpt(record.name))",
                expected: "a line with '+' and the qualities")
        }
        try keep(&record)
        var qualities = 0
        while qualities < record.sequence.count {
            hasLine = try lines.advance()
            guard hasLine else { break }
            qualities += line.count
            try keep(&record)
        }
        guard qualities == record.sequence.count else {
            throw .malformed(
                lines.location, seen: "\(counted(qualities, "qualities")) in record \(excerpt(record.name))",
                expected: "\(record.sequence.count), one for each letter")
        }
        hasLine = false
    }
}
