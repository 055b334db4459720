// Buffer: what a buffer has beside monovalent salt, as changes of the conditions sodium and temperature.

import Kernels

/// Magnesium, dNTPs and formamide of a buffer, for a model that knows sodium and temperature only.
public struct Buffer: Sendable, Equatable {
    /// The components, by the names under which they are given.
    public enum Component: String, Sendable, CaseIterable {
        /// Mg2+ in mol/l.
        case magnesium
        /// All four dNTPs together in mol/l; each binds a magnesium ion.
        case dntp
        /// Formamide in per cent by volume.
        case formamide

        /// What a value may look like, for messages.
        public var expected: String {
            self == .formamide ? "a share such as 50%" : "a concentration such as 1.5mM"
        }

        /// The amount that `text` gives; nil if it is no number of 0 or more with a unit of this component.
        public func amount(_ text: some StringProtocol) -> Double? {
            if self == .formamide {
                let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
                return Double(decimal: digits.utf8).flatMap { (0...100).contains($0) ? $0 : nil }
            }
            return Condition.amount(text, .molar).flatMap { $0 >= 0 && $0 <= 10 ? $0 : nil }
        }
    }

    /// The amounts that were given.
    public private(set) var amounts: [Component: Double] = [:]

    /// Sodium and water.
    public init() {}

    /// Sets the amount of a component.
    public mutating func set(_ component: Component, to amount: Double) { amounts[component] = amount }

    /// What the buffer has beside what a condition names, such as `magnesium 1.5mM, dntp 0.6mM` for sodium; empty for
    /// nothing.
    public func text(for condition: Condition) -> String {
        let own: [Component] =
            switch condition.name {
            case "sodium": [.magnesium, .dntp]
            case "temperature": [.formamide]
            default: []
            }
        let texts = own.compactMap { component in
            amounts[component].map { amount in
                "\(component.rawValue) "
                    + (component == .formamide ? "\(Condition.plain(amount))%" : Condition.molarText(amount))
            }
        }
        return texts.joined(separator: ", ")
    }

    /// What is added to the value of a condition.
    public func shift(of condition: Condition) -> Double {
        switch condition.name {
        case "sodium": sodiumEquivalent
        case "temperature": temperatureShift
        default: 0
        }
    }

    /// The concentration of sodium, in mol/l, to which magnesium is equivalent: 0.120 sqrt([Mg2+] - [dNTP]) with mmol/l
    /// under the root (von Ahsen et al., Clin. Chem. 47:1956, 2001).
    public var sodiumEquivalent: Double {
        let free = (amounts[.magnesium] ?? 0) - (amounts[.dntp] ?? 0)
        return free > 0 ? 0.120 * (1000 * free).squareRoot() : 0
    }

    /// The degrees by which formamide lowers the melting temperature: 0.62 C a per cent (Hutton, Nucleic Acids Res.
    /// 4:3537, 1977). A duplex behaves as one without formamide at a temperature higher by that.
    public var temperatureShift: Double { 0.62 * (amounts[.formamide] ?? 0) }
}
