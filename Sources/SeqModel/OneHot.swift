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

    /// Writes strand `s` of `strands`, no longer than L, as K times L bytes from `start` of `image`, which are zero.
    /// An ambiguous letter is 1 in the row of each letter that it stands for.
    public func write(_ strands: PairCodes, strand s: Int, to image: inout [UInt8], at start: Int) {
        eachCell(strands, s) { row, column, _ in image[start + row * length + column] = 1 }
    }

    /// The same as floats; an ambiguous letter is shared evenly by the letters that it stands for.
    public func write(_ strands: PairCodes, strand s: Int, to image: inout [Float], at start: Int) {
        eachCell(strands, s) { row, column, count in image[start + row * length + column] = 1 / Float(count) }
    }

    /// Calls `body` with row, column and the number of rows that share the column.
    @inline(__always)
    private func eachCell(_ strands: PairCodes, _ s: Int, _ body: (Int, Int, Int) -> Void) {
        let range = strands.starts[s]..<strands.starts[s + 1]
        precondition(range.count <= length)
        let isReversed = reversesB && s % 2 == 1
        var column = isReversed ? range.count - 1 : 0
        for k in range {
            let code = strands.codes[k]
            if Int(code) < alphabet.count {
                body(Int(code), column, 1)
            } else {
                let members = alphabet.members(of: code)
                for letter in members { body(Int(letter), column, members.count) }
            }
            column += isReversed ? -1 : 1
        }
    }

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
