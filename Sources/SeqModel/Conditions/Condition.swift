// Condition: a numeric covariate of a pair, such as temperature: its scale, its unit, and the values it was trained on.

import Kernels

/// A condition of a pair: a number on which the interaction depends, besides the two strands.
///
/// A model does not see the value itself but x = (scaled value - mean) / deviation, with mean and deviation of the
/// training data. The logarithm of a Boltzmann weight, -dG/RT = -dH/R (1/T) + dS/R, is linear in 1/T, and the
/// correction for salt in ln [Na+] (SantaLucia 1998): hence the scales.
public struct Condition: Sendable, Equatable {
    /// What is linear in the energies.
    public enum Scale: String, Sendable, CaseIterable {
        /// 1000 / T, with T the absolute temperature of a value in degrees Celsius.
        case reciprocal
        /// The natural logarithm.
        case logarithm
        /// The value itself.
        case linear
    }

    /// The unit in which values are stored.
    public enum Unit: String, Sendable, CaseIterable {
        /// Degrees Celsius.
        case celsius
        /// Moles per litre.
        case molar
        /// No unit.
        case none
    }

    /// The name, as in the header of a table.
    public let name: String
    /// What is linear in the energies.
    public let scale: Scale
    /// The unit of its values; it follows from the name.
    public var unit: Unit { Condition.unit(of: name) }
    /// Mean and standard deviation of the scaled values of the training data.
    public var mean = 0.0, deviation = 1.0
    /// The least and the largest value of the training data.
    public var trained = 0.0...0.0
    /// The value where none is given.
    public var usual = 0.0

    /// A condition before training.
    public init(name: String, scale: Scale) { (self.name, self.scale) = (name, scale) }

    /// The condition that `text` describes: a name, followed by `:log` where the logarithm of the value matters.
    ///
    /// Temperature is in degrees Celsius and scaled as 1/T; sodium and the concentration of the strands are in mol/l
    /// and scaled by their logarithms. Nil if the name is empty, longer than 64 bytes, or has other characters than
    /// letters, digits, '_', '-' and '.', or if the suffix is another one.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, Condition.isName(first) else { return nil }
        let name = String(first)
        var scale: Scale =
            switch Condition.unit(of: name) {
            case .celsius: .reciprocal
            case .molar: .logarithm
            case .none: .linear
            }
        if parts.count == 2 {
            guard parts[1] == "log", scale != .reciprocal else { return nil }
            scale = .logarithm
        }
        self.init(name: name, scale: scale)
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains($0))
            }
    }

    private static func unit(of name: String) -> Unit {
        switch name {
        case "temperature": .celsius
        case "sodium", "concentration": .molar
        default: .none
        }
    }

    /// Whether this is the concentration of each strand. It does not change the energies of a duplex, but the share of
    /// strands that are bound.
    public var isConcentration: Bool { name == "concentration" }

    /// Whether a value is physically possible: finite, above absolute zero, above 0 where its logarithm is taken.
    public func isPossible(_ value: Double) -> Bool {
        switch scale {
        case .reciprocal: value.isFinite && value > -Condition.absoluteZero
        case .logarithm: value.isFinite && value > 0
        case .linear: value.isFinite
        }
    }

    /// 0 C in kelvin.
    static let absoluteZero = 273.15

    /// The scaled value, before mean and deviation.
    func scaled(_ value: Double) -> Double {
        switch scale {
        case .reciprocal: 1000 / (value + Condition.absoluteZero)
        case .logarithm: logarithm(value)
        case .linear: value
        }
    }

    /// This condition with mean, deviation, range and usual value from those of the training data, of which there is
    /// one at least. The usual value is the most frequent one, if a tenth of the pairs have it; else the median.
    func measured(_ values: [Float]) -> Condition {
        let scaled = values.map { self.scaled(Double($0)) }
        let count = Double(values.count)
        var result = self
        result.mean = scaled.reduce(0, +) / count
        let variance = scaled.reduce(0) { $0 + ($1 - result.mean) * ($1 - result.mean) } / count
        result.deviation = variance > 1e-12 ? variance.squareRoot() : 1
        let sorted = values.sorted()
        result.trained = Double(sorted[0])...Double(sorted[sorted.count - 1])
        let counts = Dictionary(sorted.map { ($0, 1) }, uniquingKeysWith: +)
        let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        let frequent = most.flatMap { 10 * $0.value >= values.count ? $0.key : nil }
        result.usual = Double(frequent ?? sorted[sorted.count / 2])
        return result
    }

    /// The number that a model sees for a value; 0 is the mean of the training data.
    func standardised(_ value: Double) -> Float { Float((scaled(value) - mean) / deviation) }
}
