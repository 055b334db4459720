// PairBatch: a batch of pairs as they were read, in reused memory.

/// The kind of an entry of a batch.
public enum PairEntryKind: Sendable {
    /// A pair of strands.
    case pair
    /// The first line of a table, with the names of its columns; or one that was made, as `PairColumns` asks for it.
    case header
    /// A later line of a table that names the columns again.
    case repeatedHeader
    /// A comment, which is passed to the output unchanged.
    case comment
    /// A bad record; `rejection` refers to the reason.
    case rejected
}

/// A range of a batch's bytes, which are fewer than 2^32. It takes half of the memory of a range of Int: the entries
/// of a batch are to stay in the cache.
@propertyWrapper public struct BatchRange: Sendable {
    private var lower: UInt32, upper: UInt32

    /// Stores a range.
    public init(wrappedValue: Range<Int>) {
        (lower, upper) = (UInt32(wrappedValue.lowerBound), UInt32(wrappedValue.upperBound))
    }

    /// The range.
    public var wrappedValue: Range<Int> {
        get { Int(lower)..<Int(upper) }
        set { self = BatchRange(wrappedValue: newValue) }
    }
}

/// An entry of a batch. Its ranges refer to the batch's `bytes`.
public struct PairEntry: Sendable {
    /// The kind of the entry.
    public var kind: PairEntryKind
    /// The line number at which the entry begins.
    public var line: Int
    /// The line of strand B's record; 0 in tables.
    public var lineB = 0
    /// The text as read, without its last line end and without empty lines.
    @BatchRange public var text = 0..<0
    /// The name of strand A; empty for pairs of a table.
    @BatchRange public var nameA = 0..<0
    /// The name of strand B.
    @BatchRange public var nameB = 0..<0
    /// Strand A, without line ends.
    @BatchRange public var strandA = 0..<0
    /// Strand B.
    @BatchRange public var strandB = 0..<0
    /// The text of the label; empty where none was asked for.
    @BatchRange public var label = 0..<0
    /// Where the record of strand B begins in `bytes`.
    var startB = 0
    /// Whether the text is FASTA or FASTQ, not a table; of a made header, whether it is that of such records.
    public var isSequenceText = false
    /// The index in the batch's `conditions` of the first of this entry's.
    public var firstCondition = 0
    /// For a rejected entry: the index in the batch's `rejections`.
    public var rejection = 0
}

/// A batch of pairs as they were read. A reused batch allocates nothing once it has grown.
public struct PairBatch: Sendable {
    /// The memory that the entries' ranges refer to.
    public internal(set) var bytes: [UInt8] = []
    /// Pairs, headers, comments and rejected records, in the order of the input.
    public internal(set) var entries: [PairEntry] = []
    /// The reasons for rejected records.
    public internal(set) var rejections: [InputError] = []
    /// Which conditions have a column in the input; empty where none has one.
    public internal(set) var hasConditions: [Bool] = []
    /// The fields of the conditions of each pair, as many as there are conditions; they are nowhere read where there
    /// is no column.
    public internal(set) var conditions: [Range<Int>] = []
    /// The path of the input as messages show it.
    public internal(set) var path = ""
    /// The path of the file of strands B; empty where there is none.
    public internal(set) var matesPath = ""
    /// The text before the offset at which reading of the file began; nil where it began at the first line.
    var textBefore: TextBefore?
    /// Empty lines inside records, by offsets in `bytes`.
    var emptyLines: [EmptyLines] = []

    /// An empty batch.
    public init() {}

    /// Removes all entries and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        rejections.removeAll(keepingCapacity: true)
        emptyLines.removeAll(keepingCapacity: true)
        conditions.removeAll(keepingCapacity: true)
        hasConditions = []
        textBefore = nil
    }

    /// An error of this batch with line numbers that count from the start of the file.
    public func located(_ error: InputError) -> InputError {
        guard let textBefore else { return error }
        return error.shifted(byLines: textBefore.lineCount())
    }

    /// A location in this batch with a line number that counts from the start of the file; 0 where that cannot be
    /// found.
    public func located(_ place: Location) -> Location {
        guard let textBefore else { return place }
        return Location(path: place.path, line: textBefore.lineCount().map { place.line + $0 } ?? 0)
    }

    mutating func append(_ piece: some Collection<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: piece)
        return start..<bytes.count
    }

    /// Appends the text of a record.
    mutating func append(_ record: SequenceRecord) -> Range<Int> {
        for empty in record.emptyLines {
            emptyLines.append(EmptyLines(place: bytes.count + empty.place, count: empty.count))
        }
        return append(record.text)
    }

    /// The ranges of the name and the letters of a record whose text was appended at `place`. Letters of several
    /// lines are appended again, joined.
    mutating func nameAndLetters(
        of record: borrowing SequenceRecord, at place: Int
    ) -> (name: Range<Int>, letters: Range<Int>) {
        let name = place + 1..<place + record.nameEnd
        if record.isWrapped { return (name, append(record.joined)) }
        return (name, place + record.letters.lowerBound..<place + record.letters.upperBound)
    }

    /// Appends empty fields for the conditions of a pair, whose columns are `columns`, and returns the first's index.
    mutating func addConditions(_ columns: [Int]) -> Int {
        if hasConditions.isEmpty { hasConditions = columns.map { $0 >= 0 } }
        for _ in columns { conditions.append(0..<0) }
        return conditions.count - columns.count
    }

    mutating func reject(_ error: InputError, line: Int, text: Range<Int>) {
        entries.append(PairEntry(kind: .rejected, line: line, text: text, rejection: rejections.count))
        rejections.append(error)
    }

    /// The location of letter `offset` (from 0) of a strand of `entry`; its line is found from the text of the
    /// record.
    public func location(of entry: PairEntry, inB: Bool, offset: Int) -> Location {
        guard entry.isSequenceText else { return Location(path: path, line: entry.line) }
        let start = inB ? entry.startB : entry.text.lowerBound
        var line = inB ? entry.lineB : entry.line
        var (at, seen) = (start, 0)
        // Skip the header, then whole lines of letters, up to the line with the offset.
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
