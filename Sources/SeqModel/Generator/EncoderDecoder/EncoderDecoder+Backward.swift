// EncoderDecoder+Backward: the gradient of the cross-entropy with respect to the weights.

import Kernels

extension EncoderDecoder {
    /// Where the gradient of the weights is added: part `part` of a buffer, in parts of as many floats as weights.
    struct Sums {
        let buffer: FloatBuffer, part: Int
    }

    /// Adds the gradient of the last `loss`, of the same pairs and with the columns that it returned, to `sums`.
    func backward(
        _ tape: Tape, _ pairs: [TrainingPair], hasDropout: Bool = false, a spansA: Spans, b spansB: Spans,
        weights: FloatBuffer, transposed: FloatBuffer, sums: Sums, _ kernels: LayerKernels
    ) {
        let g = tape.gradients
        let pass = Pass(
            net: self, tape: tape, dropout: hasDropout ? g.dropout : nil, weights: weights, transposed: transposed,
            sums: sums, kernels: kernels)
        for map in [g.aHeads, g.keys] { spansA.clearGaps(map) }
        for map in [g.bHeads, g.query] { spansB.clearGaps(map) }
        let columns = spansB.columns
        g.a.clear(spansA.columns)
        g.b.clear(columns)
        g.normal.clear(columns)
        g.lengthNormal.clear(0..<pairs.count)
        pass.back(lengthOut, tape.lengthNormal, g.lengths, 0..<pairs.count, adding: g.lengthNormal)
        for (s, range) in spansB.ranges.enumerated() { g.normal.copy(range.lowerBound, from: g.lengthNormal, s) }
        pass.back(letterOut, tape.normal, g.letters, columns, adding: g.normal)
        pass.norm(outNorm, tape.blocks.last?.output ?? tape.b.mixed, tape.moments, g.normal, columns, adding: g.b)
        for k in blocks.indices.reversed() {
            let x = k > 0 ? tape.blocks[k - 1].output : tape.b.mixed
            pass.block(k, tape.blocks[k], x, g, spansA, spansB)
        }
        pass.stem(bConvolutions, tape.b, spansB, (g.b, g.bStep))
        pass.attention(
            aSelf, EncoderDecoder.selfHeads, tape.aSelf, tape.a.mixed, spansA, (g.a, g.aStep, g.aHeads, g.aDropped),
            site: 0)
        pass.stem(aConvolutions, tape.a, spansA, (g.a, g.aStep))
        for (s, pair) in pairs.enumerated() {
            for (column, rows) in zip(spansB.ranges[s], rows(pair)) {
                pass.embedding(rows, g.b, column)
                b.conditions.learn(tape.bConditions, strand: s, g.b, column: column, kernels)
            }
            for (k, code) in pair.a.enumerated() {
                let (rows, column) = (
                    a.rows(Int(code), k, length: pair.a.count, label: pair.label), spansA.ranges[s].lowerBound + k
                )
                pass.embedding(rows, g.a, column)
                a.conditions.learn(tape.aConditions, strand: s, g.a, column: column, kernels)
            }
        }
        let inputs = pairs.map(\.inputs)
        a.conditions.addGradient(tape.aConditions, inputs, sums: sums.buffer, part: sums.part, stride: count)
        b.conditions.addGradient(tape.bConditions, inputs, sums: sums.buffer, part: sums.part, stride: count)
    }

    /// A backward pass: what every layer needs.
    private struct Pass {
        let net: EncoderDecoder
        let tape: Tape
        let dropout: Dropout?
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

        /// A block, given the gradient with respect to its output, which becomes that with respect to its input `x`.
        func block(
            _ number: Int, _ own: BlockTape, _ x: FeatureMap, _ g: Gradients, _ spansA: Spans, _ spansB: Spans
        ) {
            let (columns, block) = (spansB.columns, net.blocks[number])
            g.hidden.clear(columns)
            let onHidden = dropped(g.b, g.bDropped, spansB, site: 3 + 3 * number)
            back(block.hiddenOut, own.hidden, onHidden, columns, adding: g.hidden)
            kernels.leakyReLUGradient(own.hidden, gradient: g.hidden, columns: columns)
            g.bStep.clear(columns)
            back(block.hiddenIn, own.hiddenNormal, g.hidden, columns, adding: g.bStep)
            norm(block.hiddenNorm, own.afterCross, own.hiddenMoments, g.bStep, columns, adding: g.b)

            g.crossed.clear(columns)
            let onCrossed = dropped(g.b, g.bDropped, spansB, site: 2 + 3 * number)
            back(block.crossOut, own.crossed, onCrossed, columns, adding: g.crossed)
            let channel = EncoderDecoder.crossWidth
            for (s, (a, b)) in zip(spansA.ranges, spansB.ranges).enumerated() {
                kernels.attentionGradient(
                    EncoderDecoder.crossHeads, q: MapPart(own.query, b), k: MapPart(own.keys, a),
                    v: MapPart(own.keys, a, channel: channel), outGradient: MapPart(g.crossed, b),
                    qGradient: MapPart(g.query, b), kGradient: MapPart(g.keys, a),
                    vGradient: MapPart(g.keys, a, channel: channel), own.memory[s])
            }
            g.bStep.clear(columns)
            back(block.query, own.crossNormal, g.query, columns, adding: g.bStep)
            norm(block.crossNorm, own.own.output, own.crossMoments, g.bStep, columns, adding: g.b)
            back(block.keys, tape.aSelf.output, g.keys, spansA.columns, adding: g.a)
            attention(
                block.own, EncoderDecoder.causalHeads, own.own, x, spansB, (g.b, g.bStep, g.bHeads, g.bDropped),
                site: 1 + 3 * number)
        }

        /// The gradient with respect to what was added to a residual sum, given that with respect to the sum.
        private func dropped(_ sum: FeatureMap, _ map: FeatureMap, _ spans: Spans, site: Int) -> FeatureMap {
            guard let dropout else { return sum }
            map.copy(spans.columns, from: sum)
            dropout.apply(map, spans.ranges, site: site, kernels)
            return map
        }

        /// A self-attention, given the gradient with respect to its output, which becomes that with respect to its
        /// input `x`.
        func attention(
            _ attention: SelfAttention, _ heads: AttentionHeads, _ own: SelfTape, _ x: FeatureMap, _ spans: Spans,
            _ g: (sum: FeatureMap, step: FeatureMap, heads: FeatureMap, dropped: FeatureMap), site: Int
        ) {
            let (columns, d) = (spans.columns, EncoderDecoder.width)
            g.step.clear(columns)
            back(
                attention.out, own.attended, dropped(g.sum, g.dropped, spans, site: site), columns, adding: g.step)
            for (s, range) in spans.ranges.enumerated() {
                kernels.attentionGradient(
                    heads, q: MapPart(own.heads, range), k: MapPart(own.heads, range, channel: d),
                    v: MapPart(own.heads, range, channel: 2 * d), outGradient: MapPart(g.step, range),
                    qGradient: MapPart(g.heads, range), kGradient: MapPart(g.heads, range, channel: d),
                    vGradient: MapPart(g.heads, range, channel: 2 * d), own.memory[s])
            }
            g.step.clear(columns)
            back(attention.inputs, own.normal, g.heads, columns, adding: g.step)
            norm(attention.norm, x, own.moments, g.step, columns, adding: g.sum)
        }

        /// The convolutions, given the gradient with respect to the last sum, which becomes that with respect to the
        /// embedding.
        func stem(
            _ convolutions: [ConvolutionShape], _ stem: Stem, _ spans: Spans, _ g: (sum: FeatureMap, step: FeatureMap)
        ) {
            for (k, convolution) in convolutions.enumerated().reversed() {
                // Between strands there is no gradient, though convolutions have written one there.
                spans.clearGaps(g.sum)
                g.step.copy(spans.columns, from: g.sum)
                spans.clearGaps(g.step)
                kernels.leakyReLUGradient(stem.convolved[k], gradient: g.step, columns: spans.columns)
                back(convolution, stem.sums[k], g.step, spans.columns, adding: g.sum)
            }
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
