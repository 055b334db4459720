// DecimalNumber: numbers in text, read strictly: digits, a point and an exponent, and nothing beside them.

extension BinaryFloatingPoint where Self: LosslessStringConvertible {
    /// The decimal number that all of `text` is, such as `0.97`, `.5`, `-0.0` or `1e-3`; nil where it is none.
    ///
    /// Swift itself also reads `nan`, `inf`, `0x1p-1` and `+1`, and takes for 1 what goes on behind `1` with a byte 0. A number
    /// too small for the type is 0, one too large infinite.
    public init?(decimal text: some Collection<UInt8>) {
        var rest = text[...]
        func takeDigits() -> Bool {
            let start = rest.startIndex
            rest = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return rest.startIndex != start
        }
        func take(_ one: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
            guard let first = rest.first.map(Unicode.Scalar.init), first == one || first == other else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("-")
        let hasWhole = takeDigits()
        let hasFraction = take(".") && takeDigits()
        guard hasWhole || hasFraction else { return nil }
        if take("e", or: "E") {
            _ = take("-", or: "+")
            guard takeDigits() else { return nil }
        }
        guard rest.isEmpty else { return nil }
        self.init(String(decoding: text, as: UTF8.self))
    }
}

extension Int {
    /// The whole number that is written just so, `8` and not `+8` or `08`; nil where it is none.
    init?(plain text: String) {
        guard let number = Int(text), String(number) == text else { return nil }
        self = number
    }
}
