// Reading: what PairReader makes of an input, in a form that two ways of reading can be compared by.

@testable import SeqIO

/// All entries of an input, and the error that ended it.
struct Reading: Equatable {
    struct Entry: Equatable {
        var kind: PairEntryKind
        var line: Int, lineB: Int
        var text: [UInt8]
        var nameA: [UInt8], nameB: [UInt8]
        var strandA: [UInt8], strandB: [UInt8]
        var label: [UInt8]
        var isSequenceText: Bool
        var rejection: InputError?
        /// Where the first and the last letter of both strands stand.
        var locations: [Location]
    }

    var entries: [Entry] = []
    var error: InputError?

    /// Reads `paths` to their end. `chunk` bytes are read at a time, a batch is filled with about `bytes`.
    init(
        _ paths: [String], columns: PairColumns, letters: [LetterKind], mates: String? = nil, chunk: Int,
        bytes: Int = 1 << 17
    ) {
        var reader = PairReader(paths: paths, columns: columns, letters: letters, mates: mates, chunk: chunk)
        var batch = PairBatch()
        do throws(InputError) {
            while try reader.fill(&batch, bytes: bytes) {
                require(!batch.entries.isEmpty, "an empty batch before the end")
                add(batch)
            }
            require(batch.entries.isEmpty, "entries behind the end")
        } catch {
            add(batch)
            self.error = error
        }
    }

    private mutating func add(_ batch: PairBatch) {
        func bytes(_ range: Range<Int>) -> [UInt8] { Array(batch.bytes[range]) }
        for entry in batch.entries {
            var locations: [Location] = []
            if entry.kind == .pair {
                for (strand, inB) in [(entry.strandA, false), (entry.strandB, true)] where !strand.isEmpty {
                    locations.append(batch.location(of: entry, inB: inB, offset: 0))
                    locations.append(batch.location(of: entry, inB: inB, offset: strand.count - 1))
                }
            }
            entries.append(
                Entry(
                    kind: entry.kind, line: entry.line, lineB: entry.lineB, text: bytes(entry.text),
                    nameA: bytes(entry.nameA), nameB: bytes(entry.nameB), strandA: bytes(entry.strandA),
                    strandB: bytes(entry.strandB), label: bytes(entry.label), isSequenceText: entry.isSequenceText,
                    rejection: entry.kind == .rejected ? batch.rejections[entry.rejection] : nil,
                    locations: locations))
        }
    }

    /// The first way in which `other` differs, for a message.
    func difference(_ other: Reading) -> String {
        if let k = zip(entries, other.entries).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
            return "entry \(k): \(entries[k]) and \(other.entries[k])"
        }
        return "\(entries.count) and \(other.entries.count) entries, \(error as Any) and \(other.error as Any)"
    }
}

/// The lines of a text as an editor counts them: without LF, CR before it, and the byte-order mark of UTF-8.
func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    let hasMark = text.starts(with: [0xef, 0xbb, 0xbf])
    var lines = text.split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    if hasMark { lines[0] = lines[0].dropFirst(3) }
    return lines.map { $0.last == 13 ? $0.dropLast() : $0 }
}

/// Checks a documented error of an input of `count` lines at `path`, or of two records of which the second is at
/// `mates`.
func checkDocumented(_ error: InputError, path: String, mates: String? = nil, lines count: Int) {
    switch error {
    case .notMates(let placeA, _, let placeB, _):
        require(placeA.path == path && placeB.path == mates ?? path, "an error elsewhere: \(error)")
        require((1...max(1, count)).contains(placeA.line), "an error at line \(placeA.line) of \(count)")
        require(mates != nil || placeA.line < placeB.line && placeB.line <= count, "records at \(placeA), \(placeB)")
    case .malformed(let location, let seen, let expected):
        require(location.path == path, "an error elsewhere: \(error)")
        require((1...max(1, count + 1)).contains(location.line), "an error at line \(location.line) of \(count)")
        require(!seen.isEmpty && !expected.isEmpty, "an error that says nothing")
        require(error.description.utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "a control character in a message")
    default:
        require(false, "a whole input is \(error)")
    }
}
