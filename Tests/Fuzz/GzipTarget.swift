// GzipTarget: gzip and BGZF, damaged or not: the same bytes however they are read, and never too few in silence.

import Glibc

@testable import SeqIO

enum GzipTarget {
    private static let file = MemoryFile()
    private static let limit = 1 << 17

    /// The first byte: 0 to 127, the rest is a file as it stands; else the rest is packed first, and then damaged.
    static func run(_ input: [UInt8]) {
        var choices = Choices(input)
        let kind = choices.byte()
        if kind < 128 { readAsItStands(choices.bytes) } else { readPacked(kind, &choices) }
    }

    private static func readAsItStands(_ packed: [UInt8]) {
        let isGzip = packed.count >= 2 && packed[0] == 0x1f && packed[1] == 0x8b
        guard let expected = isGzip ? Packing.unpacked(packed, limit: limit) : (packed, true) else { return }
        file.hold(packed)
        let whole = read(chunk: 1 << 14)
        let isBlocks = BlockInflater.isBlock(packed[...])
        check(whole, expected, mayBeCut: isBlocks)
        for chunk in packed.count <= 4096 ? [1, 7] : [999] {
            let again = read(chunk: chunk)
            require(
                again.bytes == whole.bytes, "chunks of \(chunk): \(again.bytes.count) of \(whole.bytes.count) bytes")
            require(again.error == whole.error, "chunks of \(chunk): \(again.error as Any), not \(whole.error as Any)")
        }
        let ahead = readAhead(chunk: 4096)
        require(ahead.bytes == whole.bytes && ahead.error == whole.error, "reading ahead differs")
    }

    /// What was read against what zlib makes of the whole.
    private static func check(
        _ read: (bytes: [UInt8], error: InputError?), _ expected: (bytes: [UInt8], isWhole: Bool), mayBeCut: Bool
    ) {
        require(expected.bytes.starts(with: read.bytes), "other bytes than zlib's")
        if let error = read.error {
            guard case .damaged(let location, let what) = error else { return require(false, "\(error)") }
            require(location == Location(path: file.path, line: 0) && !what.isEmpty, "\(error)")
            // A block with a wrong end is given up as a whole, and BGZF without an end marker is cut off.
            require(!expected.isWhole || mayBeCut, "good data refused: \(error)")
            require(mayBeCut || read.bytes == expected.bytes, "bytes before the damage are lost")
        } else {
            require(expected.isWhole, "damage not seen")
            require(read.bytes == expected.bytes, "\(read.bytes.count) of \(expected.bytes.count) bytes, in silence")
        }
    }

    /// Bits of `kind`: blocks or members; damage: none, cut, or a flipped bit.
    private static func readPacked(_ kind: UInt8, _ choices: inout Choices) {
        let size = choices.number() % 4096 + 1
        let place = choices.number()
        // Copies, so that there are more blocks than are read at a time.
        let copies = kind & 8 == 0 ? 1 : Int(choices.byte()) + 1
        let text = Array(repeatElement(choices.bytes, count: copies).joined().prefix(1 << 16))
        guard text.count / size <= 200 else { return }
        let isBlocks = kind & 1 != 0
        var packed = isBlocks ? Packing.blocks(text, size: size) : Packing.members(text, size: size)
        let damage = kind >> 1 & 3
        let at = 2 + place % max(1, packed.count - 2)
        switch damage {
        case 1: packed.removeLast(packed.count - at)
        case 2: packed[at] ^= 1 << UInt8(place % 8)
        default: break
        }
        file.hold(packed)
        let chunk = kind & 16 == 0 ? 1 << 16 : Int(kind >> 5) * 50 + 1
        let result = read(chunk: chunk)
        // A flipped bit may be seen by the checksum only, behind the bytes that it changed.
        require(damage == 2 || text.starts(with: result.bytes), "other bytes than were packed")
        if result.error == nil {
            let isAtBorder = !isBlocks && damage == 1 && result.bytes.count % size == 0
            // A flip in a header can make another whole member of this one and the next; nothing shows it but blocks.
            let isUnseen = damage == 2 && (!isBlocks || at < 18)
            let isOther = isUnseen && Packing.unpacked(packed, limit: limit)?.isWhole == true
            require(
                result.bytes == text || isAtBorder || isOther,
                "\(result.bytes.count) of \(text.count) bytes, in silence")
            require(!(isBlocks && damage == 1), "a cut not seen")
        } else {
            require(damage == 1 || damage == 2, "\(result.error as Any)")
        }
        guard let expected = Packing.unpacked(packed, limit: limit) else { return }
        check(result, expected, mayBeCut: isBlocks)
    }

    private static func read(chunk: Int) -> (bytes: [UInt8], error: InputError?) {
        var bytes: [UInt8] = []
        do throws(InputError) {
            let source = try UnpackedBytes(path: file.path, chunk: chunk)
            try collect(&bytes) { buffer throws(InputError) in try source.read(into: &buffer, from: 3) }
        } catch { return (bytes, error) }
        return (bytes, nil)
    }

    private static func readAhead(chunk: Int) -> (bytes: [UInt8], error: InputError?) {
        var bytes: [UInt8] = []
        do throws(InputError) {
            let source = try ByteSource(path: file.path, chunk: chunk)
            try collect(&bytes) { buffer throws(InputError) in try source.read(into: &buffer, from: 3) }
        } catch { return (bytes, error) }
        return (bytes, nil)
    }

    private static func collect(
        _ bytes: inout [UInt8], _ read: (inout [UInt8]) throws(InputError) -> Int
    ) throws(InputError) {
        var buffer = [UInt8](repeating: 0xaa, count: 3 + 1000)
        while true {
            let count = try read(&buffer)
            require(count >= 0 && count <= 1000, "\(count) bytes into room for 1000")
            require(buffer.count == 1003 && buffer[..<3] == [0xaa, 0xaa, 0xaa], "the buffer was changed elsewhere")
            if count == 0 { return }
            bytes += buffer[3..<3 + count]
            require(bytes.count <= limit, "more bytes than zlib makes")
        }
    }
}
