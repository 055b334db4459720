// Tests of training: it learns, it is the same for any number of threads, and numbers stay finite.

import Kernels
import SeqModel
import TestSupport
import Testing

@Suite(.timed) struct TrainingTests {
    static func configuration() -> DuplexConfiguration {
        var configuration = DuplexConfiguration(alphabet: .dna)
        configuration.hidden = 16
        return configuration
    }

    @Test func overfitsThirtyTwoPairs() throws {
        let data = Example.labelled(32, seed: 4)
        var plan = TrainingPlan()
        plan.epochs = 300
        plan.batch = 32
        let trainer = ClassifierTrainer(Self.configuration(), plan: plan, training: data, validation: data)
        var last = Double.infinity
        for _ in 0..<plan.epochs { last = try #require(trainer.runEpoch()).trainingLoss }
        #expect(last < 0.02)
    }

    @Test func theSameBytesForAnyNumberOfThreads() throws {
        let data = Example.labelled(300, seed: 5)
        let files = try [1, 2, 7].map { threads in
            var plan = TrainingPlan()
            plan.threads = threads
            plan.epochs = 2
            plan.dropout = 0.2
            plan.negatives = 1
            let trainer = ClassifierTrainer(Self.configuration(), plan: plan, training: data, validation: data)
            for _ in 0..<2 { _ = try #require(trainer.runEpoch()) }
            return ModelFile(classifier: trainer.classifier, record: [:]).encoded()
        }
        #expect(files[0] == files[1] && files[0] == files[2])
    }

    @Test func longExactComplementsGiveFiniteScoresAndGradients() throws {
        var random = RandomSource(seed: 6)
        var data = LabelledPairs(alphabet: .dna)
        for length in [1, 2, 100, 256, 512] {
            let a = (0..<length).map { _ in UInt8(random.index(below: 4)) }
            data.append(a, a.reversed().map { 3 - $0 }, target: length > 100 ? 1 : 0)
        }
        var plan = TrainingPlan()
        plan.epochs = 25
        plan.learningRate = 0.2  // drives the energies up until the sums reach the ceiling
        let trainer = ClassifierTrainer(Self.configuration(), plan: plan, training: data, validation: data)
        for _ in 0..<plan.epochs {
            let report = try #require(trainer.runEpoch())
            #expect(report.trainingLoss.isFinite && report.validationLoss.isFinite)
        }
        let logits = trainer.classifier.logits(of: data.pairs, workspaces: [Workspace()])
        let allFinite = logits.allSatisfy { $0.isFinite }
        #expect(allFinite)
    }

    @Test func aParallelRelationIsFoundFromTheData() {
        var random = RandomSource(seed: 7)
        var same = LabelledPairs(alphabet: .dna)
        for _ in 0..<400 {
            let a = (0..<20).map { _ in UInt8(random.index(below: 4)) }
            same.append(a, a, target: 1)
        }
        #expect(DataSurvey(same, threshold: 0.5, alphabet: .dna).orientation == .parallel)
        let complements = DataSurvey(Example.labelled(400, seed: 8), threshold: 0.5, alphabet: .dna)
        #expect(complements.orientation == .antiparallel && complements.isSymmetric && !complements.hasSoftLabels)
    }

    @Test func anAmbiguousLetterLiesBetweenItsBases() {
        let data = Example.labelled(200, seed: 9)
        var plan = TrainingPlan()
        plan.epochs = 10
        let trainer = ClassifierTrainer(Self.configuration(), plan: plan, training: data, validation: data)
        for _ in 0..<10 { _ = trainer.runEpoch() }
        var probes = LabelledPairs(alphabet: .dna)
        let b: [UInt8] = [3, 2, 1, 0, 1, 2, 3, 3]
        for code in [0, 1, 2, 3, 14] as [UInt8] { probes.append([0, 0, 1, 2, code, 2, 1, 0], b, target: 0) }
        let logits = trainer.classifier.logits(of: probes.pairs, workspaces: [Workspace()])
        #expect(logits[4] > logits[..<4].min() ?? 0 && logits[4] < logits[..<4].max() ?? 0)
    }
}

extension TrainingTests {
    @Test func theFirstTenLossesAreThoseOfThisVersion() throws {
        let data = Example.labelled(128, seed: 12)
        var plan = TrainingPlan()
        plan.epochs = 10
        plan.batch = 128
        let trainer = ClassifierTrainer(Self.configuration(), plan: plan, training: data, validation: data)
        let losses = try (0..<10).map { _ in try #require(trainer.runEpoch()).trainingLoss }
        let recorded = [
            0.74269, 0.68955, 0.68144, 0.67804, 0.67279, 0.66732, 0.66327, 0.66084, 0.65966, 0.65930,
        ]
        #expect(losses.count == recorded.count, "\(losses)")
        for (loss, recorded) in zip(losses, recorded) { #expect(abs(loss - recorded) < 1e-3, "\(losses)") }
    }

    @Test(arguments: [8, 16, 24, 40, 64], [true, false])
    func aPairsScoreIsTheSameWhateverStandsBesideIt(hidden: Int, isSymmetric: Bool) {
        let data = Example.labelled(19, seed: 13)
        var configuration = DuplexConfiguration(alphabet: .dna)
        (configuration.hidden, configuration.isSymmetric) = (hidden, isSymmetric)
        let trainer = ClassifierTrainer(configuration, plan: TrainingPlan(), training: data, validation: data)
        _ = trainer.runEpoch()
        let classifier = trainer.classifier
        let workspace = Workspace()
        var together: [Float] = [], alone: [Float] = []
        classifier.logits(data.pairs, 0..<data.count, workspace: workspace, into: &together)
        for p in 0..<data.count {
            classifier.logits(data.pairs, p..<p + 1, workspace: workspace, into: &alone)
            #expect(together[p] == alone[0], "pair \(p)")
        }
    }
}
