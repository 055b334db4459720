// NumpyHeader: the header of NumPy's .npy format (NEP 1), written and strictly read.

/// What an .npy file says of its array.
public struct NumpyHeader: Sendable, Equatable {
    /// `|u1` (bytes) or `<f4` (32-bit floats, little-endian).
    public var type: String
    /// The sizes, row-major.
    public var shape: [Int]

    /// A header.
    public init(type: String, shape: [Int]) {
        self.type = type
        self.shape = shape
    }

    /// The bytes before the data, a multiple of 64.
    public func encoded() -> [UInt8] {
        let sizes = shape.map { "\($0), " }.joined()
        var text = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
        while (10 + text.count + 1) % 64 != 0 { text.append(32) }
        text.append(10)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
    }

    /// Reads a header at the start of `bytes`; nil where it is none that `encoded` or `numpy.save` writes for such
    /// an array. `size` is its length.
    public static func decode(_ bytes: [UInt8]) -> (header: NumpyHeader, size: Int)? {
        guard bytes.count > 12, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8) else { return nil }
        let isLong = bytes[6] > 1
        let start = isLong ? 12 : 10
        let length = Int(bytes[8]) + Int(bytes[9]) << 8 + (isLong ? Int(bytes[10]) << 16 + Int(bytes[11]) << 24 : 0)
        guard bytes.count - start >= length else { return nil }
        let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
        func value(_ key: String, until end: Character) -> Substring? {
            guard let range = text.firstRange(of: "'\(key)': ") else { return nil }
            return text[range.upperBound...].prefix { $0 != end }
        }
        guard value("fortran_order", until: ",") == "False", let type = value("descr", until: ","),
            let sizes = value("shape", until: ")")
        else { return nil }
        let parts = sizes.dropFirst().split(separator: ",").map { $0.filter { $0 != " " } }
        let shape = parts.filter { !$0.isEmpty }.map { Int($0) }
        guard shape.allSatisfy({ ($0 ?? -1) >= 0 }) else { return nil }
        return (NumpyHeader(type: String(type.filter { $0 != "'" }), shape: shape.compactMap { $0 }), start + length)
    }
}
