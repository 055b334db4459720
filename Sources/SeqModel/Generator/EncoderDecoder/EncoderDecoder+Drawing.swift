// EncoderDecoder+Drawing: draws strands B: a length, then letter by letter.

import Kernels

extension EncoderDecoder {
    /// Draws a strand B for each of the strands `a`, at most `tape.strands`, with a length for which `isAllowed`, by
    /// index in `lengthsB`, is true; at least one is. `inputs` are the numbers of each pair's conditions. The result
    /// for strand k depends on `sources[k]` alone.
    ///
    /// A letter that is less than `leastFraction` as probable as the most probable one is never drawn (truncation
    /// sampling, Hewitt et al. 2022).
    func draw(
        _ tape: Tape, a strands: [ArraySlice<UInt8>], label: Int, inputs: PairConditions = .none, isAllowed: [Bool],
        leastFraction: Float, weights: FloatBuffer, _ sources: inout [RandomSource], _ kernels: LayerKernels
    ) -> [[UInt8]] {
        precondition(sources.count == strands.count && isAllowed.count == lengthsB.count)
        precondition(inputs.width == conditions)
        guard !strands.isEmpty else { return [] }
        let ofStrands = strands.indices.map { inputs[$0] }
        let keysA = encode(
            tape, strands, labels: strands.map { _ in label }, inputs: ofStrands, weights: weights, kernels
        ).ranges
        b.conditions.set(tape.bConditions, ofStrands, weights: weights)
        let drawing = Drawing(
            net: self, tape: tape, label: label, leastFraction: leastFraction, weights: weights, kernels: kernels)
        let lengths = drawing.lengths(keysA, isAllowed, &sources)
        // By decreasing length, so that the strands with a letter in a column come first.
        let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        drawing.reorder(order)
        let keys = order.map { keysA[$0] }
        var made = lengths.map { length -> [UInt8] in
            var strand: [UInt8] = []
            strand.reserveCapacity(length)
            return strand
        }
        var open = order.count
        for column in 0..<(lengths.max() ?? 0) {
            while lengths[order[open - 1]] <= column { open -= 1 }
            for (slot, s) in order[..<open].enumerated() {
                let before = made[s].last.map(Int.init) ?? start
                drawing.embed(
                    b.rows(before, column, length: lengths[s], label: label), s,
                    column: drawing.column(slot, column + 1))
            }
            drawing.step(column + 1, keys[..<open])
            for (slot, s) in order[..<open].enumerated() {
                made[s].append(drawing.letter(slot, column + 1, &sources[s]))
            }
        }
        return made
    }

    /// Strands B in the making: those of all slots have a column each at a time.
    private struct Drawing {
        let net: EncoderDecoder
        let tape: Tape
        let label: Int
        let leastFraction: Float
        let weights: FloatBuffer
        let kernels: LayerKernels

        /// Columns from a slot's strand to the next one's.
        private var spacing: Int { tape.lengthB + Spans.gap }

        /// The column in the maps of a slot's column.
        func column(_ slot: Int, _ column: Int) -> Int { slot * spacing + column }

        private func columns(_ column: Int, _ slots: Int) -> Range<Int> {
            column..<self.column(slots - 1, column) + 1
        }

        /// Sets the embedding of a column of strand `s`.
        func embed(_ rows: SIMD4<Int>, _ s: Int, column: Int) {
            kernels.embed(rows, of: weights, into: tape.b.embedded, column: column)
            net.b.conditions.add(tape.bConditions, strand: s, to: tape.b.embedded, column: column, kernels)
        }

        /// Runs the decoder in a column of the first slots, given its embedding; there are as many slots as `keysA`.
        func step(_ column: Int, _ keysA: ArraySlice<Range<Int>>) {
            decode(column, keysA)
            kernels.convolve(
                net.letterOut, tape.normal, weights: weights, into: tape.letters, isLeaky: false,
                columns: columns(column, keysA.count), step: spacing)
        }

        private func decode(_ column: Int, _ keysA: ArraySlice<Range<Int>>) {
            let firsts = keysA.indices.map { self.column($0, 0) }
            net.decode(
                tape, Columns(range: columns(column, keysA.count), step: spacing),
                AttentionSpans(
                    queries: firsts.map { $0 + column..<$0 + column + 1 }, keysB: firsts.map { $0..<$0 + column + 1 },
                    keysA: Array(keysA), heads: EncoderDecoder.selfHeads), weights: weights, kernels)
        }

        /// Runs the first column of all slots and draws the lengths.
        func lengths(_ keysA: [Range<Int>], _ isAllowed: [Bool], _ sources: inout [RandomSource]) -> [Int] {
            for slot in keysA.indices {
                embed(net.b.rows(net.lengthColumn, 0, length: nil, label: label), slot, column: column(slot, 0))
            }
            decode(0, keysA[...])
            net.lengthLogits(
                tape, firsts: keysA.indices.map { column($0, 0) }, weights: weights, kernels)
            return keysA.indices.map { slot in
                let logits = isAllowed.indices.map { isAllowed[$0] ? tape.lengths[slot, $0] : -.infinity }
                let top = logits.max() ?? 0
                let shares = logits.map { $0 == -.infinity ? 0 : exponential($0 - top) }
                let drawn = EncoderDecoder.pick(shares.count, sources[slot].uniform()) { shares[$0] }
                return net.lengthsB.lowerBound + drawn
            }
        }

        /// Moves what later columns need of the first column so that slot k has that of slot `order[k]`.
        func reorder(_ order: [Int]) {
            for map in tape.b.sums.dropLast() + tape.blocks.map(\.own.heads) {
                let kept = FeatureMap(length: order.count, channels: map.channels)
                for (slot, s) in order.enumerated() { kept.copy(slot, from: map, column(s, 0)) }
                for slot in order.indices { map.copy(column(slot, 0), from: kept, slot) }
            }
        }

        /// Draws the letter of a slot's column.
        func letter(_ slot: Int, _ column: Int, _ random: inout RandomSource) -> UInt8 {
            let at = self.column(slot, column)
            let map = tape.letters
            kernels.exponentials(map, letters: net.letters, into: map, columns: at..<at + 1)
            let drawn = EncoderDecoder.pick(net.letters, random.uniform()) { letter in
                map[at, letter] < leastFraction ? 0 : map[at, letter]
            }
            return UInt8(drawn)
        }
    }

    /// An index below `count`, drawn with probabilities proportional to `share`, by a number `uniform` in [0, 1).
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
