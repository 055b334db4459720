// ByteSource: the bytes of an input for its reader; serial gzip is unpacked ahead on a thread of its own.

import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which threads unpack an input.
public enum Unpacking: Sendable {
    /// A thread of its own, ahead of the reader; BGZF blocks use all cores.
    case ahead
    /// The reading thread, on demand.
    case inTurn
}

/// The bytes of an input, unpacked. Gzip is recognised by its first bytes, on standard input too; it may have several
/// members.
///
/// Not Sendable: it belongs to one reader.
public final class ByteSource {
    /// The path as messages show it; standard input is `<stdin>`.
    public let path: String
    /// Bytes read so far, as stored in the file (packed).
    public private(set) var bytesRead = 0
    private let input: Input
    private let chunk: Int
    private let unpacking: Unpacking
    private var isOpened = false
    private var ahead: UnpackingPrefetcher?

    /// The input, used by one thread at a time.
    final class Input: Sendable {
        let bytes: Mutex<UnpackedBytes>
        init(_ bytes: sending UnpackedBytes) { self.bytes = Mutex(bytes) }
    }

    /// Opens a path, or standard input for `-`, to be read in chunks of `chunk` bytes from byte `offset` of the file
    /// on. Throws `cannotOpen`, or `cannotRead`.
    public init(
        path: String, chunk: Int = 1 << 18, from offset: Int = 0, unpacking: Unpacking = .ahead
    ) throws(InputError) {
        self.path = path == "-" ? "<stdin>" : path
        self.chunk = max(chunk, 1)
        self.unpacking = unpacking
        input = Input(try UnpackedBytes(path: path, chunk: chunk, from: offset, unpacking: unpacking))
    }

    /// The size of a file in bytes as stored (packed), `-` for standard input; nil for anything but a regular file.
    public static func size(of path: String) -> Int? {
        var status = stat()
        guard (path == "-" ? fstat(0, &status) : stat(path, &status)) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    /// Writes at least one byte into `buffer` from index `start` on and returns the number of bytes, or 0 at the end.
    ///
    /// Throws `cannotRead`, or `damaged` (without a line number, which the line reader adds) after all bytes that
    /// could be unpacked.
    public func read(into buffer: inout [UInt8], from start: Int) throws(InputError) -> Int {
        if !isOpened, unpacking == .ahead {
            isOpened = true
            let isStream = try input.bytes.withLock { bytes throws(InputError) in try bytes.isStream() }
            if isStream { ahead = UnpackingPrefetcher(input, chunk: chunk) }
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
private final class UnpackingPrefetcher {
    /// Bytes of the file, as stored, that the bytes handed out came from.
    private(set) var bytesRead = 0
    private let pieces: Prefetcher<Piece>
    private var isEnded = false

    private struct Piece: Sendable {
        var bytes: [UInt8]
        /// The number of bytes unpacked, and of those handed out.
        var count = 0, taken = 0
        var bytesRead = 0
        var failure: InputError?
    }

    init(_ input: ByteSource.Input, chunk: Int) {
        pieces = Prefetcher(empty: { Piece(bytes: [UInt8](repeating: 0, count: chunk)) }) { piece in
            input.bytes.withLock { bytes in UnpackingPrefetcher.fill(&piece, bytes) }
        }
    }

    /// Reads a piece; returns true where it is the last.
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
