// TestRandom: random numbers for Swift's own calls, apart from the program's source of them.

/// A reproducible stream of numbers.
public struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    /// The stream that begins with a state.
    public init(state: UInt64) { self.state = state }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var z = state
        z = (z ^ (z >> 33)) &* 0xff51_afd7_ed55_8ccd
        return z ^ (z >> 33)
    }
}
