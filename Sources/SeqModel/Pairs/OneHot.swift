// OneHot: strands as images of ones and zeros, and back.

import Kernels

/// One-hot images of strands: K rows, one a letter, and L columns, one a position; columns behind a strand are zero.
public struct OneHot: Sendable {
    /// Which letters there are.
    public let alphabet: Alphabet
    /// Columns L of an image.
    public let length: Int
    /// Whether strand B (each second strand) is written from its end.
    public let reversesB: Bool

    /// Images of `length` columns.
    public init(alphabet: Alphabet, length: Int, reversesB: Bool) {
        self.alphabet = alphabet
        self.length = length
        self.reversesB = reversesB
    }

    /// Numbers in an image: K times L.
    public var area: Int { alphabet.count * length }

    /// Makes `image` the images of a range of strands, none longer than L: K times L bytes each. An ambiguous letter is 1 in
    /// the row of each letter that it stands for.
    public func write(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        rows.write(range, of: strands, to: &image)
    }

    /// The same as little-endian floats; an ambiguous letter is shared evenly by the letters that it stands for.
    public func writeFloats(_ range: Range<Int>, of strands: StrandCodes, to image: inout [UInt8]) {
        rows.writeFloats(range, of: strands, to: &image)
    }

    private var rows: OneHotRows { OneHotRows(columns: length, reversesB: reversesB) }

    /// The letters of the strand in an image of the numbers `value(row, column)`; or the first column, from 0, that is none of
    /// `write` or `writeFloats`: zeros and a 1, or of an ambiguity letter ones or even shares, up to the end of the strand, and
    /// then zeros. An image without a letter is bad in column 0.
    public func letters(isB: Bool, value: (Int, Int) -> Double) -> (letters: [UInt8], badColumn: Int?) {
        var letters: [UInt8] = []
        var isBehind = false
        for column in 0..<length {
            let rows = (0..<alphabet.count).filter { value($0, column) != 0 }
            if rows.isEmpty {
                if column == 0 { return ([], 0) }
                isBehind = true
                continue
            }
            let share = 1 / Double(rows.count)
            let isWhole = rows.allSatisfy { value($0, column) == 1 }
            let isShared = rows.allSatisfy { abs(value($0, column) - share) < OneHot.tolerance }
            let code = alphabet.codeLetters.indices.first {
                alphabet.members(of: UInt8($0)).elementsEqual(rows.map(UInt8.init))
            }
            guard !isBehind, isWhole || isShared, let code else { return ([], column) }
            letters.append(alphabet.codeLetters[code])
        }
        return (reversesB && isB ? letters.reversed() : letters, nil)
    }

    /// How far an even share may be from what 32-bit floats make of it.
    private static let tolerance = 1e-6
}
