// Base64: the built-in model from the text that the binary holds to the bytes of its file.

/// The model for DNA hybridisation that serves where none is named.
public enum BuiltInModel {
    /// The bytes of its model file. Unpacked anew at each call: a run needs them once.
    public static func bytes() -> [UInt8] {
        text.withUTF8Buffer { text in
            let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
            let (groups, sextets) = (text.count / 4, sextets)
            var bytes = [UInt8](repeating: 0, count: 3 * groups)
            for group in 0..<groups {
                var bits: UInt32 = 0
                for place in 0..<4 { bits = bits << 6 | sextets[Int(text[4 * group + place])] }
                for place in 0..<3 {
                    bytes[3 * group + place] = UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place))
                }
            }
            bytes.removeLast(padding)
            return bytes
        }
    }

    /// The six bits of each character; 0 for those that are none of base64's, such as the padding.
    private static let sextets: [UInt32] = {
        var sextets = [UInt32](repeating: 0, count: 256)
        let ranges: [ClosedRange<UInt8>] = [65...90, 97...122, 48...57, 43...43, 47...47]  // A-Z a-z 0-9 + /
        for (sextet, character) in ranges.joined().enumerated() { sextets[Int(character)] = UInt32(sextet) }
        return sextets
    }()
}
