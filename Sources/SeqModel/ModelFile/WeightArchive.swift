// WeightArchive: named tensors and metadata as the bytes of a safetensors file, checked to the last bit.

/// Named tensors of floats with metadata, as a safetensors file: 8 bytes of header length, a JSON header, the data.
///
/// The metadata also hold `format`, `version` and CRC-32s of the header (its own digits read as zeros) and the data.
public struct WeightArchive: Equatable, Sendable {
    /// A tensor of 32-bit floats, row-major.
    public struct Tensor: Equatable, Sendable {
        /// Its name in the file.
        public var name: String
        /// Its sizes; their product is the number of values.
        public var shape: [Int]
        /// Its values.
        public var values: [Float]

        /// A tensor.
        public init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// What is said of the tensors.
    public var metadata: [String: String]
    /// The tensors, in the order of their data.
    public var tensors: [Tensor]
    /// The version of the format that it is in.
    public var version = newestVersion

    /// The version of the format that is written, and the newest that is read.
    public static let newestVersion = 2
    private static let checksumKey = "\"crc32.header\":\""

    /// An archive.
    public init(metadata: [String: String], tensors: [Tensor]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// The bytes of the file; the same archive gives the same bytes.
    public func encoded() -> [UInt8] {
        var data: [UInt8] = []
        var entries: [String] = []
        for tensor in tensors {
            let start = data.count
            for value in tensor.values {
                for shift in stride(from: UInt32(0), to: 32, by: 8) {
                    data.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
                }
            }
            let sizes = tensor.shape.map(String.init).joined(separator: ",")
            entries.append(
                "\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(sizes)],\"data_offsets\":[\(start),\(data.count)]}"
            )
        }
        var all = metadata
        all["format"] = "seqgan"
        all["version"] = String(version)
        all["crc32.data"] = hexadecimal(checksum(data[...]))
        all["crc32.header"] = "00000000"
        let described = all.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        entries.insert("\"__metadata__\":{\(described.joined(separator: ","))}", at: 0)
        var header = Array("{\(entries.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(32) }
        if let at = WeightArchive.checksumPlace(header[...]) {
            header.replaceSubrange(at..<at + 8, with: hexadecimal(checksum(header[...])).utf8)
        }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        return length + header + data
    }

    /// Reads a file's bytes. Throws where anything is not as `encoded` writes it.
    public init(decoding bytes: [UInt8]) throws(ModelError) {
        guard bytes.count >= 8 else { throw .notAModel("it ends at byte \(bytes.count)") }
        var length: UInt64 = 0
        for k in 0..<8 { length |= UInt64(bytes[k]) << (8 * UInt64(k)) }
        guard length <= UInt64(bytes.count - 8) else {
            guard length < 1 << 32, bytes.count > 8, bytes[8] == UInt8(ascii: "{") else {
                throw .notAModel("no safetensors header")
            }
            throw .damaged("it ends inside its header")
        }
        var header = bytes[8..<8 + Int(length)]
        guard header.first == UInt8(ascii: "{"), let at = WeightArchive.checksumPlace(header) else {
            throw .notAModel("no seqgan metadata in its header")
        }
        let found = String(decoding: header[at..<at + 8], as: UTF8.self)
        header.replaceSubrange(at..<at + 8, with: repeatElement(UInt8(ascii: "0"), count: 8))
        guard found == hexadecimal(checksum(header)) else { throw .damaged("the header's checksum differs") }
        let parsed = try SafetensorsHeader(header)
        guard parsed.metadata["format"] == "seqgan",
            let version = parsed.metadata["version"].flatMap(Int.init(plain:)), version > 0
        else {
            throw .notAModel("no format and version in its header")
        }
        guard version <= WeightArchive.newestVersion else {
            throw .newerVersion(found: version, known: WeightArchive.newestVersion)
        }
        let data = bytes[(8 + Int(length))...]
        tensors = try WeightArchive.tensors(parsed.tensors, data)
        guard parsed.metadata["crc32.data"] == hexadecimal(checksum(data)) else {
            throw .damaged("the weights' checksum differs")
        }
        for tensor in tensors where !tensor.values.allSatisfy(\.isFinite) {
            throw .inconsistent(field: tensor.name, found: "not finite", expected: "finite weights")
        }
        self.version = version
        metadata = parsed.metadata
        for key in ["format", "version", "crc32.data", "crc32.header"] { metadata[key] = nil }
    }

    /// The tensors in the order of their data, which they must fill without hole, overlap or rest.
    private static func tensors(_ entries: [String: SafetensorsHeader.Entry], _ data: ArraySlice<UInt8>)
        throws(ModelError)
        -> [Tensor]
    {
        var tensors: [Tensor] = []
        var end = 0
        for (name, entry) in entries.sorted(by: { ($0.value.offsets.first, $0.key) < ($1.value.offsets.first, $1.key) })
        {
            var count = 1
            for size in entry.shape {
                let (product, overflows) = count.multipliedReportingOverflow(by: size)
                guard size >= 0, !overflows, product <= data.count else {
                    throw .inconsistent(
                        field: "shape of \(name)", found: "\(entry.shape)", expected: "a size within the file")
                }
                count = product
            }
            let offsets = entry.offsets
            // The end is compared before it is subtracted from, which could overflow.
            guard entry.kind == "F32", offsets.first == end, (end...data.count).contains(offsets.end),
                offsets.end - end == 4 * count
            else {
                throw .inconsistent(
                    field: "place of \(name)", found: "\(entry.kind) [\(offsets.first), \(offsets.end)]",
                    expected: "F32 from \(end), \(4 * count) bytes")
            }
            end = offsets.end
            let start = data.startIndex + offsets.first
            let values = (0..<count).map { k in
                Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[start + 4 * k + $1]) << (8 * UInt32($1)) })
            }
            tensors.append(Tensor(name: name, shape: entry.shape, values: values))
        }
        guard end == data.count else {
            throw .damaged(end < data.count ? "bytes after its end: \(data.count - end)" : "it ends early")
        }
        return tensors
    }

    /// Where the eight digits of the header's checksum stand.
    private static func checksumPlace(_ header: ArraySlice<UInt8>) -> Int? {
        let key = Array(checksumKey.utf8)
        guard header.count > key.count + 8 else { return nil }
        for at in header.startIndex..<header.endIndex - key.count - 8
        where header[at] == key[0] && header[at + 1] == key[1] && header[at..<at + key.count].elementsEqual(key) {
            return at + key.count
        }
        return nil
    }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _ where scalar.value < 32:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}

/// CRC-32 as gzip and PNG use it (polynomial 0xedb88320), eight bytes at a time: a model is read at each start.
func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
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

/// Row k: what a byte comes to that k further bytes follow.
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
