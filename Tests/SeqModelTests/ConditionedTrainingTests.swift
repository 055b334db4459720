// Tests of the whole training of a generator with conditions: judged at them, and resumed to the same bytes.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ConditionedTrainingTests {
    private static let data = ConditionedGeneratorTests.related(900, rarity: 3)

    /// A classifier that knows the relation at both doses.
    private static let classifier: PairClassifier = {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden) = (4, 8)
        (configuration.orientation, configuration.conditions) = (.parallel, [ConditionedGeneratorTests.dose])
        var plan = TrainingPlan()
        (plan.epochs, plan.batch) = (16, 32)
        let trainer = ClassifierTrainer(.duplex(configuration), plan: plan, training: data, validation: data)
        for _ in 0..<plan.epochs { _ = trainer.runEpoch() }
        return trainer.classifier
    }()

    private static func plan(threads: Int) -> PairGeneratorPlan {
        var plan = PairGeneratorPlan(.autoregressive, pairs: data.count)
        (plan.steps, plan.batch, plan.threads) = (500, 32, threads)
        return plan
    }

    /// Every state of a training, what it became, and its samples.
    private struct Course {
        var states: [TrainingCheckpoint] = []
        var model: ModelFile
        var real: SampleFigures?, made: SampleFigures
    }

    private static func run(from start: TrainingCheckpoint? = nil, threads: Int = 2) throws -> Course {
        var (states, real): ([TrainingCheckpoint], SampleFigures?) = ([], nil)
        let outcome = try PairGeneratorTrainer(classifier, data, plan: plan(threads: threads)).run(
            from: start,
            report: { if case .began(let figures) = $0 { real = figures } },
            save: { state in
                var model = ModelFile(classifier: classifier, record: [:])
                model.generator = state.generator.map { .paired($0) }
                states.append(
                    TrainingCheckpoint(digest: "d", numbers: state.numbers, buffers: state.buffers, model: model))
            })
        var model = ModelFile(classifier: classifier, record: [:])
        model.generator = .paired(outcome.generator)
        return Course(states: states, model: model, real: real, made: outcome.figures)
    }

    private static let whole = Result { try run() }

    @Test func aTrainingGoesOnFromAStateOfEitherPhaseToTheSameBytes() throws {
        let whole = try Self.whole.get()
        let ofStrands = whole.states.last { $0.numbers["step"] == nil }
        let ofPairs = whole.states.first { $0.numbers["step"] != nil }
        for (threads, state) in [ofStrands, ofPairs].enumerated() {
            let read = try TrainingCheckpoint(decoding: try #require(state).encoded())
            let rest = try Self.run(from: read, threads: 1 + 2 * threads)
            #expect(rest.model.encoded() == whole.model.encoded())
            #expect(rest.states.last?.encoded() == whole.states.last?.encoded())
        }
    }

    @Test func samplesAreJudgedAtTheirConditions() throws {
        let whole = try Self.whole.get()
        // At any one dose, a third of the data's pairs of label 1 would be wrong, or more, and so would samples.
        let real = try #require(whole.real)
        #expect(real.agreement[1] > 0.9 && whole.made.agreement[1] > 0.8, "\(real) \(whole.made)")
        let generator = try #require(ModelFile(decoding: whole.model.encoded()).generator)
        let worker = TrainedGenerator.Worker(generator)
        var pairs = Pairs(alphabet: .dna)
        for dose: Float in [0, 10] {
            var sources = (0..<200).map { RandomSource(seed: 81, stream: $0) }
            pairs.removeAll()
            for pair in generator.draw(
                label: 1, at: [dose], given: [[UInt8]?](repeating: nil, count: 200), lengths: 1...8, &sources, worker)
            {
                let pair = try #require(pair)
                pairs.append(pair.a[...], pair.b[...])
            }
            let (own, other) = (
                Self.accepted(pairs, generator, at: dose), Self.accepted(pairs, generator, at: 10 - dose)
            )
            #expect(own.agreeing > 160 && other.agreeing < 120, "\(dose): \(own) \(other)")
            // At dose 10 the classifier takes hardly a pair of dose 0; at dose 0 it takes 91 of dose 10, which the
            // generator does not make there, so that how often they would be kept means nothing.
            #expect(dose > 0 || own.kept > 2 * other.kept, "\(own) \(other)")
            // What the classifier refuses is rejected, and what is kept has the scores of the data at this dose.
            #expect(other.kept <= Float(other.agreeing) && own.kept >= 0.19 * Float(own.agreeing), "\(own) \(other)")
            let data = Self.accepted(Self.positives(at: dose), nil, at: dose)
            #expect(abs(own.meanOfKept - data.mean) < max(0.3, abs(own.mean - data.mean)), "\(own) \(data)")
        }
    }

    /// The data's pairs of label 1 at a dose.
    private static func positives(at dose: Float) -> Pairs {
        var pairs = Pairs(alphabet: .dna)
        for p in 0..<data.count where data.targets[p] == 1 && data.conditions[p].first == dose {
            pairs.append(pair: p, of: data.pairs)
        }
        return pairs
    }

    /// How many pairs the classifier takes at a dose, their mean logit, and what a generator would keep of them there.
    private static func accepted(_ pairs: Pairs, _ generator: TrainedGenerator?, at dose: Float) -> (
        agreeing: Int, mean: Float, kept: Float, meanOfKept: Float
    ) {
        var logits: [Float] = []
        let classifier = classifier.at([dose])
        classifier.logits(pairs, 0..<pairs.count, workspace: Workspace(), into: &logits)
        let agreeing = logits.indices.filter { PairClassifier.score(logits[$0]) > classifier.threshold }
        let acceptance = generator?.acceptance(at: [dose], label: 1, judgedBy: classifier, threads: 1)
        var (sum, kept, sumOfKept): (Float, Float, Float) = (0, 0, 0)
        for (p, logit) in logits.enumerated() {
            let share = acceptance?.probability(label: 1, logit: logit, a: pairs.a(p), b: pairs.b(p)) ?? 0
            (kept, sumOfKept) = (kept + share, sumOfKept + share * logit)
        }
        for p in agreeing { sum += logits[p] }
        return (agreeing.count, sum / Float(max(1, agreeing.count)), kept, sumOfKept / max(kept, 1e-9))
    }
}
