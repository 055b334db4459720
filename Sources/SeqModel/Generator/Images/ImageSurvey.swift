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
    private let reference: FacingTable
    private let empty: Pairs
    private let seed: UInt64

    private static let samples = 512

    /// Computes the statistics of the data's pairs; `seed` determines all samples.
    public init(_ pairs: Pairs, seed: UInt64) {
        self.seed = seed
        let tables = Orientation.allCases.map { SampleFacing.reference(pairs, $0) }
        reference = tables.reduce(tables[0]) { $1.information > $0.information ? $1 : $0 }
        empty = Pairs(like: pairs)
        var random = RandomSource(seed: seed, .imageSurvey)
        var (some, strangers) = (Pairs(like: pairs), Pairs(like: pairs))
        for _ in 0..<min(ImageSurvey.samples, pairs.count) {
            let (p, q) = (random.index(below: pairs.count), random.index(below: pairs.count))
            some.append(pairs.a(p), pairs.b(p))
            strangers.append(pairs.a(p), pairs.b(q))
        }
        real = ImageSurvey.figures(some, reference)
        chance = ImageSurvey.figures(strangers, reference)
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

    private static func figures(_ pairs: Pairs, _ reference: FacingTable) -> Figures {
        var figures = Figures()
        figures.leastEntropy = ColumnEntropy(pairs).least
        let different = Set((0..<pairs.count).map { pairs.a($0) + [255] + pairs.b($0) })
        figures.unique = Double(different.count) / Double(max(1, pairs.count))
        figures.facing = FacingTable(pairs, chosen: 0..<pairs.count, laidAs: reference).agreement(
            with: reference.partners)
        return figures
    }

    /// Whether facing letters agree with the data's more than halfway from random pairing to the data.
    public func hasRelation(_ figures: Figures) -> Bool {
        figures.facing - chance.facing > (real.facing - chance.facing) / 2
    }
}
