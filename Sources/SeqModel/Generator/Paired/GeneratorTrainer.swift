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
public final class GeneratorTrainer {
    /// How it trains.
    public let plan: GeneratorPlan
    /// Steps done.
    public private(set) var step = 0
    /// How often the classifier's weight as a teacher was raised by half, see `urge`.
    public private(set) var urges = 0
    /// Labels that occur in the data.
    public let labels: [Int]

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
    /// What `urges` comes to at most.
    public static let mostUrges = 6

    /// A trainer of pairs; `targets` above the classifier's threshold are label 1. Ambiguous letters are drawn from those
    /// they stand for. Strand A's network learns here already: nothing that follows changes it.
    public init(_ classifier: PairClassifier, _ pairs: LabelledPairs, plan: GeneratorPlan) {
        self.plan = plan
        self.classifier = classifier
        seed = plan.seed
        var random = RandomSource(seed: plan.seed, stream: 21)
        let resolved = pairs.resolved(&random, alphabet: classifier.alphabet)
        self.pairs = resolved.pairs
        var chosen: [[Int]] = [[], []]
        for p in 0..<resolved.count { chosen[resolved.targets[p] > classifier.threshold ? 1 : 0].append(p) }
        self.chosen = chosen
        labels = [0, 1].filter { !chosen[$0].isEmpty }
        var layout = PairLayout(
            letters: classifier.alphabet.count, length: self.pairs.longest, orientation: classifier.orientation)
        layout.align(to: self.pairs, chosen: chosen[1])
        net = PartnerNet(layout)
        critic = PairCritic(layout)
        let longestA = chosen.joined().reduce(1) { max($0, resolved.pairs.a($1).count) }
        let strandNet = StrandNet(letters: layout.letters, length: longestA)
        composition = StrandComposition(
            net: strandNet, weights: StrandTrainer(strandNet, self.pairs, chosen: chosen, plan: plan).run(),
            lengths: StrandComposition.lengths(self.pairs, chosen: chosen))
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
    public var generator: PairGenerator { PairGenerator(net, weights: averaged, composition: composition) }

    /// Figures since they were last asked for, as means over the pairs.
    public func takeFigures() -> StepFigures {
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
    public func runStep() {
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
        let teacherWeight = (0..<urges).reduce(plan.teacherWeight * min(max((done - 0.25) / 0.25, 0), 1)) { weight, _ in
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
    public func urge() {
        if urges < GeneratorTrainer.mostUrges { urges += 1 }
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
    public struct State: Sendable {
        /// Steps done then.
        public var stepCount: Int { step }
        /// Times that the teacher's weight was raised until then.
        public let urges: Int
        let step: Int
        /// The generator's mean weights, then the weights and moments of generator and critic.
        public let buffers: [[Float]]
    }

    private var buffers: [FloatBuffer] { [averaged] + generatorState.buffers + criticState.buffers }

    /// Where training stands.
    public var state: State { State(urges: urges, step: step, buffers: buffers.map { $0[0..<$0.count] }) }

    /// A state read from a checkpoint's buffers; nil where they are none of this trainer's.
    public func state(step: Int, urges: Int, _ buffers: [[Float]]) -> State? {
        guard buffers.map(\.count) == self.buffers.map(\.count), (1...plan.steps).contains(step),
            (0...GeneratorTrainer.mostUrges).contains(urges)
        else { return nil }
        return State(urges: urges, step: step, buffers: buffers)
    }

    /// Whether a generator can be one that this training came to: it makes pairs of the data's lengths, as they are laid.
    public func couldHaveMade(_ generator: PairGenerator) -> Bool {
        generator.layout == net.layout && generator.net.channels == net.channels
            && generator.composition.lengths == composition.lengths
    }

    /// A generator of weights as in a state's first buffer.
    public func generator(_ weights: [Float]) -> PairGenerator? {
        guard weights.count == net.count else { return nil }
        let buffer = FloatBuffer(count: net.count)
        buffer[0..<net.count] = weights
        return PairGenerator(net, weights: buffer, composition: composition)
    }

    /// Goes back to `state` and draws differently from there on.
    public func restore(_ state: State, changingSeedBy change: UInt64) {
        step = state.step
        urges = state.urges
        for (buffer, values) in zip(buffers, state.buffers) { buffer[0..<buffer.count] = values }
        generatorState.updates = step
        criticState.updates = step
        seed = plan.seed &+ change
    }
}
