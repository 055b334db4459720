// EncoderDecoder+Tape: the activations and gradients of the encoder-decoder for several pairs.

import Kernels

extension EncoderDecoder {
    /// A pair that the network reads: strands in codes without ambiguous letters, and a label.
    struct Pair {
        let a: ArraySlice<UInt8>, b: ArraySlice<UInt8>
        let label: Int
    }

    /// The columns of each strand of a group, in maps that have them one after the other with two columns of zeros
    /// behind each, where convolutions read past an end.
    struct Spans {
        fileprivate(set) var ranges: [Range<Int>] = []
        /// All columns up to the end of the last strand.
        var columns: Range<Int> { 0..<(ranges.last?.upperBound ?? 0) }

        static let gap = 2

        init() {}

        /// Strands of `counts` columns.
        init(_ counts: [Int]) {
            var start = 0
            for count in counts {
                ranges.append(start..<start + count)
                start += count + Spans.gap
            }
        }

        /// Clears the columns between the strands.
        func clearGaps(_ map: FeatureMap) {
            for range in ranges { map.clear(range.upperBound..<min(map.length, range.upperBound + Spans.gap)) }
        }
    }

    /// The activations of one strand's part of the network that both strands have: embedding, convolution,
    /// self-attention.
    struct Stem {
        /// The embedding; the convolution's output; their sum; normalised; queries, keys and values; what attention
        /// gives; the sum with it.
        let embedded: FeatureMap, convolved: FeatureMap, mixed: FeatureMap, normal: FeatureMap, heads: FeatureMap
        let attended: FeatureMap, output: FeatureMap
        /// What is added to a residual sum.
        let step: FeatureMap
        let moments: FloatBuffer
        let memory: [AttentionMemory]

        init(_ heads: AttentionHeads, strands: Int, length: Int, queries: Int, scratch: FloatBuffer) {
            let (columns, d) = (strands * (length + Spans.gap), EncoderDecoder.width)
            func map(_ channels: Int) -> FeatureMap { FeatureMap(length: columns, channels: channels) }
            (embedded, convolved, mixed, normal) = (map(d), map(d), map(d), map(d))
            (self.heads, attended, output, step) = (map(3 * d), map(d), map(d), map(d))
            moments = FloatBuffer(count: 2 * columns)
            memory = (0..<strands).map { _ in
                AttentionMemory(heads, queries: queries, keys: length, scratch: scratch)
            }
        }
    }

    /// The activations of the rest of the decoder.
    struct Head {
        let crossNormal: FeatureMap, query: FeatureMap, crossed: FeatureMap, afterCross: FeatureMap
        let hiddenNormal: FeatureMap, hidden: FeatureMap, afterHidden: FeatureMap
        let normal: FeatureMap
        /// The logits of letters, and of lengths (a column for each strand).
        let letters: FeatureMap, lengths: FeatureMap
        let moments: [FloatBuffer]
        let memory: [AttentionMemory]

        init(_ net: EncoderDecoder, strands: Int, length: Int, queries: Int, scratch: FloatBuffer) {
            let (columns, d, c) = (strands * (length + Spans.gap), EncoderDecoder.width, EncoderDecoder.crossWidth)
            func map(_ channels: Int) -> FeatureMap { FeatureMap(length: columns, channels: channels) }
            (crossNormal, query, crossed, afterCross) = (map(d), map(c), map(c), map(d))
            (hiddenNormal, hidden, afterHidden, normal) = (map(d), map(EncoderDecoder.hidden), map(d), map(d))
            letters = map(net.letterOut.outputs)
            lengths = FeatureMap(length: strands, channels: net.lengthOut.outputs)
            moments = (0..<3).map { _ in FloatBuffer(count: 2 * columns) }
            memory = (0..<strands).map { _ in
                AttentionMemory(
                    EncoderDecoder.crossHeads, queries: queries, keys: net.longestA, scratch: scratch)
            }
        }
    }

    /// The gradients with respect to activations.
    struct Gradients {
        /// With respect to the residual sums of both strands, and to what is added to them.
        let a: FeatureMap, b: FeatureMap, aStep: FeatureMap, bStep: FeatureMap
        let aHeads: FeatureMap, bHeads: FeatureMap, keys: FeatureMap, query: FeatureMap, crossed: FeatureMap
        let hidden: FeatureMap
        /// With respect to the logits; between forward and backward pass, `letters` and `lengths` hold exponentials.
        let letters: FeatureMap, lengths: FeatureMap
        let normal: FeatureMap, lengthNormal: FeatureMap

        init(_ net: EncoderDecoder, strands: Int, columnsA: Int, columnsB: Int) {
            let (d, c) = (EncoderDecoder.width, EncoderDecoder.crossWidth)
            func ofA(_ channels: Int) -> FeatureMap { FeatureMap(length: columnsA, channels: channels) }
            func ofB(_ channels: Int) -> FeatureMap { FeatureMap(length: columnsB, channels: channels) }
            (a, aStep, aHeads, keys) = (ofA(d), ofA(d), ofA(3 * d), ofA(2 * c))
            (b, bStep, bHeads, query, crossed) = (ofB(d), ofB(d), ofB(3 * d), ofB(c), ofB(c))
            (hidden, normal, letters) = (ofB(EncoderDecoder.hidden), ofB(d), ofB(net.letterOut.outputs))
            lengths = FeatureMap(length: strands, channels: net.lengthOut.outputs)
            lengthNormal = FeatureMap(length: strands, channels: d)
        }
    }

    /// Activations of the network for up to `strands` pairs, and gradients unless it is for drawing.
    final class Tape: Sendable {
        /// The most pairs.
        let strands: Int
        let aStem: Stem, bStem: Stem, head: Head
        /// Keys and values of strand A for the decoder.
        let keys: FeatureMap
        /// The normalised first columns of B, one for each pair: the input of the logits of lengths.
        let lengthNormal: FeatureMap
        let gradients: Gradients?
        /// Columns that strand B may have: its letters, and the first column.
        let lengthB: Int

        /// Allocates a tape. One for drawing cannot be used in `loss` and `backward`.
        init(_ net: EncoderDecoder, strands: Int, isForDrawing: Bool = false) {
            self.strands = strands
            lengthB = net.lengthsB.upperBound + 1
            let queries = isForDrawing ? 1 : lengthB
            let scratch = FloatBuffer(
                count: max(
                    EncoderDecoder.crossHeads.scratchCount(queries: lengthB, keys: max(lengthB, net.longestA)),
                    EncoderDecoder.selfHeads.scratchCount(queries: net.longestA, keys: net.longestA)))
            aStem = Stem(
                EncoderDecoder.selfHeads, strands: strands, length: net.longestA, queries: net.longestA,
                scratch: scratch)
            bStem = Stem(
                EncoderDecoder.causalHeads, strands: strands, length: lengthB, queries: queries, scratch: scratch)
            head = Head(net, strands: strands, length: lengthB, queries: queries, scratch: scratch)
            keys = FeatureMap(length: aStem.embedded.length, channels: net.keys.outputs)
            lengthNormal = FeatureMap(length: strands, channels: EncoderDecoder.width)
            gradients =
                isForDrawing
                ? nil
                : Gradients(
                    net, strands: strands, columnsA: aStem.embedded.length, columnsB: bStem.embedded.length)
        }
    }
}
