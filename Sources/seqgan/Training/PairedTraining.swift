// PairedTraining: the training of a paired generator, watched: progress, figures to the log, states saved, failure said.

import Kernels
import SeqIO
import SeqModel

/// Trains a paired generator and keeps watch over it.
struct PairedTraining {
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

    /// Trains on `pairs` and returns the generator, with what the training record should say of it.
    ///
    /// Throws a failure where the pairs keep collapsing, or are no better than strands paired by chance.
    func run(_ pairs: LabelledPairs) throws -> (generator: PairGenerator, record: [String: String]) {
        let training = GeneratorTraining(classifier, pairs, plan: plan)
        var bar: (phase: GeneratorTraining.Phase, progress: ProgressBar)?
        defer { ProgressBar.clear() }
        do {
            // A state without a model is one of the classifier's training, which is done by now.
            let start = keeper.start.flatMap { $0.model == nil ? nil : $0 }
            let outcome = try training.run(from: start) {
                try keeper.endIfInterrupted()
                return maxSeconds.map { clock.seconds > $0 } ?? false
            } afterStep: { phase, step in
                if bar?.phase != phase { bar = (phase, progress(phase, from: step - 1)) }
                bar?.progress.update(step)
            } tell: { event in
                try tell(event)
            } keep: { state in
                try keeper.keep(checkpoint(state))
            }
            return (outcome.generator, record(outcome.figures, step: outcome.step))
        } catch let ended as GeneratorFailure {
            throw try failure(ended)
        }
    }

    private func progress(_ phase: GeneratorTraining.Phase, from step: Int) -> ProgressBar {
        switch phase {
        case .strands:
            ProgressBar(
                total: GeneratorTraining.strandSteps, noun: "steps on strands A at most", from: step, isQuiet: quiet)
        case .pairs: ProgressBar(total: plan.steps, noun: "steps", from: step, isQuiet: quiet)
        }
    }

    private func checkpoint(_ state: GeneratorTraining.State) -> TrainingCheckpoint {
        var model = file
        model.generator = state.generator.map { .paired($0) }
        return TrainingCheckpoint(
            digest: keeper.digest, numbers: state.numbers, buffers: state.buffers, model: model)
    }

    private func tell(_ event: GeneratorTraining.Event) throws {
        switch event {
        case .began(let real): try log.begin(PairedTraining.columns, data: PairedTraining.ofTheData(real))
        case .looked(let step, let steps, let figures): try report(step, steps, figures)
        case .wentBack(let step, let earlier, let figures):
            printMessage(
                "the generated pairs collapsed by step \(step) (least column entropy "
                    + "\(fixed(figures.leastEntropy, 2)) bits): going back to step \(earlier) with another seed")
        }
    }

    /// What a run ends in whose training came to no generator.
    private func failure(_ ended: GeneratorFailure) throws -> Failure {
        switch ended {
        case .foreignCheckpoint: keeper.refusal
        case .lossNotFinite(let step):
            try keeper.failureOfLoss(
                step: step,
                rates: "learning rates \(plan.criticRate) of the critic and \(plan.generatorRate) of the generator")
        case .collapsed(let times, let figures):
            Failure(
                message: "the generated pairs collapsed \(times) times (least column entropy "
                    + "\(fixed(figures.leastEntropy, 2)) bits, unique \(fixed(figures.unique, 3))); "
                    + "no model was written", code: ExitCodes.badData)
        case .learnedNothing(let last, let chance):
            Failure(
                message: "the generator learned nothing: the classifier takes "
                    + "\(fixed(100 * last.agreement[1], 1)) % of its pairs, and "
                    + "\(fixed(100 * chance.agreement[1], 1)) % of strands paired by chance; "
                    + "no model was written", code: ExitCodes.badData)
        case .noTime:
            Failure(
                message: "the generator had no time to learn: raise --max-seconds; no model was written",
                code: ExitCodes.badData)
        }
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
