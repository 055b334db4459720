// AdversarialPhase: the second phase of a paired generator's training, against a critic.

import Kernels

/// Adversarial training of strand B's network.
///
/// If samples have collapsed, the last good state is restored and training continues with another seed. If the
/// classifier accepts too few of them, the weight of its loss is raised. The result is the generator with the best
/// samples in the last third of the steps.
struct AdversarialPhase: PartnerPhase {
    private let trainer: PartnerTrainer
    private let survey: SampleSurvey
    private let plan: PairGeneratorPlan
    private var lastGood: PartnerTrainer.State
    private var best: (figures: SampleFigures, generator: PairGenerator, step: Int)?
    private var last: SampleFigures?
    private var restarts = 0

    /// The maximum number of restarts after a collapse.
    private static let mostRestarts = 3

    init(
        _ classifier: PairClassifier, _ data: GeneratorData, _ survey: SampleSurvey, _ composition: StrandComposition,
        _ plan: PairGeneratorPlan
    ) {
        (self.survey, self.plan) = (survey, plan)
        trainer = PartnerTrainer(classifier, data, composition: composition, plan: plan)
        lastGood = trainer.state
    }

    var step: Int { trainer.step }
    var isDone: Bool { trainer.step >= plan.steps }

    func runStep(timeUsed: Double) { trainer.runStep() }

    mutating func resume(_ start: TrainingCheckpoint) throws(GeneratorFailure) {
        let numbers = start.numbers
        let (restarts, raises) = (numbers["restarts"] ?? 0, numbers["teacher-raises"] ?? 0)
        guard let step = numbers["step"], (0...AdversarialPhase.mostRestarts).contains(restarts),
            let state = trainer.state(step: step, teacherRaises: raises, start.buffers.dropLast())
        else { throw .foreignCheckpoint }
        let bestStep = numbers["best-step"] ?? step
        guard (0...step).contains(bestStep) else { throw .foreignCheckpoint }
        self.restarts = restarts
        trainer.restore(state, changingSeedBy: UInt64(restarts))
        lastGood = state
        last = survey.evaluate(trainer.generator)
        if let generator = start.model?.generator?.paired {
            guard trainer.isCompatible(with: generator) else { throw .foreignCheckpoint }
            best = (survey.evaluate(generator), generator, bestStep)
        }
    }

    /// Evaluates samples, and restores the last good state if they have collapsed.
    mutating func evaluate(_ report: (PairGeneratorTrainer.Event) throws -> Void) throws -> Bool {
        let (step, steps) = (trainer.step, trainer.takeFigures())
        guard steps.criticLoss.isFinite, steps.generatorLoss.isFinite else {
            throw GeneratorFailure.lossNotFinite(step: step)
        }
        let generator = trainer.generator
        let figures = survey.evaluate(generator)
        try report(.evaluated(step: step, .adversarial(steps), figures))
        if figures.isCollapsed(real: survey.real) {
            restarts += 1
            guard restarts <= AdversarialPhase.mostRestarts else {
                throw GeneratorFailure.collapsed(times: restarts, figures)
            }
            try report(.restarted(from: step, to: lastGood.step, figures))
            trainer.restore(lastGood, changingSeedBy: UInt64(restarts))
            return false
        }
        // Before a quarter of the steps, the classifier's loss has weight 0.
        if step * 4 >= plan.steps, figures.fallsShort(of: survey.real) { trainer.raiseTeacherWeight() }
        lastGood = trainer.state
        last = figures
        // Early samples vary strongly: a good evaluation there says little about the generator.
        if step * 3 >= plan.steps * 2, figures.quality >= best?.figures.quality ?? -1 {
            best = (figures, generator, step)
        }
        return true
    }

    var state: PairGeneratorTrainer.State {
        PairGeneratorTrainer.State(
            numbers: [
                "step": lastGood.step, "best-step": best?.step ?? 0, "restarts": restarts,
                "teacher-raises": lastGood.teacherRaises,
            ], buffers: lastGood.buffers + [trainer.composition.allWeights], generator: best?.generator)
    }

    /// The best generator. Throws `noTime` without one, and `learnedNothing` if it is no better than chance.
    func outcome() throws(GeneratorFailure) -> PairGeneratorTrainer.Outcome {
        guard let last else { throw .noTime }
        let chosen = best ?? (last, trainer.generator, trainer.step)
        guard chosen.figures.isBetter(than: survey.chance) else {
            throw .learnedNothing(last, chance: survey.chance)
        }
        return PairGeneratorTrainer.Outcome(
            generator: survey.calibrated(chosen.generator), figures: chosen.figures, step: chosen.step)
    }
}
