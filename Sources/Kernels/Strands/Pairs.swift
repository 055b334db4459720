// Pairs: pairs of strands, what a classifier scores.

import KernelShapes

/// Pairs of strands: of pair p, strand A is strand 2p of `strands` and strand B the one behind it.
public struct Pairs: Sendable {
    /// Strands A and B in turn. Whoever adds to them adds both of a pair.
    public var strands: StrandCodes

    /// No pairs yet; see `StrandCodes`.
    public init(letters: Int, members: [UInt32]) { strands = StrandCodes(letters: letters, members: members) }

    /// No pairs yet, in the codes of `other`.
    public init(like other: StrandCodes) { strands = StrandCodes(like: other) }

    /// No pairs yet, in the codes of `other`.
    public init(like other: Pairs) { strands = StrandCodes(like: other.strands) }

    /// Number of whole pairs.
    public var count: Int { strands.count / 2 }
    /// Letters K of the alphabet.
    public var letters: Int { strands.letters }
    /// Letters of the longest strand so far.
    public var longest: Int { strands.longest }
    /// Whether a strand holds a code that stands for more than one letter.
    public var isAmbiguous: Bool { strands.isAmbiguous }

    /// The codes of strand A of pair `p`.
    public func a(_ p: Int) -> ArraySlice<UInt8> { strands[2 * p] }
    /// The codes of strand B of pair `p`.
    public func b(_ p: Int) -> ArraySlice<UInt8> { strands[2 * p + 1] }

    /// Forgets all pairs and keeps the memory.
    public mutating func removeAll() { strands.removeAll() }

    /// Adds a pair of strands in codes, each 1 to `DuplexShape.maximumLength` of them.
    public mutating func append(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) {
        strands.append(a)
        strands.append(b)
    }

    /// Adds pair `p` of `other`, which is of the same alphabet.
    public mutating func append(pair p: Int, of other: Pairs) { strands.append(2 * p..<2 * p + 2, of: other.strands) }

    /// The pairs `chosen`, in that order, copied by up to `threads` threads.
    public func gathered(_ chosen: ArraySlice<Int>, threads: Int) -> Pairs {
        var result = self
        result.strands = strands.gathered(runs: chosen, of: 2, threads: threads)
        return result
    }

    /// A hash of pair `p`: of its codes, and of where strand B begins. It tells pairs apart in memory; it is for no file.
    public func hash(ofPair p: Int) -> UInt64 {
        let starts = strands.starts
        let (start, middle, end) = (starts[2 * p], starts[2 * p + 1], starts[2 * p + 2])
        var hash: UInt64 = 0
        // Both halves of a product, so that every bit of the word reaches all of the hash.
        func mix(_ word: UInt64) {
            let product = (hash ^ word ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
            hash = product.high ^ product.low
        }
        mix(UInt64(truncatingIfNeeded: middle - start) << 32 | UInt64(truncatingIfNeeded: end - start))
        strands.codes.withUnsafeBytes { bytes in
            var k = start
            while k + 8 <= end {
                mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: k, as: UInt64.self)))
                k += 8
            }
            mix(bytes[k..<end].reduce(0) { $0 << 8 | UInt64($1) })
        }
        return hash
    }
}
