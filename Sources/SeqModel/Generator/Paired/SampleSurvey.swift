// SampleSurvey: what a generator's pairs look like while it learns, beside the data's and beside chance.

import Kernels

/// Figures of some pairs, by the classifier and by counting; never by a judge of the relation itself.
public struct SampleFigures: Sendable {
    /// For labels 0 and 1, the share of pairs that the classifier gives the label asked for; not a number without pairs.
    public fileprivate(set) var agreement = [Double.nan, Double.nan]
    /// Mean score of pairs of label 1.
    public fileprivate(set) var score = 0.0
    /// The least entropy of a column of pairs of label 1, in bits; columns that few strands reach are left out.
    public fileprivate(set) var leastEntropy = 0.0
    /// Share of different pairs among those of label 1.
    public fileprivate(set) var unique = 0.0
    /// Share of facing letters of pairs of label 1 that are each other's most frequent partners in the data: the relation,
    /// which whole letters alone do not show.
    public fileprivate(set) var facing = 0.0
    /// Mean largest share of a letter in the columns as the critic sees them: 1, as samples are whole letters.
    public fileprivate(set) var oneHot = 1.0

    /// Whether the pairs are a few over and over, against those of the data.
    public func isCollapsed(real: SampleFigures) -> Bool {
        unique < 0.5 * real.unique || leastEntropy < real.leastEntropy - 0.5
    }

    /// Whether the classifier takes more of them than of strands paired by chance.
    public func isBetter(than chance: SampleFigures) -> Bool {
        agreement[1] > chance.agreement[1] + 0.1 * (1 - chance.agreement[1])
    }

    /// Whether the classifier takes far fewer of them than of the data's pairs.
    public func fallsShort(of real: SampleFigures) -> Bool { agreement[1] < 0.85 * real.agreement[1] }

    /// What checkpoints are chosen by: agreement with both labels and different pairs.
    public var quality: Double { agreement.reduce(unique) { $0 + ($1.isNaN ? 0 : $1) } }
}

/// Draws pairs of a generator and looks at them.
struct SampleSurvey {
    private let trainer: GeneratorTrainer
    /// The same figures of pairs of the data, and of its strands paired by chance.
    let real: SampleFigures, chance: SampleFigures
    /// Which letters face each other in pairs of label 1 of the data, at the best offset.
    let facing: ContingencyTable

    private static let samples = 512, calibrationSamples = 8_192

    /// Looks at the data that `trainer` learns from.
    init(_ trainer: GeneratorTrainer) {
        self.trainer = trainer
        var random = RandomSource(seed: trainer.plan.seed, .surveyData)
        let positives = trainer.chosen[1]
        facing = ContingencyTable.best(trainer.pairs, chosen: positives, trainer.classifier.orientation)
        let sample = PairSample(of: trainer.pairs, chosen: positives, count: SampleSurvey.samples, &random)
        real = SampleSurvey.figures([nil, sample.pairs], trainer, facing)
        chance = SampleSurvey.figures([nil, sample.shuffled], trainer, facing)
    }

    /// Figures of pairs that `generator` draws, always from the same streams.
    func look(at generator: PairGenerator) -> SampleFigures {
        SampleSurvey.figures([0, 1].map { draw(generator, label: $0, count: SampleSurvey.samples) }, trainer, facing)
    }

    /// The generator with the acceptance that brings its scores and its strands B nearer to those of the data.
    func calibrated(_ generator: PairGenerator) -> PairGenerator {
        var random = RandomSource(seed: trainer.plan.seed, .acceptance)
        let real = [0, 1].map { label in
            let chosen = trainer.chosen[label]
            var pairs = Pairs(like: trainer.pairs)
            for _ in 0..<min(SampleSurvey.calibrationSamples, chosen.count) {
                let p = chosen[random.index(below: chosen.count)]
                pairs.append(trainer.pairs.a(p), trainer.pairs.b(p))
            }
            return scored(pairs)
        }
        let generated = [0, 1].map { label in
            scored(
                draw(generator, label: label, count: SampleSurvey.calibrationSamples) ?? Pairs(like: trainer.pairs))
        }
        var result = generator
        result.acceptance = ScoreAcceptance(
            real: real, generated: generated, threshold: trainer.classifier.threshold)
        return result
    }

    private func scored(_ pairs: Pairs) -> ScoreAcceptance.Scored {
        var logits: [Float] = []
        trainer.classifier.logits(pairs, 0..<pairs.count, workspace: Workspace(), into: &logits)
        return ScoreAcceptance.Scored(pairs: pairs, logits: logits)
    }

    private func draw(_ generator: PairGenerator, label: Int, count: Int) -> Pairs? {
        guard generator.knows(label: label) else { return nil }
        var pairs = Pairs(like: trainer.pairs)
        let worker = PairGenerator.Worker(generator)
        let lengths = 1...DuplexShape.maximumLength
        var sources = (0..<count).map {
            RandomSource(seed: trainer.plan.seed, .surveyPair($0 * 2 + label))
        }
        let given = [[UInt8]?](repeating: nil, count: count)
        let drawn = generator.draw(
            label: label, given: given, lengths: lengths, tries: 1, &sources, worker, canGrow: { _, _ in true })
        for case .some(let pair) in drawn { pairs.append(pair.a[...], pair.b[...]) }
        return pairs
    }

    private static func figures(
        _ samples: [Pairs?], _ trainer: GeneratorTrainer, _ facing: ContingencyTable
    ) -> SampleFigures {
        var figures = SampleFigures()
        var logits: [Float] = []
        let workspace = Workspace()
        for label in 0...1 {
            guard let pairs = samples[label], pairs.count > 0 else { continue }
            trainer.classifier.logits(pairs, 0..<pairs.count, workspace: workspace, into: &logits)
            let scores = logits.map { Double(PairClassifier.score($0)) }
            let threshold = Double(trainer.classifier.threshold)
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
