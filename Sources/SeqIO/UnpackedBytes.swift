// UnpackedBytes: the bytes of a file or of standard input, gzip unpacked on the calling thread.

import CZlib

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The bytes of an input, unpacked. Gzip is recognised by its first bytes, on standard input too; it may have several
/// members.
///
/// Not Sendable: it belongs to one reader.
final class UnpackedBytes {
    /// The path as messages show it.
    let path: String
    /// Bytes read so far, as stored in the file (packed).
    private(set) var bytesRead = 0
    private let descriptor: Int32
    private let chunk: Int
    private let unpacking: Unpacking
    private var raw: [UInt8]
    private var rawRange = 0..<0
    private var isAtEnd = false
    private var inflater: Inflater?
    /// Whether only zero padding, as on tapes, may follow.
    private var isPadding = false
    private var isSniffed = false
    private var blocks: BlockInflater?
    /// The fault of a BGZF block that is being read as an ordinary member to recover its text.
    private var blockFailure: String?

    /// Opens a path, or standard input for `-`, to be read in chunks of `chunk` bytes from byte `offset` on. Throws
    /// `cannotOpen`, or `cannotRead`.
    init(path: String, chunk: Int, from offset: Int = 0, unpacking: Unpacking = .ahead) throws(InputError) {
        let isInput = path == "-"
        self.path = isInput ? "<stdin>" : path
        self.chunk = chunk
        self.unpacking = unpacking
        descriptor = isInput ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
        raw = [UInt8](repeating: 0, count: max(chunk, 1))
        if offset > 0, lseek(descriptor, off_t(offset), SEEK_SET) < 0 { throw .cannotRead(path: path, code: errno) }
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    /// Writes at least one byte into `buffer` from index `start` on and returns the number of bytes, or 0 at the end.
    ///
    /// Throws `cannotRead`, or `damaged` (without a line number, which the line reader adds) after all bytes that
    /// could be unpacked.
    func read(into buffer: inout [UInt8], from start: Int) throws(InputError) -> Int {
        if !isSniffed { try sniff() }
        if blocks != nil { return try readBlocks(into: &buffer, from: start) }
        if inflater != nil { return try readGzip(into: &buffer, from: start) }
        if rawRange.isEmpty { try refill() }
        let count = min(rawRange.count, buffer.count - start)
        buffer.replaceSubrange(start..<start + count, with: raw[rawRange.prefix(count)])
        rawRange = rawRange.dropFirst(count)
        return count
    }

    /// Whether the input is gzip that must be unpacked serially, not BGZF.
    func isStream() throws(InputError) -> Bool {
        if !isSniffed { try sniff() }
        return inflater != nil && blocks == nil
    }

    private func sniff() throws(InputError) {
        isSniffed = true
        while rawRange.count < 18, !isAtEnd { try refill(keeping: true) }
        if rawRange.count >= 2, raw[rawRange.lowerBound] == 0x1f, raw[rawRange.lowerBound + 1] == 0x8b {
            inflater = Inflater()
            if BlockInflater.isBlock(raw[rawRange]) { blocks = BlockInflater(unpacking) }
        }
    }

    /// Reads more raw bytes; with `keeping`, after the unused ones.
    private func refill(keeping: Bool = false) throws(InputError) {
        let left = keeping ? rawRange.count : 0
        if left > 0, rawRange.lowerBound > 0 {
            for k in 0..<left { raw[k] = raw[rawRange.lowerBound + k] }
        }
        if raw.count < left + chunk { raw.append(contentsOf: repeatElement(0, count: left + chunk - raw.count)) }
        var count = 0
        repeat {
            // SAFETY: the buffer has at least `chunk` bytes after the first `left`.
            count = raw.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + left }, chunk) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw .cannotRead(path: path, code: errno) }
        if count == 0 { isAtEnd = true }
        bytesRead += count
        rawRange = 0..<left + count
    }

    private func damaged(_ what: String) -> InputError { .damaged(Location(path: path, line: 0), what) }

    private func readGzip(into buffer: inout [UInt8], from start: Int) throws(InputError) -> Int {
        guard let inflater else { return 0 }
        while true {
            if rawRange.isEmpty, !isAtEnd { try refill() }
            if inflater.isBetweenMembers {
                if let blockFailure { throw damaged(blockFailure) }
                while rawRange.count < 2, !isAtEnd { try refill(keeping: true) }
                if rawRange.isEmpty { return 0 }
                isPadding = isPadding || raw[rawRange.lowerBound] == 0
                if isPadding, raw[rawRange].allSatisfy({ $0 == 0 }) {
                    rawRange = 0..<0
                    continue
                }
                guard !isPadding, raw[rawRange].starts(with: [0x1f, 0x8b]) else {
                    throw damaged("garbage after the end of the gzip data")
                }
                guard inflater.reset() else { throw damaged("zlib cannot start") }
            }
            let (used, made, status) = inflater.inflate(raw, rawRange, &buffer, start)
            rawRange = rawRange.dropFirst(used)
            switch status {
            case .going, .memberEnd: break
            case .failed(let message):
                if made == 0 { throw damaged("the gzip data are damaged: \(message)") }
            }
            if made > 0 { return made }
            if used == 0, rawRange.isEmpty, isAtEnd, !inflater.isBetweenMembers {
                throw damaged("the gzip data end early: the file is truncated")
            }
        }
    }

    private func readBlocks(into buffer: inout [UInt8], from start: Int) throws(InputError) -> Int {
        guard let blocks else { return 0 }
        while blocks.isDrained {
            if let failure = blocks.failure { throw damaged(failure) }
            var used = blocks.load(raw, rawRange)
            while used == 0, !isAtEnd, !blocks.needsOrdinaryReading {
                try refill(keeping: true)
                used = blocks.load(raw, rawRange)
            }
            rawRange = rawRange.dropFirst(used)
            if used > 0 { continue }
            guard rawRange.isEmpty else {
                try leaveBlocks(sawEndMarker: blocks.sawEndMarker)
                return try readGzip(into: &buffer, from: start)
            }
            guard blocks.sawEndMarker else {
                let file = path == "<stdin>" ? "FILE" : path
                throw damaged(
                    "no BGZF end-of-file block: the file is truncated, or was written without one: then try "
                        + "gzip -dc \(file) | seqgan ...")
            }
            return 0
        }
        return blocks.take(into: &buffer, from: start)
    }

    /// Switches to ordinary gzip reading where no whole block follows: at an ordinary member or padding after an end
    /// marker, at a damaged block, or at a truncated end.
    ///
    /// After a block that is not an end marker only a block may follow: damage to a block's header can turn it into
    /// an ordinary member whose extra field hides the text of this block and the next.
    private func leaveBlocks(sawEndMarker: Bool) throws(InputError) {
        let rest = raw[rawRange]
        blocks = nil
        if BlockInflater.isBlock(rest) {
            guard inflater?.reset() == true else { throw damaged("zlib cannot start") }
            blockFailure = "a BGZF block does not have the length that its header gives"
        } else {
            let isCut = rest.count < 18 && rest.starts(with: [0x1f, 0x8b].prefix(rest.count))
            guard sawEndMarker || isCut else {
                throw damaged("no BGZF block follows one that is not the end-of-file block: damaged or truncated")
            }
            inflater?.endMember()
        }
    }
}
