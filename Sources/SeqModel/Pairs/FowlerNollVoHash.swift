// FowlerNollVoHash: a hash of strands and other bytes that is the same on every machine.

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo). Not cryptographic: collisions can be constructed.
struct FowlerNollVoHash {
    /// The hash of all bytes so far.
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Adds bytes.
    @inline(__always)
    mutating func add(_ bytes: some Sequence<UInt8>) {
        // &* : the product is meant to wrap.
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// Adds the strands `strands`, each with an end mark, of the `codes` and `starts` of a `StrandCodes`.
    mutating func add(strands: Range<Int>, _ codes: [UInt8], _ starts: [Int]) {
        for s in strands {
            for k in starts[s]..<starts[s + 1] { add(CollectionOfOne(codes[k])) }
            add(CollectionOfOne(Alphabet.invalid))
        }
    }
}
