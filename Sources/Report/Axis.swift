// Axis: maps a range of numbers to pixels, with ticks at round numbers.

/// One axis of a chart.
struct Axis {
    /// How numbers are mapped to pixels.
    enum Scale { case linear, root }

    let low: Double, high: Double
    let scale: Scale
    /// The pixels of `low` and `high`.
    var start = 0.0, end = 1.0

    /// Creates an axis for all of `values`, or for the range `fixed`. Where the range is empty, one around it is
    /// used.
    init(_ values: [Double], holding fixed: ClosedRange<Double>? = nil, scale: Scale = .linear, hasRoom: Bool = false) {
        self.scale = scale
        let finite = values.filter(\.isFinite)
        var low = fixed?.lowerBound ?? finite.min() ?? 0
        var high = fixed?.upperBound ?? finite.max() ?? 1
        if !(high > low) {
            let room = max(abs(low), 1) / 2
            (low, high) = (low - room, high + room)
        }
        // A margin, so that the least value is not on the axis line.
        let room = fixed == nil && hasRoom ? (high - low) / 25 : 0
        (self.low, self.high) = (low - room, high + room)
    }

    /// The pixel of a number.
    func place(_ value: Double) -> Double {
        func lay(_ x: Double) -> Double { scale == .root ? max(0, x).squareRoot() : x }
        return start + (end - start) * (lay(value) - lay(low)) / (lay(high) - lay(low))
    }

    /// About `count` round numbers within the range, or fewer whole ones, with their text.
    func ticks(_ count: Int, areWhole: Bool) -> [(value: Double, text: String)] {
        guard areWhole else { return ticks(count) }
        return ticks(count).filter { $0.value == $0.value.rounded() }
            .map { ($0.value, grouped(Int($0.value))) }
    }

    /// About `count` round numbers within the range, with their text.
    func ticks(_ count: Int) -> [(value: Double, text: String)] {
        var decimals = 0
        var step = (high - low) / Double(max(1, count))
        guard step.isFinite, step > 0 else { return [] }
        var unit = 1.0
        while step < 0.999_999, decimals < 9 {
            step *= 10
            unit /= 10
            decimals += 1
        }
        while step >= 10, unit < 1e15 {
            step /= 10
            unit *= 10
        }
        let factor = step < 1.5 ? 1 : step < 3.5 ? 2 : step < 7.5 ? 5 : 10
        let width = Double(factor) * unit
        let first = Int((low / width - 1e-9).rounded(.up))
        let last = Int((high / width + 1e-9).rounded(.down))
        guard first <= last, last - first < 50 else { return [] }
        return (first...last).map { n in
            let value = Double(n) * width
            guard decimals == 0 else {
                let digits = decimal(n * factor, decimals: decimals, keepsZeros: true, minus: "\u{2212}")
                return (value, digits)
            }
            return (value, grouped(Int(value.rounded())))
        }
    }
}

/// A whole number with its digits grouped by commas: `1,200`.
public func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "\u{2212}" : "") + ([digits] + groups).joined(separator: ",")
}
