// StrandCodes: strands as codes of an alphabet, contiguous in memory.

import KernelShapes

/// Any number of strands as codes of an alphabet. Reused between batches, it allocates nothing once it has grown.
public struct StrandCodes: Sendable {
    /// The codes of all strands, one strand after the other.
    public private(set) var codes: [UInt8] = []
    /// Offsets in `codes`: strand s is `starts[s] ..< starts[s + 1]`.
    public private(set) var starts: [Int] = [0]
    /// Length of the longest strand so far, in letters.
    public private(set) var longest = 0
    /// Whether a code stands for more than one letter.
    public private(set) var isAmbiguous = false
    /// For each code the set of letters that it stands for: bit k is letter k.
    public let members: [UInt32]
    /// Number of letters K of the alphabet. Codes from K up are ambiguous.
    public let letters: Int

    /// No strands yet. `members` has an entry for each code; those of the first `letters` codes have a single bit.
    public init(letters: Int, members: [UInt32]) {
        precondition(letters <= members.count)
        self.letters = letters
        self.members = members
    }

    /// No strands yet, with the alphabet of `other`.
    public init(like other: StrandCodes) { self.init(letters: other.letters, members: other.members) }

    /// Number of complete strands.
    public var count: Int { starts.count - 1 }

    /// The codes of strand `s`.
    public subscript(s: Int) -> ArraySlice<UInt8> { codes[starts[s]..<starts[s + 1]] }

    /// Length of strand `s` in letters.
    public func length(_ s: Int) -> Int { starts[s + 1] - starts[s] }

    /// Reserves memory for `count` codes in total.
    public mutating func reserve(_ count: Int) { codes.reserveCapacity(count) }

    /// Removes all strands and keeps the memory.
    public mutating func removeAll() {
        codes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        longest = 0
        isAmbiguous = false
    }

    /// Adds a code to the current strand, see `endStrand`. The code must be below `members.count`.
    @inline(__always)
    public mutating func append(_ code: UInt8) {
        precondition(Int(code) < members.count)
        if Int(code) >= letters { isAmbiguous = true }
        codes.append(code)
    }

    /// Adds a whole strand of letters, `range` of `text`, translated by `table`, which has a code for each byte.
    ///
    /// The strand must have 1 to `DuplexShape.maximumLength` letters. If a letter has no code (its entry is not below
    /// `members.count`), nothing is added, and its offset in the range is returned.
    public mutating func append(_ text: [UInt8], _ range: Range<Int>, table: [UInt8]) -> Int? {
        precondition(table.count == 256 && !range.isEmpty && range.count <= DuplexShape.maximumLength)
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count)
        let start = codes.count
        let known = members.count
        let plain = self.letters
        // SAFETY: the range is inside the text, as checked above. (An array slice would be retained and released,
        // which takes longer than the copy.)
        text.withUnsafeBufferPointer { codes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
        var largest = 0
        // SAFETY: the table has an entry for each byte; the codes are those just added.
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

    /// Adds a whole strand of 1 to `DuplexShape.maximumLength` codes, each below `members.count`.
    public mutating func append(_ strand: ArraySlice<UInt8>) {
        let largest = Int(strand.max() ?? 0)
        precondition(largest < members.count)
        if largest >= letters { isAmbiguous = true }
        codes.append(contentsOf: strand)
        endStrand()
    }

    /// Ends the current strand, which must have 1 to `DuplexShape.maximumLength` codes.
    public mutating func endStrand() {
        let length = codes.count - (starts.last ?? 0)
        precondition(length > 0 && length <= DuplexShape.maximumLength)
        longest = max(longest, length)
        starts.append(codes.count)
    }

    /// A state that `truncate` restores.
    public struct Mark: Sendable {
        fileprivate let strands: Int, longest: Int
        fileprivate let isAmbiguous: Bool
    }

    /// The current state: the complete strands so far.
    public var mark: Mark { Mark(strands: count, longest: longest, isAmbiguous: isAmbiguous) }

    /// Removes everything that was added after `mark` was taken.
    public mutating func truncate(to mark: Mark) {
        precondition(mark.strands < starts.count)
        starts.removeLast(starts.count - mark.strands - 1)
        codes.removeLast(codes.count - (starts.last ?? 0))
        (longest, isAmbiguous) = (mark.longest, mark.isAmbiguous)
    }
}

extension StrandCodes {
    /// Adds the strands `range` of `other`, which must have the same alphabet.
    public mutating func append(_ range: Range<Int>, of other: StrandCodes) {
        precondition(other.letters == letters && other.members.count == members.count)
        let (first, last) = (other.starts[range.lowerBound], other.starts[range.upperBound])
        let all = other.codes[first..<last]
        if other.isAmbiguous, all.contains(where: { Int($0) >= letters }) { isAmbiguous = true }
        let shift = codes.count - first
        codes.append(contentsOf: all)
        for s in range {
            longest = max(longest, other.length(s))
            starts.append(other.starts[s + 1] + shift)
        }
    }

    /// Copies of the runs of `size` strands with the numbers `chosen`, in that order, made by up to `threads` threads.
    ///
    /// The time goes to cache misses, as the runs are scattered in memory. All offsets are therefore read before any
    /// codes are copied: many loads are then in flight at once.
    func gathered(runs chosen: ArraySlice<Int>, of size: Int, threads: Int) -> StrandCodes {
        var result = StrandCodes(like: self)
        let (from, places) = (codes, starts)
        result.starts.reserveCapacity(1 + size * chosen.count)
        var end = 0
        for run in chosen {
            for s in size * run..<size * (run + 1) {
                let length = places[s + 1] - places[s]
                result.longest = max(result.longest, length)
                end += length
                result.starts.append(end)
            }
        }
        let targets = result.starts
        result.codes = [UInt8](unsafeUninitializedCapacity: end) { buffer, count in
            // SAFETY: run k of `chosen` is copied to bytes targets[size * k] ..< targets[size * (k + 1)], as many as
            // it has. These ranges are disjoint and cover the buffer.
            nonisolated(unsafe) let buffer = buffer
            let share = 1 << 14
            Parallel.run(pieces: (chosen.count + share - 1) / share, threads: threads) { piece, _ in
                for k in piece * share..<min((piece + 1) * share, chosen.count) {
                    let run = chosen[chosen.startIndex + k]
                    let part = UnsafeMutableBufferPointer(
                        rebasing: buffer[targets[size * k]..<targets[size * (k + 1)]])
                    _ = part.update(fromContentsOf: from[places[size * run]..<places[size * (run + 1)]])
                }
            }
            count = end
        }
        result.isAmbiguous = isAmbiguous && result.codes.contains { Int($0) >= letters }
        return result
    }
}
