// ConvolutionalClassifier: convolutional nets on the one-hot images of pairs.

import Kernels

/// All of a convolutional classifier but its weights.
public struct ConvolutionalConfiguration: ClassifierProperties, Sendable, Equatable {
    /// The sizes of a net.
    public enum Size: String, Sendable, CaseIterable {
        /// One convolution of three columns to 16 channels, a dense layer of 256 units with squared outputs, and a
        /// dense layer to the logit, each dense layer after a batch normalisation. The squares contain the products of
        /// any two letters, so base pairs are recognised at all positions, even if facing letters are not in the same
        /// column.
        case compact
        /// CNN-Lite (Buterez 2021): convolutions of 9, 9 and 3 columns to 256, 128 and 64 channels, each through ReLU
        /// and batch normalisation, and dense layers of 256 and 1.
        case full
    }

    /// The letters of its strands.
    public var alphabet: Alphabet
    /// The layout of the image of a pair.
    public var layout = PairImageLayout.channels
    /// The size of the net.
    public var size = Size.compact
    /// How the strands face each other: antiparallel strands B are reversed in the image.
    public var orientation = Orientation.antiparallel
    /// Whether it is trained on both orders of the strands.
    public var isSymmetric = false
    /// Columns of the image: the longest strand that it takes.
    public var length: Int
    /// A score (0 to 1) above it is predicted as 1.
    public var threshold: Float = 0.5
    /// The lengths, in letters, of the strands it was trained on; setting them sets `scoredLengths`.
    public var trainedLengths = 1...1 {
        didSet { scoredLengths = ScoredLengths.of(trained: trainedLengths, longest: length) }
    }
    /// The lengths, in letters, at which its scores are valid; see `ScoredLengths`.
    public internal(set) var scoredLengths = 1...1

    var longestStrand: Int { length }

    /// A configuration for strands of up to `length` letters, or up to `leastLength(size)` where that is more.
    public init(alphabet: Alphabet, size: Size, length: Int) {
        self.alphabet = alphabet
        self.size = size
        self.length = max(length, ConvolutionalConfiguration.leastLength(size))
    }

    /// The least number of columns for which the convolutions, which are not padded, have an output.
    public static func leastLength(_ size: Size) -> Int { size == .full ? 19 : 3 }

    /// The encoding of pairs as images.
    var image: PairImage { PairImage(alphabet: alphabet, length: length, layout: layout, orientation: orientation) }

    /// The net. With `channels` the first window is as high as the image, as in CNN-Lite. It then computes the same as
    /// a window over the 2 K channels of `stacked`: the layouts differ only in the order of the weights.
    var net: BatchNet {
        let image = image
        func convolution(_ height: Int, _ width: Int, _ outputs: Int) -> BatchLayer {
            .convolution(height: height, width: width, outputs: outputs)
        }
        let norm = BatchLayer.batchNorm(momentum: 0.9, epsilon: 1e-5)
        let layers: [BatchLayer] =
            switch size {
            case .compact:
                [convolution(image.height, 3, 16), norm, .dense(outputs: 256), .square, norm, .dense(outputs: 1)]
            case .full:
                [
                    convolution(image.height, 9, 256), .leakyReLU(0), norm, convolution(1, 9, 128), .leakyReLU(0), norm,
                    convolution(1, 3, 64), .leakyReLU(0), norm, .dense(outputs: 256), .leakyReLU(0), .dense(outputs: 1),
                ]
            }
        return BatchNet(height: image.height, width: length, channels: image.channels, layers)
    }
}

/// A trained convolutional classifier. Immutable: many threads may score with it at once, each with its own workspace.
public struct ConvolutionalClassifier: Sendable {
    /// Layout, size, orientation, symmetry and threshold.
    public let configuration: ConvolutionalConfiguration
    let net: BatchNet
    /// All weights, running means and variances, as trained.
    let weights: FloatBuffer
    private let image: PairImage
    /// The same net with its batch normalisations folded into the weights, and these weights.
    private let scoring: BatchNet
    private let scoringWeights: FloatBuffer
    private let processor: Processor

    /// Pairs scored at a time.
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

    /// Replaces `logits` by those of the pairs `range`; strands are in codes of the configuration's alphabet.
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
