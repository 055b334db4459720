// LineScanner: the lines of an input, one at a time, in a rolling buffer.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of an input without their ends (LF or CRLF), counted from 1.
///
/// A class, because it is a position in one input: a copy would read on from a stale position.
public final class LineScanner {
    private let source: ByteSource
    /// The rolling buffer; `line` is a range of its indices.
    public private(set) var buffer: [UInt8]
    /// The current line: the one that was read last.
    public private(set) var line = 0..<0
    /// The number of the current line, from 1; 0 before the first.
    public private(set) var number = 0
    /// Offset of the current line in the unpacked text, counted from where reading began.
    private(set) var position = 0
    /// Bytes of the text that are no longer in the buffer.
    private var dropped = 0
    private var filled = 0
    private var next = 0
    private var isAtEnd = false
    /// The longest line that is read, in bytes. The limit bounds the memory for any input.
    public static let mostBytes = 1 << 22
    private let longest: Int
    private var holdsReturns = false
    private var pending: InputError?

    /// Reads the lines of `source`, `capacity` bytes at first. A line of more than `longest` bytes is an error.
    public init(_ source: ByteSource, capacity: Int = 1 << 18, longest: Int = LineScanner.mostBytes) {
        self.source = source
        self.longest = longest
        buffer = [UInt8](repeating: 0, count: max(capacity, 16))
    }

    /// The input's name in messages.
    public var path: String { source.path }

    /// Bytes read so far, as stored in the file (packed).
    var bytesRead: Int { source.bytesRead }

    /// Bytes of text in the lines read so far.
    var textRead: Int { dropped + next }

    /// The location of the current line.
    public var location: Location { Location(path: source.path, line: number) }

    /// Reads the next line; returns false at the end. Throws the source's error once all whole lines before it were
    /// returned, and `malformed` for a line that is too long or has a carriage return before its end.
    public func advance() throws(InputError) -> Bool {
        var searched = next
        while true {
            if let end = endOfLine(from: searched) {
                return try take(upTo: end, then: end + 1)
            }
            searched = filled
            if isAtEnd {
                if let pending { throw located(pending) }
                if next == filled { return false }
                return try take(upTo: filled, then: filled)
            }
            searched -= next
            try load(keeping: next)
            searched += next
        }
    }

    /// Reads the next chunk of the source into the buffer.
    private func load(keeping kept: Int) throws(InputError) {
        try makeRoom(keeping: kept)
        do throws(InputError) {
            let count = try source.read(into: &buffer, from: filled)
            if count == 0 { isAtEnd = true }
            if !holdsReturns { holdsReturns = place(of: 13, in: filled..<filled + count) != nil }
            filled += count
        } catch {
            // An incomplete last line is not returned.
            isAtEnd = true
            pending = error
        }
    }

    /// The lines after the current one that end within the next `bytes` bytes, at most `most` of them, without
    /// advancing. A failure of the source is kept for `advance`.
    func peek(lines most: Int, bytes: Int) throws(InputError) -> [ArraySlice<UInt8>] {
        var ends: [Int] = []
        // Offsets count from `next`, which moves when room is made.
        var searched = 0
        while ends.count < most {
            if let end = endOfLine(from: next + searched) {
                guard end - next < bytes else { break }
                ends.append(end - next)
                searched = end - next + 1
                continue
            }
            guard !isAtEnd, filled - next < bytes, filled - line.lowerBound < longest else { break }
            searched = filled - next
            // The current line must stay in the buffer.
            try load(keeping: min(line.lowerBound, next))
        }
        if isAtEnd, pending == nil, ends.count < most, filled > next + searched, filled - next < bytes {
            ends.append(filled - next)
        }
        var start = next
        return ends.map { offset in
            let end = next + offset
            defer { start = end + 1 }
            return buffer[start..<(end > start && buffer[end - 1] == 13 ? end - 1 : end)]
        }
    }

    private func endOfLine(from start: Int) -> Int? { place(of: 10, in: start..<max(start, filled)) }

    /// The first index in `range` of the buffer at which `byte` occurs.
    func place(of byte: Int32, in range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        // SAFETY: memchr reads the range only, which lies inside the buffer.
        return buffer.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + range.lowerBound, byte, range.count) else {
                return nil
            }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    /// Appends the current line to `bytes` and returns its range there.
    func appendLine(to bytes: inout [UInt8]) -> Range<Int> {
        let start = bytes.count
        // SAFETY: the line lies inside the buffer. (Retaining and releasing a slice of it takes longer than the
        // copy.)
        buffer.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[line])) }
        return start..<bytes.count
    }

    /// The number of bytes from offset `start` of the current line to the first space or tab, or to its end.
    func wordLength(from start: Int) -> Int {
        let from = line.lowerBound + start
        let end = place(of: 32, in: from..<line.upperBound) ?? line.upperBound
        return (place(of: 9, in: from..<end) ?? end) - from
    }

    /// Whether the current line equals the beginning of `text` from byte `start` on. `text` is at least as long as
    /// the line.
    func matches(_ text: [UInt8], from start: Int) -> Bool {
        LineScanner.areEqual(buffer, at: line.lowerBound + start, text, at: start, count: line.count - start)
    }

    /// Whether two texts are equal in `range`.
    static func areEqual(_ a: [UInt8], _ b: [UInt8], in range: Range<Int>) -> Bool {
        areEqual(a, at: range.lowerBound, b, at: range.lowerBound, count: range.count)
    }

    private static func areEqual(_ a: [UInt8], at startA: Int, _ b: [UInt8], at startB: Int, count: Int) -> Bool {
        precondition(count >= 0 && startA + count <= a.count && startB + count <= b.count)
        // SAFETY: memcmp reads `count` bytes from each start, which lie inside the arrays.
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return true }
                return memcmp(a + startA, b + startB, count) == 0
            }
        }
    }

    /// The index of the first byte of the current line that is not a printable ASCII character; a space counts as not
    /// printable.
    func unprintable() -> Int? {
        // SAFETY: the line lies inside the buffer.
        return buffer.withUnsafeBufferPointer { bytes in
            let line = UnsafeBufferPointer(rebasing: bytes[line])
            var bad: UInt8 = 0
            for byte in line { bad |= byte &- 33 > 93 ? 1 : 0 }  // below 33 it wraps round to a large number
            return bad == 0 ? nil : line.firstIndex { !(33...126).contains($0) }
        }
    }

    private func take(upTo end: Int, then start: Int) throws(InputError) -> Bool {
        number += 1
        position = dropped + next
        let first = number == 1 ? try textStart(next..<end) : next
        line = first..<(end > first && buffer[end - 1] == 13 ? end - 1 : end)
        next = start
        // A file with CR line ends (old Macs) would be one single line, and all records but the first would be lost.
        if holdsReturns, place(of: 13, in: line) != nil {
            throw .malformed(
                location, seen: "a carriage return inside the line",
                expected: "lines that end in LF or CR LF: try tr '\\r' '\\n'")
        }
        return true
    }

    /// Where the text begins in the first line: after the UTF-8 byte-order mark. Throws for packed or binary data.
    @inline(never)
    private func textStart(_ line: Range<Int>) throws(InputError) -> Int {
        if let packed = PackedFormat(buffer[line]) { throw packed.error(at: location) }
        return buffer[line].starts(with: [0xef, 0xbb, 0xbf]) ? line.lowerBound + 3 : line.lowerBound
    }

    /// Makes room for a chunk and drops what lies before `kept`, which is at most `next`.
    private func makeRoom(keeping kept: Int) throws(InputError) {
        if kept > 0 {
            buffer.replaceSubrange(0..<filled - kept, with: Array(buffer[kept..<filled]))
            filled -= kept
            dropped += kept
            next -= kept
            line = max(line.lowerBound, kept) - kept..<max(line.upperBound, kept) - kept
        }
        if filled == buffer.count {
            guard filled < longest else {
                throw .malformed(
                    Location(path: source.path, line: number + 1), seen: "a line of more than \(longest) bytes",
                    expected: "lines of short strands")
            }
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
        }
    }

    private func located(_ error: InputError) -> InputError {
        if case .damaged(let location, let what) = error {
            return .damaged(Location(path: location.path, line: number + 1), what)
        }
        return error
    }
}
