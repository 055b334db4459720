// ImageGenerator: generators of whole one-hot images from noise, the plain GANs: their nets, and images to pairs.

import Kernels

/// The plain GANs, after the programs of Linder-Norén's collection (Keras-GAN, 2017), on images 2 x K x L of -1 and 1.
public enum ImageGeneratorKind: String, Sendable, CaseIterable {
    /// Dense layers of 256, 512 and 1024 units against 512 and 256.
    case dense
    /// Convolutions after enlargements against convolutions of step 2 (Radford et al. 2016).
    case dcgan

    /// Numbers of noise.
    static let noise = 100
    /// No number of noise is further from 0, see `RandomSource.normal`.
    static let largestNoise = 6.0
    /// LeakyReLU's slope, and what batch normalisation keeps at a step and adds to variances.
    private static let slope = BatchLayer.leakyReLU(0.2), norm = BatchLayer.batchNorm(momentum: 0.8, epsilon: 1e-3)

    /// The net from noise to an image of `letters` rows and `length` columns.
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

    /// The net from an image to a logit: above 0 for pairs of the data.
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

/// A trained generator of images. Immutable: many workers may draw from it at once, each with a `Worker` of its own.
public struct ImageGenerator: Sendable {
    /// What it is.
    public let kind: ImageGeneratorKind
    /// How a pair lies in the image; always in two channels.
    let image: PairImage
    /// The lengths of the data's strands A and B, within which an image's strands end.
    let lengths: [ClosedRange<Int>]
    let net: BatchNet
    let weights: FloatBuffer

    /// How the strands lie in the images.
    public var orientation: Orientation { image.orientation }
    /// Letters of the alphabet.
    var letters: Int { image.alphabet.count }
    /// Columns of the images.
    public var length: Int { image.length }

    /// A generator with a copy of `weights`.
    init(_ kind: ImageGeneratorKind, image: PairImage, lengths: [ClosedRange<Int>], weights: FloatBuffer) {
        (self.kind, self.image, self.lengths) = (kind, image, lengths)
        net = kind.generator(letters: image.alphabet.count, length: image.length)
        self.weights = FloatBuffer(count: net.count)
        self.weights[0..<net.count] = weights[0..<net.count]
    }

    /// The memory in which one thread draws pairs, and the pair drawn last.
    public final class Worker {
        let tape: BatchTape
        /// Strands in codes, as they are written.
        public fileprivate(set) var a: [UInt8] = [], b: [UInt8] = []
        /// Mean over the columns of both strands of how near their numbers were to one letter: 1 where one is 1 and the
        /// others are -1, less twice their mean distance from that on a scale of 0 to 1; not below 0.
        public fileprivate(set) var oneHot = 0.0

        /// Memory for a generator.
        public init(_ generator: ImageGenerator) {
            tape = BatchTape(generator.net, samples: 1, learns: false, BatchKernels(threads: 1))
        }
    }

    /// Draws a pair into `worker`: in each column the letter of the largest number.
    ///
    /// A strand ends before the first column without a number above 0, but has the lengths of the data's. Returns false
    /// where its lengths are outside `allowed`.
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
