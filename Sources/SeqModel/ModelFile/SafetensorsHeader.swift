// SafetensorsHeader: the JSON at the head of a safetensors file, read strictly: in its own form and in no other.

/// What the header says: text about the file, and kind, sizes and place of each tensor.
///
/// Keys come in any order, with any white space between them, but none comes twice: which of the two values holds is for
/// each reader of JSON to choose, so that others would see another model.
struct SafetensorsHeader {
    /// What is said of a tensor.
    struct Entry {
        fileprivate(set) var kind = ""
        fileprivate(set) var shape: [Int] = []
        /// The first byte of its data and the one behind the last, both in any order.
        fileprivate(set) var offsets = (first: 0, end: 0)
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var tensors: [String: Entry] = [:]

    /// Reads a header. Throws `damaged` where it is none.
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

/// Reads JSON (RFC 8259) of objects, strings and lists of whole numbers, piece by piece: who asks says what is to come, so
/// that nothing nests deeper than that.
private struct JSONReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    /// What is thrown where the text is another than was asked for.
    var failure: ModelError { .damaged("its header is not the JSON of a safetensors file") }

    /// Reads `{`, members and `}`; `read` is called with each key and reads its value. Throws where a key comes twice.
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

    /// Reads a list of whole numbers, none below 0.
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
                // Bytes that are no UTF-8 came out as others.
                guard text.utf8.elementsEqual(bytes) else { throw failure }
                return text
            case "\\": bytes += String(try escaped()).utf8
            default: bytes.append(byte)
            }
        }
    }

    /// Reads what stands behind a backslash.
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

    /// Reads four hexadecimal digits, and those of a pair's second half in UTF-16.
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

    /// Throws where anything but white space is left.
    mutating func end() throws(ModelError) {
        skipSpace()
        guard rest.isEmpty else { throw failure }
    }

    private mutating func skipSpace() { rest = rest.drop { [9, 10, 13, 32].contains($0) } }

    /// Reads a character and white space before it, where it comes.
    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first.map(Unicode.Scalar.init) == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) throws(ModelError) {
        guard takes(character) else { throw failure }
    }
}
