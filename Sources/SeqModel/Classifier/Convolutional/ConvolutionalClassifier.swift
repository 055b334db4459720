// ConvolutionalClassifier: convolutional nets on the one-hot images of pairs: their shapes, and pairs to logits.

import Kernels

/// What a convolutional classifier is, apart from its weights.
public struct ConvolutionalConfiguration: ClassifierProperties, Sendable, Equatable {
    /// The sizes of a net.
    public enum Size: String, Sendable, CaseIterable {
        /// One convolution of three columns to 16 channels, a dense layer of 256 units that are squared, and a dense
        /// layer to the logit: the squares hold the product of every two letters, so that letters that pair are seen
        /// wherever they stand, though strands lie as written. Both dense layers follow a batch normalisation.
        case compact
        /// CNN-Lite (Buterez 2021): convolutions of 9, 9 and 3 columns to 256, 128 and 64 channels, each through ReLU
        /// and batch normalisation, and dense layers of 256 and 1.
        case full
    }

    /// The letters that it knows.
    public var alphabet: Alphabet
    /// How a pair's letters lie in its image.
    public var layout = PairImageLayout.channels
    /// How large the net is.
    public var size = Size.compact
    /// How the strands are laid: antiparallel turns B round.
    public var orientation = Orientation.antiparallel
    /// Whether it learned from both orders of the strands.
    public var isSymmetric = false
    /// Columns of the image: the longest strand that it takes.
    public var length: Int
    /// A score above it is predicted as 1.
    public var threshold: Float = 0.5
    /// The lengths of the strands it was trained on.
    public var trainedLengths = 1...1 {
        didSet { scoredLengths = ScoredLengths.of(trained: trainedLengths, longest: length) }
    }
    /// The lengths at which it holds; set with `trainedLengths`, as was measured.
    public internal(set) var scoredLengths = 1...1

    var longestStrand: Int { length }

    /// A configuration for strands of up to `length` letters, or the least that a net of `size` needs.
    public init(alphabet: Alphabet, size: Size, length: Int) {
        self.alphabet = alphabet
        self.size = size
        self.length = max(length, ConvolutionalConfiguration.leastLength(size))
    }

    /// The least number of columns: what the convolutions, which see whole windows alone, leave something of.
    public static func leastLength(_ size: Size) -> Int { size == .full ? 19 : 3 }

    /// How images are written.
    var image: PairImage { PairImage(alphabet: alphabet, length: length, layout: layout, orientation: orientation) }

    /// The net. In `channels` the first window is as high as the image, as CNN-Lite has it: it then computes what a
    /// window over the 2 K channels of `stacked` computes, and the layouts differ in how weights are named alone.
    var net: BatchNet {
        let image = image
        func convolution(_ height: Int, _ width: Int, _ outputs: Int) -> BatchLayer {
            .convolution(height: height, width: width, outputs: outputs)
        }
        let norm = BatchLayer.norm(momentum: 0.9, epsilon: 1e-5)
        let layers: [BatchLayer] =
            switch size {
            case .compact:
                [convolution(image.height, 3, 16), norm, .dense(outputs: 256), .square, norm, .dense(outputs: 1)]
            case .full:
                [
                    convolution(image.height, 9, 256), .leaky(0), norm, convolution(1, 9, 128), .leaky(0), norm,
                    convolution(1, 3, 64), .leaky(0), norm, .dense(outputs: 256), .leaky(0), .dense(outputs: 1),
                ]
            }
        return BatchNet(height: image.height, width: length, channels: image.channels, layers)
    }
}

/// A trained convolutional classifier. Immutable: many workers may score with it at once.
public struct ConvolutionalClassifier: Sendable {
    /// What it is.
    public let configuration: ConvolutionalConfiguration
    let net: BatchNet
    /// All weights and running means, as they were trained.
    let weights: FloatBuffer
    private let image: PairImage
    private let scoring: BatchNet
    private let scoringWeights: FloatBuffer
    private let processor: Processor

    private static let chunk = 64

    /// A classifier with a copy of `weights`.
    init(_ configuration: ConvolutionalConfiguration, weights: FloatBuffer, processor: Processor = .best) {
        self.configuration = configuration
        self.processor = processor
        net = configuration.net
        image = configuration.image
        self.weights = FloatBuffer(count: net.count)
        self.weights[0..<net.count] = weights[0..<net.count]
        (scoring, scoringWeights) = net.folded(self.weights)
    }

    /// Writes the logits of the pairs `range`; the strands must be in codes of the configuration's alphabet.
    public func logits(_ pairs: Pairs, _ range: Range<Int>, workspace: Workspace, into logits: inout [Float]) {
        if logits.count != range.count { logits = [Float](repeating: 0, count: range.count) }
        let size = ConvolutionalClassifier.chunk
        let tape = workspace.keep {
            BatchTape(scoring, samples: size, learns: false, BatchKernels(threads: 1, processor: processor))
        } where: {
            $0.net.layers == scoring.layers && $0.net.sizes == scoring.sizes
        }
        for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
            let count = min(size, range.upperBound - start)
            tape.input.clear(count)
            for k in 0..<count { image.write(pairs, pair: start + k, to: tape.input, k) }
            tape.forward(scoringWeights, count: count, .scoring)
            for k in 0..<count { logits[start - range.lowerBound + k] = tape.output[k, 0, 0, 0] }
        }
    }
}
