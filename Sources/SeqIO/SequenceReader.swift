// SequenceReader: FASTA and FASTQ records from lines of text.

/// The format of an input.
public enum TextFormat: Sendable {
    /// FASTA: records that begin with `>`, of any number of lines.
    case fasta
    /// FASTQ: records that begin with `@`, on four lines or wrapped.
    case fastq
    /// A table: columns separated by tabs, or by another `Delimiter`.
    case table

    /// The format by the first byte of the first line that is not empty.
    static func of(_ first: UInt8?) -> TextFormat {
        switch first {
        case UInt8(ascii: ">"): .fasta
        case UInt8(ascii: "@"): .fastq
        default: .table
        }
    }
}

/// Reads FASTA or FASTQ records.
final class SequenceReader {
    let lines: LineScanner
    private let format: TextFormat
    private var hasLine: Bool

    /// Starts at the scanner's current line, which begins a record.
    init(_ lines: LineScanner, format: TextFormat) {
        self.lines = lines
        self.format = format
        hasLine = true
    }

    private var line: ArraySlice<UInt8> { lines.buffer[lines.line] }
    private var first: UInt8? { lines.line.isEmpty ? nil : lines.buffer[lines.line.lowerBound] }

    /// Reads the next record; returns false at the end. Throws `malformed` where the end of a record cannot be
    /// determined. A record that is complete but invalid gets a `fault` instead.
    func read(into record: inout SequenceRecord) throws(InputError) -> Bool {
        record.removeAll()
        repeat {
            if !hasLine { hasLine = try lines.advance() }
            guard hasLine else { return false }
            if lines.line.isEmpty { hasLine = false }
        } while !hasLine
        let mark = format == .fasta ? UInt8(ascii: ">") : UInt8(ascii: "@")
        guard first == mark else {
            throw .malformed(
                lines.location, seen: excerpt(line),
                expected: format == .fasta ? "a FASTA header ('>name')" : "a FASTQ header ('@name')")
        }
        (record.line, record.position) = (lines.number, lines.position)
        record.titleEnd = lines.line.count
        record.nameEnd = 1 + lines.wordLength(from: 1)
        try appendLine(to: &record)
        if format == .fasta { try readLetters(into: &record, until: mark) } else { try readQualities(into: &record) }
        if record.count == 0 {
            let location = Location(path: lines.path, line: record.line)
            record.noteFault(location, seen: "a record without a sequence", expected: "letters")
        }
        return true
    }

    private func appendLine(to record: inout SequenceRecord) throws(InputError) {
        guard record.text.count + lines.line.count < LineScanner.mostBytes else {
            throw .malformed(
                Location(path: lines.path, line: record.line),
                seen: "a record of more than \(LineScanner.mostBytes) bytes", expected: "records of short strands")
        }
        if !record.text.isEmpty { record.text.append(10) }
        _ = lines.appendLine(to: &record.text)
        hasLine = false
    }

    private func readLetters(into record: inout SequenceRecord, until mark: UInt8) throws(InputError) {
        while true {
            hasLine = try lines.advance()
            guard hasLine, first != mark else { return }
            if lines.line.isEmpty {
                record.countEmptyLine()
            } else {
                guard format == .fasta || first != UInt8(ascii: "@") else {
                    throw .malformed(
                        lines.location, seen: "\(excerpt(line)) among the letters of record \(excerpt(record.name))",
                        expected: "letters, or a line with '+' and the qualities")
                }
                try appendLine(to: &record)
                record.addLetters(lines.line.count)
            }
        }
    }

    /// Reads letters up to the line with `+`, then as many qualities. A line of qualities may begin with `@` or `+`.
    private func readQualities(into record: inout SequenceRecord) throws(InputError) {
        try readLetters(into: &record, until: UInt8(ascii: "+"))
        guard hasLine else {
            throw .malformed(
                lines.location, seen: "the end of the input in record \(excerpt(record.name))",
                expected: "a line with '+' and the qualities")
        }
        if lines.line.count > 1 { try requireTitle(of: record) }
        try appendLine(to: &record)
        var qualities = 0
        var firstLine: (number: Int, count: Int)?
        while qualities < record.count {
            hasLine = try lines.advance()
            guard hasLine else { break }
            if firstLine == nil || (qualities == 0 && first != UInt8(ascii: "@")) {
                firstLine = (lines.number, lines.line.count)
            }
            qualities += lines.line.count
            if let place = lines.unprintable() { noteQuality(place, in: &record) }
            try appendLine(to: &record)
        }
        guard qualities == record.count else {
            // Where the letters are on one line, so are the qualities: a shorter line is followed by the next record.
            let (line, count) = record.isWrapped ? (lines.number, qualities) : firstLine ?? (lines.number, 0)
            throw .malformed(
                Location(path: lines.path, line: line),
                seen: "\(counted(count, "qualities")) in record \(excerpt(record.name))",
                expected: "\(record.count), one for each letter")
        }
        hasLine = false
    }

    /// Throws where the line with `+` has a title that differs from that of the record. Trailing white space, which
    /// is invisible, is ignored.
    private func requireTitle(of record: borrowing SequenceRecord) throws(InputError) {
        if lines.line.count == record.titleEnd, lines.matches(record.text, from: 1) { return }
        func isVisible(_ byte: UInt8) -> Bool { byte != 32 && byte != 9 }
        let title = record.text[1..<record.titleEnd]
        let repeated = line.dropFirst()
        guard let last = repeated.lastIndex(where: isVisible) else { return }
        let end = title.lastIndex(where: isVisible).map { $0 + 1 } ?? title.startIndex
        if repeated[...last].elementsEqual(title[..<end]) { return }
        throw .malformed(
            lines.location, seen: "the title \(excerpt(repeated, most: 200)) after '+'",
            expected: "none, or \(excerpt(title, most: 200)), the title of the record")
    }

    /// Records an invalid quality as the record's fault, unless a letter is invalid too: that error comes first and
    /// is found where the alphabet is known.
    private func noteQuality(_ place: Int, in record: inout SequenceRecord) {
        guard record.fault == nil, record.sequence.allSatisfy({ (33...126).contains($0) }) else { return }
        record.noteFault(
            lines.location, seen: "\(excerpt(line.dropFirst(place).prefix(1))) for a quality",
            expected: "a character from '!' to '~'")
    }
}
