// ModelBytes: a model file taken apart and put together again with right checksums, apart from the program's own code.

/// The bytes of a model file, as seqgan-model(5) describes them.
public enum ModelBytes {
    /// A file's header as text, and its data.
    public static func parts(_ bytes: [UInt8]) -> (header: String, data: [UInt8]) {
        let length = headerLength(bytes)
        return (String(decoding: bytes[8..<8 + length], as: UTF8.self), Array(bytes[(8 + length)...]))
    }

    /// The length of the header, as the first eight bytes say it.
    public static func headerLength(_ bytes: [UInt8]) -> Int {
        bytes[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    }

    /// The file of a header and data, with both checksums made anew wherever the header has their keys.
    public static func file(_ header: String, _ data: [UInt8]) -> [UInt8] { file(Array(header.utf8), data) }

    /// The file of a header that may be no text, and data.
    public static func file(_ header: [UInt8], _ data: [UInt8]) -> [UInt8] {
        let zeroed = with("crc32.header", "00000000", with("crc32.data", digits(data), header))
        let whole = with("crc32.header", digits(zeroed), zeroed)
        return (0..<8).map { UInt8(truncatingIfNeeded: whole.count >> (8 * $0)) } + whole + data
    }

    private static func with(_ key: String, _ digits: String, _ header: [UInt8]) -> [UInt8] {
        var header = header
        for place in header.ranges(of: Array("\"\(key)\":\"".utf8)) {
            header.replaceSubrange(place.upperBound..<place.upperBound + 8, with: Array(digits.utf8))
        }
        return header
    }

    /// CRC-32 as in gzip, bit by bit, as the manual of the format describes it; eight hexadecimal digits.
    private static func digits(_ bytes: [UInt8]) -> String {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        let digits = String(~crc, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
