// CRC32: the checksum of a model file's header and data.

/// The CRC-32 that gzip and PNG use (reflected polynomial 0xedb88320), computed eight bytes at a time.
///
/// Every command that uses a model checks it at startup, so the speed matters.
func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let table = crcTable
    var crc = ~UInt32(0)
    var at = bytes.startIndex
    while bytes.endIndex - at >= 8 {
        for k in 0..<4 { crc ^= UInt32(bytes[at + k]) << UInt32(8 * k) }
        var next: UInt32 = 0
        for k in 0..<4 { next ^= table[256 * (7 - k) + Int(crc >> UInt32(8 * k) & 255)] }
        for k in 4..<8 { next ^= table[256 * (7 - k) + Int(bytes[at + k])] }
        crc = next
        at += 8
    }
    for byte in bytes[at...] { crc = table[Int((crc ^ UInt32(byte)) & 255)] ^ crc >> 8 }
    return ~crc
}

/// Row k holds, for each byte value, its remainder when k more bytes follow it ("slicing by 8").
private let crcTable: [UInt32] = {
    var table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    for index in 256..<8 * 256 {
        let previous = table[index - 256]
        table.append(table[Int(previous & 255)] ^ previous >> 8)
    }
    return table
}()
