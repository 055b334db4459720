// WeightArchive: reads and writes the bytes of a model file: named tensors and metadata, with checksums.

/// Named tensors of 32-bit floats with metadata, stored as a safetensors file: the header's length in 8 bytes
/// (little-endian), a JSON header, the data.
///
/// In the file, the metadata also hold `format`, `version`, and the CRC-32 of the header and of the data. The header's
/// checksum is computed with its own eight digits set to zeros.
public struct WeightArchive: Equatable, Sendable {
    /// A tensor of 32-bit floats, row-major.
    public struct Tensor: Equatable, Sendable {
        /// The name in the file.
        public var name: String
        /// The dimensions; their product is the number of values.
        public var shape: [Int]
        /// The values, row-major.
        public var values: [Float]

        /// Creates a tensor; `values` must have as many elements as the product of `shape`.
        public init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// Keys and values that describe the tensors, without `format`, `version` and the checksums.
    public var metadata: [String: String]
    /// The tensors, in the order of their data.
    public var tensors: [Tensor]
    /// The format version that the archive was read from, or that it is written in.
    public var version = plainVersion

    /// The newest format version, in which models are written whose self maps have no bulges.
    public static let newestVersion = 5
    /// The format version in which other models with a bound are written.
    public static let boundVersion = 4
    /// The format version in which other models with conditions or an equilibrium are written.
    public static let equilibriumVersion = 3
    /// The format version in which all other models are written.
    public static let plainVersion = 2
    private static let checksumKey = "\"crc32.header\":\""

    /// Creates an archive in the format version `version`.
    public init(metadata: [String: String], tensors: [Tensor], version: Int = plainVersion) {
        self.metadata = metadata
        self.tensors = tensors
        self.version = version
    }

    /// The bytes of the file. Equal archives give equal bytes.
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
            let offsets = "\"data_offsets\":[\(start),\(data.count)]"
            entries.append("\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(sizes)],\(offsets)}")
        }
        var all = metadata
        all["format"] = "seqgan"
        all["version"] = String(version)
        all["crc32.data"] = hexadecimal(crc32(data[...]))
        all["crc32.header"] = "00000000"
        let described = all.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        entries.insert("\"__metadata__\":{\(described.joined(separator: ","))}", at: 0)
        var header = Array("{\(entries.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(32) }
        if let at = WeightArchive.checksumPlace(header[...]) {
            header.replaceSubrange(at..<at + 8, with: hexadecimal(crc32(header[...])).utf8)
        }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        return length + header + data
    }

    /// Reads the bytes of a file.
    ///
    /// Throws `notAModel` without a safetensors header of seqgan, `newerVersion` for a version above `newestVersion`,
    /// `damaged` if the file is truncated, extended or fails a checksum, `inconsistent` if a tensor's entry or values
    /// are invalid.
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
        guard found == hexadecimal(crc32(header)) else { throw .damaged("the header's checksum differs") }
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
        guard parsed.metadata["crc32.data"] == hexadecimal(crc32(data)) else {
            throw .damaged("the weights' checksum differs")
        }
        for tensor in tensors where !tensor.values.allSatisfy(\.isFinite) {
            throw .inconsistent(field: tensor.name, found: "not finite", expected: "finite weights")
        }
        self.version = version
        metadata = parsed.metadata
        for key in ["format", "version", "crc32.data", "crc32.header"] { metadata[key] = nil }
    }

    /// The tensors in the order of their data. Together they must cover the data without gaps and overlaps.
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
            // The range check comes before the subtraction, which could overflow.
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

    /// The index of the eight digits of the header's checksum; nil if the header has no such key.
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

/// `text` as a JSON string, with quotes and escapes.
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

/// Eight hexadecimal digits.
private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
