// Tests of duplex classifiers with conditions: training, files, scores of pairs at conditions of their own.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ConditionedClassifierTests {
    static let conditions = ["temperature", "sodium", "concentration"].compactMap { Condition($0) }

    /// A small model with the equilibrium head and all parameters other than 0.
    static func model() -> ModelFile {
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.heads, configuration.hidden, configuration.head) = (4, 8, .equilibrium)
        configuration.trainedLengths = 8...40
        configuration.conditions = conditions.enumerated().map { place, condition in
            condition.measured([[20, 60, 90], [0.05, 0.1, 1], [1e-9, 1e-7, 1e-6]][place])
        }
        let shape = configuration.shape
        let parameters = FloatBuffer(count: shape.count)
        var random = TestRandom(state: 4)
        for tensor in shape.tensors {
            for k in tensor.range { parameters[k] = Float.random(in: -0.5...0.5, using: &random) }
        }
        parameters[shape.logConcentration] = 0
        return ModelFile(
            classifier: .duplex(DuplexClassifier(configuration, parameters: parameters)), record: ["seed": "1"])
    }

    /// Pairs of 10 letters in parallel orientation that bind if at most `dose` letters do not face their partner.
    private static func doses(_ count: Int, seed: UInt64, of doses: [Float]) -> LabelledPairs {
        var random = TestRandom(state: seed)
        var pairs = LabelledPairs(alphabet: .dna, conditions: 1)
        for _ in 0..<count {
            let a = (0..<10).map { _ in UInt8.random(in: 0..<4, using: &random) }
            let wrong = Set((0..<10).shuffled(using: &random).prefix(Int.random(in: 0...8, using: &random)))
            let b = a.indices.map { wrong.contains($0) ? (a[$0] + UInt8.random(in: 1..<4, using: &random)) % 4 : a[$0] }
            let dose = doses[Int.random(in: 0..<doses.count, using: &random)]
            pairs.append(a, b, target: Float(wrong.count) <= dose ? 1 : 0, at: [dose])
        }
        return pairs
    }

    private static func trainer(_ training: LabelledPairs, epochs: Int, threads: Int = 2) -> ClassifierTrainer {
        var choices = TrainingChoices()
        choices.conditions = [Condition("dose")].compactMap { $0 }
        (choices.heads, choices.epochs, choices.orientation) = (4, epochs, .parallel)
        choices.isSymmetric = true
        let survey = DataSurvey(training, threshold: 0.5, alphabet: .dna)
        var (configuration, plan) = DuplexConfiguration.resolved(
            choices, survey, pairs: training.count, alphabet: .dna, values: training.conditions)
        (configuration.hidden, plan.threads) = (16, threads)
        return ClassifierTrainer(.duplex(configuration), plan: plan, training: training, validation: training)
    }

    @Test func aRelationThatDependsOnADoseIsLearnedBetweenTheDosesOfTheData() {
        let trainer = Self.trainer(Self.doses(3_000, seed: 1, of: [0, 2, 4, 6]), epochs: 20)
        for _ in 0..<20 { _ = trainer.runEpoch() }
        let held = Self.doses(1_000, seed: 2, of: [1, 3, 5])
        let classifier = trainer.classifier
        func agreement(_ logits: [Float]) -> Double {
            Double(zip(logits, held.targets).count { ($0.0 > 0) == ($0.1 > 0.5) }) / Double(held.count)
        }
        let own = agreement(classifier.logits(of: held.pairs, at: held.conditions, workspaces: [Workspace()]))
        // With 20,000 pairs of 20 letters it is 0.995; here there are few.
        #expect(own > 0.83)
        // At a dose that is not theirs many are wrong.
        let other = agreement(classifier.at([0]).logits(of: held.pairs, workspaces: [Workspace()]))
        #expect(other < 0.8 && own > other + 0.15)
    }

    @Test func theTrainingDoesNotDependOnThreadsAndGoesOnFromACheckpoint() throws {
        let data = Self.doses(400, seed: 3, of: [1, 2, 3])
        func bytes(_ trainer: ClassifierTrainer) -> [UInt8] {
            ModelFile(classifier: trainer.classifier, record: [:]).encoded()
        }
        let (one, two, resumed) = (
            Self.trainer(data, epochs: 3, threads: 1), Self.trainer(data, epochs: 3, threads: 3),
            Self.trainer(data, epochs: 3)
        )
        var state: TrainingCheckpoint?
        for epoch in 1...3 {
            _ = one.runEpoch()
            _ = two.runEpoch()
            if epoch == 1 { state = two.checkpoint(digest: "d") }
        }
        #expect(bytes(one) == bytes(two))
        let read = try TrainingCheckpoint(decoding: try #require(state).encoded())
        #expect(resumed.resume(read) != nil)
        for _ in 2...3 { _ = resumed.runEpoch() }
        #expect(bytes(resumed) == bytes(one))
    }

    @Test func aFileKeepsConditionsAndScores() throws {
        let file = Self.model()
        let bytes = file.encoded()
        let read = try ModelFile(decoding: bytes)
        #expect(read.encoded() == bytes && read.version == 3)
        #expect(read.classifier.conditions == file.classifier.conditions && read.classifier.conditions.count == 3)
        var archive = try WeightArchive(decoding: bytes)
        archive.version = 2
        #expect(throws: ModelError.self) { try ModelFile(decoding: archive.encoded()) }
        let data = Example.labelled(50, seed: 5).pairs
        #expect(
            read.classifier.at([50, 0.1, 1e-7]).logits(of: data, workspaces: [Workspace()])
                == file.classifier.at([50, 0.1, 1e-7]).logits(of: data, workspaces: [Workspace()]))
    }

    @Test func pairsAtTheirOwnConditionsHaveTheScoresOfTheClassifierThereAlsoWithAmbiguityLetters() {
        let classifier = Self.model().classifier
        let plain = Example.labelled(40, seed: 6).pairs
        var (pairs, points) = (Pairs(alphabet: .dna), PairConditions(width: 3))
        for p in 0..<plain.count {
            var a = Array(plain.a(p))
            // The code after the letters stands for some of them.
            if p % 5 == 0 { a[1] = 4 }
            pairs.append(a[...], plain.b(p))
            points.append([Float(20 + 10 * (p * 7 % 8)), p % 2 == 0 ? 0.05 : 1, p % 3 == 0 ? 1e-8 : 1e-6])
        }
        var logits: [Float] = []
        classifier.logits(pairs, 2..<38, at: points, workspace: Workspace(), into: &logits)
        #expect(logits.count == 36 && Set(logits).count > 30)
        for p in 2..<38 {
            var own: [Float] = []
            classifier.at(points[p]).logits(pairs, p..<p + 1, workspace: Workspace(), into: &own)
            #expect(logits[p - 2] == own[0])
        }
    }

    @Test func meansRangesAndUsualValuesAreThoseOfTheData() throws {
        let temperature = try #require(Condition("temperature")).measured([20, 30, 40, 50, 60])
        #expect(temperature.trained == 20...60 && temperature.usual == 20)
        let many = try #require(Condition("time:log")).measured((1...100).map(Float.init))
        #expect(many.usual == 51 && many.scale == .logarithm)
        #expect(abs(many.standardised(1) * Float(many.deviation) + Float(many.mean)) < 1e-5)
        let frequent = try #require(Condition("dose")).measured(
            (0..<90).map(Float.init) + Array(repeating: 7, count: 10))
        #expect(frequent.usual == 7)
        #expect(try #require(Condition("dose")).measured([3, 3]).standardised(3) == 0)
    }
}
