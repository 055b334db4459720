// StrandCodes: strands as codes, one after the other in memory.

import KernelShapes

/// Any number of strands as codes of an alphabet. Kept between batches, it allocates nothing once it has grown.
public struct StrandCodes: Sendable {
    /// All codes, strand after strand.
    public private(set) var codes: [UInt8] = []
    /// Strand s is `starts[s] ..< starts[s + 1]`.
    public private(set) var starts: [Int] = [0]
    /// Letters of the longest strand so far.
    public private(set) var longest = 0
    /// Whether a code stands for more than one letter.
    public private(set) var isAmbiguous = false
    /// The letters of each code, as bits.
    public let members: [UInt32]
    /// Letters K of the alphabet; codes from K up are ambiguous.
    public let letters: Int

    /// No strands yet. `members` has an entry for every code; the first `letters` are single bits.
    public init(letters: Int, members: [UInt32]) {
        precondition(letters <= members.count)
        self.letters = letters
        self.members = members
    }

    /// No strands yet, in the codes of `other`.
    public init(like other: StrandCodes) { self.init(letters: other.letters, members: other.members) }

    /// Number of whole strands.
    public var count: Int { starts.count - 1 }

    /// The codes of strand `s`.
    public subscript(s: Int) -> ArraySlice<UInt8> { codes[starts[s]..<starts[s + 1]] }

    /// Letters of strand `s`.
    public func length(_ s: Int) -> Int { starts[s + 1] - starts[s] }

    /// Makes room for `count` codes in all.
    public mutating func reserve(_ count: Int) { codes.reserveCapacity(count) }

    /// Forgets all strands and keeps the memory.
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
    public mutating func append(_ text: [UInt8], _ range: Range<Int>, table: [UInt8]) -> Int? {
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
    public mutating func append(_ strand: ArraySlice<UInt8>) {
        let largest = Int(strand.max() ?? 0)
        precondition(largest < members.count)
        if largest >= letters { isAmbiguous = true }
        codes.append(contentsOf: strand)
        endStrand()
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
    public var mark: Mark { Mark(strands: count, longest: longest, isAmbiguous: isAmbiguous) }

    /// Takes back all that was added since `mark` was taken.
    public mutating func truncate(to mark: Mark) {
        precondition(mark.strands < starts.count)
        starts.removeLast(starts.count - mark.strands - 1)
        codes.removeLast(codes.count - (starts.last ?? 0))
        (longest, isAmbiguous) = (mark.longest, mark.isAmbiguous)
    }
}

extension StrandCodes {
    /// Adds the strands `range` of `other`, which is of the same alphabet.
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

    /// The runs of `size` strands that `chosen` numbers, in that order, copied by up to `threads` threads.
    ///
    /// They lie all over the memory, which is what takes the time: where each lies is read for all of them before any is
    /// copied, so that many loads are under way at a time.
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
            // SAFETY: run k of those chosen is copied to its own bytes, targets[size * k] ..< targets[size * (k + 1)], as many
            // as it has; together they are all of the buffer.
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
