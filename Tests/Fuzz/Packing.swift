// Packing: bytes as gzip members and BGZF blocks, and zlib's own view of such bytes.

import CZlib
import Glibc

enum Packing {
    /// A gzip member of `bytes`; with `extra` in its header.
    static func member(_ bytes: ArraySlice<UInt8>, level: CInt = 6) -> [UInt8] {
        var stream = z_stream()
        let isReady = deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size))
        require(isReady == Z_OK, "deflateInit2 failed")
        defer { deflateEnd(&stream) }
        var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
        // SAFETY: zlib reads the slice and writes no more than `packed` has room for.
        let made = bytes.withUnsafeBufferPointer { input in
            packed.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate failed")
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(packed[..<made])
    }

    /// A BGZF block of at most 65,280 `bytes`: a member whose header has room for its own length.
    static func block(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let plain = member(bytes)
        let size = plain.count + 8
        let extra: [UInt8] = [6, 0, 66, 67, 2, 0, UInt8((size - 1) & 255), UInt8((size - 1) >> 8)]
        return plain[..<3] + [4] + plain[4..<10] + extra + plain[10...]
    }

    /// `bytes` as BGZF with an end marker, in blocks of `size` bytes.
    static func blocks(_ bytes: [UInt8], size: Int) -> [UInt8] {
        pieces(bytes, size).flatMap { block($0) } + block([])
    }

    /// `bytes` as gzip members of `size` bytes each.
    static func members(_ bytes: [UInt8], size: Int) -> [UInt8] {
        bytes.isEmpty ? member([]) : pieces(bytes, size).flatMap { member($0) }
    }

    private static func pieces(_ bytes: [UInt8], _ size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
    }

    /// What zlib makes of gzip data that lie in memory as a whole: all members, and whether anything was wrong.
    static func unpacked(_ packed: [UInt8], limit: Int) -> (bytes: [UInt8], isWhole: Bool)? {
        var bytes: [UInt8] = []
        var rest = packed[...]
        while !rest.isEmpty {
            if rest.allSatisfy({ $0 == 0 }) { return (bytes, true) }
            guard rest.count >= 2, rest[rest.startIndex] == 0x1f, rest[rest.startIndex + 1] == 0x8b else {
                return (bytes, false)
            }
            guard let (more, used, isWhole) = inflatedMember(rest, limit: limit - bytes.count) else { return nil }
            bytes += more
            guard isWhole else { return (bytes, false) }
            rest = rest.dropFirst(used)
        }
        return (bytes, true)
    }

    /// Room that all members are unpacked into, one after the other.
    // SAFETY: a fuzzer calls its target on one thread.
    nonisolated(unsafe) private static var room: [UInt8] = []

    /// Nil where the member has more than `limit` bytes.
    private static func inflatedMember(_ packed: ArraySlice<UInt8>, limit: Int)
        -> (bytes: [UInt8], used: Int, isWhole: Bool)?
    {
        var stream = z_stream()
        let isReady = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        require(isReady == Z_OK, "inflateInit2 failed")
        defer { inflateEnd(&stream) }
        if room.count <= limit { room = [UInt8](repeating: 0, count: limit + 1) }
        // SAFETY: zlib reads the slice and writes no more than there is room for.
        let status = packed.withUnsafeBufferPointer { input in
            room.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return inflate(&stream, Z_NO_FLUSH)
            }
        }
        let made = room.count - Int(stream.avail_out)
        guard made <= limit else { return nil }
        return (Array(room[..<made]), packed.count - Int(stream.avail_in), status == Z_STREAM_END)
    }
}
