// EncoderDecoder+Drawing: draws strands B: a length, then letter by letter.

import Kernels

extension EncoderDecoder {
    /// Activations of the network for strands that are drawn, one in each lane.
    final class DrawingTape: Sendable {
        /// The most strands.
        let strands = StrandLanes.count
        /// The residual sums of strand A's columns and of B's: the embedding, then those after each convolution.
        fileprivate let aSums: [LaneMap], bSums: [LaneMap]
        /// Queries, keys and values of A's columns, and the latter two as attention reads them.
        fileprivate let aHeads: LaneMap, aKeys: LaneKeys
        /// By block: keys and values of B's columns, and of A's.
        fileprivate let bKeys: [LaneKeys], crossKeys: [LaneKeys]
        /// One column each: the residual sum, its normalisation; queries, keys and values; what attention to one's own
        /// and to the other strand gives, and the query of the latter; the hidden layer; the logits.
        fileprivate let sum: LaneMap, normal: LaneMap, heads: LaneMap, keys: LaneMap
        fileprivate let attended: LaneMap, crossed: LaneMap, query: LaneMap
        fileprivate let hidden: LaneMap, letters: LaneMap, lengths: LaneMap
        /// What conditions add to the columns; nil without them.
        fileprivate let aFixed: LaneMap?, bFixed: LaneMap?
        fileprivate let aConditions: ConditionRows.Tape?, bConditions: ConditionRows.Tape?
        fileprivate let scratch: FloatBuffer

        /// Allocates a tape for `net`.
        init(_ net: EncoderDecoder) {
            let (d, c) = (EncoderDecoder.width, EncoderDecoder.crossWidth)
            let (lengthA, lengthB) = (net.longestA, net.lengthsB.upperBound + 1)
            func sums(_ length: Int) -> [LaneMap] {
                (0...EncoderDecoder.convolutions).map { _ in LaneMap(length: length, channels: d) }
            }
            (aSums, bSums) = (sums(lengthA), sums(lengthB))
            aHeads = LaneMap(length: lengthA, channels: 3 * d)
            aKeys = LaneKeys(EncoderDecoder.selfHeads, capacity: lengthA)
            bKeys = net.blocks.map { _ in LaneKeys(EncoderDecoder.selfHeads, capacity: lengthB) }
            crossKeys = net.blocks.map { _ in LaneKeys(EncoderDecoder.crossHeads, capacity: lengthA) }
            func column(_ channels: Int) -> LaneMap { LaneMap(length: 1, channels: channels) }
            (sum, normal, heads, keys) = (column(d), column(d), column(3 * d), column(2 * c))
            (attended, crossed, query) = (column(d), column(c), column(c))
            (hidden, letters) = (column(EncoderDecoder.hidden), column(net.letterOut.outputs))
            lengths = column(net.lengthOut.outputs)
            (aFixed, bFixed) = net.conditions > 0 ? (column(d), column(d)) : (nil, nil)
            aConditions = ConditionRows.Tape(net.a.conditions, strands: strands, columns: 1)
            bConditions = ConditionRows.Tape(net.b.conditions, strands: strands, columns: 1)
            scratch = FloatBuffer(count: LayerKernels.laneScratch(keys: max(lengthA, lengthB)))
        }
    }

    /// Draws a strand B for each of the strands `a`, at most `tape.strands`, with a length for which `isAllowed`, by
    /// index in `lengthsB`, is true; at least one is. `inputs` are the numbers of each pair's conditions. The result
    /// for strand k depends on `sources[k]` alone. All lanes take the time of the longest strand.
    ///
    /// A letter that is less than `leastFraction` as probable as the most probable one is never drawn (truncation
    /// sampling, Hewitt et al. 2022).
    func draw(
        _ tape: DrawingTape, a strands: [ArraySlice<UInt8>], label: Int, inputs: PairConditions = .none,
        isAllowed: [Bool], leastFraction: Float, weights: FloatBuffer, _ sources: inout [RandomSource],
        _ kernels: LayerKernels
    ) -> [[UInt8]] {
        precondition(sources.count == strands.count && isAllowed.count == lengthsB.count)
        precondition(strands.count <= tape.strands && inputs.width == conditions)
        guard !strands.isEmpty else { return [] }
        let drawing = Drawing(net: self, tape: tape, weights: weights, kernels: kernels)
        let ofStrands = strands.indices.map { inputs[$0] }
        drawing.setConditions(ofStrands)
        let counts = drawing.encode(strands, label: label)
        var rows = [SIMD4<Int>](
            repeating: b.rows(lengthColumn, 0, length: nil, label: label), count: StrandLanes.count)
        drawing.decode(0, rows, counts)
        let lengths = drawing.lengths(isAllowed, &sources)
        var made = lengths.map { length -> [UInt8] in
            var strand: [UInt8] = []
            strand.reserveCapacity(length)
            return strand
        }
        for column in 0..<(lengths.max() ?? 0) {
            // The lanes of strands that have ended go on with the last letter's embedding; nothing reads them.
            for (s, length) in lengths.enumerated() where column < length {
                rows[s] = b.rows(made[s].last.map(Int.init) ?? start, column, length: length, label: label)
            }
            drawing.decode(column + 1, rows, counts)
            drawing.prepareLetters()
            for (s, length) in lengths.enumerated() where column < length {
                made[s].append(drawing.letter(s, leastFraction, &sources[s]))
            }
        }
        return made
    }

    /// The forward pass, a column of all lanes at a time.
    private struct Drawing {
        let net: EncoderDecoder
        let tape: DrawingTape
        let weights: FloatBuffer
        let kernels: LayerKernels

        /// Sets what the conditions of the strands add to their columns.
        func setConditions(_ inputs: [ArraySlice<Float>]) {
            for (rows, conditions, fixed) in [
                (net.a.conditions, tape.aConditions, tape.aFixed), (net.b.conditions, tape.bConditions, tape.bFixed),
            ] {
                guard let fixed else { continue }
                rows.set(conditions, inputs, weights: weights)
                for s in inputs.indices {
                    for k in 0..<fixed.channels { fixed[0, k, s] = rows.sum(conditions, strand: s, k) }
                }
            }
        }

        /// Reads strands A: writes the keys and values for the decoder, and returns the numbers of columns.
        func encode(_ strands: [ArraySlice<UInt8>], label: Int) -> LaneCounts {
            let d = EncoderDecoder.width
            let counts = LaneCounts(strands.map(\.count))
            embed(strands, columns: counts.most, label: label)
            for k in net.aConvolutions.indices {
                // Convolutions read zeros past the end of each strand.
                let sums = tape.aSums[k]
                for (s, strand) in strands.enumerated() {
                    for column in strand.count..<counts.most { sums.clear(column, lane: s) }
                }
                sums.clear(counts.most..<min(counts.most + ConvolutionShape.halo, sums.length))
                for column in 0..<counts.most {
                    convolve(net.aConvolutions[k], sums, column, into: tape.aSums[k + 1])
                }
            }
            let mixed = tape.aSums[net.aConvolutions.count]
            for column in 0..<counts.most {
                kernels.layerNorm(mixed, column, weights: weights, gain: net.aSelf.norm, into: tape.normal, 0)
                kernels.convolve(net.aSelf.inputs, tape.normal, 0, weights: weights, into: tape.aHeads, column)
                tape.aKeys.set(column, from: tape.aHeads, column, channel: d)
            }
            for column in 0..<counts.most {
                kernels.attention(
                    tape.aHeads, column, to: tape.aKeys, count: counts.most, counts: counts, into: tape.attended, 0,
                    scratch: tape.scratch)
                kernels.convolve(
                    net.aSelf.out, tape.attended, 0, weights: weights, adding: (mixed, column), into: tape.sum, 0)
                for (block, keys) in zip(net.blocks, tape.crossKeys) {
                    kernels.convolve(block.keys, tape.sum, 0, weights: weights, into: tape.keys, 0)
                    keys.set(column, from: tape.keys, 0, channel: 0)
                }
            }
            return counts
        }

        private func embed(_ strands: [ArraySlice<UInt8>], columns: Int, label: Int) {
            var rows = [SIMD4<Int>](
                repeating: net.a.rows(0, 0, length: 1, label: label), count: StrandLanes.count)
            for column in 0..<columns {
                for (s, strand) in strands.enumerated() where column < strand.count {
                    let code = Int(strand[strand.startIndex + column])
                    rows[s] = net.a.rows(code, column, length: strand.count, label: label)
                }
                kernels.embed(
                    rows, of: weights, adding: tape.aFixed, into: tape.aSums[0], column)
            }
        }

        private func convolve(_ layer: ConvolutionShape, _ sums: LaneMap, _ column: Int, into next: LaneMap) {
            kernels.convolve(
                layer, sums, column, weights: weights, adding: (sums, column), into: next, column, isLeaky: true)
        }

        /// Computes the decoder's normalised output in a column, whose embedding is the sum of `rows` for each lane.
        /// Strands A have `counts` columns.
        func decode(_ column: Int, _ rows: [SIMD4<Int>], _ counts: LaneCounts) {
            let (d, sum) = (EncoderDecoder.width, tape.sum)
            kernels.embed(
                rows, of: weights, adding: tape.bFixed, into: tape.bSums[0], column)
            for (k, convolution) in net.bConvolutions.enumerated() {
                convolve(convolution, tape.bSums[k], column, into: tape.bSums[k + 1])
            }
            var before = (map: tape.bSums[net.bConvolutions.count], column: column)
            for (k, block) in net.blocks.enumerated() {
                kernels.layerNorm(
                    before.map, before.column, weights: weights, gain: block.own.norm, into: tape.normal, 0)
                kernels.convolve(block.own.inputs, tape.normal, 0, weights: weights, into: tape.heads, 0)
                tape.bKeys[k].set(column, from: tape.heads, 0, channel: d)
                kernels.attention(
                    tape.heads, 0, to: tape.bKeys[k], count: column + 1, into: tape.attended, 0, scratch: tape.scratch)
                kernels.convolve(block.own.out, tape.attended, 0, weights: weights, adding: before, into: sum, 0)
                normalise(block.crossNorm)
                kernels.convolve(block.query, tape.normal, 0, weights: weights, into: tape.query, 0)
                kernels.attention(
                    tape.query, 0, to: tape.crossKeys[k], count: counts.most, counts: counts, into: tape.crossed, 0,
                    scratch: tape.scratch)
                kernels.convolve(block.crossOut, tape.crossed, 0, weights: weights, adding: (sum, 0), into: sum, 0)
                normalise(block.hiddenNorm)
                kernels.convolve(
                    block.hiddenIn, tape.normal, 0, weights: weights, into: tape.hidden, 0, isLeaky: true)
                kernels.convolve(block.hiddenOut, tape.hidden, 0, weights: weights, adding: (sum, 0), into: sum, 0)
                before = (sum, 0)
            }
            normalise(net.outNorm)
        }

        private func normalise(_ gain: Int) {
            kernels.layerNorm(tape.sum, 0, weights: weights, gain: gain, into: tape.normal, 0)
        }

        /// Draws the lengths, from the decoder's first column.
        func lengths(_ isAllowed: [Bool], _ sources: inout [RandomSource]) -> [Int] {
            kernels.convolve(net.lengthOut, tape.normal, 0, weights: weights, into: tape.lengths, 0)
            return sources.indices.map { s in
                let logits = isAllowed.indices.map { isAllowed[$0] ? tape.lengths[0, $0, s] : -.infinity }
                let top = logits.max() ?? 0
                let shares = logits.map { $0 == -.infinity ? 0 : exponential($0 - top) }
                let drawn = EncoderDecoder.pick(shares.count, sources[s].uniform()) { shares[$0] }
                return net.lengthsB.lowerBound + drawn
            }
        }

        /// Computes the probabilities of letters, relative to the most probable one, from the decoder's output.
        func prepareLetters() {
            kernels.convolve(net.letterOut, tape.normal, 0, weights: weights, into: tape.letters, 0)
            kernels.exponentials(tape.letters, 0, letters: net.letters)
        }

        /// Draws the letter of a strand.
        func letter(_ strand: Int, _ leastFraction: Float, _ random: inout RandomSource) -> UInt8 {
            let drawn = EncoderDecoder.pick(net.letters, random.uniform()) { letter in
                let share = tape.letters[0, letter, strand]
                return share < leastFraction ? 0 : share
            }
            return UInt8(drawn)
        }
    }

    /// An index below `count`, drawn with probabilities proportional to `share`, by a number `uniform` in [0, 1).
    @inline(__always)
    private static func pick(_ count: Int, _ uniform: Float, share: (Int) -> Float) -> Int {
        let total = (0..<count).reduce(Float(0)) { $0 + share($1) }
        let at = uniform * total
        var (sum, last): (Float, Int) = (0, 0)
        for k in 0..<count where share(k) > 0 {
            sum += share(k)
            if at < sum { return k }
            last = k
        }
        // The product may be rounded up to the total.
        return last
    }
}
