// LineScanner: the lines of an input, one at a time, in one rolling buffer.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of an input without their ends (LF or CRLF), counted from 1.
///
/// A class, since it is one place in one input: a copy would read on from nowhere.
public final class LineScanner {
    private let source: ByteSource
    /// The rolling buffer; `line` is a range of it.
    public private(set) var buffer: [UInt8]
    /// The line read last.
    public private(set) var line = 0..<0
    /// Its number.
    public private(set) var number = 0
    /// Where it begins in the unpacked text, counted from where reading began.
    private(set) var position = 0
    /// Bytes of the text that were dropped from the buffer.
    private var dropped = 0
    private var filled = 0
    private var next = 0
    private var isAtEnd = false
    /// The longest line, in bytes, that is read: memory stays small whatever comes.
    public static let mostBytes = 1 << 22
    private let longest: Int
    private var holdsReturns = false
    private var pending: InputError?

    /// Lines of `source`; a longer line than `longest` bytes is an error.
    public init(_ source: ByteSource, capacity: Int = 1 << 18, longest: Int = LineScanner.mostBytes) {
        self.source = source
        self.longest = longest
        buffer = [UInt8](repeating: 0, count: max(capacity, 16))
    }

    /// The input's name in messages.
    public var path: String { source.path }

    /// Bytes read so far, packed as they lie in the file.
    var bytesRead: Int { source.bytesRead }

    /// Bytes of text in the lines read so far.
    var textRead: Int { dropped + next }

    /// Where the line read last stands.
    public var location: Location { Location(path: source.path, line: number) }

    /// Reads the next line; false at the end. Throws what the source throws, after the last whole line before it, and
    /// `malformed` for a line that is too long or holds a carriage return before its end.
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

    /// Reads a piece more of the source into the buffer.
    private func load(keeping kept: Int) throws(InputError) {
        try makeRoom(keeping: kept)
        do throws(InputError) {
            let count = try source.read(into: &buffer, from: filled)
            if count == 0 { isAtEnd = true }
            if !holdsReturns { holdsReturns = place(of: 13, in: filled..<filled + count) != nil }
            filled += count
        } catch {
            // The rest of a line that was cut off is no line.
            isAtEnd = true
            pending = error
        }
    }

    /// The lines that follow the one read last, up to `most` of them and `bytes` altogether, without reading on: those that end
    /// inside that many bytes. A failure of the source is kept for `advance`.
    func peek(lines most: Int, bytes: Int) throws(InputError) -> [ArraySlice<UInt8>] {
        var ends: [Int] = []
        // Offsets from `next`, which moves when room is made.
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
            // The line read last stays where `line` finds it.
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

    /// The first place in `range` of the buffer where `byte` stands.
    func place(of byte: Int32, in range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        // SAFETY: memchr looks at the range, inside the buffer.
        return buffer.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + range.lowerBound, byte, range.count) else {
                return nil
            }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    /// Adds the line read last to `bytes`, and returns where it lies there.
    func appendLine(to bytes: inout [UInt8]) -> Range<Int> {
        let start = bytes.count
        // SAFETY: the line lies inside the buffer. (A slice of it would be held and let go of, which takes longer than the copy.)
        buffer.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[line])) }
        return start..<bytes.count
    }

    /// Bytes of the line read last from its `start`-th on, up to the first space or tab.
    func wordLength(from start: Int) -> Int {
        let from = line.lowerBound + start
        let end = place(of: 32, in: from..<line.upperBound) ?? line.upperBound
        return (place(of: 9, in: from..<end) ?? end) - from
    }

    /// Whether the line read last is like the beginning of `text`, which is no shorter, from the `start`-th byte on.
    func endsAlike(_ text: [UInt8], from start: Int) -> Bool {
        LineScanner.areAlike(buffer, at: line.lowerBound + start, text, at: start, count: line.count - start)
    }

    /// Whether two texts are alike in `range`.
    static func areAlike(_ a: [UInt8], _ b: [UInt8], in range: Range<Int>) -> Bool {
        areAlike(a, at: range.lowerBound, b, at: range.lowerBound, count: range.count)
    }

    private static func areAlike(_ a: [UInt8], at startA: Int, _ b: [UInt8], at startB: Int, count: Int) -> Bool {
        precondition(count >= 0 && startA + count <= a.count && startB + count <= b.count)
        // SAFETY: memcmp looks at `count` bytes from each start on, which are inside the arrays.
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return true }
                return memcmp(a + startA, b + startB, count) == 0
            }
        }
    }

    /// The first place in the line read last of a byte that is no printable character of ASCII, or a space.
    func unprintable() -> Int? {
        // SAFETY: the line lies inside the buffer.
        return buffer.withUnsafeBufferPointer { bytes in
            let line = UnsafeBufferPointer(rebasing: bytes[line])
            var bad: UInt8 = 0
            for byte in line { bad |= byte &- 33 > 93 ? 1 : 0 }  // below 33 it wraps to a large number
            return bad == 0 ? nil : line.firstIndex { !(33...126).contains($0) }
        }
    }

    private func take(upTo end: Int, then start: Int) throws(InputError) -> Bool {
        number += 1
        position = dropped + next
        let first = number == 1 ? try textStart(next..<end) : next
        line = first..<(end > first && buffer[end - 1] == 13 ? end - 1 : end)
        next = start
        // Lines of old Macs would else be one, and all but the first record lost.
        if holdsReturns, place(of: 13, in: line) != nil {
            throw .malformed(
                location, seen: "a carriage return inside the line",
                expected: "lines that end in LF or CR LF: try tr '\\r' '\\n'")
        }
        return true
    }

    /// Where the text begins in the first line: behind the byte-order mark of UTF-8. Throws where it is no text, but packed.
    @inline(never)
    private func textStart(_ line: Range<Int>) throws(InputError) -> Int {
        if let packed = PackedFormat(buffer[line]) { throw packed.error(at: location) }
        return buffer[line].starts(with: [0xef, 0xbb, 0xbf]) ? line.lowerBound + 3 : line.lowerBound
    }

    /// Makes room for a piece; what lies before `kept`, which is not behind `next`, is dropped.
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
