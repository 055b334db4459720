// Choices: what an input's first bytes decide, before the rest is data.

/// Takes choices from the front of an input; zeros where it is used up.
struct Choices {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A number of two bytes.
    mutating func number() -> Int { Int(byte()) << 8 | Int(byte()) }

    /// What is left.
    var bytes: [UInt8] { Array(rest) }
}
