// GeneratorTrainer: labelled pairs to a generator: the critic's step, the generator's step, and both rates.

import Kernels

/// How a generator is trained.
public struct GeneratorPlan: Sendable {
    /// Steps, each one of the critic and one of the generator.
    public var steps = 4_500
    /// Steps of the critic alone before the first, with wrong pairs in place of the generator's.
    public var criticSteps = 0
    /// Pairs a step.
    public var batch = 64
    /// Learning rates at the start; the second half brings them down to 5 %.
    public var generatorRate: Float = 6e-4, criticRate: Float = 5e-4
    /// Weight of the classifier as a second teacher, reached half-way.
    public var teacherWeight: Float = 0.05
    /// What critic and generator lose.
    public var loss = AdversarialLoss.relativistic
    /// Weight of the gradient penalty R1 (Mescheder et al. 2018).
    public var penalty: Float = 1
    /// Threads; the result does not depend on them.
    public var threads = 1
    /// Seed of everything drawn.
    public var seed: UInt64 = 11

    /// A plan with the usual numbers.
    public init() {}
}

/// Trains a generator against a critic, on relativistic losses with a first-order gradient penalty.
///
/// With P a pair of the data, F one of the generator and W the pair of the data under the other label (or, without other
/// labels, with another pair's B): the critic's loss is softplus(D(F) - D(P)) + softplus(D(W) - D(P)) / 2 and every
/// second step R1 by finite differences on P and F; the generator's is softplus(D(P) - D(F)), after
/// Jolicoeur-Martineau 2019. For half of its pairs the generator is given the real A.
final class GeneratorTrainer {
    /// How it trains.
    let plan: GeneratorPlan
    /// Steps done.
    private(set) var step = 0
    /// How often the classifier's weight as a teacher was raised by half.
    private(set) var teacherRaises = 0
    /// Labels that occur in the data.
    let labels: [Int]

    let net: PartnerNet
    let critic: PairCritic
    let composition: StrandComposition
    let chosen: [[Int]]
    let pairs: Pairs
    let classifier: PairClassifier
    private let kernels = LayerKernels()
    private let generatorState: NetState, criticState: NetState
    private let averaged: FloatBuffer
    private let workers: [WorkerCell<StepWorker>]
    /// Per row: D(P), D(F), the critic's loss, the generator's loss.
    private let rowFigures: FloatBuffer
    private var sumOfFigures = StepFigures()
    private var seed: UInt64

    private static let pieces = 16
    private static let averaging: Float = 0.998
    /// What `teacherRaises` comes to at most.
    static let mostTeacherRaises = 6

    /// A trainer of pairs whose strands A `composition` draws; nothing that follows changes that.
    init(_ classifier: PairClassifier, _ data: GeneratorData, composition: StrandComposition, plan: GeneratorPlan) {
        (self.plan, self.classifier, self.composition) = (plan, classifier, composition)
        (pairs, chosen, labels) = (data.pairs, data.chosen, data.labels)
        seed = plan.seed
        net = PartnerNet(data.layout)
        critic = PairCritic(data.layout)
        var random = data.random
        generatorState = NetState(net.initialWeights(&random), pieces: GeneratorTrainer.pieces)
        criticState = NetState(critic.initialWeights(&random), pieces: GeneratorTrainer.pieces)
        averaged = FloatBuffer(count: net.count)
        averaged[0..<net.count] = generatorState.weights[0..<net.count]
        rowFigures = FloatBuffer(count: plan.batch * 4)
        let (net, critic) = (net, critic)
        let strands = composition.net
        workers = (0..<plan.threads).map { _ in WorkerCell(StepWorker(net, critic, strands, classifier)) }
    }

    /// The generator as it stands: the mean of its recent weights.
    var generator: PairGenerator { PairGenerator(net, weights: averaged, composition: composition) }

    /// Figures since they were last asked for, as means over the pairs.
    func takeFigures() -> StepFigures {
        let figures = sumOfFigures.mean
        sumOfFigures = StepFigures()
        return figures
    }

    /// The critic's steps before the generator's first: it learns which pairs of the data are of the other label, or of
    /// strands that do not belong together.
    private func learnBeforehand() {
        for earlier in 0..<plan.criticSteps {
            critic.transpose(criticState.weights, into: criticState.transposed, kernels)
            run(criticState, at: earlier, of: 1) { learner, row, worker, part in
                learner.learnCritic(row, worker, part: part, isPenalised: earlier % 2 == 0, isAlone: true)
            }
            criticState.learn(rate: plan.criticRate, scale: 1 / Float(plan.batch))
        }
    }

    /// One step of the critic, then one of the generator.
    func runStep() {
        if step == 0 { learnBeforehand() }
        let done = Float(step) / Float(plan.steps)
        let decline = done < 0.5 ? 1 : 1 - 0.95 * (done - 0.5) * 2
        net.transpose(generatorState.weights, into: generatorState.transposed, kernels)
        critic.transpose(criticState.weights, into: criticState.transposed, kernels)
        let isPenalised = step % 2 == 0
        run(criticState, at: step) { trainer, row, worker, part in
            trainer.learnCritic(row, worker, part: part, isPenalised: isPenalised, isAlone: false)
        }
        criticState.learn(rate: plan.criticRate * decline, scale: 1 / Float(plan.batch))
        critic.transpose(criticState.weights, into: criticState.transposed, kernels)
        let teacherWeight = (0..<teacherRaises).reduce(plan.teacherWeight * min(max((done - 0.25) / 0.25, 0), 1)) {
            weight, _ in
            1.5 * weight
        }
        run(generatorState, at: step) { trainer, row, worker, part in
            trainer.learnGenerator(row, worker, part: part, teacherWeight: teacherWeight)
        }
        generatorState.learn(rate: plan.generatorRate * decline, scale: 1 / Float(plan.batch))
        let keep = min(GeneratorTrainer.averaging, Float(1 + step) / Float(10 + step))
        kernels.average(generatorState.weights, keeping: keep, into: averaged)
        for row in 0..<plan.batch { sumOfFigures.add(rowFigures[row * 4..<row * 4 + 4]) }
        step += 1
    }

    /// Raises the classifier's weight as a teacher by half, up to some eleven times the plan's: for a relation of which the
    /// critic alone says too little.
    func raiseTeacherWeight() {
        if teacherRaises < GeneratorTrainer.mostTeacherRaises { teacherRaises += 1 }
    }

    /// Runs `body` on every row in fixed pieces, each with a part of the gradients of its own.
    private func run(
        _ state: NetState, at step: Int, of phase: UInt64 = 0,
        _ body: @Sendable (borrowing RowLearner, Int, StepWorker, Int) -> Void
    ) {
        let pieces = GeneratorTrainer.pieces
        let learner = RowLearner(
            net: net, critic: critic, composition: composition, pairs: pairs, chosen: chosen, labels: labels,
            generatorState: generatorState, criticState: criticState, kernels: kernels, figures: rowFigures,
            penalty: plan.penalty, loss: plan.loss, seed: seed ^ phase << 63, step: step, batch: plan.batch)
        let (batch, workers) = (plan.batch, workers)
        state.sum(threads: plan.threads) { piece, worker, part in
            workers[worker].work { memory in
                for row in batch * piece / pieces..<batch * (piece + 1) / pieces {
                    body(learner, row, memory, part)
                }
            }
        }
    }
}

extension GeneratorTrainer {
    /// All that training has come to, to go back to.
    struct State: Sendable {
        /// Steps done then, and times that the teacher's weight was raised until then.
        let step: Int, teacherRaises: Int
        /// The generator's mean weights, then the weights and moments of generator and critic.
        let buffers: [[Float]]
    }

    private var buffers: [FloatBuffer] { [averaged] + generatorState.buffers + criticState.buffers }

    /// Where training stands.
    var state: State { State(step: step, teacherRaises: teacherRaises, buffers: buffers.map { $0[0..<$0.count] }) }

    /// A state read from a checkpoint's buffers; nil where they are none of this trainer's.
    func state(step: Int, teacherRaises: Int, _ buffers: [[Float]]) -> State? {
        guard buffers.map(\.count) == self.buffers.map(\.count), (1...plan.steps).contains(step),
            (0...GeneratorTrainer.mostTeacherRaises).contains(teacherRaises)
        else { return nil }
        return State(step: step, teacherRaises: teacherRaises, buffers: buffers)
    }

    /// Whether a generator can be one that this training came to: it makes pairs of the data's lengths, as they are laid.
    func couldHaveMade(_ generator: PairGenerator) -> Bool {
        generator.layout == net.layout && generator.net.channels == net.channels
            && generator.composition.lengths == composition.lengths
    }

    /// Goes back to `state` and draws differently from there on.
    func restore(_ state: State, changingSeedBy change: UInt64) {
        (step, teacherRaises) = (state.step, state.teacherRaises)
        for (buffer, values) in zip(buffers, state.buffers) { buffer[0..<buffer.count] = values }
        generatorState.updates = step
        // Before the first step of both, the critic is taught alone.
        criticState.updates = step == 0 ? 0 : plan.criticSteps + step
        seed = plan.seed &+ change
    }
}
