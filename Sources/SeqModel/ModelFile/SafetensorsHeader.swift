// SafetensorsHeader: a strict parser of the JSON header of a safetensors file.

/// The parsed header: the metadata, and type, shape and position of each tensor.
///
/// Keys may come in any order and with any white space. A repeated key is an error: JSON parsers differ in which of the
/// two values they take, so other programs could see another model.
struct SafetensorsHeader {
    /// The description of a tensor.
    struct Entry {
        /// The `dtype`, such as `F32`.
        fileprivate(set) var kind = ""
        fileprivate(set) var shape: [Int] = []
        /// Its half-open range of bytes in the data. Not validated: `end` may be less than `first`.
        fileprivate(set) var offsets = (first: 0, end: 0)
    }

    /// The entries of `__metadata__`.
    private(set) var metadata: [String: String] = [:]
    /// The tensors by name.
    private(set) var tensors: [String: Entry] = [:]

    /// Parses a header. Throws `damaged` if it is not of this form.
    init(_ json: ArraySlice<UInt8>) throws(ModelError) {
        var reader = JSONReader(json)
        try reader.object { reader, name throws(ModelError) in
            if name == "__metadata__" {
                try reader.object { reader, key throws(ModelError) in metadata[key] = try reader.string() }
            } else {
                tensors[name] = try SafetensorsHeader.entry(&reader)
            }
        }
        try reader.end()
    }

    private static func entry(_ reader: inout JSONReader) throws(ModelError) -> Entry {
        var entry = Entry()
        var known = 0
        try reader.object { reader, key throws(ModelError) in
            switch key {
            case "dtype": entry.kind = try reader.string()
            case "shape": entry.shape = try reader.numbers()
            case "data_offsets":
                let offsets = try reader.numbers()
                guard offsets.count == 2 else { throw reader.failure }
                entry.offsets = (offsets[0], offsets[1])
            default: throw reader.failure
            }
            known += 1
        }
        guard known == 3 else { throw reader.failure }
        return entry
    }
}

/// A pull parser of a subset of JSON (RFC 8259): objects, strings and arrays of integers.
///
/// The caller asks for the value that it expects, so the nesting depth is bounded by the calls.
private struct JSONReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    /// The error if the text is not what was asked for.
    var failure: ModelError { .damaged("its header is not the JSON of a safetensors file") }

    /// Reads an object; `read` is called with each key and reads its value. Throws if a key is repeated.
    mutating func object(_ read: (inout JSONReader, String) throws(ModelError) -> Void) throws(ModelError) {
        var keys = Set<String>()
        try take("{")
        if takes("}") { return }
        repeat {
            let key = try string()
            guard keys.insert(key).inserted else { throw .damaged("its header has the key '\(shown(key))' twice") }
            try take(":")
            try read(&self, key)
        } while takes(",")
        try take("}")
    }

    /// Reads an array of non-negative integers.
    mutating func numbers() throws(ModelError) -> [Int] {
        var numbers: [Int] = []
        try take("[")
        if takes("]") { return [] }
        repeat {
            skipSpace()
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let number = Int(plain: String(decoding: digits, as: UTF8.self)) else { throw failure }
            numbers.append(number)
            rest = rest[digits.endIndex...]
        } while takes(",")
        try take("]")
        return numbers
    }

    /// Reads a string.
    mutating func string() throws(ModelError) -> String {
        var bytes: [UInt8] = []
        try take("\"")
        while true {
            guard let byte = rest.popFirst(), byte >= 32 else { throw failure }
            switch Unicode.Scalar(byte) {
            case "\"":
                let text = String(decoding: bytes, as: UTF8.self)
                // Decoding replaces invalid UTF-8, so the bytes would differ.
                guard text.utf8.elementsEqual(bytes) else { throw failure }
                return text
            case "\\": bytes += String(try escaped()).utf8
            default: bytes.append(byte)
            }
        }
    }

    /// Reads an escape sequence after its backslash.
    private mutating func escaped() throws(ModelError) -> Character {
        guard let byte = rest.popFirst() else { throw failure }
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return Character(Unicode.Scalar(byte))
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return Character(try scalar())
        default: throw failure
        }
    }

    /// Reads the four hexadecimal digits of a `\u` escape, and a second escape for a UTF-16 surrogate pair.
    private mutating func scalar() throws(ModelError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") else { throw failure }
        let second = try unit()
        guard first < 0xdc00, (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first & 0x3ff) << 10 + (second & 0x3ff))
        else { throw failure }
        return scalar
    }

    /// Reads four hexadecimal digits: a UTF-16 code unit.
    private mutating func unit() throws(ModelError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = rest.popFirst(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Throws if anything but white space is left.
    mutating func end() throws(ModelError) {
        skipSpace()
        guard rest.isEmpty else { throw failure }
    }

    private mutating func skipSpace() { rest = rest.drop { [9, 10, 13, 32].contains($0) } }

    /// Skips white space, then reads `character` if it comes next. Returns whether it did.
    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first.map(Unicode.Scalar.init) == character else { return false }
        rest.removeFirst()
        return true
    }

    /// Skips white space, then reads `character`. Throws if another one comes next.
    private mutating func take(_ character: Unicode.Scalar) throws(ModelError) {
        guard takes(character) else { throw failure }
    }
}
