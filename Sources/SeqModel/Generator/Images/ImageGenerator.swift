// ImageGenerator: the plain GANs, which draw whole one-hot images: their nets, and the conversion of images to pairs.

import Kernels

/// The kinds of plain GAN, after Linder-Norén's programs (Keras-GAN, 2017). Images are 2 x K x L with values -1 and 1.
public enum ImageGeneratorKind: String, Sendable, CaseIterable {
    /// Generator of dense layers with 256, 512 and 1024 units; discriminator with 512 and 256.
    case dense
    /// Generator of upsampling and convolutions; discriminator of convolutions with stride 2 (Radford et al. 2016).
    case dcgan

    /// Dimension of the noise vector.
    static let noise = 100
    /// A bound on the absolute value of the noise, see `RandomSource.normal`.
    static let largestNoise = 6.0
    /// LeakyReLU's slope, and what batch normalisation keeps at a step and adds to variances.
    private static let slope = BatchLayer.leakyReLU(0.2), norm = BatchLayer.batchNorm(momentum: 0.8, epsilon: 1e-3)

    /// The net from noise to an image of `letters` rows, `length` columns and 2 channels.
    func generator(letters: Int, length: Int) -> BatchNet {
        let (slope, norm) = (ImageGeneratorKind.slope, ImageGeneratorKind.norm)
        func convolution(_ outputs: Int) -> BatchLayer {
            .convolution(height: 3, width: 3, outputs: outputs, isPadded: true)
        }
        let layers: [BatchLayer]
        switch self {
        case .dense:
            layers = [
                .dense(outputs: 256), slope, norm, .dense(outputs: 512), slope, norm, .dense(outputs: 1024), slope,
                norm, .dense(height: letters, width: length, outputs: 2), .tanh,
            ]
        case .dcgan:
            let (rows, columns) = ((letters + 3) / 4, (length + 3) / 4)
            layers = [
                .dense(height: rows, width: columns, outputs: 128), .leakyReLU(0),
                .resize(factor: 2, height: 2 * rows, width: 2 * columns), convolution(128), norm, .leakyReLU(0),
                .resize(factor: 2, height: letters, width: length), convolution(64), norm, .leakyReLU(0),
                convolution(2), .tanh,
            ]
        }
        return BatchNet(height: 1, width: 1, channels: ImageGeneratorKind.noise, layers)
    }

    /// The net from an image to a logit; above 0 it predicts a pair of the data.
    func discriminator(letters: Int, length: Int) -> BatchNet {
        let (slope, norm) = (ImageGeneratorKind.slope, ImageGeneratorKind.norm)
        func convolution(_ outputs: Int, stride: Int) -> BatchLayer {
            .convolution(height: 3, width: 3, outputs: outputs, stride: stride, isPadded: true)
        }
        let layers: [BatchLayer]
        switch self {
        case .dense:
            layers = [.dense(outputs: 512), slope, .dense(outputs: 256), slope, .dense(outputs: 1)]
        case .dcgan:
            let (rows, columns) = ((letters + 3) / 4, (length + 3) / 4)
            layers = [
                convolution(32, stride: 2), slope, .dropout(0.25), convolution(64, stride: 2),
                .resize(factor: 1, height: rows + 1, width: columns + 1), norm, slope, .dropout(0.25),
                convolution(128, stride: 2), norm, slope, .dropout(0.25), convolution(256, stride: 1), norm, slope,
                .dropout(0.25), .dense(outputs: 1),
            ]
        }
        return BatchNet(height: letters, width: length, channels: 2, layers)
    }
}

/// The trained generator of a plain GAN. Immutable: many threads may draw from it at once, each with its own `Worker`.
public struct ImageGenerator: Sendable {
    /// The kind of GAN.
    public let kind: ImageGeneratorKind
    /// The layout of a pair in the image; always one channel for each strand.
    let image: PairImage
    /// The ranges of lengths of strands A and B in the training data; generated strands stay within them.
    let lengths: [ClosedRange<Int>]
    let net: BatchNet
    let weights: FloatBuffer

    /// The orientation of the strands in the images.
    public var orientation: Orientation { image.orientation }
    /// Letters K of the alphabet.
    var letters: Int { image.alphabet.count }
    /// Columns L of the images.
    public var length: Int { image.length }

    /// Creates a generator with a copy of `weights`; `lengths` are those of A and B.
    init(_ kind: ImageGeneratorKind, image: PairImage, lengths: [ClosedRange<Int>], weights: FloatBuffer) {
        (self.kind, self.image, self.lengths) = (kind, image, lengths)
        net = kind.generator(letters: image.alphabet.count, length: image.length)
        self.weights = FloatBuffer(count: net.count)
        self.weights[0..<net.count] = weights[0..<net.count]
    }

    /// The buffers in which one thread draws pairs, and the last pair.
    public final class Worker {
        let tape: BatchTape
        /// The strands of the last pair, in letter codes, in the order in which they are written.
        public fileprivate(set) var a: [UInt8] = [], b: [UInt8] = []
        /// How close the last image was to one-hot columns, from 0 to 1: the mean over the columns of max(0, 1 - 2 d),
        /// with d the mean absolute difference from the nearest one-hot column, on a scale where -1 is 0 and 1 is 1.
        public fileprivate(set) var oneHot = 0.0

        /// Allocates the buffers for `generator`.
        public init(_ generator: ImageGenerator) {
            tape = BatchTape(generator.net, samples: 1, learns: false, BatchKernels(threads: 1))
        }
    }

    /// Draws a pair into `worker`. The letter of a column is the one with the largest value.
    ///
    /// A strand ends before the first column in which all values are negative, but its length stays within `lengths`.
    /// Returns whether both lengths are in `allowed`.
    public func draw(allowed: ClosedRange<Int>, _ random: inout RandomSource, _ worker: Worker) -> Bool {
        let tape = worker.tape
        for c in 0..<ImageGeneratorKind.noise { tape.input[0, 0, 0, c] = random.normal() }
        tape.forward(weights, count: 1, .scoring)
        let letters = image.alphabet.count
        var (sum, columns) = (0.0, 0)
        var strands: [[UInt8]] = [[], []]
        for side in 0...1 {
            for column in 0..<lengths[side].upperBound {
                let values = (0..<letters).map { tape.output[0, $0, column, side] }
                let best = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
                if column >= lengths[side].lowerBound, values[best] < 0 { break }
                strands[side].append(UInt8(best))
                let distance = values.indices.reduce(0.0) {
                    $0 + Double(abs((values[$1] + 1) / 2 - ($1 == best ? 1 : 0)))
                }
                sum += max(0, 1 - 2 * distance / Double(letters))
                columns += 1
            }
        }
        if orientation == .antiparallel { strands[1].reverse() }
        (worker.a, worker.b) = (strands[0], strands[1])
        worker.oneHot = sum / Double(max(1, columns))
        return allowed.contains(worker.a.count) && allowed.contains(worker.b.count)
    }
}
