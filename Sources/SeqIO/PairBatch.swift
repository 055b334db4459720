// PairBatch: some pairs as they were read, in one stretch of memory that is used again and again.

/// What an entry of a batch is.
public enum PairEntryKind: Sendable {
    /// A pair of strands.
    case pair
    /// The first line of a table, with the names of its columns.
    case header
    /// A line of a table that names the columns once more, in the same file or another.
    case repeatedHeader
    /// A line that goes through as it is: a comment.
    case comment
    /// A record that is no pair; `rejection` says why.
    case rejected
}

/// An entry of a batch; the ranges are of the batch's bytes.
public struct PairEntry: Sendable {
    /// What it is.
    public var kind: PairEntryKind
    /// The line of the text on which it begins.
    public var line: Int
    /// The line of strand B's record; 0 in tables.
    public var lineB = 0
    /// The text as it came, without the last line end and without empty lines.
    public var text = 0..<0
    /// Where strand B's record begins in the text.
    var startB = 0
    /// The names of the strands, empty in tables.
    public var nameA = 0..<0, nameB = 0..<0
    /// The strands, without line ends.
    public var strandA = 0..<0, strandB = 0..<0
    /// The label's text, empty where none was asked for.
    public var label = 0..<0
    /// Whether the text is FASTA or FASTQ, not a table.
    public var isSequenceText = false
    /// For a rejected entry: its place in the batch's rejections.
    public var rejection = 0
}

/// Some pairs as they were read. Kept from batch to batch, it allocates nothing once it has grown.
public struct PairBatch: Sendable {
    /// The memory that the entries' ranges refer to.
    public internal(set) var bytes: [UInt8] = []
    /// Pairs, headers, comments and rejected records, in the order of the input.
    public internal(set) var entries: [PairEntry] = []
    /// Why records were rejected.
    public internal(set) var rejections: [InputError] = []
    /// The input's name in messages.
    public internal(set) var path = ""
    /// The file of strands B, where they have one of their own.
    public internal(set) var matesPath = ""
    /// The text before the place where reading of the file began; nil where that was its first line.
    var textBefore: TextBefore?
    /// Where empty lines were inside records, by places in `bytes`.
    var emptyLines: [EmptyLines] = []

    /// An empty batch.
    public init() {}

    /// Forgets everything and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        rejections.removeAll(keepingCapacity: true)
        emptyLines.removeAll(keepingCapacity: true)
        textBefore = nil
    }

    /// An error of this batch, with the number that its line has in the whole file.
    public func located(_ error: InputError) -> InputError {
        guard let textBefore else { return error }
        return error.moved(behind: textBefore.lineCount())
    }

    /// A place in this batch, with the number that its line has in the whole file; 0 where that cannot be found.
    public func located(_ place: Location) -> Location {
        guard let textBefore else { return place }
        return Location(path: place.path, line: textBefore.lineCount().map { place.line + $0 } ?? 0)
    }

    mutating func append(_ piece: some Collection<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: piece)
        return start..<bytes.count
    }

    /// Adds the text of a record.
    mutating func append(_ record: SequenceRecord) -> Range<Int> {
        for empty in record.emptyLines {
            emptyLines.append(EmptyLines(place: bytes.count + empty.place, count: empty.count))
        }
        return append(record.text)
    }

    /// Where the name and the letters of a record are whose text was added at `place`: in the text, but letters of several
    /// lines behind it all.
    mutating func nameAndLetters(
        of record: borrowing SequenceRecord, at place: Int
    ) -> (name: Range<Int>, letters: Range<Int>) {
        let name = place + 1..<place + record.nameEnd
        if record.isWrapped { return (name, append(record.joined)) }
        return (name, place + record.letters.lowerBound..<place + record.letters.upperBound)
    }

    mutating func reject(_ error: InputError, line: Int, text: Range<Int>) {
        entries.append(PairEntry(kind: .rejected, line: line, text: text, rejection: rejections.count))
        rejections.append(error)
    }

    /// Where letter `offset` of a strand of `entry` stands: the line is found in the record's text.
    public func location(of entry: PairEntry, inB: Bool, offset: Int) -> Location {
        guard entry.isSequenceText else { return Location(path: path, line: entry.line) }
        let start = inB ? entry.startB : entry.text.lowerBound
        var line = inB ? entry.lineB : entry.line
        var (at, seen) = (start, 0)
        // The letters follow the header, line by line, until the offset is reached.
        for part in bytes[start..<entry.text.upperBound].split(separator: 10, omittingEmptySubsequences: false) {
            if at > start {
                line += emptyLines.reduce(0) { $0 + ($1.place == at ? $1.count : 0) }
                seen += part.count
                if seen > offset { break }
            }
            line += 1
            at += part.count + 1
        }
        return Location(path: inB && !matesPath.isEmpty ? matesPath : path, line: line)
    }
}
