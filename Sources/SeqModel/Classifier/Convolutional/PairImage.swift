// PairImage: the one-hot image of a pair, in two layouts.

import Kernels

/// The layout of the image of a pair, for K letters and L columns.
public enum PairImageLayout: String, Sendable, CaseIterable {
    /// K rows, L columns and two channels, one per strand.
    case channels
    /// One row of L columns with 2 K channels, those of strand A first.
    case stacked
}

/// Writes the images of pairs into maps. Columns past the end of a strand are off.
struct PairImage: Sendable {
    let alphabet: Alphabet
    /// Columns L.
    let length: Int
    let layout: PairImageLayout
    /// Antiparallel strands B are written from their last letter on, so that facing letters share a column.
    let orientation: Orientation

    var height: Int { layout == .channels ? alphabet.count : 1 }
    var channels: Int { layout == .channels ? 2 : 2 * alphabet.count }

    /// The index of the number of `letter` in `column` of `strand` (0 or 1) in image `sample` of `map`.
    func place(_ map: BatchMap, _ sample: Int, strand: Int, column: Int, letter: Int) -> Int {
        switch layout {
        case .channels: map.place(sample, letter, column, strand)
        case .stacked: map.place(sample, 0, column, strand * alphabet.count + letter)
        }
    }

    /// Writes pair `pair` into image `sample`, whose numbers must all be `off`: `on` for each letter. An ambiguity
    /// letter is divided evenly among the letters that it stands for. Strands longer than L are truncated.
    func write(
        _ pairs: Pairs, pair: Int, isSwapped: Bool = false, on: Float = 1, off: Float = 0, to map: BatchMap,
        _ sample: Int
    ) {
        for side in 0...1 {
            let strands = pairs.strands, s = 2 * pair + (isSwapped ? 1 - side : side)
            let range = strands.starts[s]..<strands.starts[s + 1]
            let isReversed = side == 1 && orientation == .antiparallel
            for column in 0..<min(range.count, length) {
                let code = strands.codes[isReversed ? range.upperBound - 1 - column : range.lowerBound + column]
                func set(_ letter: UInt8, _ value: Float) {
                    map.values[place(map, sample, strand: side, column: column, letter: Int(letter))] = value
                }
                guard Int(code) >= alphabet.count else {
                    set(code, on)
                    continue
                }
                let members = alphabet.members(of: code)
                for letter in members { set(letter, off + (on - off) / Float(members.count)) }
            }
        }
    }
}
