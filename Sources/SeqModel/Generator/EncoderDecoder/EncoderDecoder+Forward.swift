// EncoderDecoder+Forward: the probabilities of strand B's length and letters, and their cross-entropy.

import Kernels

extension EncoderDecoder {
    /// What the decoder's columns are attended from: for each strand its columns as queries, the columns of B as keys
    /// of self-attention, and those of A.
    struct AttentionSpans {
        let queries: [Range<Int>], keysB: [Range<Int>], keysA: [Range<Int>]
        let heads: AttentionHeads
    }

    /// Reads strands A: writes the keys and values for the decoder. Returns the columns of the strands.
    func encode(
        _ tape: Tape, _ strands: [ArraySlice<UInt8>], labels: [Int], weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Spans {
        precondition(strands.count <= tape.strands)
        let spans = Spans(strands.map(\.count))
        let (stem, columns) = (tape.aStem, spans.columns)
        for (s, strand) in strands.enumerated() {
            for (k, code) in strand.enumerated() {
                kernels.embed(
                    a.rows(Int(code), k, length: strand.count, label: labels[s]), of: weights, into: stem.embedded,
                    column: spans.ranges[s].lowerBound + k)
            }
        }
        spans.clearGaps(stem.embedded)
        mix(stem, aConvolution, aSelf, columns, 1, weights, kernels)
        for (s, range) in spans.ranges.enumerated() {
            attend(stem, EncoderDecoder.selfHeads, queries: range, keys: range, stem.memory[s], kernels)
        }
        finish(stem, aSelf, columns, 1, weights, kernels)
        kernels.convolve(keys, stem.output, weights: weights, into: tape.keys, isLeaky: false, columns: columns)
        return spans
    }

    /// Convolution, and queries, keys and values of self-attention, in every `step`-th of `columns`.
    private func mix(
        _ stem: Stem, _ convolution: ConvolutionShape, _ attention: SelfAttention, _ columns: Range<Int>, _ step: Int,
        _ weights: FloatBuffer, _ kernels: LayerKernels
    ) {
        kernels.convolve(
            convolution, stem.embedded, weights: weights, into: stem.convolved, columns: columns, step: step)
        kernels.add(stem.embedded, stem.convolved, into: stem.mixed, columns: columns, step: step)
        kernels.layerNorm(
            stem.mixed, columns: columns, step: step, weights: weights, gain: attention.norm, into: stem.normal,
            moments: stem.moments)
        kernels.convolve(
            attention.inputs, stem.normal, weights: weights, into: stem.heads, isLeaky: false, columns: columns,
            step: step)
    }

    private func attend(
        _ stem: Stem, _ heads: AttentionHeads, queries: Range<Int>, keys: Range<Int>, _ memory: AttentionMemory,
        _ kernels: LayerKernels
    ) {
        let d = EncoderDecoder.width
        kernels.attention(
            heads, q: MapPart(stem.heads, queries), k: MapPart(stem.heads, keys, channel: d),
            v: MapPart(stem.heads, keys, channel: 2 * d), into: MapPart(stem.attended, queries), memory)
    }

    /// Adds what attention gave to the residual sum.
    private func finish(
        _ stem: Stem, _ attention: SelfAttention, _ columns: Range<Int>, _ step: Int, _ weights: FloatBuffer,
        _ kernels: LayerKernels
    ) {
        kernels.convolve(
            attention.out, stem.attended, weights: weights, into: stem.step, isLeaky: false, columns: columns,
            step: step)
        kernels.add(stem.mixed, stem.step, into: stem.output, columns: columns, step: step)
    }

    /// Computes the decoder's normalised output in every `step`-th of `columns`, given the embeddings there.
    func decode(
        _ tape: Tape, columns: Range<Int>, step: Int = 1, _ spans: AttentionSpans, weights: FloatBuffer,
        _ kernels: LayerKernels
    ) {
        let (stem, head) = (tape.bStem, tape.head)
        func linear(_ layer: ConvolutionShape, _ x: FeatureMap, _ y: FeatureMap, isLeaky: Bool = false) {
            kernels.convolve(layer, x, weights: weights, into: y, isLeaky: isLeaky, columns: columns, step: step)
        }
        func normalise(_ x: FeatureMap, _ gain: Int, _ y: FeatureMap, _ number: Int) {
            kernels.layerNorm(
                x, columns: columns, step: step, weights: weights, gain: gain, into: y, moments: head.moments[number])
        }
        func add(_ x: FeatureMap, _ y: FeatureMap) {
            kernels.add(x, stem.step, into: y, columns: columns, step: step)
        }
        mix(stem, bConvolution, bSelf, columns, step, weights, kernels)
        for (s, queries) in spans.queries.enumerated() {
            attend(stem, spans.heads, queries: queries, keys: spans.keysB[s], stem.memory[s], kernels)
        }
        finish(stem, bSelf, columns, step, weights, kernels)
        normalise(stem.output, crossNorm, head.crossNormal, 0)
        linear(query, head.crossNormal, head.query)
        for (s, queries) in spans.queries.enumerated() {
            kernels.attention(
                EncoderDecoder.crossHeads, q: MapPart(head.query, queries), k: MapPart(tape.keys, spans.keysA[s]),
                v: MapPart(tape.keys, spans.keysA[s], channel: EncoderDecoder.crossWidth),
                into: MapPart(head.crossed, queries), head.memory[s])
        }
        linear(crossOut, head.crossed, stem.step)
        add(stem.output, head.afterCross)
        normalise(head.afterCross, hiddenNorm, head.hiddenNormal, 1)
        linear(hiddenIn, head.hiddenNormal, head.hidden, isLeaky: true)
        linear(hiddenOut, head.hidden, stem.step)
        add(head.afterCross, head.afterHidden)
        normalise(head.afterHidden, outNorm, head.normal, 2)
    }

    /// The logits of the lengths of strands whose first columns are `columns`: column s of the map of lengths.
    func lengthLogits(_ tape: Tape, firsts columns: [Int], weights: FloatBuffer, _ kernels: LayerKernels) {
        for (s, column) in columns.enumerated() { tape.lengthNormal.copy(s, from: tape.head.normal, column) }
        kernels.convolve(
            lengthOut, tape.lengthNormal, weights: weights, into: tape.head.lengths, isLeaky: false,
            columns: 0..<columns.count)
    }

    /// The cross-entropy of pairs in nats: the sum over the lengths and the letters of strands B. Stores what
    /// `backward` needs, and returns the columns of both strands.
    func loss(_ tape: Tape, _ pairs: [Pair], weights: FloatBuffer, _ kernels: LayerKernels) -> (
        nats: Double, a: Spans, b: Spans
    ) {
        guard let gradients = tape.gradients else { preconditionFailure("the tape is for drawing") }
        let spansA = encode(tape, pairs.map(\.a), labels: pairs.map(\.label), weights: weights, kernels)
        let spansB = Spans(pairs.map { $0.b.count + 1 })
        for (pair, range) in zip(pairs, spansB.ranges) {
            for (k, rows) in rows(pair).enumerated() {
                kernels.embed(rows, of: weights, into: tape.bStem.embedded, column: range.lowerBound + k)
            }
        }
        spansB.clearGaps(tape.bStem.embedded)
        decode(
            tape, columns: spansB.columns,
            AttentionSpans(
                queries: spansB.ranges, keysB: spansB.ranges, keysA: spansA.ranges, heads: EncoderDecoder.causalHeads),
            weights: weights, kernels)
        kernels.convolve(
            letterOut, tape.head.normal, weights: weights, into: tape.head.letters, isLeaky: false,
            columns: spansB.columns)
        lengthLogits(tape, firsts: spansB.ranges.map(\.lowerBound), weights: weights, kernels)
        kernels.exponentials(tape.head.letters, letters: letters, into: gradients.letters, columns: spansB.columns)
        kernels.exponentials(
            tape.head.lengths, letters: lengthsB.count, into: gradients.lengths, columns: 0..<pairs.count)
        spansB.clearGaps(gradients.letters)
        var nats = 0.0
        for (s, pair) in pairs.enumerated() {
            let first = spansB.ranges[s].lowerBound
            gradients.letters.clear(first)
            nats += EncoderDecoder.learn(gradients.lengths, s, lengthsB.count, pair.b.count - lengthsB.lowerBound)
            for (k, code) in pair.b.enumerated() {
                nats += EncoderDecoder.learn(gradients.letters, first + 1 + k, letters, Int(code))
            }
        }
        return (nats, spansA, spansB)
    }

    /// The rows of the embeddings of strand B's columns.
    func rows(_ pair: Pair) -> [SIMD4<Int>] {
        var before = start
        var rows = [b.rows(lengthColumn, 0, length: nil, label: pair.label)]
        for (k, code) in pair.b.enumerated() {
            rows.append(b.rows(before, k, length: pair.b.count, label: pair.label))
            before = Int(code)
        }
        return rows
    }

    /// Replaces the exponentials of a column's logits by the gradient of the cross-entropy of `target`, the softmax
    /// minus 1 at the target, and returns the cross-entropy.
    private static func learn(_ map: FeatureMap, _ column: Int, _ choices: Int, _ target: Int) -> Double {
        var total: Float = 0
        for k in 0..<choices { total += map[column, k] }
        let share = map[column, target] / total
        for k in 0..<choices { map[column, k] /= total }
        map[column, target] -= 1
        return -Double(logarithm(max(share, 1e-30)))
    }
}
