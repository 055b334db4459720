// EncoderDecoder+Backward: the gradient of the cross-entropy with respect to the weights.

import Kernels

extension EncoderDecoder {
    /// Where the gradient of the weights is added: part `part` of `sums`, parts of `stride` floats.
    struct Sums {
        let buffer: FloatBuffer, part: Int
    }

    /// Adds the gradient of the last `loss`, of the same pairs and with the columns that it returned, to `sums`.
    func backward(
        _ tape: Tape, _ pairs: [Pair], a spansA: Spans, b spansB: Spans, weights: FloatBuffer,
        transposed: FloatBuffer, sums: Sums, _ kernels: LayerKernels
    ) {
        guard let g = tape.gradients else { preconditionFailure("the tape is for drawing") }
        let pass = Pass(net: self, tape: tape, weights: weights, transposed: transposed, sums: sums, kernels: kernels)
        for map in [g.a, g.aHeads, g.keys] { spansA.clearGaps(map) }
        for map in [g.bHeads, g.query, g.crossed] { spansB.clearGaps(map) }
        let (stem, head, columns) = (tape.bStem, tape.head, spansB.columns)
        g.b.clear(columns)
        g.normal.clear(columns)
        g.lengthNormal.clear(0..<pairs.count)
        pass.back(lengthOut, tape.lengthNormal, g.lengths, 0..<pairs.count, adding: g.lengthNormal)
        for (s, range) in spansB.ranges.enumerated() { g.normal.copy(range.lowerBound, from: g.lengthNormal, s) }
        pass.back(letterOut, head.normal, g.letters, columns, adding: g.normal)
        pass.norm(outNorm, head.afterHidden, head.moments[2], g.normal, columns, adding: g.b)

        g.hidden.clear(columns)
        pass.back(hiddenOut, head.hidden, g.b, columns, adding: g.hidden)
        kernels.leakyReLUGradient(head.hidden, gradient: g.hidden, columns: columns)
        g.bStep.clear(columns)
        pass.back(hiddenIn, head.hiddenNormal, g.hidden, columns, adding: g.bStep)
        pass.norm(hiddenNorm, head.afterCross, head.moments[1], g.bStep, columns, adding: g.b)

        g.crossed.clear(columns)
        pass.back(crossOut, head.crossed, g.b, columns, adding: g.crossed)
        let channel = EncoderDecoder.crossWidth
        for (s, (a, b)) in zip(spansA.ranges, spansB.ranges).enumerated() {
            kernels.attentionGradient(
                EncoderDecoder.crossHeads, q: MapPart(head.query, b), k: MapPart(tape.keys, a),
                v: MapPart(tape.keys, a, channel: channel), outGradient: MapPart(g.crossed, b),
                qGradient: MapPart(g.query, b), kGradient: MapPart(g.keys, a),
                vGradient: MapPart(g.keys, a, channel: channel), head.memory[s])
        }
        g.bStep.clear(columns)
        pass.back(query, head.crossNormal, g.query, columns, adding: g.bStep)
        pass.norm(crossNorm, stem.output, head.moments[0], g.bStep, columns, adding: g.b)
        g.a.clear(spansA.columns)
        pass.back(keys, tape.aStem.output, g.keys, spansA.columns, adding: g.a)

        pass.stem(bConvolution, bSelf, EncoderDecoder.causalHeads, stem, spansB, (g.b, g.bStep, g.bHeads))
        pass.stem(aConvolution, aSelf, EncoderDecoder.selfHeads, tape.aStem, spansA, (g.a, g.aStep, g.aHeads))
        for (s, pair) in pairs.enumerated() {
            for (k, rows) in rows(pair).enumerated() { pass.embedding(rows, g.b, spansB.ranges[s].lowerBound + k) }
            for (k, code) in pair.a.enumerated() {
                let rows = a.rows(Int(code), k, length: pair.a.count, label: pair.label)
                pass.embedding(rows, g.a, spansA.ranges[s].lowerBound + k)
            }
        }
    }

    /// A backward pass: what every layer needs.
    private struct Pass {
        let net: EncoderDecoder
        let tape: Tape
        let weights: FloatBuffer, transposed: FloatBuffer
        let sums: Sums
        let kernels: LayerKernels

        /// Adds the gradient of a layer's weights, and that of its input to `input`.
        func back(
            _ layer: ConvolutionShape, _ x: FeatureMap, _ gradient: FeatureMap, _ columns: Range<Int>,
            adding input: FeatureMap
        ) {
            kernels.weightGradient(
                layer, x, outputGradient: gradient, columns: columns, sums: sums.buffer, part: sums.part,
                stride: net.count)
            kernels.inputGradient(
                layer, outputGradient: gradient, columns: columns, transposed: transposed, into: input)
        }

        func norm(
            _ gain: Int, _ x: FeatureMap, _ moments: FloatBuffer, _ gradient: FeatureMap, _ columns: Range<Int>,
            adding input: FeatureMap
        ) {
            kernels.layerNormGradient(
                x, columns: columns, weights: weights, gain: gain, moments: moments, outputGradient: gradient,
                into: input, sums: sums.buffer, part: sums.part, stride: net.count)
        }

        /// The part that both strands have, given the gradient with respect to its output, which becomes that with
        /// respect to the embedding.
        func stem(
            _ convolution: ConvolutionShape, _ attention: SelfAttention, _ heads: AttentionHeads, _ stem: Stem,
            _ spans: Spans, _ g: (sum: FeatureMap, step: FeatureMap, heads: FeatureMap)
        ) {
            let (columns, d) = (spans.columns, EncoderDecoder.width)
            g.step.clear(columns)
            back(attention.out, stem.attended, g.sum, columns, adding: g.step)
            for (s, range) in spans.ranges.enumerated() {
                kernels.attentionGradient(
                    heads, q: MapPart(stem.heads, range), k: MapPart(stem.heads, range, channel: d),
                    v: MapPart(stem.heads, range, channel: 2 * d), outGradient: MapPart(g.step, range),
                    qGradient: MapPart(g.heads, range), kGradient: MapPart(g.heads, range, channel: d),
                    vGradient: MapPart(g.heads, range, channel: 2 * d), stem.memory[s])
            }
            g.step.clear(columns)
            back(attention.inputs, stem.normal, g.heads, columns, adding: g.step)
            norm(attention.norm, stem.mixed, stem.moments, g.step, columns, adding: g.sum)
            g.step.copy(columns, from: g.sum)
            kernels.leakyReLUGradient(stem.convolved, gradient: g.step, columns: columns)
            // Beyond the last strand there is no gradient either.
            spans.clearGaps(g.step)
            back(convolution, stem.embedded, g.step, columns, adding: g.sum)
        }

        /// Adds the gradient of a column's four embeddings.
        func embedding(_ rows: SIMD4<Int>, _ gradient: FeatureMap, _ column: Int) {
            for k in rows.indices {
                kernels.embeddingGradient(
                    rows[k], gradient, column: column, sums: sums.buffer, part: sums.part, stride: net.count)
            }
        }
    }

    /// Writes the weights in the transposed layout of `backward`.
    func transpose(_ weights: FloatBuffer, into transposed: FloatBuffer, _ kernels: LayerKernels) {
        for layer in layers { kernels.transpose(layer, weights: weights, into: transposed) }
    }
}
