// PartnerTrainer: adversarial training of the network for strand B against a critic.

import Kernels

/// Trains strand B's network (`PartnerNet`) against a critic (`PairCritic`): the second phase of
/// `PairGeneratorTrainer`.
///
/// The losses are those of `AdversarialLoss`, with P a pair of the data, F a generated one and W the pair P under the
/// other label (if the data have one label only, P with the strand B of another pair). In every second step, the
/// critic's loss has the gradient penalty R1 on P and F, estimated by finite differences. Half of the generated pairs
/// have the strand A of a pair of the data, the others one drawn by `composition`.
final class PartnerTrainer {
    /// The hyperparameters.
    let plan: PairGeneratorPlan
    /// Steps done.
    private(set) var step = 0
    /// How often the weight of the classifier's loss was multiplied by 1.5.
    private(set) var teacherRaises = 0
    /// The labels that occur in the data.
    let labels: [Int]

    let net: PartnerNet
    let critic: PairCritic
    let composition: StrandComposition
    /// The indices of the pairs with label 0 and with label 1.
    let chosen: [[Int]]
    let pairs: Pairs
    let classifier: PairClassifier
    private let kernels = LayerKernels()
    private let generatorState: NetState, criticState: NetState
    /// Exponential moving average of the generator's weights.
    private let averaged: FloatBuffer
    private let workers: [WorkerCell<StepWorker>]
    /// Per row: D(P), D(F), the critic's loss, the generator's loss.
    private let rowFigures: FloatBuffer
    private var sumOfFigures = StepFigures()
    private var seed: UInt64

    /// Parts of a batch. Their number is fixed, so that sums do not depend on the number of threads.
    private static let pieces = 16
    /// Decay of the moving average of the weights.
    private static let averaging: Float = 0.998
    /// The upper bound of `teacherRaises`.
    static let mostTeacherRaises = 6

    /// Creates a trainer. `composition` draws strands A and is not trained here.
    init(_ classifier: PairClassifier, _ data: GeneratorData, composition: StrandComposition, plan: PairGeneratorPlan) {
        (self.plan, self.classifier, self.composition) = (plan, classifier, composition)
        (pairs, chosen, labels) = (data.pairs, data.chosen, data.labels)
        seed = plan.seed
        net = PartnerNet(data.layout)
        critic = PairCritic(data.layout)
        var random = data.random
        generatorState = NetState(net.initialWeights(&random), pieces: PartnerTrainer.pieces)
        criticState = NetState(critic.initialWeights(&random), pieces: PartnerTrainer.pieces)
        averaged = FloatBuffer(count: net.count)
        averaged[0..<net.count] = generatorState.weights[0..<net.count]
        rowFigures = FloatBuffer(count: plan.batch * 4)
        let (net, critic) = (net, critic)
        workers = (0..<plan.threads).map { _ in
            WorkerCell(StepWorker(net, critic, composition.drawer(strands: 1), classifier))
        }
    }

    /// The generator with the moving average of its weights.
    var generator: PairGenerator {
        let weights = FloatBuffer(count: net.count)
        weights.copy(0..<net.count, from: averaged, at: 0)
        return PairGenerator(.adversarial(net, weights), composition: composition)
    }

    /// Means over the pairs of the steps since the last call.
    func takeFigures() -> StepFigures {
        let figures = sumOfFigures.mean
        sumOfFigures = StepFigures()
        return figures
    }

    /// Trains the critic alone for `plan.criticSteps` steps, to separate pairs of the data from the same pairs with the
    /// wrong label or partner.
    private func pretrainCritic() {
        for criticStep in 0..<plan.criticSteps {
            critic.transpose(criticState.weights, into: criticState.transposed, kernels)
            run(criticState, at: criticStep, of: 1) { learner, row, worker, part in
                learner.learnCritic(row, worker, part: part, isPenalised: criticStep % 2 == 0, isAlone: true)
            }
            criticState.learn(rate: plan.criticRate, scale: 1 / Float(plan.batch))
        }
    }

    /// Runs one step: an update of the critic, then one of the generator.
    func runStep() {
        if step == 0 { pretrainCritic() }
        let done = Float(step) / Float(plan.steps)
        let decline = done < 0.5 ? 1 : 1 - 0.95 * (done - 0.5) * 2
        net.transpose(generatorState.weights, into: generatorState.transposed, kernels)
        critic.transpose(criticState.weights, into: criticState.transposed, kernels)
        let isPenalised = step % 2 == 0
        run(criticState, at: step) { learner, row, worker, part in
            learner.learnCritic(row, worker, part: part, isPenalised: isPenalised, isAlone: false)
        }
        criticState.learn(rate: plan.criticRate * decline, scale: 1 / Float(plan.batch))
        critic.transpose(criticState.weights, into: criticState.transposed, kernels)
        let teacherWeight = (0..<teacherRaises).reduce(plan.teacherWeight * min(max((done - 0.25) / 0.25, 0), 1)) {
            weight, _ in
            1.5 * weight
        }
        run(generatorState, at: step) { learner, row, worker, part in
            learner.learnGenerator(row, worker, part: part, teacherWeight: teacherWeight)
        }
        generatorState.learn(rate: plan.generatorRate * decline, scale: 1 / Float(plan.batch))
        let keep = min(PartnerTrainer.averaging, Float(1 + step) / Float(10 + step))
        kernels.average(generatorState.weights, keeping: keep, into: averaged)
        for row in 0..<plan.batch { sumOfFigures.add(rowFigures[row * 4..<row * 4 + 4]) }
        step += 1
    }

    /// Multiplies the weight of the classifier's loss by 1.5, at most six times (a factor of 11.4). For data whose
    /// relation the generator does not learn from the critic alone.
    func raiseTeacherWeight() {
        if teacherRaises < PartnerTrainer.mostTeacherRaises { teacherRaises += 1 }
    }

    /// Calls `body` for every row of a batch and sums the gradients. Rows are grouped in `pieces` parts, each with its
    /// own gradient buffer.
    ///
    /// `phase` is 1 in pre-training, which has random streams of its own, and 0 after it.
    private func run(
        _ state: NetState, at step: Int, of phase: UInt64 = 0,
        _ body: @Sendable (borrowing RowLearner, Int, StepWorker, Int) -> Void
    ) {
        let pieces = PartnerTrainer.pieces
        let learner = RowLearner(
            net: net, critic: critic, pairs: pairs, chosen: chosen, labels: labels,
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

extension PartnerTrainer {
    /// A complete state of the training, to restore later.
    struct State: Sendable {
        /// Steps done, and how often the weight of the classifier's loss was raised.
        let step: Int, teacherRaises: Int
        /// The averaged weights of the generator, then weights and Adam's moments of generator and critic.
        let buffers: [[Float]]
    }

    private var buffers: [FloatBuffer] { [averaged] + generatorState.buffers + criticState.buffers }

    /// The present state.
    var state: State { State(step: step, teacherRaises: teacherRaises, buffers: buffers.map { $0[0..<$0.count] }) }

    /// A state from the values of a checkpoint; nil if they do not fit this trainer.
    func state(step: Int, teacherRaises: Int, _ buffers: [[Float]]) -> State? {
        guard buffers.map(\.count) == self.buffers.map(\.count), (1...plan.steps).contains(step),
            (0...PartnerTrainer.mostTeacherRaises).contains(teacherRaises)
        else { return nil }
        return State(step: step, teacherRaises: teacherRaises, buffers: buffers)
    }

    /// Whether `generator` can be a result of this training: its layout, channels and lengths are the same.
    func isCompatible(with generator: PairGenerator) -> Bool {
        guard case .adversarial(let other, _) = generator.partner else { return false }
        return other.layout == net.layout && other.channels == net.channels
            && generator.composition.lengths == composition.lengths
    }

    /// Restores `state`. The random numbers of the following steps are those of the plan's seed plus `change`.
    func restore(_ state: State, changingSeedBy change: UInt64) {
        (step, teacherRaises) = (state.step, state.teacherRaises)
        for (buffer, values) in zip(buffers, state.buffers) { buffer[0..<buffer.count] = values }
        generatorState.updates = step
        // The critic's pre-training is part of the first step.
        criticState.updates = step == 0 ? 0 : plan.criticSteps + step
        seed = plan.seed &+ change
    }
}
