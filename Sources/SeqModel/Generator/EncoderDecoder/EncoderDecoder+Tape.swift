// EncoderDecoder+Tape: the activations and gradients of the encoder-decoder for several pairs.

import Kernels

extension EncoderDecoder {
    /// The columns of each strand of a group, in maps that have them one after the other with `gap` columns of zeros
    /// behind each, where convolutions read past an end.
    struct Spans {
        let ranges: [Range<Int>]
        /// All columns up to the end of the last strand.
        var columns: Range<Int> { 0..<(ranges.last?.upperBound ?? 0) }

        /// The most columns that a convolution reads past an end.
        static let gap = ConvolutionShape.halo

        /// Strands of `counts` columns.
        init(_ counts: [Int]) {
            var ranges: [Range<Int>] = []
            var start = 0
            for count in counts {
                ranges.append(start..<start + count)
                start += count + Spans.gap
            }
            self.ranges = ranges
        }

        /// Clears the columns between the strands.
        func clearGaps(_ map: FeatureMap) {
            for range in ranges { map.clear(range.upperBound..<min(map.length, range.upperBound + Spans.gap)) }
        }
    }

    /// The activations of embedding and convolutions.
    struct Stem {
        /// The embedding, then the sums after each convolution.
        let sums: [FeatureMap]
        /// The convolutions' outputs.
        let convolved: [FeatureMap]

        init(columns: Int) {
            func maps(_ count: Int) -> [FeatureMap] {
                (0..<count).map { _ in FeatureMap(length: columns, channels: EncoderDecoder.width) }
            }
            (sums, convolved) = (maps(1 + EncoderDecoder.convolutions), maps(EncoderDecoder.convolutions))
        }

        var embedded: FeatureMap { sums[0] }
        /// The sum after the last convolution.
        var mixed: FeatureMap { sums[EncoderDecoder.convolutions] }
    }

    /// The activations of a self-attention.
    struct SelfTape {
        /// The normalised input; queries, keys and values; what attention gives; the residual sum.
        let normal: FeatureMap, heads: FeatureMap, attended: FeatureMap, output: FeatureMap
        let moments: FloatBuffer
        let memory: [AttentionMemory]

        /// For the self-attention of `strands` strands of up to `length` columns.
        init(_ heads: AttentionHeads, strands: Int, length: Int, scratch: FloatBuffer) {
            let (columns, d) = (strands * (length + Spans.gap), EncoderDecoder.width)
            func map(_ channels: Int) -> FeatureMap { FeatureMap(length: columns, channels: channels) }
            (normal, self.heads, attended, output) = (map(d), map(3 * d), map(d), map(d))
            moments = FloatBuffer(count: 2 * columns)
            memory = (0..<strands).map { _ in
                AttentionMemory(heads, queries: length, keys: length, scratch: scratch)
            }
        }
    }

    /// The activations of a block of the decoder.
    struct BlockTape {
        let own: SelfTape
        /// Keys and values of strand A.
        let keys: FeatureMap
        let crossNormal: FeatureMap, query: FeatureMap, crossed: FeatureMap, afterCross: FeatureMap
        let hiddenNormal: FeatureMap, hidden: FeatureMap, output: FeatureMap
        let crossMoments: FloatBuffer, hiddenMoments: FloatBuffer
        let memory: [AttentionMemory]

        init(_ net: EncoderDecoder, strands: Int, length: Int, columnsA: Int, scratch: FloatBuffer) {
            let (columns, d, c) = (strands * (length + Spans.gap), EncoderDecoder.width, EncoderDecoder.crossWidth)
            func map(_ channels: Int) -> FeatureMap { FeatureMap(length: columns, channels: channels) }
            own = SelfTape(
                EncoderDecoder.causalHeads, strands: strands, length: length, scratch: scratch)
            keys = FeatureMap(length: columnsA, channels: 2 * c)
            (crossNormal, query, crossed, afterCross) = (map(d), map(c), map(c), map(d))
            (hiddenNormal, hidden, output) = (map(d), map(EncoderDecoder.hidden), map(d))
            (crossMoments, hiddenMoments) = (FloatBuffer(count: 2 * columns), FloatBuffer(count: 2 * columns))
            memory = (0..<strands).map { _ in
                AttentionMemory(
                    EncoderDecoder.crossHeads, queries: length, keys: net.longestA, scratch: scratch)
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
        /// With respect to what is added to a residual sum, before dropout.
        let aDropped: FeatureMap, bDropped: FeatureMap
        let dropout: Dropout

        init(_ net: EncoderDecoder, strands: Int, columnsA: Int, columnsB: Int) {
            let (d, c) = (EncoderDecoder.width, EncoderDecoder.crossWidth)
            func ofA(_ channels: Int) -> FeatureMap { FeatureMap(length: columnsA, channels: channels) }
            func ofB(_ channels: Int) -> FeatureMap { FeatureMap(length: columnsB, channels: channels) }
            (a, aStep, aHeads, keys) = (ofA(d), ofA(d), ofA(3 * d), ofA(2 * c))
            (b, bStep, bHeads, query, crossed) = (ofB(d), ofB(d), ofB(3 * d), ofB(c), ofB(c))
            (hidden, normal, letters) = (ofB(EncoderDecoder.hidden), ofB(d), ofB(net.letterOut.outputs))
            lengths = FeatureMap(length: strands, channels: net.lengthOut.outputs)
            lengthNormal = FeatureMap(length: strands, channels: d)
            (aDropped, bDropped) = (ofA(d), ofB(d))
            dropout = Dropout(net, strands: strands)
        }
    }

    /// Dropout of channels of what is added to the residual sums, the same channels in all columns of a strand (Gal &
    /// Ghahramani 2016).
    ///
    /// There is a site for each addition: the encoder's self-attention, and three in each block.
    struct Dropout: Sendable {
        /// (strands, sites, width): 0 or 1 / (1 - rate).
        private let factors: FloatBuffer
        private let sites: Int

        init(_ net: EncoderDecoder, strands: Int) {
            sites = 1 + 3 * net.blocks.count
            factors = FloatBuffer(count: strands * sites * EncoderDecoder.width)
        }

        /// Draws the channels of a strand that are dropped.
        func draw(_ strand: Int, _ random: inout RandomSource) {
            let (rate, size) = (EncoderDecoder.dropoutRate, sites * EncoderDecoder.width)
            for k in strand * size..<(strand + 1) * size {
                factors[k] = random.uniform() < rate ? 0 : 1 / (1 - rate)
            }
        }

        /// Applies it to the columns of strands.
        func apply(_ map: FeatureMap, _ spans: [Range<Int>], site: Int, _ kernels: LayerKernels) {
            for (s, columns) in spans.enumerated() {
                kernels.scale(map, columns: columns, by: factors, at: (s * sites + site) * EncoderDecoder.width)
            }
        }
    }

    /// Activations of the network for up to `strands` pairs, and gradients.
    final class Tape: Sendable {
        /// The most pairs.
        let strands: Int
        let a: Stem, aSelf: SelfTape
        let b: Stem, blocks: [BlockTape]
        /// What is added to a residual sum.
        let aStep: FeatureMap, bStep: FeatureMap
        /// The normalised output of the decoder, and the logits of letters.
        let normal: FeatureMap, letters: FeatureMap
        let moments: FloatBuffer
        /// A column for each pair: the normalised output in B's first column, and the logits of lengths.
        let lengthNormal: FeatureMap, lengths: FeatureMap
        let gradients: Gradients
        /// What conditions add to the columns; nil without them.
        let aConditions: ConditionRows.Tape?, bConditions: ConditionRows.Tape?

        /// Allocates a tape.
        init(_ net: EncoderDecoder, strands: Int) {
            self.strands = strands
            // Strand B has a column for each letter, and the first one.
            let (lengthA, lengthB) = (net.longestA, net.lengthsB.upperBound + 1)
            let (columnsA, columnsB) = (strands * (lengthA + Spans.gap), strands * (lengthB + Spans.gap))
            let longest = max(lengthA, lengthB)
            let scratch = FloatBuffer(
                count: EncoderDecoder.crossHeads.scratchCount(queries: longest, keys: longest))
            (a, b) = (Stem(columns: columnsA), Stem(columns: columnsB))
            aSelf = SelfTape(
                EncoderDecoder.selfHeads, strands: strands, length: lengthA, scratch: scratch)
            blocks = net.blocks.map { _ in
                BlockTape(net, strands: strands, length: lengthB, columnsA: columnsA, scratch: scratch)
            }
            let d = EncoderDecoder.width
            aStep = FeatureMap(length: columnsA, channels: d)
            (bStep, normal) = (FeatureMap(length: columnsB, channels: d), FeatureMap(length: columnsB, channels: d))
            letters = FeatureMap(length: columnsB, channels: net.letterOut.outputs)
            moments = FloatBuffer(count: 2 * columnsB)
            lengthNormal = FeatureMap(length: strands, channels: d)
            lengths = FeatureMap(length: strands, channels: net.lengthOut.outputs)
            aConditions = ConditionRows.Tape(net.a.conditions, strands: strands, columns: columnsA)
            bConditions = ConditionRows.Tape(net.b.conditions, strands: strands, columns: columnsB)
            gradients = Gradients(net, strands: strands, columnsA: columnsA, columnsB: columnsB)
        }
    }
}
