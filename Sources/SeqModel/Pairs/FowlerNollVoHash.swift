// FowlerNollVoHash: a small hash of strands and other bytes, the same on every machine.

/// Fowler, Noll and Vo's hash 1a of 64 bits. It tells apart what differs by accident, not by intent.
struct FowlerNollVoHash {
    /// The hash of all bytes so far.
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Adds bytes.
    @inline(__always)
    mutating func add(_ bytes: some Sequence<UInt8>) {
        // &* : a hash, meant to wrap.
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// Adds strands, each with its end, of those whose `codes` and `starts` these are (see `Pairs`).
    mutating func add(strands: Range<Int>, _ codes: [UInt8], _ starts: [Int]) {
        for s in strands {
            for k in starts[s]..<starts[s + 1] { add(CollectionOfOne(codes[k])) }
            add(CollectionOfOne(Alphabet.invalid))
        }
    }
}
