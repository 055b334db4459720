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
            func accepted(at dose: Float) -> (agreeing: Int, kept: Float) {
                var logits: [Float] = []
                let classifier = Self.classifier.at([dose])
                classifier.logits(pairs, 0..<200, workspace: Workspace(), into: &logits)
                let acceptance = generator.acceptance(at: [dose])
                let kept = logits.indices.reduce(Float(0)) {
                    $0 + acceptance.probability(label: 1, logit: logits[$1], a: pairs.a($1), b: pairs.b($1))
                }
                return (logits.count { PairClassifier.score($0) > classifier.threshold }, kept)
            }
            let (own, other) = (accepted(at: dose), accepted(at: 10 - dose))
            #expect(own.agreeing > 160 && other.agreeing < 120, "\(dose): \(own) \(other)")
            #expect(own.kept > 2 * other.kept)
        }
    }
}
