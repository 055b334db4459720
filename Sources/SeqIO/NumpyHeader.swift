// NumpyHeader: writes and reads the header of NumPy's .npy format (NEP 1).

/// The type and shape of the array in an .npy file.
public struct NumpyHeader: Sendable, Equatable {
    /// NumPy's name of the element type, such as `|u1` (bytes) or `<f4` (32-bit floats, little-endian).
    public var type: String
    /// The sizes of the dimensions, row-major.
    public var shape: [Int]

    /// Creates a header.
    public init(type: String, shape: [Int]) {
        self.type = type
        self.shape = shape
    }

    /// Why a header cannot be read.
    public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        /// The file does not begin like an .npy file, or it ends inside the header.
        case none, truncated
        /// A version of the format that NEP 1 does not define.
        case version(Int)
        /// The array is stored column by column.
        case fortranOrder
        /// The element type is a structure.
        case structured
        /// A fault of the dictionary.
        case malformed(String)

        /// The message, without the file's name.
        public var description: String {
            switch self {
            case .none: "no header of an .npy array"
            case .truncated: "the end of the file inside the header"
            case .version(let version): "version \(version) of the .npy format"
            case .fortranOrder: "an array in Fortran order (column by column)"
            case .structured: "an array of a structured type"
            case .malformed(let what): "a header with \(what)"
            }
        }
    }

    /// The bytes of the header, a multiple of 64.
    public func encoded() -> [UInt8] {
        let sizes = shape.map { "\($0), " }.joined()
        var text = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
        while (10 + text.count + 1) % 64 != 0 { text.append(32) }
        text.append(10)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
    }

    /// The longest header that is read, in bytes.
    private static let mostBytes = 1 << 20

    /// Reads a header at the start of `bytes`, of version 1, 2 or 3, with its keys in any order and spacing. `size`
    /// is its length in bytes. Throws a `Fault`.
    public static func decode(_ bytes: [UInt8]) throws(Fault) -> (header: NumpyHeader, size: Int) {
        guard bytes.count >= 8, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8) else { throw .none }
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else { throw .version(Int(bytes[6])) }
        // Version 1 has a length of two bytes, the others of four; version 3 is UTF-8.
        let start = bytes[6] == 1 ? 10 : 12
        guard bytes.count >= start else { throw .truncated }
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - start >= length else { throw .truncated }
        guard length <= mostBytes else { throw .malformed("\(length) bytes") }
        var literal = PythonLiteral(bytes[start..<start + length])
        return (try literal.header(), start + length)
    }
}

/// A parser of Python dictionaries, as far as NEP 1 needs them: strings, booleans and tuples of whole numbers.
private struct PythonLiteral {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    /// The header that the dictionary describes: each of the three keys once, and nothing after it.
    mutating func header() throws(NumpyHeader.Fault) -> NumpyHeader {
        var (type, isFortran, shape): (String?, Bool?, [Int]?)
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where type == nil:
                skipSpace()
                if rest.first == UInt8(ascii: "[") { throw .structured }
                type = try string()
            case "fortran_order" where isFortran == nil: isFortran = try boolean()
            case "shape" where shape == nil: shape = try tuple()
            default: throw .malformed("the key \(excerpt(key.utf8))" + (isKnown(key) ? " twice" : ""))
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard rest.isEmpty else { throw .malformed("\(excerpt(rest)) after it") }
        guard let type, let isFortran, let shape else {
            throw .malformed("no \(type == nil ? "descr" : isFortran == nil ? "fortran_order" : "shape")")
        }
        // For fewer than two dimensions both orders are the same.
        guard !isFortran || shape.count < 2 else { throw .fortranOrder }
        return NumpyHeader(type: type, shape: shape)
    }

    private func isKnown(_ key: String) -> Bool { ["descr", "fortran_order", "shape"].contains(key) }

    private mutating func skipSpace() { rest = rest.drop { $0 == 32 || (9...13).contains($0) } }

    private mutating func take(_ text: String) -> Bool {
        skipSpace()
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func expect(_ text: String) throws(NumpyHeader.Fault) {
        if !take(text) { throw .malformed("\(excerpt(rest.prefix(20))) where '\(text)' should be") }
    }

    /// A string in single or double quotes, without escapes, which no type and no key has.
    private mutating func string() throws(NumpyHeader.Fault) -> String {
        skipSpace()
        guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
            let end = rest.dropFirst().firstIndex(of: quote)
        else { throw .malformed("\(excerpt(rest.prefix(20))) where a string should be") }
        let inside = rest[rest.startIndex + 1..<end]
        guard !inside.contains(where: { $0 == UInt8(ascii: "\\") || $0 < 32 }) else {
            throw .malformed("the string \(excerpt(inside))")
        }
        rest = rest[(end + 1)...]
        return String(decoding: inside, as: UTF8.self)
    }

    private mutating func boolean() throws(NumpyHeader.Fault) -> Bool {
        if take("True") { return true }
        try expect("False")
        return false
    }

    /// Whole numbers, 0 or more. Python 2 wrote an L after some.
    private mutating func tuple() throws(NumpyHeader.Fault) -> [Int] {
        var sizes: [Int] = []
        try expect("(")
        while !take(")") {
            skipSpace()
            let digits = rest.prefix { $0 >= 48 && $0 <= 57 }
            guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
                throw .malformed("\(excerpt(rest.prefix(20))) where a size should be")
            }
            rest = rest.dropFirst(digits.count)
            _ = take("L")
            sizes.append(size)
            if !take(",") {
                // A single number in parentheses is not a tuple in Python.
                guard sizes.count > 1 else { throw .malformed("a shape that is not a tuple") }
                try expect(")")
                break
            }
        }
        return sizes
    }
}
