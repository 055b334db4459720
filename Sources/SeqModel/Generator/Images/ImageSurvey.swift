// ImageSurvey: statistics of a plain GAN's samples during training.

import Kernels

/// Computes statistics of a plain GAN's samples, of the data, and of the data's strands paired at random.
public struct ImageSurvey {
    /// Statistics of a set of pairs.
    public struct Figures: Sendable {
        /// How close the images are to one-hot columns, 0 to 1: see `ImageGenerator.Worker.oneHot`.
        public var oneHot = 1.0
        /// The smallest entropy of a position, in bits.
        public var leastEntropy = 0.0
        /// The share of distinct pairs, 0 to 1.
        public var unique = 0.0
        /// The share (0 to 1) of facing letters that are each other's most frequent partners in the data.
        public var facing = 0.0
    }

    /// The statistics of the data.
    public let real: Figures
    /// The statistics of the data's strands paired at random.
    public let chance: Figures
    private let reference: ContingencyTable
    private let empty: Pairs
    private let seed: UInt64

    private static let samples = 512

    /// Computes the statistics of the data's pairs; `seed` determines all samples.
    public init(_ pairs: Pairs, seed: UInt64) {
        self.seed = seed
        let tables = Orientation.allCases.map { SampleFacing.reference(pairs, $0) }
        reference = tables.reduce(tables[0]) { $1.mutualInformation > $0.mutualInformation ? $1 : $0 }
        empty = Pairs(like: pairs)
        var random = RandomSource(seed: seed, .imageSurvey)
        let sample = PairSample(of: pairs, chosen: 0..<pairs.count, count: ImageSurvey.samples, &random)
        real = ImageSurvey.figures(sample.pairs, reference)
        chance = ImageSurvey.figures(sample.shuffled, reference)
    }

    /// The statistics of samples of `generator`, always from the same random streams.
    public func evaluate(_ generator: ImageGenerator) -> Figures {
        let worker = ImageGenerator.Worker(generator)
        var pairs = empty
        var oneHot = 0.0
        for k in 0..<ImageSurvey.samples {
            var random = RandomSource(seed: seed, .imagePair(k))
            _ = generator.draw(allowed: 1...DuplexShape.maximumLength, &random, worker)
            pairs.append(worker.a[...], worker.b[...])
            oneHot += worker.oneHot / Double(ImageSurvey.samples)
        }
        var figures = ImageSurvey.figures(pairs, reference)
        figures.oneHot = oneHot
        return figures
    }

    private static func figures(_ pairs: Pairs, _ reference: ContingencyTable) -> Figures {
        var figures = Figures()
        figures.leastEntropy = ColumnEntropy(pairs).least
        figures.unique = pairs.distinctFraction
        figures.facing = reference.agreement(of: pairs)
        return figures
    }

    /// Whether facing letters agree with the data's more than halfway from random pairing to the data.
    public func hasRelation(_ figures: Figures) -> Bool {
        figures.facing - chance.facing > (real.facing - chance.facing) / 2
    }
}
