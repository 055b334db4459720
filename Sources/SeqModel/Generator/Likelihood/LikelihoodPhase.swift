// LikelihoodPhase: the second phase of a paired generator's training, by maximum likelihood.

import Kernels

/// Training of a network for strand B by maximum likelihood.
///
/// A generator is good where its loss on held-out pairs is at most 2 % above the least so far. The result is the last
/// good one: what a rule decides is learned to the end, and what is free is not learned by heart. Training ends early
/// where ten evaluations in a row find none.
struct LikelihoodPhase<Net: LikelihoodNet>: PartnerPhase {
    private let trainer: LikelihoodTrainer<Net>
    private let survey: SampleSurvey
    private let composition: StrandComposition
    private let conditions: [Condition]
    private let plan: PairGeneratorPlan
    private var best: (figures: SampleFigures, generator: PairGenerator, step: Int)?
    private var last: SampleFigures?
    /// The least loss on held-out pairs so far, and evaluations since the last good generator.
    private var leastLoss = Float.infinity, sinceGood = 0

    /// Evaluations without a good generator that end the training.
    private static var patience: Int { 10 }
    /// The largest loss of a good generator, relative to the least.
    private static var margin: Float { 1.02 }

    init(
        _ data: GeneratorData, _ net: Net, _ survey: SampleSurvey, _ composition: StrandComposition,
        _ plan: PairGeneratorPlan
    ) {
        (self.survey, self.composition, conditions, self.plan) = (survey, composition, data.conditions, plan)
        trainer = LikelihoodTrainer(data, net, plan: plan)
    }

    var step: Int { trainer.step }
    var isDone: Bool { trainer.step >= plan.steps || sinceGood >= LikelihoodPhase.patience }

    func runStep(timeUsed: Double) { trainer.runStep(timeUsed: timeUsed) }

    private func generator(leastFraction: Float) -> PairGenerator {
        let weights = FloatBuffer(count: trainer.net.count)
        weights.copy(0..<weights.count, from: trainer.averaged, at: 0)
        var generator = PairGenerator(
            trainer.net.partner(weights), composition: composition, conditions: conditions)
        generator.leastFraction = leastFraction
        return generator
    }

    mutating func resume(_ start: TrainingCheckpoint) throws(GeneratorFailure) {
        let (numbers, values) = (start.numbers, start.buffers.dropLast(2))
        guard let step = numbers["step"], (1...plan.steps).contains(step), let bestStep = numbers["best-step"],
            (1...step).contains(bestStep), let sinceGood = numbers["worse"],
            (0...LikelihoodPhase.patience).contains(sinceGood),
            values.map(\.count) == trainer.buffers.map(\.count), let loss = start.buffers.dropLast().last,
            loss.count == 1, let generator = start.model?.generator?.paired,
            let weights = trainer.net.weights(of: generator.partner),
            generator.composition.lengths == composition.lengths
        else { throw .foreignCheckpoint }
        trainer.restore(step: step, Array(values))
        (self.sinceGood, leastLoss) = (sinceGood, loss[0])
        // With the strands A of this training, which the checkpoint has in any case.
        var kept = PairGenerator(trainer.net.partner(weights), composition: composition, conditions: conditions)
        kept.leastFraction = generator.leastFraction
        best = (survey.evaluate(kept), kept, bestStep)
        last = best?.figures
    }

    mutating func evaluate(_ report: (PairGeneratorTrainer.Event) throws -> Void) throws -> Bool {
        let (training, (loss, leastFraction)) = (trainer.takeLoss(), trainer.validation())
        guard training.isFinite, loss.isFinite else { throw GeneratorFailure.lossNotFinite(step: step) }
        let generator = generator(leastFraction: leastFraction)
        let figures = survey.evaluate(generator)
        try report(
            .evaluated(step: step, .likelihood(training: training, validation: Double(loss)), figures))
        leastLoss = min(leastLoss, loss)
        sinceGood += 1
        if loss <= leastLoss * LikelihoodPhase.margin { (best, sinceGood) = ((figures, generator, step), 0) }
        last = figures
        return true
    }

    var state: PairGeneratorTrainer.State {
        PairGeneratorTrainer.State(
            numbers: ["step": step, "best-step": best?.step ?? 0, "worse": sinceGood],
            buffers: trainer.buffers.map { $0[0..<$0.count] } + [[leastLoss], composition.allWeights],
            generator: best?.generator)
    }

    /// Whether strand A tells more of strand B than the noise of the estimate.
    private func isInformed(_ generator: PairGenerator) -> Bool {
        guard let weights = trainer.net.weights(of: generator.partner) else { return false }
        return trainer.information(weights) > 0.2
    }

    func outcome() throws(GeneratorFailure) -> PairGeneratorTrainer.Outcome {
        guard let last, let best else { throw .noTime }
        // A classifier that does not know the relation is no judge of it; held-out pairs are.
        guard best.figures.isBetter(than: survey.chance) || isInformed(best.generator) else {
            throw .learnedNothing(last, chance: survey.chance)
        }
        return PairGeneratorTrainer.Outcome(
            generator: survey.calibrated(best.generator), figures: best.figures, step: best.step)
    }
}
