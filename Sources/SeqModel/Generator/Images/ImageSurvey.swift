// ImageSurvey: what a plain GAN's pairs look like while it learns: whether letters are whole, and whether they relate.

import Kernels

/// Looks at pairs of a plain GAN beside those of the data and strands of the data paired by chance.
public struct ImageSurvey {
    /// Figures of some pairs.
    public struct Figures: Sendable {
        /// How near the raw columns are to one letter, 0 to 1: see `ImageGenerator.Worker.oneHot`.
        public var oneHot = 1.0
        /// The least entropy of a place, in bits, and the share of different pairs.
        public var leastEntropy = 0.0, unique = 0.0
        /// Share of facing letters that are the data's most frequent partners: the relation.
        public var facing = 0.0
    }

    /// The figures of the data, and of its strands paired by chance.
    public let real: Figures, chance: Figures
    private let reference: ContingencyTable
    private let empty: Pairs
    private let seed: UInt64

    private static let samples = 512

    /// Looks at the pairs of the data.
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

    /// Figures of pairs that `generator` draws, always from the same streams.
    public func look(at generator: ImageGenerator) -> Figures {
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

    /// Whether letters relate at least half as much as the data's do, above chance.
    public func hasRelation(_ figures: Figures) -> Bool {
        figures.facing - chance.facing > (real.facing - chance.facing) / 2
    }
}
