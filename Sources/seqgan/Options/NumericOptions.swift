// NumericOptions: parsers of numeric options, with usage errors that say what is expected.

import ArgumentParser

extension Option {
    /// An option with a parser `takes`, which throws for text that it does not accept. The value is the next argument
    /// whatever it begins with, so that a negative number is not taken for an option. The help shows the default.
    init(
        wrappedValue: Value, name: NameSpecification = .long, help: ArgumentHelp,
        takes: @escaping @Sendable (String) throws -> Value
    ) {
        var help = help
        help.abstract += " (default: \(wrappedValue))"
        self.init(wrappedValue: wrappedValue, name: name, parsing: .unconditional, help: help, transform: takes)
    }

    /// The same without a default value; the help must describe the default behaviour.
    init<T>(
        name: NameSpecification = .long, help: ArgumentHelp, takes: @escaping @Sendable (String) throws -> T
    ) where Value == T? {
        self.init(name: name, parsing: .unconditional, help: help, transform: takes)
    }
}

/// Parses a whole number in `range`.
func whole<T: FixedWidthInteger & Sendable>(_ range: ClosedRange<T>) -> @Sendable (String) throws -> T {
    number("a whole number from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
}

/// Parses a whole number of `range.lowerBound` or more.
func whole(_ range: PartialRangeFrom<Int>) -> @Sendable (String) throws -> Int {
    number("a whole number, \(range.lowerBound) or more") { range.contains($0) }
}

/// Parses a number from 0 to 1, such as a score or threshold.
func share<T: BinaryFloatingPoint & LosslessStringConvertible & SendableMetatype>() -> @Sendable (String) throws -> T {
    number("a number from 0 to 1") { (0...1).contains($0) }
}

/// Parses a number for which `isTaken` is true (it is also called with NaN). `expected` describes the accepted
/// numbers in messages.
func number<T: LosslessStringConvertible & SendableMetatype>(
    _ expected: String, isTaken: @escaping @Sendable (T) -> Bool
) -> @Sendable (String) throws -> T {
    // Values out of the type's range are read as nil for whole numbers, else as 0 or infinity.
    typed(expected) { text in T(text).flatMap { isTaken($0) ? $0 : nil } }
}

/// Parses with `read`, which returns nil for bad text. `expected` describes the accepted text in messages.
func typed<T>(_ expected: String, read: @escaping @Sendable (String) -> T?) -> @Sendable (String) throws -> T {
    { text in
        guard let value = read(text) else { throw ValidationError("expected \(expected)") }
        return value
    }
}
