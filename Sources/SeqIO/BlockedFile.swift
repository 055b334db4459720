// BlockedFile: the offsets at which reading of a file can start: any in plain text, those of blocks in BGZF.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random access to a file.
///
/// Not Sendable: it belongs to one reader.
final class BlockedFile {
    /// How a file is packed.
    enum Packing {
        case plain
        /// BGZF.
        case blocks
        /// Gzip that must be unpacked from its start.
        case stream
    }

    let path: String
    let size: Int
    private(set) var packing = Packing.plain
    private let descriptor: Int32
    private static let window = 1 << 17

    /// Opens a file. Throws `cannotOpen`, or `cannotRead`.
    init(_ path: String) throws(InputError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
        size = ByteSource.size(of: path) ?? 0
        let first = try bytes(at: 0, 18)
        if first.starts(with: [0x1f, 0x8b]) { packing = BlockInflater.isBlock(first[...]) ? .blocks : .stream }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The first offset, from `offset` on, at which reading can start; the size of the file where there is none.
    ///
    /// In BGZF it is the offset of what looks like a block header and is followed by another one or by the end of the
    /// file. `textLength`, which follows the blocks from the start of the range, verifies that a block begins there.
    func firstEntry(from offset: Int) throws(InputError) -> Int {
        guard packing == .blocks else { return min(offset, size) }
        var start = offset
        while start < size {
            let piece = try bytes(at: start, BlockedFile.window + 17)
            for k in 0..<min(BlockedFile.window, piece.count) where piece[k] == 0x1f {
                guard let length = BlockedFile.blockLength(piece[k...]) else { continue }
                let next = start + k + length
                if next == size { return start + k }
                if next < size, BlockInflater.isBlock(try bytes(at: next, 18)[...]) { return start + k }
            }
            start += BlockedFile.window
        }
        return size
    }

    /// The length of the text between two such offsets. Throws `damaged` where the blocks do not lead from one to the
    /// other.
    func textLength(from start: Int, to end: Int) throws(InputError) -> Int {
        guard packing == .blocks else { return end - start }
        var (at, length) = (start, 0)
        var header = try bytes(at: at, 18)
        while at < end {
            guard let size = BlockedFile.blockLength(header[...]), at + size <= end else {
                throw .damaged(
                    Location(path: path, line: 0),
                    "the BGZF blocks end early and cannot be cut: no block begins at byte \(at) of the file")
            }
            let last = try bytes(at: at + size - 4, 22)  // the length of a block's text, and the next block's header
            length += (0..<min(4, last.count)).reduce(0) { $0 + Int(last[$1]) << (8 * $1) }
            header = Array(last.dropFirst(4))
            at += size
        }
        return length
    }

    /// The length of the block that begins with these bytes; nil where no block does.
    private static func blockLength(_ header: ArraySlice<UInt8>) -> Int? {
        guard BlockInflater.isBlock(header) else { return nil }
        let first = header.startIndex
        let length = Int(header[first + 16]) + Int(header[first + 17]) << 8 + 1
        return length < 26 ? nil : length
    }

    /// Up to `count` bytes of the file from `offset` on; fewer at its end.
    private func bytes(at offset: Int, _ count: Int) throws(InputError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            // SAFETY: pread writes at most the bytes after the first `filled`.
            let made = bytes.withUnsafeMutableBytes { piece in
                pread(descriptor, piece.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
            }
            if made < 0 {
                if errno == EINTR { continue }
                throw .cannotRead(path: path, code: errno)
            }
            if made == 0 { break }
            filled += made
        }
        bytes.removeLast(count - filled)
        return bytes
    }
}
