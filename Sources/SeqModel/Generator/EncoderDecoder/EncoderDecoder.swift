// EncoderDecoder: the network that writes strand B letter by letter with all of strand A in view: shapes and weights.

import Kernels

/// The shapes of the encoder-decoder, and the offsets of its weights: the probability of strand B given strand A and a
/// label, as the product of the probabilities of B's length and of each letter given those before it.
///
/// The encoder reads strand A. A column of it is the sum of four embeddings: letter, distance from the 5' end, distance
/// from the 3' end, label; conditions add to it as a label does (see `ConditionRows`). Two convolutions over 9 columns
/// and self-attention follow. The decoder reads strand B: a first column without a letter, whose output is the
/// distribution of B's length, then a column for each letter of B, which has the embedding of the letter before it. Two
/// causal convolutions over 5 columns and some blocks follow, each of causal self-attention, attention to strand A and
/// a perceptron, then linear layers that give the logits of length or letter. All parts are residual, with layer
/// normalisation before them (Vaswani et al. 2017; Xiong et al. 2020).
///
/// The second block is what keeps to a place in A: its self-attention sees where the first one found the letters
/// before.
struct EncoderDecoder: Sendable {
    /// Channels of a column; of attention to strand A; of the perceptron's hidden layer.
    static let width = 32, crossWidth = 64, hidden = 64
    /// Rows of the embedding of a distance from an end. The last is for all larger distances.
    static let places = 64
    /// Convolutions of each strand, one after the other.
    static let convolutions = 2
    /// The share of channels that are dropped in training.
    static let dropoutRate: Float = 0.1
    /// Blocks of a new net.
    static let usualBlocks = 2
    static let selfHeads = AttentionHeads(count: 4, width: width / 4)
    static let causalHeads = AttentionHeads(count: 4, width: width / 4, isCausal: true)
    static let crossHeads = AttentionHeads(count: 4, width: crossWidth / 4)

    /// Letters K of the alphabet.
    let letters: Int
    /// The longest strand A, in letters.
    let longestA: Int
    /// The range of the lengths of strand B.
    let lengthsB: ClosedRange<Int>

    /// The embeddings of both strands' columns, and their convolutions.
    let a: Embedding, b: Embedding
    let aConvolutions: [ConvolutionShape], bConvolutions: [ConvolutionShape]
    /// The encoder's self-attention.
    let aSelf: SelfAttention
    /// The decoder's blocks.
    let blocks: [Block]
    /// The logits of letters and of lengths.
    let outNorm: Int, letterOut: ConvolutionShape, lengthOut: ConvolutionShape
    /// All tensors, in the order of their offsets.
    let tensors: [TensorSpec]
    /// Number of weights.
    let count: Int

    /// A residual self-attention: the offset of its normalisation; queries, keys and values side by side; the output.
    struct SelfAttention: Sendable {
        let norm: Int, inputs: ConvolutionShape, out: ConvolutionShape
    }

    /// A block of the decoder.
    struct Block: Sendable {
        let own: SelfAttention
        /// Attention to strand A: normalisation, queries of B, keys and values of A, output.
        let crossNorm: Int, query: ConvolutionShape, keys: ConvolutionShape, crossOut: ConvolutionShape
        /// The perceptron.
        let hiddenNorm: Int, hiddenIn: ConvolutionShape, hiddenOut: ConvolutionShape

        fileprivate var layers: [ConvolutionShape] {
            [own.inputs, own.out, query, keys, crossOut, hiddenIn, hiddenOut]
        }
    }

    /// Creates the shapes. Strand B has `lengthsB` letters.
    init(
        letters: Int, longestA: Int, lengthsB: ClosedRange<Int>, blocks: Int = usualBlocks, conditions: Int = 0
    ) {
        (self.letters, self.longestA, self.lengthsB) = (letters, longestA, lengthsB)
        var table = TensorTable()
        let d = EncoderDecoder.width
        a = table.embedding("encoder", letters: letters, conditions: conditions)
        aConvolutions = (0..<EncoderDecoder.convolutions).map {
            table.layer("encoder.convolution.\($0)", d, d, width: 9)
        }
        aSelf = table.attention("encoder.self")
        // Two more codes: what stands before the first letter, and the first column.
        b = table.embedding("decoder", letters: letters + 2, conditions: conditions)
        bConvolutions = (0..<EncoderDecoder.convolutions).map {
            table.layer("decoder.convolution.\($0)", d, d, width: 5, isCausal: true)
        }
        self.blocks = (0..<blocks).map { table.block("decoder.\($0)") }
        outNorm = table.norm("decoder.norm")
        letterOut = table.layer("decoder.letter", d, ConvolutionShape.padded(letters))
        lengthOut = table.layer("decoder.length", d, ConvolutionShape.padded(lengthsB.count))
        tensors = table.tensors
        count = table.end
    }

    /// Number of conditions.
    var conditions: Int { a.conditions.count }

    /// The code of the column before B's first letter, and of B's first column.
    var start: Int { letters }
    var lengthColumn: Int { letters + 1 }

    /// All layers with weights that the backward pass needs transposed.
    var layers: [ConvolutionShape] {
        aConvolutions + bConvolutions + [aSelf.inputs, aSelf.out, letterOut, lengthOut] + blocks.flatMap(\.layers)
    }

    /// Initial weights. The embeddings of distances are sines and cosines of 16 periods from 4 to 256 letters, so that
    /// neighbouring places are related alike everywhere (Vaswani et al. 2017, section 3.5).
    func initialWeights(_ random: inout RandomSource) -> FloatBuffer {
        let weights = FloatBuffer(count: count)
        weights.initialise(tensors, &random)
        let waves = EncoderDecoder.width / 2
        for rows in [a.starts, a.ends, b.starts, b.ends] {
            for place in 0..<EncoderDecoder.places {
                for wave in 0..<waves {
                    // The period is 4 * 2^(6 wave / (waves - 1)).
                    let octave = 6 * Double(wave) / Double(waves - 1)
                    let angle = 2 * Double.pi * Double(place) / (4 * exponential(octave * logarithm(2.0)))
                    weights[rows + place * EncoderDecoder.width + 2 * wave] = Float(0.5 * cosine(angle - .pi / 2))
                    weights[rows + place * EncoderDecoder.width + 2 * wave + 1] = Float(0.5 * cosine(angle))
                }
            }
        }
        return weights
    }

    /// The offsets of a strand's embeddings.
    struct Embedding: Sendable {
        fileprivate let letters: Int, starts: Int, ends: Int, labels: Int
        /// What conditions add to each column.
        let conditions: ConditionRows

        /// The rows of a column with the code `letter`, `column` letters behind the 5' end of a strand of `length`
        /// letters; nil: of a strand whose length is not known yet.
        func rows(_ letter: Int, _ column: Int, length: Int?, label: Int) -> SIMD4<Int> {
            let (width, last) = (EncoderDecoder.width, EncoderDecoder.places - 1)
            let end = length.map { min($0 - 1 - column, last) } ?? EncoderDecoder.places
            return SIMD4(
                letters + letter * width, starts + min(column, last) * width, ends + end * width, labels + label * width
            )
        }
    }
}

extension TensorTable {
    /// Adds the embeddings of a strand's columns.
    fileprivate mutating func embedding(_ name: String, letters: Int, conditions: Int) -> EncoderDecoder.Embedding {
        func rows(_ part: String, _ count: Int, _ deviation: Float) -> Int {
            add("generator.\(name).\(part)", [count, EncoderDecoder.width], .normal(mean: 0, deviation: deviation))
        }
        return EncoderDecoder.Embedding(
            letters: rows("letters", letters, 1), starts: rows("from_start", EncoderDecoder.places, 0.5),
            ends: rows("from_end", EncoderDecoder.places + 1, 0.5), labels: rows("labels", 2, 0.5),
            conditions: ConditionRows(
                count: conditions, offset: conditions > 0 ? rows("conditions", conditions, ConditionRows.deviation) : 0,
                width: EncoderDecoder.width))
    }

    /// Adds a layer with weights of standard deviation 0.6 / sqrt(fan-in).
    fileprivate mutating func layer(
        _ name: String, _ inputs: Int, _ outputs: Int, width: Int = 1, isCausal: Bool = false
    ) -> ConvolutionShape {
        let deviation = 0.6 / Float(width * inputs).squareRoot()
        let offset = add(
            "generator.\(name).weight", [width, inputs, outputs], .normal(mean: 0, deviation: deviation))
        _ = add("generator.\(name).bias", [outputs])
        return ConvolutionShape(width: width, inputs: inputs, outputs: outputs, offset: offset, isCausal: isCausal)
    }

    /// Adds gain 1, then shift 0.
    fileprivate mutating func norm(_ name: String) -> Int {
        add("generator.\(name)", [2, EncoderDecoder.width], .rows(means: [1], deviation: 0))
    }

    fileprivate mutating func attention(_ name: String) -> EncoderDecoder.SelfAttention {
        let d = EncoderDecoder.width
        return EncoderDecoder.SelfAttention(
            norm: norm("\(name).norm"), inputs: layer("\(name).inputs", d, 3 * d), out: layer("\(name).out", d, d))
    }

    fileprivate mutating func block(_ name: String) -> EncoderDecoder.Block {
        let (d, c, h) = (EncoderDecoder.width, EncoderDecoder.crossWidth, EncoderDecoder.hidden)
        return EncoderDecoder.Block(
            own: attention("\(name).self"), crossNorm: norm("\(name).cross.norm"),
            query: layer("\(name).cross.query", d, c), keys: layer("\(name).cross.keys", d, 2 * c),
            crossOut: layer("\(name).cross.out", c, d), hiddenNorm: norm("\(name).hidden.norm"),
            hiddenIn: layer("\(name).hidden.in", d, h), hiddenOut: layer("\(name).hidden.out", h, d))
    }
}
