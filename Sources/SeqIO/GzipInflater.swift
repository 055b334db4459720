// GzipInflater: zlib's inflate on arrays: one gzip member at a time, or many BGZF blocks at once.

import CZlib
import Dispatch

/// Unpacks the members of a gzip stream, one after the other.
final class Inflater {
    enum Status {
        case going
        case memberEnd
        case failed(String)
    }

    private var stream = z_stream()
    private(set) var isBetweenMembers = true
    private var isReady = false

    deinit { if isReady { inflateEnd(&stream) } }

    /// Prepares for a new member; returns false where zlib has no memory.
    func reset() -> Bool {
        isBetweenMembers = false
        if isReady { return inflateReset(&stream) == Z_OK }
        // 15 + 16: the largest window, with gzip's header and trailer checked.
        isReady = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        return isReady
    }

    /// Marks the current member as read by other code.
    func endMember() { isBetweenMembers = true }

    /// Unpacks `range` of `raw` into `buffer` from `start` on; returns the bytes used, the bytes made, and the
    /// status.
    func inflate(_ raw: [UInt8], _ range: Range<Int>, _ buffer: inout [UInt8], _ start: Int) -> (Int, Int, Status) {
        let room = buffer.count - start
        // SAFETY: zlib reads `range` of raw and writes at most `room` bytes from `start` on; both arrays outlive the
        // call.
        let code = raw.withUnsafeBufferPointer { input in
            buffer.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + range.lowerBound })
                stream.avail_in = UInt32(range.count)
                stream.next_out = output.baseAddress.map { $0 + start }
                stream.avail_out = UInt32(min(room, 1 << 30))
                let given = stream.avail_out
                defer { lastMade = Int(given - stream.avail_out) }
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
        }
        let used = range.count - Int(stream.avail_in)
        switch code {
        case Z_OK, Z_BUF_ERROR: return (used, lastMade, .going)
        case Z_STREAM_END:
            isBetweenMembers = true
            return (used, lastMade, .memberEnd)
        default:
            let message = stream.msg.map { String(cString: $0) } ?? "zlib error \(code)"
            return (used, lastMade, .failed(message))
        }
    }

    private var lastMade = 0
}

/// Unpacks BGZF blocks (SAM specification, section 4.1), many at once on all cores, and returns their text in order.
final class BlockInflater {
    private struct Block: Sendable {
        var start: Int
        var count: Int
        var outStart: Int
        var outCount: Int
    }

    private static let most = 64
    private let unpacking: Unpacking
    private var blocks: [Block] = []
    private var out = [UInt8](repeating: 0, count: most << 16)
    private var ready = 0..<0
    /// The fault of a block, once the text of all blocks before it has been returned.
    private(set) var failure: String?
    /// Whether the last block was the empty one that ends a BGZF file.
    private(set) var sawEndMarker = false
    /// Whether the next bytes are not a BGZF block.
    private(set) var needsOrdinaryReading = false

    init(_ unpacking: Unpacking) { self.unpacking = unpacking }

    var isDrained: Bool { ready.isEmpty }

    /// Whether bytes begin with the header of a BGZF block: a gzip header whose first extra field is BC, of two
    /// bytes.
    static func isBlock(_ bytes: ArraySlice<UInt8>) -> Bool {
        let b = bytes.startIndex
        return bytes.count >= 18 && bytes[b] == 0x1f && bytes[b + 1] == 0x8b && bytes[b + 2] == 8 && bytes[b + 3] == 4
            && bytes[b + 10] == 6 && bytes[b + 11] == 0 && bytes[b + 12] == 66 && bytes[b + 13] == 67
            && bytes[b + 14] == 2 && bytes[b + 15] == 0
    }

    /// Unpacks the whole blocks at the start of `range`; returns the number of bytes they take, 0 where there is
    /// none.
    func load(_ raw: [UInt8], _ range: Range<Int>) -> Int {
        blocks.removeAll(keepingCapacity: true)
        var at = range.lowerBound
        var outAt = 0
        while blocks.count < BlockInflater.most {
            let rest = raw[at..<range.upperBound]
            guard rest.count >= 18 else { break }
            guard BlockInflater.isBlock(rest) else {
                needsOrdinaryReading = blocks.isEmpty
                break
            }
            let size = Int(raw[at + 16]) + Int(raw[at + 17]) << 8 + 1
            guard size >= 26, rest.count >= size else {
                needsOrdinaryReading = size < 26
                break
            }
            let length = (0..<4).reduce(0) { $0 + Int(raw[at + size - 4 + $1]) << (8 * $1) }
            guard length <= 1 << 16 else {
                needsOrdinaryReading = blocks.isEmpty
                break
            }
            blocks.append(Block(start: at, count: size, outStart: outAt, outCount: length))
            outAt += length
            at += size
        }
        guard let last = blocks.last else { return 0 }
        sawEndMarker = last.outCount == 0
        unpack(raw, made: outAt)
        return at - range.lowerBound
    }

    private func unpack(_ raw: [UInt8], made: Int) {
        let blocks = blocks
        var good = [Bool](repeating: false, count: blocks.count)
        // SAFETY: every block reads its own bytes of raw and writes its own bytes of out and its own flag; the arrays
        // outlive concurrentPerform, which returns when all blocks are done.
        raw.withUnsafeBufferPointer { input in
            out.withUnsafeMutableBufferPointer { output in
                good.withUnsafeMutableBufferPointer { good in
                    nonisolated(unsafe) let (input, output, good) = (input, output, good)
                    let inflate: @Sendable (Int) -> Void = { k in
                        let block = blocks[k]
                        good[k] = BlockInflater.inflate(
                            UnsafeBufferPointer(rebasing: input[block.start..<block.start + block.count]),
                            UnsafeMutableBufferPointer(
                                rebasing: output[block.outStart..<block.outStart + block.outCount]))
                    }
                    switch unpacking {
                    case .ahead: DispatchQueue.concurrentPerform(iterations: blocks.count, execute: inflate)
                    case .inTurn: blocks.indices.forEach(inflate)
                    }
                }
            }
        }
        if let bad = good.firstIndex(of: false) {
            failure = "a BGZF block is damaged"
            ready = 0..<blocks[bad].outStart
        } else {
            ready = 0..<made
        }
    }

    /// Unpacks one block; returns false unless it fills `output` exactly and its checksum matches.
    private static func inflate(_ input: UnsafeBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>)
        -> Bool
    {
        var stream = z_stream()
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return false
        }
        defer { inflateEnd(&stream) }
        var spare: UInt8 = 0
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        return withUnsafeMutablePointer(to: &spare) { spare in
            // zlib needs a valid pointer for an empty block too.
            stream.next_out = output.baseAddress ?? spare
            stream.avail_out = UInt32(output.count)
            return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0
        }
    }

    /// Copies unpacked bytes into `buffer` from `start` on, as far as there is room; returns their number.
    func take(into buffer: inout [UInt8], from start: Int) -> Int {
        let count = min(ready.count, buffer.count - start)
        buffer.replaceSubrange(start..<start + count, with: out[ready.prefix(count)])
        ready = ready.dropFirst(count)
        return count
    }
}
