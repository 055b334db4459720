// ConditionValue: a condition's value as people write it, with its unit.

extension Condition {
    /// The value that `text` gives, in the condition's unit; nil if it is no number, has an unknown unit, or is not
    /// possible.
    ///
    /// Without a unit it is a number of the condition's own: degrees Celsius, mol/l. Temperatures may end in C or K,
    /// concentrations in M, mM, uM, nM or pM.
    public func value(_ text: some StringProtocol) -> Double? {
        let digits = text.prefix { "0123456789.+-eE".contains($0) }
        let suffix = text[digits.endIndex...]
        guard let number = Double(digits), number.isFinite, let value = inOwnUnit(number, String(suffix)),
            isPossible(value)
        else { return nil }
        return value
    }

    private func inOwnUnit(_ number: Double, _ suffix: String) -> Double? {
        switch (unit, suffix) {
        case (_, ""): return number
        case (.celsius, "C"): return number
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
        guard unit == .molar, let least = Condition.molarUnits.last else {
            return Condition.plain(value) + (unit == .celsius ? "C" : "")
        }
        let fitting = Condition.molarUnits.first { value * $0.perMole > 0.9999995 } ?? least
        return Condition.plain(value * fitting.perMole) + fitting.name
    }

    /// A line for people: the usual value, those of the training data, and how the model depends on it.
    var summary: String {
        let scales = ["reciprocal": "1/T", "logarithm": "its logarithm", "linear": "it"]
        let range = "\(text(trained.lowerBound)) to \(text(trained.upperBound))"
        return "default \(text(usual)), trained on \(range); "
            + (isConcentration ? "no energies depend on it" : "energies linear in \(scales[scale.rawValue] ?? "it")")
    }

    /// A number rounded to four decimals, very small and large ones apart, without a point where it is whole.
    private static func plain(_ value: Double) -> String {
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
