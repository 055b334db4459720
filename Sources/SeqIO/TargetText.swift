// TargetText: the parts of FASTA and FASTQ text: titles, stretches of letters, ends of records.

/// Takes FASTA or FASTQ text apart, without limits on the lengths of lines and records.
struct TargetText {
    /// What comes next in the text.
    enum Part {
        /// The first line of a record without its mark.
        case title(ArraySlice<UInt8>)
        /// Letters, a range of `buffer`.
        case letters(Range<Int>)
        case recordEnd
        case end
    }

    private enum State {
        case start, title, lineStart, letters, plus, qualityStart, qualities, recordEnd, end
    }

    private(set) var buffer: [UInt8]
    private let source: ByteSource
    private let part: FilePart
    private var state = State.start
    private var at = 0, filled = 0
    /// Bytes of the text before the buffer, and the number of the current line.
    private var dropped = 0, line = 1
    private var isFASTQ = false
    /// Whether the buffer ended with a carriage return among letters, which is not told yet.
    private var holdsReturn = false
    /// The bytes that are looked at before all others.
    private static let leadingBytes = 8
    /// At least as many bytes of a line as a message shows.
    private static let shownBytes = 64
    private var title: [UInt8] = []
    /// Letters and qualities of the current record.
    private var letters = 0, qualities = 0
    /// Whether the current record begins in the part that is read.
    private var isWanted = false

    /// `chunk`: the bytes that are read at a time.
    init(path: String, part: FilePart?, _ unpacking: Unpacking, chunk: Int) throws(InputError) {
        source = try ByteSource(path: path, unpacking: unpacking)
        buffer = [UInt8](repeating: 0, count: max(chunk, TargetText.leadingBytes))
        self.part = part ?? FilePart()
    }

    var bytesRead: Int { source.bytesRead }

    private var location: Location { Location(path: source.path, line: line) }

    /// The next part of the records that are wanted.
    mutating func next() throws(InputError) -> Part {
        while true {
            if at == filled, try !load() { return try atEnd() }
            switch state {
            case .start: try begin()
            case .title: if let found = try readTitle() { return found }
            case .lineStart: if let found = try beginLine() { return found }
            case .letters: if let found = try readLetters() { return found }
            case .plus: try skipPlus()
            case .qualityStart, .qualities: try readQualities()
            case .recordEnd:
                state = .start
                if isWanted { return .recordEnd }
            case .end: return .end
            }
        }
    }

    private mutating func load() throws(InputError) -> Bool {
        if state == .end { return false }
        // A carriage return that may be the end of a line waits for the next byte.
        let held = holdsReturn ? 1 : 0
        if holdsReturn { buffer[0] = 13 }
        holdsReturn = false
        dropped += filled - held
        (at, filled) = (0, held)
        do throws(InputError) {
            // The first bytes tell other kinds of input.
            let least = dropped == 0 ? TargetText.leadingBytes : held + 1
            while filled < least {
                let count = try source.read(into: &buffer, from: filled)
                if count == 0 { break }
                filled += count
            }
        } catch {
            if case .damaged(let place, let what) = error {
                throw .damaged(Location(path: place.path, line: line), what)
            }
            throw error
        }
        return filled > held
    }

    /// The input ends: so does a record, unless it lacks qualities.
    private mutating func atEnd() throws(InputError) -> Part {
        switch state {
        case .title:
            state = .lineStart
            return try beginRecord() ?? .end
        case .plus, .qualityStart, .qualities, .lineStart, .letters:
            if isFASTQ, state == .lineStart || state == .letters || state == .plus || qualities < letters {
                throw .malformed(
                    location, seen: "the end of the input in record \(excerpt(title))",
                    expected: "a line with '+' and as many qualities as letters")
            }
            let isWanted = isWanted
            state = .end
            self.isWanted = false
            return isWanted ? .recordEnd : .end
        case .recordEnd:
            state = .end
            return isWanted ? .recordEnd : .end
        case .start, .end:
            state = .end
            return .end
        }
    }

    /// Skips empty lines up to the first line of a record.
    private mutating func begin() throws(InputError) {
        if dropped == 0, at == 0 {
            if let packed = PackedFormat(buffer[..<filled]) { throw packed.error(at: location) }
            if filled >= 3, buffer[..<3].elementsEqual([0xef, 0xbb, 0xbf]) { at = 3 }
        }
        while at < filled, buffer[at] == 10 || buffer[at] == 13 {
            if buffer[at] == 10 { line += 1 }
            at += 1
        }
        guard at < filled else { return }
        let mark = buffer[at]
        guard mark == UInt8(ascii: ">") || mark == UInt8(ascii: "@") else {
            throw noRecord()
        }
        isFASTQ = mark == UInt8(ascii: "@")
        let place = dropped + at
        isWanted = place > part.after && place <= part.last
        if place > part.last { state = .end }
        title.removeAll(keepingCapacity: true)
        (letters, qualities) = (0, 0)
        at += 1
        if state != .end { state = .title }
    }

    /// The error of a line that begins no record. More of it is read where the buffer ends before what a message shows.
    private mutating func noRecord() -> InputError {
        let place = location
        var text: [UInt8] = []
        repeat {
            let (end, isEnd) = lineEnd()
            text.append(contentsOf: buffer[at..<end])
            at = end
            if isEnd { break }
        } while text.count <= TargetText.shownBytes && (try? load()) == true
        return .malformed(
            place, seen: excerpt(text[...]),
            expected: "FASTA or FASTQ: a line '>name' or '@name' before the letters of a target")
    }

    /// The end of the current line in the buffer, or that of the buffer; and whether the line ends there.
    private func lineEnd() -> (end: Int, isEnd: Bool) {
        if let end = buffer[at..<filled].firstIndex(of: 10) { return (end, true) }
        return (filled, false)
    }

    private mutating func readTitle() throws(InputError) -> Part? {
        let (end, isEnd) = lineEnd()
        guard title.count + end - at < LineScanner.mostBytes else {
            throw .malformed(location, seen: "a title of more than \(LineScanner.mostBytes) bytes", expected: "names")
        }
        title.append(contentsOf: buffer[at..<end])
        at = end
        guard isEnd else { return nil }
        at += 1
        line += 1
        state = .lineStart
        return try beginRecord()
    }

    private mutating func beginRecord() throws(InputError) -> Part? {
        if title.last == 13 { title.removeLast() }
        // With CR line ends (old Macs) all of the file would be one title.
        if title.contains(13) {
            throw .malformed(
                location, seen: "a carriage return inside the line",
                expected: "lines that end in LF or CR LF: try tr '\\r' '\\n'")
        }
        return isWanted ? .title(title[...]) : nil
    }

    private mutating func beginLine() throws(InputError) -> Part? {
        let first = buffer[at]
        if isFASTQ, first == UInt8(ascii: "+") {
            state = .plus
        } else if !isFASTQ, first == UInt8(ascii: ">") {
            // The mark stays, for the next record.
            state = .start
            return isWanted ? .recordEnd : nil
        } else if isFASTQ, first == UInt8(ascii: "@") {
            throw .malformed(
                location, seen: "'@' among the letters of record \(excerpt(title))",
                expected: "letters, or a line with '+' and the qualities")
        } else {
            state = .letters
        }
        return nil
    }

    private mutating func readLetters() throws(InputError) -> Part? {
        let (end, isEnd) = lineEnd()
        var range = at..<end
        at = end
        if isEnd {
            at += 1
            line += 1
            state = .lineStart
        }
        // A carriage return before the end of a line is no letter.
        if let last = range.last, buffer[last] == 13 {
            range = range.dropLast()
            holdsReturn = !isEnd
        }
        letters += range.count
        return isWanted && !range.isEmpty ? .letters(range) : nil
    }

    private mutating func skipPlus() throws(InputError) {
        let (end, isEnd) = lineEnd()
        at = end
        guard isEnd else { return }
        at += 1
        line += 1
        state = letters == 0 ? .recordEnd : .qualityStart
    }

    private mutating func readQualities() throws(InputError) {
        let (end, isEnd) = lineEnd()
        for k in at..<end where buffer[k] != 13 { qualities += 1 }
        at = end
        state = .qualities
        guard qualities <= letters else {
            throw .malformed(
                location, seen: "more than \(counted(letters, "qualities")) in record \(excerpt(title))",
                expected: "\(letters), one for each letter")
        }
        guard isEnd else { return }
        at += 1
        if qualities == letters { state = .recordEnd }
        line += 1
    }
}

extension InputShard {
    /// The records of a file that belong to this part: those that begin in its share of the text. The file is read from
    /// its start; serial gzip once more, for the length of its text.
    func part(of path: String) throws(InputError) -> FilePart {
        let file = try BlockedFile(path)
        var length = file.size
        switch file.packing {
        case .plain: break
        case .blocks: length = try file.textLength(from: 0, to: file.size)
        case .stream:
            let source = try ByteSource(path: path)
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            length = 0
            while true {
                let count = try source.read(into: &buffer, from: 0)
                if count == 0 { break }
                length += count
            }
        }
        return FilePart(
            after: scaled(length, by: index - 1, over: count) - (index == 1 ? 1 : 0),
            last: index == count ? .max : scaled(length, by: index, over: count))
    }
}
