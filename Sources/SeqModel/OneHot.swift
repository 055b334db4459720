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
    public func write(_ range: Range<Int>, of strands: PairCodes, to image: inout [UInt8]) {
        rows.write(range, of: strands, to: &image)
    }

    /// The same as little-endian floats; an ambiguous letter is shared evenly by the letters that it stands for.
    public func writeFloats(_ range: Range<Int>, of strands: PairCodes, to image: inout [UInt8]) {
        rows.writeFloats(range, of: strands, to: &image)
    }

    private var rows: OneHotRows { OneHotRows(columns: length, reversesB: reversesB) }

    /// The letters of the strand in an image whose set cells are `isSet(row, column)`; nil where a column behind an
    /// empty one is set, or a column's letters have no code.
    public func letters(isB: Bool, isSet: (Int, Int) -> Bool) -> [UInt8]? {
        var letters: [UInt8] = []
        for column in 0..<length {
            let rows = (0..<alphabet.count).filter { isSet($0, column) }
            guard !rows.isEmpty else {
                for rest in column..<length where (0..<alphabet.count).contains(where: { isSet($0, rest) }) {
                    return nil
                }
                break
            }
            let code = alphabet.codeLetters.indices.first {
                alphabet.members(of: UInt8($0)).elementsEqual(rows.map(UInt8.init))
            }
            guard let code else { return nil }
            letters.append(alphabet.codeLetters[code])
        }
        return reversesB && isB ? letters.reversed() : letters
    }
}
