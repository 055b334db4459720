// Tests of what an epoch is evaluated on: the loss counts negatives as training does, the figures only the pairs held
// back.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct ValidationPairsTests {
    private static func plan(negatives: Int) -> TrainingPlan {
        var plan = TrainingPlan()
        plan.negatives = negatives
        return plan
    }

    /// The pairs that `TrainingTests` learns from, or the positive half of them.
    private static func held(_ count: Int, onlyPositives: Bool = false) -> LabelledPairs {
        let all = Example.labelled(count, seed: 31)
        guard onlyPositives else { return all }
        var positives = LabelledPairs(alphabet: .dna)
        for p in 0..<count where all.targets[p] > 0.5 { positives.append(p, of: all) }
        return positives
    }

    @Test func freshNegativesAreAsManyAPositiveAsInTraining() {
        let held = Self.held(40)
        let validation = ValidationPairs(held, plan: Self.plan(negatives: 4), threshold: 0.5)
        // 20 positives, 4 negatives each, but for those that drew the positive's own strand A.
        #expect(validation.metricCount == 40)
        #expect((100...120).contains(validation.pairs.count))
        #expect(Array(validation.pairs.targets.prefix(40)) == held.targets)
        #expect(validation.pairs.targets.dropFirst(40).allSatisfy { $0 == 0 })
    }

    @Test func withoutFreshNegativesThePairsAreAsTheyAre() {
        for held in [Self.held(40), Self.held(40, onlyPositives: true)] {
            let validation = ValidationPairs(held, plan: Self.plan(negatives: 0), threshold: 0.5)
            #expect(validation.metricCount == held.count && validation.pairs.targets == held.targets)
        }
    }

    @Test func positivesAloneAreJudgedBesideAsManyNegatives() {
        let validation = ValidationPairs(
            Self.held(200, onlyPositives: true), plan: Self.plan(negatives: 3), threshold: 0.5)
        #expect((190...200).contains(validation.metricCount))
        #expect((380...400).contains(validation.pairs.count))
    }

    @Test func theLossIsThatOfAllAndTheFiguresAreThoseOfThePairsHeldBack() throws {
        let held = Self.held(60)
        let plan = Self.plan(negatives: 4)
        let trainer = ClassifierTrainer(
            .duplex(TrainingTests.configuration()), plan: plan, training: held, validation: held)
        let report = try #require(trainer.runEpoch())
        let validation = ValidationPairs(held, plan: plan, threshold: 0.5)
        let logits = trainer.classifier.logits(of: validation.pairs.pairs, workspaces: [Workspace()])
        let scores = logits.map { Double(PairClassifier.score($0)) }
        let targets = validation.pairs.targets.map(Double.init)
        let all = ClassificationMetrics(scores: scores, targets: targets, threshold: 0.5)
        let judged = ClassificationMetrics(
            scores: Array(scores.prefix(60)), targets: Array(targets.prefix(60)), threshold: 0.5)
        #expect(abs(report.validationLoss - all.crossEntropy) < 1e-6)
        #expect(abs(report.validationLoss - judged.crossEntropy) > 1e-3)
        #expect(report.validation.count == 60)
        #expect(report.validation.averagePrecision == judged.averagePrecision)
    }
}
