// StrandTrainer: trains a model of strand A by maximum likelihood.

import Kernels

/// Trains a model of strand A on the cross-entropy of its letters, and with conditions of the length: the first phase
/// of `PairGeneratorTrainer`. The result has the least loss on held-out strands.
///
/// The same strands, seed and plan give the same weights, for any number of threads.
final class StrandTrainer<Net: StrandModel> {
    /// Steps done.
    private(set) var step = 0
    /// The averaged weights with the least loss on held-out strands so far.
    let best: FloatBuffer
    private let net: Net
    private let pairs: Pairs
    /// The numbers of each pair's conditions.
    private let inputs: PairConditions
    private let training: [(strand: Int, label: Int)], held: [(strand: Int, label: Int)]
    private let state: NetState
    /// Exponential moving average of the weights: what is evaluated and kept.
    private let averaged: FloatBuffer
    private let workers: [WorkerCell<Net.Memory>]
    private let kernels = LayerKernels()
    private let plan: PairGeneratorPlan
    /// The loss of each part of the held-out strands.
    private let losses: FloatBuffer
    /// Strands per step.
    private let batch: Int
    private var leastLoss = 0.0
    /// Evaluations since the best one.
    private var sinceBest = 0

    /// Parts of a batch: their number is fixed, so that sums do not depend on the number of threads.
    private static var pieces: Int { 16 }
    /// Evaluations without improvement that end the training, and the maximum number of held-out strands.
    private static var patience: Int { 10 }
    private static var mostHeld: Int { 2_048 }
    /// The maximum number of steps, and the steps between two evaluations.
    private static var mostSteps: Int { PairGeneratorTrainer.strandSteps }
    private static var interval: Int { 100 }
    /// Decay of the moving average.
    private static var averaging: Float { 0.99 }

    /// Creates a trainer on the strands A of the pairs `chosen[label]`; 5 % of them are held out. `inputs` are the
    /// numbers of the pairs' conditions.
    init(
        _ net: Net, _ pairs: Pairs, at inputs: PairConditions = .none, chosen: [[Int]], plan: PairGeneratorPlan
    ) {
        precondition(inputs.width == net.conditionCount)
        self.net = net
        (self.pairs, self.inputs) = (pairs, inputs)
        self.plan = plan
        var random = RandomSource(seed: plan.seed, .strandTraining)
        var order = Array(0..<chosen[0].count + chosen[1].count)
        random.shuffle(&order)
        let strands = order.map { k in
            k < chosen[0].count ? (chosen[0][k], 0) : (chosen[1][k - chosen[0].count], 1)
        }.map { (strand: 2 * $0.0, label: $0.1) }
        // Very few strands are all used both for training and for evaluation.
        let heldCount = strands.count < 40 ? 0 : min(StrandTrainer.mostHeld, strands.count / 20)
        training = Array(strands.dropFirst(heldCount))
        held = heldCount == 0 ? strands : Array(strands.prefix(heldCount))
        batch = strands.count < 20_000 ? 64 : 256
        state = NetState(net.initialWeights(&random), pieces: StrandTrainer.pieces, betas: (0.9, 0.99))
        averaged = FloatBuffer(count: net.count)
        averaged[0..<net.count] = state.weights[0..<net.count]
        let share = batch / StrandTrainer.pieces
        workers = (0..<plan.threads).map { _ in WorkerCell(net.memory(strands: share)) }
        losses = FloatBuffer(count: StrandTrainer.pieces)
        best = FloatBuffer(count: net.count)
        best.copy(0..<best.count, from: averaged, at: 0)
        if !training.isEmpty { leastLoss = validationLoss(averaged) }
    }

    /// Whether the loss on held-out strands has stopped improving, or all steps are done.
    var isDone: Bool {
        training.isEmpty || step >= StrandTrainer.mostSteps || sinceBest >= StrandTrainer.patience
    }

    /// Runs a step; every 100 steps evaluates the weights. Returns whether it did.
    @discardableResult func runStep() -> Bool {
        update(step)
        step += 1
        guard step % StrandTrainer.interval == 0 else { return false }
        let loss = validationLoss(averaged)
        sinceBest = loss < leastLoss ? 0 : sinceBest + 1
        if loss < leastLoss {
            leastLoss = loss
            best.copy(0..<best.count, from: averaged, at: 0)
        }
        return true
    }

    /// Computes the gradient of a batch and runs a step of Adam.
    private func update(_ step: Int) {
        net.transpose(state.weights, into: state.transposed, kernels)
        let (net, state, kernels, pairs, training, plan) = (net, state, kernels, pairs, training, plan)
        let inputs = inputs
        let (batch, share, workers) = (batch, batch / StrandTrainer.pieces, workers)
        state.sum(threads: plan.threads) { piece, worker, part in
            workers[worker].work { tape in
                let strands = (piece * share..<(piece + 1) * share).map { row in
                    var random = RandomSource(seed: plan.seed, .strandRow(step * batch + row))
                    let (strand, label) = training[random.index(below: training.count)]
                    return TrainingStrand(letters: pairs.strands[strand], label: label, inputs: inputs[strand / 2])
                }
                net.learn(tape, strands, state, part: part, kernels)
            }
        }
        let done = Float(step) / Float(StrandTrainer.mostSteps)
        let rate = Net.rate * Float(0.05 + 0.95 * 0.5 * (1 + cosine(.pi * Double(done))))
        state.learn(rate: rate, scale: 1 / Float(batch * net.length))
        let keep = min(StrandTrainer.averaging, Float(1 + step) / Float(10 + step))
        kernels.average(state.weights, keeping: keep, into: averaged)
    }

    /// The mean cross-entropy of a held-out strand, in nats.
    private func validationLoss(_ weights: FloatBuffer) -> Double {
        let (net, kernels, pairs, held, losses, workers) = (net, kernels, pairs, held, losses, workers)
        let inputs = inputs
        let (pieces, share) = (StrandTrainer.pieces, batch / StrandTrainer.pieces)
        Parallel.run(pieces: pieces, threads: plan.threads) { piece, worker in
            workers[worker].work { tape in
                var sum = 0.0
                let end = held.count * (piece + 1) / pieces
                for start in stride(from: held.count * piece / pieces, to: end, by: share) {
                    let strands = held[start..<min(end, start + share)].map {
                        TrainingStrand(
                            letters: pairs.strands[$0.strand], label: $0.label, inputs: inputs[$0.strand / 2])
                    }
                    sum += net.crossEntropy(tape, strands, weights: weights, kernels)
                }
                losses[piece] = Float(sum)
            }
        }
        return losses[0..<pieces].reduce(0) { $0 + Double($1) } / Double(held.count)
    }
}

extension StrandTrainer {
    private var buffers: [FloatBuffer] { [averaged, best] + state.buffers }

    /// The present state: counters and buffers of a `TrainingCheckpoint`.
    var checkpoint: (numbers: [String: Int], buffers: [[Float]]) {
        (["strand-step": step, "strand-worse": sinceBest], buffers.map { $0[0..<$0.count] })
    }

    /// Restores a checkpoint. Returns false, and changes nothing, if it does not fit this training.
    func resume(_ checkpoint: TrainingCheckpoint) -> Bool {
        guard checkpoint.holds(buffers.map(\.count)), let step = checkpoint.numbers["strand-step"],
            let sinceBest = checkpoint.numbers["strand-worse"], step >= 1, step <= StrandTrainer.mostSteps,
            step % StrandTrainer.interval == 0, sinceBest >= 0,
            sinceBest <= min(StrandTrainer.patience, step / StrandTrainer.interval)
        else { return false }
        for (buffer, values) in zip(buffers, checkpoint.buffers) { buffer[0..<buffer.count] = values }
        (self.step, self.sinceBest, state.updates) = (step, sinceBest, step)
        if !training.isEmpty { leastLoss = validationLoss(best) }
        return true
    }
}
