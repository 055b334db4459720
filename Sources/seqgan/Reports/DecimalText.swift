// DecimalText: numbers with a fixed number of decimals, as bytes of a row and as text.

/// Appends a number with `decimals` (at most 6) digits after the point; one of 1e12 or more in absolute value is
/// written as Swift prints it. It allocates nothing for numbers below 10 in absolute value. Inlined, so that it divides
/// by a constant.
@inline(__always)
func writeFixed(_ value: Float, decimals: Int = 6, into output: inout [UInt8]) {
    guard abs(value) < 1e12 else { return output.append(contentsOf: "\(value)".utf8) }
    if value < 0 { output.append(UInt8(ascii: "-")) }
    _ = writeDigits(Double(abs(value)), decimals, into: &output)
}

/// A number with `decimals` digits after the point; `nan`, `inf` or `-inf` where it is not finite. What rounds to 0 has
/// no sign.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = (0..<decimals).reduce(1.0) { s, _ in s * 10 }
    guard abs(value) < 9e15 / scale else { return "\(value)" }
    var digits: [UInt8] = []
    let isZero = writeDigits(abs(value), decimals, into: &digits)
    return (value < 0 && !isZero ? "-" : "") + String(decoding: digits, as: UTF8.self)
}

/// Appends `value`, not negative, rounded to `decimals` (at most 16) digits after the point, and says whether that is
/// 0.
@inline(__always)
private func writeDigits(_ value: Double, _ decimals: Int, into output: inout [UInt8]) -> Bool {
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = UInt64((value * Double(scale)).rounded())
    let whole = scaled / scale
    if whole < 10 {
        output.append(48 + UInt8(whole))
    } else {
        output.append(contentsOf: String(whole).utf8)
    }
    guard decimals > 0 else { return scaled == 0 }
    output.append(UInt8(ascii: "."))
    // The digits are packed, four bits each, so that the first is the lowest.
    var (rest, digits) = (scaled % scale, UInt64(0))
    for _ in 0..<decimals {
        digits = digits << 4 | rest % 10
        rest /= 10
    }
    for _ in 0..<decimals {
        output.append(48 + UInt8(digits & 15))
        digits >>= 4
    }
    return scaled == 0
}
