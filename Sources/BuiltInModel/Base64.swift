// Base64: decodes the built-in model from the text in the program.

/// The built-in model, of DNA hybridisation, which is used where no model is named.
public enum BuiltInModel {
    /// The bytes of the model file. Decoded at each call, as a run needs them only once.
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

    /// The six bits of each character; 0 for characters outside the alphabet of base64, such as the padding.
    private static let sextets: [UInt32] = {
        var sextets = [UInt32](repeating: 0, count: 256)
        let ranges: [ClosedRange<UInt8>] = [65...90, 97...122, 48...57, 43...43, 47...47]  // A-Z a-z 0-9 + /
        for (sextet, character) in ranges.joined().enumerated() { sextets[Int(character)] = UInt32(sextet) }
        return sextets
    }()
}
