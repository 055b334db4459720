// DecimalNumber: strict parsers of decimal numbers and integers.

extension BinaryFloatingPoint where Self: LosslessStringConvertible {
    /// Parses the whole of `text` as a decimal number, such as `0.97`, `.5`, `-0.0` or `1e-3`; nil if it is not one.
    ///
    /// Swift's own parser also accepts `nan`, `inf`, `0x1p-1` and `+1`, and ignores what follows a zero byte. A number
    /// too small for the type gives 0, one too large infinity.
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
    /// Parses an integer in its canonical form: `8`, but not `+8` or `08`; nil if `text` is not one.
    init?(plain text: String) {
        guard let number = Int(text), String(number) == text else { return nil }
        self = number
    }
}
