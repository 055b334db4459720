// SampleSurvey: statistics of a pair generator's samples during training, and its rejection sampler.

import Kernels

/// Statistics of a set of pairs, by the classifier and by counts. They use no knowledge of the true relation.
public struct SampleFigures: Sendable {
    /// By label, the share (0 to 1) of pairs for which the classifier predicts the requested label; NaN without pairs.
    public fileprivate(set) var agreement = [Double.nan, Double.nan]
    /// The mean score (0 to 1) of pairs with label 1.
    public fileprivate(set) var score = 0.0
    /// The smallest entropy of a column in pairs with label 1, in bits. Columns that few strands reach are ignored.
    public fileprivate(set) var leastEntropy = 0.0
    /// The share (0 to 1) of distinct pairs among those with label 1.
    public fileprivate(set) var unique = 0.0
    /// The share (0 to 1) of facing letters in pairs with label 1 that are each other's most frequent partners in the
    /// data. It measures how well the strands relate.
    public fileprivate(set) var facing = 0.0
    /// How close the generator's output is to one-hot columns: always 1, as samples are letters.
    public fileprivate(set) var oneHot = 1.0

    /// Whether the pairs have collapsed: less than half as many distinct ones as the data, or a column with half a bit
    /// less entropy.
    public func isCollapsed(real: SampleFigures) -> Bool {
        unique < 0.5 * real.unique || leastEntropy < real.leastEntropy - 0.5
    }

    /// Whether the classifier accepts clearly more of them than of strands paired at random: at least a tenth of the
    /// way to all.
    public func isBetter(than chance: SampleFigures) -> Bool {
        agreement[1] > chance.agreement[1] + 0.1 * (1 - chance.agreement[1])
    }

    /// Whether the classifier accepts less than 85 % as many of them as of the data's pairs.
    public func fallsShort(of real: SampleFigures) -> Bool { agreement[1] < 0.85 * real.agreement[1] }

    /// The criterion by which the best generator is chosen: the sum of agreement with both labels and `unique` (0 to
    /// 3).
    public var quality: Double { agreement.reduce(unique) { $0 + ($1.isNaN ? 0 : $1) } }
}

/// Draws samples of a generator in training and computes their statistics. Each sample is drawn and judged at the
/// conditions of a pair of the data with its label.
struct SampleSurvey: Sendable {
    private let classifier: PairClassifier
    private let data: GeneratorData
    private let seed: UInt64
    /// The statistics of the data, and of its strands paired at random.
    let real: SampleFigures, chance: SampleFigures
    /// The contingency table of facing letters in the data's pairs with label 1, at the best offset.
    let facing: ContingencyTable

    /// Pairs, each at its own conditions, and the levels that generated ones were drawn for.
    private struct Sample {
        var pairs: Pairs, points: PairConditions
        var levels: [Int] = []

        init(like data: GeneratorData) {
            (pairs, points) = (Pairs(like: data.pairs), PairConditions(width: data.points.width))
        }
    }

    /// Pairs per label for the statistics, and for fitting the rejection sampler.
    private static let samples = 512, calibrationSamples = 8_192
    /// The same for the frequencies of levels, and then for the rejection sampler.
    private static let levelSamples = [2_048, 2_048, 2_048, 16_384]
    /// The same for how frequent scores and facing letters are in the data at any conditions.
    private static let targetSamples = 65_536

    /// Computes the statistics of the data.
    init(_ classifier: PairClassifier, _ data: GeneratorData, seed: UInt64) {
        (self.classifier, self.data, self.seed) = (classifier, data, seed)
        var random = RandomSource(seed: seed, .surveyData)
        let positives = data.chosen[1]
        facing = ContingencyTable.best(data.pairs, chosen: positives, classifier.orientation)
        let drawn = PairSample(of: data.pairs, chosen: positives, count: SampleSurvey.samples, &random)
        var sample = Sample(like: data)
        (sample.pairs, sample.points) = (drawn.pairs, data.points.gathered(drawn.ofStrandsA[...]))
        real = SampleSurvey.figures([nil, sample], classifier, facing)
        sample.pairs = drawn.shuffled
        chance = SampleSurvey.figures([nil, sample], classifier, facing)
    }

    /// The statistics of samples of `generator`, always from the same random streams.
    func evaluate(_ generator: PairGenerator) -> SampleFigures {
        SampleSurvey.figures(
            [0, 1].map { draw(generator, label: $0, count: SampleSurvey.samples) }, classifier, facing)
    }

    /// The generator with its rejection sampler fitted to the data and, before that, the frequencies of its levels.
    func calibrated(_ generator: PairGenerator) -> PairGenerator {
        var result = generator
        guard generator.composition.levels != nil else {
            calibrate(&result, samples: SampleSurvey.calibrationSamples, isLast: true)
            return result
        }
        for (round, samples) in SampleSurvey.levelSamples.enumerated() {
            let isLast = round == SampleSurvey.levelSamples.count - 1
            let (drawn, scored) = calibrate(&result, samples: samples, isLast: isLast)
            if isLast { break }
            result.composition.levels = result.composition.levels?.fitted(
                drawn.map(\.levels), inputs: scored.map(\.inputs),
                ratios: [0, 1].map { result.acceptance.ratios(label: $0, of: scored[$0]) })
        }
        return result
    }

    /// Fits the rejection sampler to so many pairs of each label; returns those of the generator. The last one counts
    /// its pairs where they are made.
    @discardableResult
    private func calibrate(_ generator: inout PairGenerator, samples: Int, isLast: Bool) -> (
        drawn: [Sample], scored: [RejectionSampler.Scored]
    ) {
        let real = ofData(samples)
        let drawn = [0, 1].map { draw(generator, label: $0, count: samples) ?? Sample(like: data) }
        let generated = drawn.map { scored($0) }
        generator.acceptance = RejectionSampler(
            real: real, generated: generated, letters: FacingLetters(facing), threshold: classifier.threshold,
            asked: isLast && data.points.width > 0 ? ofData(SampleSurvey.targetSamples) : nil)
        return (drawn, generated)
    }

    /// So many pairs of the data of each label.
    private func ofData(_ samples: Int) -> [RejectionSampler.Scored] {
        var random = RandomSource(seed: seed, .acceptance)
        return [0, 1].map { label in
            let chosen = data.chosen[label]
            var sample = Sample(like: data)
            for _ in 0..<min(samples, chosen.count) {
                let p = chosen[random.index(below: chosen.count)]
                sample.pairs.append(pair: p, of: data.pairs)
                sample.points.append(data.points[p])
            }
            return scored(sample, weight: Double(chosen.count) / Double(max(1, sample.pairs.count)))
        }
    }

    private func scored(_ sample: Sample, weight: Double = 1) -> RejectionSampler.Scored {
        let pairs = sample.pairs
        var logits: [Float] = []
        classifier.logits(pairs, 0..<pairs.count, at: sample.points, workspace: Workspace(), into: &logits)
        return RejectionSampler.Scored(
            pairs: pairs, logits: logits, inputs: sample.points.standardised(data.conditions), weight: weight)
    }

    private func draw(_ generator: PairGenerator, label: Int, count: Int) -> Sample? {
        guard generator.knows(label: label) else { return nil }
        var sample = Sample(like: data)
        let worker = PairGenerator.Worker(generator)
        let lengths = 1...DuplexShape.maximumLength
        var sources = (0..<count).map {
            RandomSource(seed: seed, .surveyPair($0 * 2 + label))
        }
        let given = [[UInt8]?](repeating: nil, count: count)
        var points = PairConditions(width: data.points.width)
        if points.width > 0 {
            let members = data.chosen[label]
            for k in sources.indices { points.append(data.points[members[sources[k].index(below: members.count)]]) }
        }
        let inputs = generator.inputs(label: label, at: points, &sources, worker)
        let drawn = generator.draw(
            label: label, inputs: inputs, given: given, lengths: lengths, tries: 1, &sources, worker,
            canGrow: { _, _ in true })
        for (k, pair) in drawn.enumerated() {
            guard let pair else { continue }
            sample.pairs.append(pair.a[...], pair.b[...])
            sample.points.append(points[k])
            if generator.composition.levels != nil { sample.levels.append(inputs[k].last.map(ScoreLevels.level) ?? 0) }
        }
        return sample
    }

    private static func figures(
        _ samples: [Sample?], _ classifier: PairClassifier, _ facing: ContingencyTable
    ) -> SampleFigures {
        var figures = SampleFigures()
        var logits: [Float] = []
        let workspace = Workspace()
        for label in 0...1 {
            guard let sample = samples[label], sample.pairs.count > 0 else { continue }
            let pairs = sample.pairs
            classifier.logits(pairs, 0..<pairs.count, at: sample.points, workspace: workspace, into: &logits)
            let scores = logits.map { Double(PairClassifier.score($0)) }
            let threshold = Double(classifier.threshold)
            let right = scores.count { ($0 > threshold) == (label == 1) }
            figures.agreement[label] = Double(right) / Double(pairs.count)
            guard label == 1 else { continue }
            figures.score = scores.reduce(0, +) / Double(pairs.count)
            figures.unique = pairs.distinctFraction
            figures.leastEntropy = ColumnEntropy(pairs).least
            figures.facing = facing.agreement(of: pairs)
        }
        return figures
    }
}
