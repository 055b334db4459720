// EncoderDecoder+Forward: the probabilities of strand B's length and letters, and their cross-entropy.

import Kernels

extension EncoderDecoder {
    /// Reads strands A of pairs with `labels` and the numbers `inputs` of their conditions: writes the keys and values
    /// for the decoder. Returns the columns of the strands.
    private func encode(
        _ tape: Tape, _ strands: [ArraySlice<UInt8>], labels: [Int], inputs: [ArraySlice<Float>], _ dropout: Dropout?,
        _ weights: FloatBuffer, _ kernels: LayerKernels
    ) -> Spans {
        precondition(strands.count <= tape.strands)
        a.conditions.set(tape.aConditions, inputs, weights: weights)
        let spans = Spans(strands.map(\.count))
        for (s, strand) in strands.enumerated() {
            for (k, code) in strand.enumerated() {
                let column = spans.ranges[s].lowerBound + k
                kernels.embed(
                    a.rows(Int(code), k, length: strand.count, label: labels[s]), of: weights, into: tape.a.embedded,
                    column: column)
                a.conditions.add(tape.aConditions, strand: s, to: tape.a.embedded, column: column, kernels)
            }
        }
        let forward = Forward(strands: spans, dropout: dropout, weights: weights, kernels: kernels)
        forward.mix(tape.a, aConvolutions)
        forward.attend(tape.aSelf, aSelf, tape.a.mixed, step: tape.aStep, site: 0, EncoderDecoder.selfHeads)
        for (block, own) in zip(blocks, tape.blocks) { forward.linear(block.keys, tape.aSelf.output, own.keys) }
        return spans
    }

    /// Computes the decoder's normalised output in the columns of strands B, given the embeddings there and the columns
    /// of strands A.
    private func decode(
        _ tape: Tape, _ spans: Spans, a spansA: Spans, _ dropout: Dropout?, _ weights: FloatBuffer,
        _ kernels: LayerKernels
    ) {
        let forward = Forward(strands: spans, dropout: dropout, weights: weights, kernels: kernels)
        forward.mix(tape.b, bConvolutions)
        var x = tape.b.mixed
        for (k, (block, own)) in zip(blocks, tape.blocks).enumerated() {
            forward.attend(
                own.own, block.own, x, step: tape.bStep, site: 1 + 3 * k, EncoderDecoder.causalHeads)
            forward.normalise(own.own.output, block.crossNorm, own.crossNormal, own.crossMoments)
            forward.linear(block.query, own.crossNormal, own.query)
            for (s, (keys, queries)) in zip(spansA.ranges, spans.ranges).enumerated() {
                kernels.attention(
                    EncoderDecoder.crossHeads, q: MapPart(own.query, queries), k: MapPart(own.keys, keys),
                    v: MapPart(own.keys, keys, channel: EncoderDecoder.crossWidth),
                    into: MapPart(own.crossed, queries), own.memory[s])
            }
            forward.linear(block.crossOut, own.crossed, tape.bStep)
            forward.add(own.own.output, tape.bStep, own.afterCross, site: 2 + 3 * k)
            forward.normalise(own.afterCross, block.hiddenNorm, own.hiddenNormal, own.hiddenMoments)
            forward.linear(block.hiddenIn, own.hiddenNormal, own.hidden, isLeaky: true)
            forward.linear(block.hiddenOut, own.hidden, tape.bStep)
            forward.add(own.afterCross, tape.bStep, own.output, site: 3 + 3 * k)
            x = own.output
        }
        forward.normalise(x, outNorm, tape.normal, tape.moments)
    }

    /// The layers of a forward pass in the columns of strands.
    private struct Forward {
        let strands: Spans
        let dropout: Dropout?
        let weights: FloatBuffer
        let kernels: LayerKernels

        func linear(_ layer: ConvolutionShape, _ x: FeatureMap, _ y: FeatureMap, isLeaky: Bool = false) {
            kernels.convolve(layer, x, weights: weights, into: y, isLeaky: isLeaky, columns: strands.columns)
        }

        func normalise(_ x: FeatureMap, _ gain: Int, _ y: FeatureMap, _ moments: FloatBuffer) {
            kernels.layerNorm(
                x, columns: strands.columns, weights: weights, gain: gain, into: y, moments: moments)
        }

        /// sum = x + y, with dropout of y at a site where one is given.
        func add(_ x: FeatureMap, _ y: FeatureMap, _ sum: FeatureMap, site: Int? = nil) {
            if let dropout, let site { dropout.apply(y, strands.ranges, site: site, kernels) }
            kernels.add(x, y, into: sum, columns: strands.columns)
        }

        /// Adds convolutions to the embedding, one after the other.
        func mix(_ stem: Stem, _ convolutions: [ConvolutionShape]) {
            for (k, convolution) in convolutions.enumerated() {
                strands.clearGaps(stem.sums[k])
                linear(convolution, stem.sums[k], stem.convolved[k], isLeaky: true)
                add(stem.sums[k], stem.convolved[k], stem.sums[k + 1])
            }
        }

        /// Self-attention of the columns of each strand.
        func attend(
            _ tape: SelfTape, _ attention: SelfAttention, _ x: FeatureMap, step: FeatureMap, site: Int,
            _ heads: AttentionHeads
        ) {
            let d = EncoderDecoder.width
            normalise(x, attention.norm, tape.normal, tape.moments)
            linear(attention.inputs, tape.normal, tape.heads)
            for (s, own) in strands.ranges.enumerated() {
                kernels.attention(
                    heads, q: MapPart(tape.heads, own), k: MapPart(tape.heads, own, channel: d),
                    v: MapPart(tape.heads, own, channel: 2 * d), into: MapPart(tape.attended, own), tape.memory[s])
            }
            linear(attention.out, tape.attended, step)
            add(x, step, tape.output, site: site)
        }
    }

    /// The logits of the lengths of strands whose first columns are `columns`: column s of the map of lengths.
    private func lengthLogits(
        _ tape: Tape, firsts columns: [Int], weights: FloatBuffer, _ kernels: LayerKernels
    ) {
        for (s, column) in columns.enumerated() { tape.lengthNormal.copy(s, from: tape.normal, column) }
        kernels.convolve(
            lengthOut, tape.lengthNormal, weights: weights, into: tape.lengths, isLeaky: false,
            columns: 0..<columns.count)
    }

    /// The cross-entropy of pairs in nats: the sum over the lengths and the letters of strands B. Stores what
    /// `backward` needs, and returns the columns of both strands. There is dropout where `tape.gradients` has drawn
    /// it.
    ///
    /// `observe` is called with the probability of each letter of strands B, relative to that of the most probable
    /// one.
    func loss(
        _ tape: Tape, _ pairs: [TrainingPair], hasDropout: Bool = false, weights: FloatBuffer, _ kernels: LayerKernels,
        observe: (Float) -> Void = { _ in }
    ) -> (nats: Double, a: Spans, b: Spans) {
        let gradients = tape.gradients
        let (spansA, spansB) = predict(tape, pairs, hasDropout ? gradients.dropout : nil, weights, kernels)
        kernels.exponentials(tape.letters, letters: letters, into: gradients.letters, columns: spansB.columns)
        kernels.exponentials(
            tape.lengths, letters: lengthsB.count, into: gradients.lengths, columns: 0..<pairs.count)
        spansB.clearGaps(gradients.letters)
        var nats = 0.0
        for (s, pair) in pairs.enumerated() {
            let first = spansB.ranges[s].lowerBound
            gradients.letters.clear(first)
            nats += EncoderDecoder.learn(gradients.lengths, s, lengthsB.count, pair.b.count - lengthsB.lowerBound)
            for (k, code) in pair.b.enumerated() {
                observe(gradients.letters[first + 1 + k, Int(code)])
                nats += EncoderDecoder.learn(gradients.letters, first + 1 + k, letters, Int(code))
            }
        }
        return (nats, spansA, spansB)
    }

    /// Computes the logits of the lengths and letters of strands B.
    private func predict(
        _ tape: Tape, _ pairs: [TrainingPair], _ dropout: Dropout?, _ weights: FloatBuffer, _ kernels: LayerKernels
    ) -> (a: Spans, b: Spans) {
        let inputs = pairs.map(\.inputs)
        let spansA = encode(
            tape, pairs.map(\.a), labels: pairs.map(\.label), inputs: inputs, dropout, weights, kernels)
        let spansB = Spans(pairs.map { $0.b.count + 1 })
        b.conditions.set(tape.bConditions, inputs, weights: weights)
        for (s, pair) in pairs.enumerated() {
            for (column, rows) in zip(spansB.ranges[s], rows(pair)) {
                kernels.embed(rows, of: weights, into: tape.b.embedded, column: column)
                b.conditions.add(tape.bConditions, strand: s, to: tape.b.embedded, column: column, kernels)
            }
        }
        decode(tape, spansB, a: spansA, dropout, weights, kernels)
        kernels.convolve(
            letterOut, tape.normal, weights: weights, into: tape.letters, isLeaky: false, columns: spansB.columns)
        lengthLogits(tape, firsts: spansB.ranges.map(\.lowerBound), weights: weights, kernels)
        return (spansA, spansB)
    }

    /// The rows of the embeddings of strand B's columns.
    func rows(_ pair: TrainingPair) -> [SIMD4<Int>] {
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
