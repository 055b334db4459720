// SequenceRecord: a record of FASTA or FASTQ as it was read, in memory that is used again.

/// A sequence as it was read; reused from record to record.
public struct SequenceRecord: Sendable {
    /// The record's text as it came, without its last line end and without empty lines.
    public internal(set) var text: [UInt8] = []
    /// The number of the record's first line.
    public internal(set) var line = 0
    /// Number of letters.
    public private(set) var count = 0
    /// Where that line begins in the unpacked text.
    var position = 0
    /// Where the first line ends in the text, and where the name does, which begins behind `>` or `@`.
    var titleEnd = 0
    var nameEnd = 1
    /// Where the letters stand in the text, if they are all on one line; else they are in `joined`.
    private(set) var letters = 0..<0
    private(set) var joined: [UInt8] = []
    /// Where empty lines were among the letters.
    var emptyLines: [EmptyLines] = []
    /// What makes the record none, and on which line, though it is clear where it ends.
    private(set) var fault: (error: InputError, line: Int)?

    /// An empty record.
    public init() {}

    /// The name: what follows `>` or `@` up to the first white space.
    public var name: ArraySlice<UInt8> { text[1..<nameEnd] }

    /// Whether the letters stand on several lines.
    var isWrapped: Bool { !joined.isEmpty }

    /// The letters, without line ends.
    var sequence: ArraySlice<UInt8> { isWrapped ? joined[...] : text[letters] }

    mutating func removeAll() {
        text.removeAll(keepingCapacity: true)
        joined.removeAll(keepingCapacity: true)
        emptyLines.removeAll(keepingCapacity: true)
        (count, letters, fault) = (0, 0..<0, nil)
    }

    /// Takes the last `length` bytes of the text for letters.
    mutating func addLetters(_ length: Int) {
        let line = text.count - length..<text.count
        if count == 0 {
            letters = line
        } else {
            if joined.isEmpty { joined.append(contentsOf: text[letters]) }
            joined.append(contentsOf: text[line])
        }
        count += length
    }

    mutating func note(_ location: Location, seen: String, expected: String) {
        fault = (.malformed(location, seen: seen, expected: expected), location.line)
    }

    /// Counts an empty line behind the text so far; any number of them takes the same memory.
    mutating func countEmptyLine() {
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
