// SequenceRecord: a record of FASTA or FASTQ as it was read, in reused memory.

/// A record as it was read; reused for record after record.
public struct SequenceRecord: Sendable {
    /// The text of the record, without its last line end and without empty lines.
    public internal(set) var text: [UInt8] = []
    /// The number of the first line of the record, from 1.
    public internal(set) var line = 0
    /// The number of letters.
    public private(set) var count = 0
    /// The offset of the first line in the unpacked text.
    var position = 0
    /// Where the first line ends in `text`, and where the name ends, which begins after `>` or `@`.
    var titleEnd = 0
    var nameEnd = 1
    /// The letters in `text`, if they are all on one line; else they are in `joined`.
    private(set) var letters = 0..<0
    private(set) var joined: [UInt8] = []
    /// Empty lines among the letters.
    var emptyLines: [EmptyLines] = []
    /// Why the record is invalid, and at which line; its end is known nevertheless.
    private(set) var fault: (error: InputError, line: Int)?

    /// An empty record.
    public init() {}

    /// The name: the text between `>` or `@` and the first white space.
    public var name: ArraySlice<UInt8> { text[1..<nameEnd] }

    /// Whether the letters are on several lines.
    var isWrapped: Bool { !joined.isEmpty }

    /// The letters, without line ends.
    var sequence: ArraySlice<UInt8> { isWrapped ? joined[...] : text[letters] }

    mutating func removeAll() {
        text.removeAll(keepingCapacity: true)
        joined.removeAll(keepingCapacity: true)
        emptyLines.removeAll(keepingCapacity: true)
        (count, letters, fault) = (0, 0..<0, nil)
    }

    /// Marks the last `length` bytes of the text as letters.
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

    mutating func noteFault(_ location: Location, seen: String, expected: String) {
        fault = (.malformed(location, seen: seen, expected: expected), location.line)
    }

    /// Counts an empty line after the text so far. Any number of consecutive ones takes the same memory.
    mutating func countEmptyLine() {
        let (place, last) = (text.count + 1, emptyLines.count - 1)
        if last >= 0, emptyLines[last].place == place {
            emptyLines[last].count += 1
        } else {
            emptyLines.append(EmptyLines(place: place, count: 1))
        }
    }
}

/// Consecutive empty lines, which are not part of a record's text.
struct EmptyLines: Sendable {
    /// The offset of the line that follows them.
    var place: Int
    var count: Int
}
