// RandomSource: seeded random numbers. The algorithm is fixed: a seed gives the same bytes in all versions.

/// The SplitMix64 generator (Steele, Lea & Flood 2014), started from a seed and a stream number.
public struct RandomSource: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// Stream `stream` of `seed`. Different streams are independent for all practical purposes.
    public init(seed: UInt64, stream: UInt64 = 0) {
        state = RandomSource.mixed(seed ^ RandomSource.mixed(stream &+ 0x9e37_79b9_7f4a_7c15))
    }

    /// The next 64 bits.
    @inlinable public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return RandomSource.mixed(state)
    }

    /// Uniform in [0, 1).
    @inlinable public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A uniform integer in 0 ..< bound, bound > 0. The bias is below bound / 2^64.
    @inlinable public mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Approximately normal with mean 0 and standard deviation 1: the centred sum of twelve uniform numbers of 16
    /// bits.
    @inlinable public mutating func normal() -> Float {
        var sum: Int32 = 0
        for _ in 0..<3 {
            let bits = next()
            let even = bits & 0x0000_ffff_0000_ffff, odd = bits >> 16 & 0x0000_ffff_0000_ffff
            // &+: no overflow, four numbers of 16 bits are added in fields of 32.
            let both = even &+ odd
            sum &+= Int32(truncatingIfNeeded: both & 0xffff_ffff) &+ Int32(truncatingIfNeeded: both >> 32)
        }
        return (Float(sum) - 12 * 32_767.5) * 0x1p-16
    }

    /// Shuffles `order` (Fisher-Yates).
    public mutating func shuffle(_ order: inout [Int]) {
        guard order.count > 1 else { return }
        for k in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(k, index(below: k + 1)) }
    }

    @inlinable static func mixed(_ x: UInt64) -> UInt64 {
        // &*: overflow is part of the hash.
        var z = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
