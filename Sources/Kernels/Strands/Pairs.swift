// Pairs: pairs of strands, the input of classifiers.

import KernelShapes

/// Pairs of strands: pair p is strand 2p (A) and strand 2p + 1 (B) of `strands`.
public struct Pairs: Sendable {
    /// Strands A and B alternately. Strands are added in pairs.
    public var strands: StrandCodes

    /// No pairs yet; the arguments are those of `StrandCodes`.
    public init(letters: Int, members: [UInt32]) { strands = StrandCodes(letters: letters, members: members) }

    /// No pairs yet, with the alphabet of `other`.
    public init(like other: StrandCodes) { strands = StrandCodes(like: other) }

    /// No pairs yet, with the alphabet of `other`.
    public init(like other: Pairs) { strands = StrandCodes(like: other.strands) }

    /// Number of complete pairs.
    public var count: Int { strands.count / 2 }
    /// Number of letters K of the alphabet.
    public var letters: Int { strands.letters }
    /// Length of the longest strand so far, in letters.
    public var longest: Int { strands.longest }
    /// Whether a strand has a code that stands for more than one letter.
    public var isAmbiguous: Bool { strands.isAmbiguous }

    /// The codes of strand A of pair `p`.
    public func a(_ p: Int) -> ArraySlice<UInt8> { strands[2 * p] }
    /// The codes of strand B of pair `p`.
    public func b(_ p: Int) -> ArraySlice<UInt8> { strands[2 * p + 1] }

    /// Removes all pairs and keeps the memory.
    public mutating func removeAll() { strands.removeAll() }

    /// Adds a pair of strands, each of 1 to `DuplexShape.maximumLength` codes.
    public mutating func append(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) {
        strands.append(a)
        strands.append(b)
    }

    /// Adds pair `p` of `other`, which must have the same alphabet.
    public mutating func append(pair p: Int, of other: Pairs) { strands.append(2 * p..<2 * p + 2, of: other.strands) }

    /// Copies of the pairs `chosen`, in that order, made by up to `threads` threads.
    public func gathered(_ chosen: ArraySlice<Int>, threads: Int) -> Pairs {
        var result = self
        result.strands = strands.gathered(runs: chosen, of: 2, threads: threads)
        return result
    }

    /// A hash of pair `p`: of its codes and of the lengths of both strands. It is meant for tables in memory, not for
    /// files.
    public func hash(ofPair p: Int) -> UInt64 {
        let starts = strands.starts
        let (start, middle, end) = (starts[2 * p], starts[2 * p + 1], starts[2 * p + 2])
        var hash: UInt64 = 0
        // Both halves of the product, so that every bit of the word affects all bits of the hash.
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
