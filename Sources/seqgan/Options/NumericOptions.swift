// NumericOptions: numbers as they are typed behind an option: within what it takes, else a usage error that says what that
// is.

import ArgumentParser

extension Option {
    /// An option whose text `takes` reads, or refuses by saying what was expected. Its value is the next word whatever it
    /// begins with: a negative number is not looked for among the options. The default is told in the help.
    init(
        wrappedValue: Value, name: NameSpecification = .long, help: ArgumentHelp,
        takes: @escaping @Sendable (String) throws -> Value
    ) {
        var help = help
        help.abstract += " [default: \(wrappedValue)]"
        self.init(wrappedValue: wrappedValue, name: name, parsing: .unconditional, help: help, transform: takes)
    }

    /// The same without a default; what is done then, the help has to say.
    init<T>(
        name: NameSpecification = .long, help: ArgumentHelp, takes: @escaping @Sendable (String) throws -> T
    ) where Value == T? {
        self.init(name: name, parsing: .unconditional, help: help, transform: takes)
    }
}

/// A whole number in `range`.
func whole<T: FixedWidthInteger & Sendable>(_ range: ClosedRange<T>) -> @Sendable (String) throws -> T {
    number("a whole number from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
}

/// A whole number in `range`, up to what its type holds.
func whole(_ range: PartialRangeFrom<Int>) -> @Sendable (String) throws -> Int {
    number("a whole number, \(range.lowerBound) or more") { range.contains($0) }
}

/// A number from 0 to 1, as scores and thresholds are.
func share<T: BinaryFloatingPoint & LosslessStringConvertible & SendableMetatype>() -> @Sendable (String) throws -> T {
    number("a number from 0 to 1") { (0...1).contains($0) }
}

/// A number that `isTaken`, which NaN is asked like any other; `expected` says in words which these are.
func number<T: LosslessStringConvertible & SendableMetatype>(
    _ expected: String, isTaken: @escaping @Sendable (T) -> Bool
) -> @Sendable (String) throws -> T {
    // Beyond what a type holds, whole numbers are read as nil, others as 0 or infinity.
    typed(expected) { text in T(text).flatMap { isTaken($0) ? $0 : nil } }
}

/// What `read` makes of the text; `expected` says in words what it takes.
func typed<T>(_ expected: String, read: @escaping @Sendable (String) -> T?) -> @Sendable (String) throws -> T {
    { text in
        guard let value = read(text) else { throw ValidationError("expected \(expected)") }
        return value
    }
}
