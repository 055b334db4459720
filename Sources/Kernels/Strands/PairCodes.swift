// PairCodes: strands as codes, two by two, one after the other in memory.

import KernelShapes

/// Pairs of strands as codes. Kept between batches, it allocates nothing once it has grown.
public struct PairCodes: Sendable {
    /// All codes, strand after strand.
    public private(set) var codes: [UInt8] = []
    /// Strand s is `starts[s] ..< starts[s + 1]`; pair p is strands 2p (A) and 2p + 1 (B).
    public private(set) var starts: [Int] = [0]
    /// The longest strand so far.
    public private(set) var longest = 0
    /// Whether a code stands for more than one letter.
    public private(set) var isAmbiguous = false
    /// The letters of each code, as bits.
    public let members: [UInt32]
    /// Letters K of the alphabet; codes from K up are ambiguous.
    public let letters: Int

    /// No pairs yet. `members` has an entry for every code; the first `letters` are single bits.
    public init(letters: Int, members: [UInt32]) {
        precondition(letters <= members.count)
        self.letters = letters
        self.members = members
    }

    /// Number of whole pairs.
    public var count: Int { (starts.count - 1) / 2 }

    /// Makes room for `count` codes in all.
    public mutating func reserve(_ count: Int) { codes.reserveCapacity(count) }

    /// Forgets all pairs and keeps the memory.
    public mutating func removeAll() {
        codes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        longest = 0
        isAmbiguous = false
    }

    /// Adds a code to the strand under way. The code must be below `members.count`.
    @inline(__always)
    public mutating func append(_ code: UInt8) {
        precondition(Int(code) < members.count)
        if Int(code) >= letters { isAmbiguous = true }
        codes.append(code)
    }

    /// Adds a whole strand of letters, `range` of `text`, by their codes in `table` (an entry for every byte).
    ///
    /// The strand must hold 1 to `DuplexShape.maximumLength` letters. Where a letter's code is no code of the
    /// alphabet, nothing is added and its offset is returned.
    public mutating func appendStrand(_ text: [UInt8], _ range: Range<Int>, table: [UInt8]) -> Int? {
        precondition(table.count == 256 && !range.isEmpty && range.count <= DuplexShape.maximumLength)
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count)
        let start = codes.count
        let known = members.count
        let plain = self.letters
        // SAFETY: the range lies inside the text, checked above. (A slice would be held and let go of, which takes longer than
        // the copy.)
        text.withUnsafeBufferPointer { codes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
        var largest = 0
        // SAFETY: the table has an entry for every byte, and the codes are those just added.
        table.withUnsafeBufferPointer { table in
            codes.withUnsafeMutableBufferPointer { codes in
                for k in start..<codes.count {
                    let code = Int(table[Int(codes[k])])
                    largest = max(largest, code)
                    codes[k] = UInt8(truncatingIfNeeded: code)
                }
            }
        }
        if largest >= known {
            let bad = codes[start...].firstIndex { Int($0) >= known }
            codes.removeLast(codes.count - start)
            return bad.map { $0 - start }
        }
        if largest >= plain { isAmbiguous = true }
        longest = max(longest, codes.count - start)
        starts.append(codes.count)
        return nil
    }

    /// Adds a whole strand in codes, 1 to `DuplexShape.maximumLength` of them, each below `members.count`.
    public mutating func appendStrand(_ strand: ArraySlice<UInt8>) {
        let largest = Int(strand.max() ?? 0)
        precondition(largest < members.count)
        if largest >= letters { isAmbiguous = true }
        codes.append(contentsOf: strand)
        endStrand()
    }

    /// Adds pair `p` of `other`, which is of the same alphabet.
    public mutating func append(pair p: Int, of other: PairCodes) {
        precondition(other.letters == letters && other.members.count == members.count)
        let (start, middle, end) = (other.starts[2 * p], other.starts[2 * p + 1], other.starts[2 * p + 2])
        let both = other.codes[start..<end]
        if other.isAmbiguous, both.contains(where: { Int($0) >= letters }) { isAmbiguous = true }
        codes.append(contentsOf: both)
        longest = max(longest, middle - start, end - middle)
        starts.append(codes.count - (end - middle))
        starts.append(codes.count)
    }

    /// Ends the strand under way, which must hold 1 to `DuplexShape.maximumLength` codes.
    public mutating func endStrand() {
        let length = codes.count - (starts.last ?? 0)
        precondition(length > 0 && length <= DuplexShape.maximumLength)
        longest = max(longest, length)
        starts.append(codes.count)
    }

    /// A state to go back to with `truncate`.
    public struct Mark: Sendable {
        fileprivate let strands: Int, longest: Int
        fileprivate let isAmbiguous: Bool
    }

    /// The strands so far.
    public var mark: Mark { Mark(strands: starts.count - 1, longest: longest, isAmbiguous: isAmbiguous) }

    /// Takes back all that was added since `mark` was taken.
    public mutating func truncate(to mark: Mark) {
        precondition(mark.strands < starts.count)
        starts.removeLast(starts.count - mark.strands - 1)
        codes.removeLast(codes.count - (starts.last ?? 0))
        (longest, isAmbiguous) = (mark.longest, mark.isAmbiguous)
    }

    /// A hash of pair `p`: of its codes, and of where strand B begins. It tells pairs apart in memory; it is for no file.
    public func hash(ofPair p: Int) -> UInt64 {
        let (start, middle, end) = (starts[2 * p], starts[2 * p + 1], starts[2 * p + 2])
        var hash: UInt64 = 0
        // Both halves of a product, so that every bit of the word reaches all of the hash.
        func mix(_ word: UInt64) {
            let product = (hash ^ word ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
            hash = product.high ^ product.low
        }
        mix(UInt64(truncatingIfNeeded: middle - start) << 32 | UInt64(truncatingIfNeeded: end - start))
        codes.withUnsafeBytes { bytes in
            var k = start
            while k + 8 <= end {
                mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: k, as: UInt64.self)))
                k += 8
            }
            mix(bytes[k..<end].reduce(0) { $0 << 8 | UInt64($1) })
        }
        return hash
    }

    /// The codes of strand `s`.
    public func strand(_ s: Int) -> ArraySlice<UInt8> { codes[starts[s]..<starts[s + 1]] }
}

extension PairCodes {
    /// The pairs `chosen` of `other`, in that order, copied by up to `threads` threads.
    ///
    /// They lie all over the memory, which is what takes the time: where each lies is read for all of them before any is
    /// copied, so that many loads are under way at a time.
    public init(_ other: PairCodes, pairs chosen: ArraySlice<Int>, threads: Int) {
        self.init(letters: other.letters, members: other.members)
        let places = other.starts
        starts.reserveCapacity(1 + 2 * chosen.count)
        var end = 0
        for p in chosen {
            let (start, middle, last) = (places[2 * p], places[2 * p + 1], places[2 * p + 2])
            longest = max(longest, middle - start, last - middle)
            starts.append(end + middle - start)
            end += last - start
            starts.append(end)
        }
        let (from, targets) = (other.codes, starts)
        codes = [UInt8](unsafeUninitializedCapacity: end) { buffer, count in
            // SAFETY: pair k of those chosen is copied to its own bytes, targets[2 * k] ..< targets[2 * k + 2], as many as it
            // has; together they are all of the buffer.
            nonisolated(unsafe) let buffer = buffer
            let share = 1 << 14
            Parallel.run(pieces: (chosen.count + share - 1) / share, threads: threads) { piece, _ in
                for k in piece * share..<min((piece + 1) * share, chosen.count) {
                    let p = chosen[chosen.startIndex + k]
                    let pair = UnsafeMutableBufferPointer(rebasing: buffer[targets[2 * k]..<targets[2 * k + 2]])
                    _ = pair.update(fromContentsOf: from[places[2 * p]..<places[2 * p + 2]])
                }
            }
            count = end
        }
        isAmbiguous = other.isAmbiguous && codes.contains { Int($0) >= letters }
    }
}
