// ConditionValue: a condition's value as people write it, with its unit.

extension Condition {
    /// The value that `text` gives, in the condition's unit; nil if it is no number, has an unknown unit, or is not
    /// possible.
    ///
    /// Without a unit it is a number of the condition's own: degrees Celsius, mol/l. Temperatures may end in C or K,
    /// concentrations in M, mM, uM, nM or pM.
    public func value(_ text: some StringProtocol) -> Double? {
        Condition.amount(text, unit).flatMap { isPossible($0) ? $0 : nil }
    }

    /// The number that `text` gives in `unit`; nil if it is no number, or has a unit that is not understood.
    static func amount(_ text: some StringProtocol, _ unit: Unit) -> Double? {
        let digits = text.prefix { "0123456789.+-eE".contains($0) }
        let suffix = String(text[digits.endIndex...])
        guard let number = Double(digits), number.isFinite else { return nil }
        switch (unit, suffix) {
        case (_, ""), (.celsius, "C"): return number
        case (.celsius, "K"): return number - Condition.absoluteZero
        case (.molar, _): return Condition.molarUnits.first { $0.name == suffix }.map { number / $0.perMole }
        default: return nil
        }
    }

    /// Units of concentrations, and how many of them a mole per litre has.
    private static let molarUnits: [(name: String, perMole: Double)] = [
        ("M", 1), ("mM", 1e3), ("uM", 1e6), ("\u{b5}M", 1e6), ("\u{3bc}M", 1e6), ("nM", 1e9), ("pM", 1e12),
    ]

    /// A value with its unit, as `value` reads it, rounded to four decimals: `37C`, `50mM`, `0.5`.
    public func text(_ value: Double) -> String {
        switch unit {
        case .molar: Condition.molarText(value)
        case .celsius: Condition.plain(value) + "C"
        case .none: Condition.plain(value)
        }
    }

    /// A concentration, in mol/l, in the unit in which it is from 1 to 1000.
    static func molarText(_ value: Double) -> String {
        guard let least = molarUnits.last else { return "" }
        let fitting = molarUnits.first { value * $0.perMole > 0.9999995 } ?? least
        return plain(value * fitting.perMole) + fitting.name
    }

    /// A line for people: the usual value, those of the training data, and how the model depends on it.
    var summary: String {
        let scales = ["reciprocal": "1/T", "logarithm": "its logarithm", "linear": "it"]
        let range = "\(text(trained.lowerBound)) to \(text(trained.upperBound))"
        return "default \(text(usual)), trained on \(range); "
            + (isConcentration ? "no energies depend on it" : "energies linear in \(scales[scale.rawValue] ?? "it")")
    }

    /// A number rounded to four decimals, very small and large ones apart, without a point where it is whole.
    static func plain(_ value: Double) -> String {
        let rounded = (value * 1e4).rounded() / 1e4
        let text = abs(rounded) >= 0.1 && abs(rounded) < 1e9 ? "\(rounded)" : "\(Float(value))"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// What a value may look like, for messages.
    public var expected: String {
        switch unit {
        case .celsius: "a temperature such as 37C or 310.15K"
        case .molar: "a concentration such as 1M, 50mM, 0.2uM, 10nM or 5pM"
        case .none: scale == .logarithm ? "a number above 0" : "a number"
        }
    }
}
