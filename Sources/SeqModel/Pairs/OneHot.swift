// OneHot: one-hot images of strands, written and read.

import Kernels

/// One-hot images of strands: K rows, one per letter, and L columns, one per position; columns past the end are 0.
public struct OneHot: Sendable {
    /// The letters; K is their number.
    public let alphabet: Alphabet
    /// Columns L of an image.
    public let length: Int
    /// Whether strand B (every second strand) is written from its last letter to its first.
    public let reversesB: Bool

    /// Images of `length` columns.
    public init(alphabet: Alphabet, length: Int, reversesB: Bool) {
        self.alphabet = alphabet
        self.length = length
        self.reversesB = reversesB
    }

    /// Numbers of an image: K * L.
    public var area: Int { alphabet.count * length }

    /// Replaces `image` by the images of a range of strands, none longer than L: K * L bytes each, row by row. An
    /// ambiguity letter is 1 in the row of each letter that it stands for.
    public func write(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        rows.write(range, of: strands, to: &image)
    }

    /// The same as little-endian 32-bit floats; an ambiguity letter is 1/n in the row of each of the n letters that it
    /// stands for.
    public func writeFloats(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        rows.writeFloats(range, of: strands, to: &image)
    }

    private var rows: OneHotRows { OneHotRows(columns: length, reversesB: reversesB) }

    /// Reads the strand of an image of the numbers `value(row, column)`, as bytes of text.
    ///
    /// Returns no letters and the first bad column, counted from 0, where a column is not as `write` or `writeFloats`
    /// would write it: one 1, or the ones or 1/n of an ambiguity letter, and only zeros past the end. An image without
    /// a letter is bad in column 0.
    public func letters(isB: Bool, value: (Int, Int) -> Double) -> (letters: [UInt8], badColumn: Int?) {
        var letters: [UInt8] = []
        var isPastEnd = false
        for column in 0..<length {
            let rows = (0..<alphabet.count).filter { value($0, column) != 0 }
            if rows.isEmpty {
                if column == 0 { return ([], 0) }
                isPastEnd = true
                continue
            }
            let share = 1 / Double(rows.count)
            let areOnes = rows.allSatisfy { value($0, column) == 1 }
            let areEven = rows.allSatisfy { abs(value($0, column) - share) < OneHot.tolerance }
            let code = alphabet.codeLetters.indices.first {
                alphabet.members(of: UInt8($0)).elementsEqual(rows.map(UInt8.init))
            }
            guard !isPastEnd, areOnes || areEven, let code else { return ([], column) }
            letters.append(alphabet.codeLetters[code])
        }
        return (reversesB && isB ? letters.reversed() : letters, nil)
    }

    /// The largest difference of 1/n from its 32-bit float.
    private static let tolerance = 1e-6
}
