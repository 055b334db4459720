// BuiltInModel: the models in the program, and how their bytes are decoded from its text.

/// The built-in models, of hybridisation at any temperature, salt and concentration.
public enum BuiltInModel: String, Sendable, CaseIterable {
    /// Two strands of DNA: used where no model is named.
    case dna
    /// Two strands of RNA.
    case rna

    /// The model file in base64.
    private var text: StaticString {
        switch self {
        case .dna: BuiltInModel.dnaText
        case .rna: BuiltInModel.rnaText
        }
    }

    /// The bytes of the model file. Decoded at each call, as a run needs them only once.
    public func bytes() -> [UInt8] {
        text.withUTF8Buffer { text in
            let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
            let (groups, sextets) = (text.count / 4, BuiltInModel.sextets)
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
