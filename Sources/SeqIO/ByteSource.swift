// ByteSource: the bytes of an input for its reader; what has to be unpacked in a row is unpacked ahead, on a thread.

import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which threads unpack an input.
public enum Unpacking: Sendable {
    /// A thread of its own, ahead of the reader; blocks of BGZF all cores.
    case ahead
    /// The thread that reads, as it comes to it.
    case inTurn
}

/// The bytes of an input, unpacked. Gzip is known by its first bytes, on standard input too; members follow each other.
///
/// Not Sendable: it belongs to whoever reads.
public final class ByteSource {
    /// The path as it stands in messages.
    public let path: String
    /// Bytes read so far, packed as they lie in the file.
    public private(set) var bytesRead = 0
    private let input: Input
    private let chunk: Int
    private let unpacking: Unpacking
    private var isOpened = false
    private var ahead: UnpackedAhead?

    /// The input, which one thread at a time reads.
    final class Input: Sendable {
        let bytes: Mutex<UnpackedBytes>
        init(_ bytes: sending UnpackedBytes) { self.bytes = Mutex(bytes) }
    }

    /// Opens a path, or standard input for `-`, and reads pieces of `chunk` bytes, of a file from byte `offset` on. Throws
    /// `cannotOpen`, or `cannotRead`.
    public init(
        path: String, chunk: Int = 1 << 18, from offset: Int = 0, unpacking: Unpacking = .ahead
    ) throws(InputError) {
        self.path = path == "-" ? "<stdin>" : path
        self.chunk = max(chunk, 1)
        self.unpacking = unpacking
        input = Input(try UnpackedBytes(path: path, chunk: chunk, from: offset, unpacking: unpacking))
    }

    /// The size of a file, packed as it lies, `-` for standard input; nil where it is no file, but a pipe or a terminal.
    public static func size(of path: String) -> Int? {
        var status = stat()
        guard (path == "-" ? fstat(0, &status) : stat(path, &status)) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    /// Fills `buffer` from `start` with at least one byte and returns how many, or 0 at the end.
    ///
    /// Throws `cannotRead`, or `damaged` (without a line: the reader of lines knows it) once all that could be
    /// unpacked has been delivered.
    public func read(into buffer: inout [UInt8], from start: Int) throws(InputError) -> Int {
        if !isOpened, unpacking == .ahead {
            isOpened = true
            let isStream = try input.bytes.withLock { bytes throws(InputError) in try bytes.isStream() }
            if isStream { ahead = UnpackedAhead(input, chunk: chunk) }
        }
        if let ahead {
            let count = try ahead.read(into: &buffer, from: start)
            bytesRead = ahead.bytesRead
            return count
        }
        let (count, total) = try input.bytes.withLock { bytes throws(InputError) in
            (try bytes.read(into: &buffer, from: start), bytes.bytesRead)
        }
        bytesRead = total
        return count
    }
}

/// An input that is unpacked ahead of its reader.
private final class UnpackedAhead {
    /// Bytes of the file, packed, behind what was handed out.
    private(set) var bytesRead = 0
    private let pieces: PiecesAhead<Piece>
    private var isEnded = false

    private struct Piece: Sendable {
        var bytes: [UInt8]
        /// How many of them were unpacked, and how many taken.
        var count = 0, taken = 0
        var bytesRead = 0
        var failure: InputError?
    }

    init(_ input: ByteSource.Input, chunk: Int) {
        pieces = PiecesAhead(empty: { Piece(bytes: [UInt8](repeating: 0, count: chunk)) }) { piece in
            input.bytes.withLock { bytes in UnpackedAhead.fill(&piece, bytes) }
        }
    }

    /// Reads a piece; true where it is the last.
    private static func fill(_ piece: inout Piece, _ bytes: UnpackedBytes) -> Bool {
        piece.taken = 0
        do throws(InputError) {
            piece.count = try bytes.read(into: &piece.bytes, from: 0)
        } catch {
            piece.count = 0
            piece.failure = error
        }
        piece.bytesRead = bytes.bytesRead
        return piece.count == 0
    }

    func read(into buffer: inout [UInt8], from start: Int) throws(InputError) -> Int {
        if isEnded { return 0 }
        var count = 0
        try pieces.use { piece throws(InputError) in
            bytesRead = piece.bytesRead
            isEnded = piece.count == 0
            if let failure = piece.failure { throw failure }
            count = min(piece.count - piece.taken, buffer.count - start)
            buffer.replaceSubrange(start..<start + count, with: piece.bytes[piece.taken..<piece.taken + count])
            piece.taken += count
            return piece.taken == piece.count
        }
        return count
    }
}
