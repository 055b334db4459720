// PairFeatures: a pair in a few numbers, by which pairs of two sets are near each other or not.

import Kernels

/// Numbers of each of some pairs: how they align, their lengths and letters, and the classifier's log odds.
///
/// The alignment is by the facing letters of the data, so that the numbers show the relation of the strands, not the
/// strands alone. What a relation does beyond that, only the classifier sees.
struct PairFeatures: Sendable {
    /// The pairs' numbers, row by row.
    let values: FloatBuffer
    /// Number of pairs, and of the numbers of each.
    let count: Int, width: Int
    /// Letters K of the alphabet.
    private let letters: Int

    /// The places of the numbers of one strand or pair: lengths in letters, bits of the alignment, columns that pair,
    /// unpaired letters by the element of the structure. K shares of A's letters follow, K of B's, and the logit.
    private enum Place: Int, CaseIterable { case lengthA, lengthB, bits, paired, bulged, loop, end }
    /// Pairs that a thread takes at a time.
    private static let pieceSize = 32

    /// Computes the numbers of the pairs `chosen`, aligned by `table`; `logits` has one for each pair of `pairs`, or is
    /// empty.
    init(_ pairs: Pairs, chosen: [Int], table: ContingencyTable, logits: [Float], threads: Int) {
        (count, letters) = (chosen.count, pairs.letters)
        let width = Place.allCases.count + 2 * letters + (logits.isEmpty ? 0 : 1)
        let values = FloatBuffer(count: chosen.count * width)
        let size = PairFeatures.pieceSize
        Parallel.run(pieces: (chosen.count + size - 1) / size, threads: threads) { piece, _ in
            var aligner = DuplexAligner(table)
            for k in piece * size..<min(chosen.count, (piece + 1) * size) {
                let (a, b) = (pairs.a(chosen[k]), pairs.b(chosen[k]))
                let row = PairFeatures.row(a, b, aligner.align(a, b), pairs.letters)
                values[k * width..<(k + 1) * width] = row + (logits.isEmpty ? [] : [logits[chosen[k]]])
            }
        }
        (self.values, self.width) = (values, width)
    }

    private static func row(
        _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ alignment: DuplexAlignment, _ letters: Int
    ) -> [Float] {
        let structure = DuplexStructure(alignment)
        var row = [Float(a.count), Float(b.count), Float(alignment.bits)]
        row += [structure.pairedLetters, structure.bulgedLetters, structure.loopLetters, structure.endLetters]
            .map { Float($0) }
        for strand in [a, b] {
            var shares = [Float](repeating: 0, count: letters)
            for code in strand where Int(code) < letters { shares[Int(code)] += 1 / Float(strand.count) }
            row += shares
        }
        return row
    }

    private func value(_ pair: Int, _ place: Place) -> Float { values[pair * width + place.rawValue] }

    /// The shares of structures among the pairs.
    var structures: StructureShares {
        var shares = StructureShares(pairs: count)
        for pair in 0..<count {
            let isPaired = value(pair, .paired) > 0
            let unpaired = value(pair, .bulged) + value(pair, .loop) + value(pair, .end)
            shares.add(
                pairedLetters: Int(value(pair, .paired)), hasBulge: value(pair, .bulged) > 0,
                hasInteriorLoop: value(pair, .loop) > 0, hasOverhang: isPaired && value(pair, .end) > 0,
                isExact: isPaired && unpaired == 0)
        }
        return shares
    }

    /// The scale of each number: that of the pairs' mean and standard deviation, which is not taken to be smaller than
    /// a step that matters: half a letter, a fiftieth of a strand, a bit. The shares of a strand's letters together
    /// weigh as much as one number.
    var scale: (means: [Float], factors: [Float]) {
        var (means, factors) = ([Float](), [Float]())
        for place in 0..<width {
            var (sum, squares) = (0.0, 0.0)
            for pair in 0..<count { sum += Double(values[pair * width + place]) }
            let mean = sum / Double(max(1, count))
            for pair in 0..<count {
                let difference = Double(values[pair * width + place]) - mean
                squares += difference * difference
            }
            let deviation = (squares / Double(max(1, count))).squareRoot()
            let isShare = (Place.allCases.count..<Place.allCases.count + 2 * letters).contains(place)
            let isCount = place < Place.allCases.count && place != Place.bits.rawValue
            let least = isShare ? 0.02 : isCount ? 0.5 : 1
            means.append(Float(mean))
            factors.append(Float((isShare ? 1 / Double(letters).squareRoot() : 1) / max(deviation, least)))
        }
        return (means, factors)
    }

    /// The pairs `range` as points in the space that `scale` spans.
    func points(_ range: Range<Int>, _ scale: (means: [Float], factors: [Float])) -> PointSet {
        PointSet(count: range.count, dimensions: width) { point, dimension in
            let value = values[(range.lowerBound + point) * width + dimension]
            return (value - scale.means[dimension]) * scale.factors[dimension]
        }
    }
}
