// PairKey: the bytes that stand for a pair in a set.

import Kernels

extension Pairs {
    /// The key of a pair of strands in a set: the codes of both strands with a separator, which is no code, between
    /// them.
    ///
    /// Two pairs have the same key exactly where their strands are equal, in the same order; where `isSymmetric`, in
    /// either order.
    public static func key(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, isSymmetric: Bool = false) -> [UInt8] {
        let isSwapped = isSymmetric && b.lexicographicallyPrecedes(a)
        return isSwapped ? b + [Alphabet.invalid] + a : a + [Alphabet.invalid] + b
    }

    /// The key of pair `p`; see `key(_:_:isSymmetric:)`.
    public func key(_ p: Int, isSymmetric: Bool = false) -> [UInt8] {
        Pairs.key(a(p), b(p), isSymmetric: isSymmetric)
    }

    /// The keys of all pairs, each once.
    var keys: Set<[UInt8]> { Set((0..<count).map { key($0) }) }

    /// The fraction of the pairs that are distinct, 0 to 1; NaN without pairs.
    var distinctFraction: Double { Double(keys.count) / Double(count) }
}
