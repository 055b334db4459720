// GeneratorTraining: the steps of a generator's training, watched: figures to the log, collapse undone, failure said.

import Kernels
import SeqIO
import SeqModel

/// Trains a generator and keeps watch over it.
struct GeneratorTraining {
    let classifier: PairClassifier
    let plan: GeneratorPlan
    /// Seconds that all may take, and the clock since the start.
    let maxSeconds: Double?
    let clock: RunSummary
    let quiet: Bool
    let log: TrainingLog
    let keeper: CheckpointKeeper
    /// The model that the generator is to be added to.
    let file: ModelFile

    /// Steps between two looks at samples, and how often training may go back after a collapse.
    private static let interval = 250, mostRestarts = 3

    /// Trains on `pairs` and returns the generator, with what the training record should say of it.
    ///
    /// Throws a failure where the pairs keep collapsing, or are no better than strands paired by chance.
    func run(_ pairs: LabelledPairs) throws -> (generator: PairGenerator, record: [String: String]) {
        let counters = try counters()
        let trainer = GeneratorTrainer(classifier, pairs, plan: plan)
        let survey = SampleSurvey(trainer)
        try log.begin(GeneratorTraining.columns, data: GeneratorTraining.ofTheData(survey.real))
        var lastGood = trainer.state
        var best: (figures: SampleFigures, generator: PairGenerator, step: Int)?
        var last: SampleFigures?
        var restarts = 0
        if let start = keeper.start, let counters {
            guard let state = trainer.state(step: counters.step, urges: counters.urges, start.buffers) else {
                throw keeper.refusal
            }
            restarts = counters.restarts
            trainer.restore(state, changingSeedBy: UInt64(restarts))
            lastGood = state
            last = survey.look(at: trainer.generator)
            if let generator = start.model?.generator?.paired {
                guard trainer.couldHaveMade(generator) else { throw keeper.refusal }
                best = (survey.look(at: generator), generator, counters.bestStep)
            }
        }
        var progress = ProgressBar(total: plan.steps, noun: "steps", from: trainer.step, isQuiet: quiet)
        defer { ProgressBar.clear() }
        while trainer.step < plan.steps {
            if let maxSeconds, clock.seconds > maxSeconds { break }
            try keeper.endIfInterrupted()
            trainer.runStep()
            progress.update(trainer.step)
            guard trainer.step % GeneratorTraining.interval == 0 || trainer.step == plan.steps else { continue }
            let steps = trainer.takeFigures()
            try keeper.requireFinite(
                [steps.criticLoss, steps.generatorLoss], step: trainer.step,
                "learning rates \(plan.criticRate) of the critic and \(plan.generatorRate) of the generator")
            let generator = trainer.generator
            let figures = survey.look(at: generator)
            try report(trainer.step, steps, figures)
            if figures.isCollapsed(real: survey.real) {
                restarts += 1
                guard restarts <= GeneratorTraining.mostRestarts else {
                    throw Failure(
                        message: "the generated pairs collapsed \(restarts) times (least column entropy "
                            + "\(fixed(figures.leastEntropy, 2)) bits, unique \(fixed(figures.unique, 3))); "
                            + "no model was written", code: ExitCodes.badData)
                }
                printMessage(
                    "the generated pairs collapsed by step \(trainer.step) (least column entropy "
                        + "\(fixed(figures.leastEntropy, 2)) bits): going back to step \(lastGood.stepCount) with another seed"
                )
                trainer.restore(lastGood, changingSeedBy: UInt64(restarts))
                continue
            }
            // From where the teacher begins to speak.
            if trainer.step * 4 >= plan.steps, figures.fallsShort(of: survey.real) { trainer.urge() }
            lastGood = trainer.state
            last = figures
            // Early generators differ more than the choice among late ones is worth.
            if trainer.step * 3 >= plan.steps * 2, figures.quality >= best?.figures.quality ?? -1 {
                best = (figures, generator, trainer.step)
            }
            try keeper.keep(state(trainer.step, lastGood, best.map { ($0.generator, $0.step) }, restarts))
        }
        let chosen = best ?? last.map { ($0, trainer.generator, trainer.step) }
        guard let chosen, chosen.figures.isBetter(than: survey.chance) else {
            throw Failure(
                message: "the generator learned nothing: the classifier takes "
                    + "\(fixed(100 * (last?.agreement.last ?? 0), 1)) % of its pairs, and "
                    + "\(fixed(100 * (survey.chance.agreement.last ?? 0), 1)) % of strands paired by chance; "
                    + "no model was written", code: ExitCodes.badData)
        }
        return (survey.calibrated(chosen.generator), record(chosen.figures, step: chosen.step))
    }

    /// Where the state to go on from stands; nil where the generator begins. Throws where no such training can stand there.
    private func counters() throws -> (step: Int, urges: Int, restarts: Int, bestStep: Int)? {
        guard let start = keeper.start, start.model != nil else { return nil }
        let (restarts, urges) = (start.numbers["restarts"] ?? 0, start.numbers["urges"] ?? 0)
        guard let step = start.numbers["step"], (1...plan.steps).contains(step),
            (0...GeneratorTraining.mostRestarts).contains(restarts), (0...GeneratorTrainer.mostUrges).contains(urges)
        else { throw keeper.refusal }
        let bestStep = start.numbers["best-step"] ?? step
        guard (0...step).contains(bestStep) else { throw keeper.refusal }
        return (step, urges, restarts, bestStep)
    }

    private func state(
        _ step: Int, _ state: GeneratorTrainer.State, _ best: (generator: PairGenerator, step: Int)?, _ restarts: Int
    ) -> TrainingCheckpoint {
        var model = file
        model.generator = best.map { .paired($0.generator) }
        return TrainingCheckpoint(
            digest: keeper.digest,
            numbers: ["step": step, "best-step": best?.step ?? 0, "restarts": restarts, "urges": state.urges],
            buffers: state.buffers, model: model)
    }

    private static let columns = [
        "step", "D_loss", "G_loss", "D_margin", "D_accuracy_real", "D_accuracy_fake", "column_entropy", "unique",
        "one_hot", "facing", "score", "agreement_1", "agreement_0",
    ]

    /// What figures of samples are for the data: what the generator's should come near.
    private static func ofTheData(_ real: SampleFigures) -> [String: Double] {
        ["column_entropy": real.leastEntropy, "facing": real.facing, "score": real.score]
    }

    private func report(_ step: Int, _ steps: StepFigures, _ figures: SampleFigures) throws {
        let row = [
            steps.criticLoss, steps.generatorLoss, steps.margin, steps.realAccuracy, steps.fakeAccuracy,
            figures.leastEntropy, figures.unique, figures.oneHot, figures.facing, figures.score, figures.agreement[1],
            figures.agreement[0],
        ]
        try log.add(step, row, decimals: 4, seconds: clock.seconds)
        guard !quiet else { return }
        printMessage(
            "step \(step)/\(plan.steps): D loss \(fixed(row[0], 3)), G loss \(fixed(row[1], 3)), classifier agrees "
                + "\(fixed(figures.agreement[1], 3)), least entropy \(fixed(row[5], 2)) bits, unique \(fixed(row[6], 3))"
        )
    }

    private func record(_ figures: SampleFigures, step: Int) -> [String: String] {
        [
            "generator-seed": "\(plan.seed)", "generator-steps": "\(plan.steps)", "generator-best-step": "\(step)",
            "generator-agreement": fixed(figures.agreement[1], 4), "generator-score": fixed(figures.score, 4),
            "generator-entropy": fixed(figures.leastEntropy, 4), "generator-unique": fixed(figures.unique, 4),
            "generator-facing": fixed(figures.facing, 4),
        ]
    }
}
