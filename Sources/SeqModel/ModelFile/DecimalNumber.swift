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

extension Double {
    /// The same as `init(decimal:)`, several times as fast for numbers of at most 15 digits and an exponent of ten up
    /// to 22: digits and power of ten are then exact, and the result is rounded once (Clinger 1990).
    public init?(shortDecimal text: ArraySlice<UInt8>) {
        var (digits, count, exponent) = (0, 0, 0)
        var (isNegative, hasPoint) = (false, false)
        var at = text.startIndex
        if at < text.endIndex, text[at] == UInt8(ascii: "-") { (isNegative, at) = (true, at + 1) }
        while at < text.endIndex {
            let byte = text[at]
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if byte >= 48, byte <= 57, count < 15 {
                digits = digits &* 10 &+ Int(byte &- 48)
                count += 1
                if hasPoint { exponent -= 1 }
            } else {
                break
            }
            at += 1
        }
        if at < text.endIndex, count > 0, text[at] | 0x20 == UInt8(ascii: "e") {
            var (power, powerCount, isBelow) = (0, 0, false)
            at += 1
            if at < text.endIndex, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
                isBelow = text[at] == UInt8(ascii: "-")
                at += 1
            }
            while at < text.endIndex, text[at] >= 48, text[at] <= 57, powerCount < 3 {
                power = power &* 10 &+ Int(text[at] &- 48)
                powerCount += 1
                at += 1
            }
            if powerCount == 0 { at = text.startIndex }
            exponent += isBelow ? -power : power
        }
        guard at == text.endIndex, count > 0, text.last != UInt8(ascii: "."), (-22...22).contains(exponent) else {
            self.init(decimal: text)
            return
        }
        let whole = Double(digits)
        let value = exponent < 0 ? whole / powersOfTen[-exponent] : whole * powersOfTen[exponent]
        self = isNegative ? -value : value
    }
}

/// Powers of ten that a Double holds exactly.
private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

extension Int {
    /// Parses an integer in its canonical form: `8`, but not `+8` or `08`; nil if `text` is not one.
    init?(plain text: String) {
        guard let number = Int(text), String(number) == text else { return nil }
        self = number
    }
}
