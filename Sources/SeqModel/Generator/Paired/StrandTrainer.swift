// StrandTrainer: strands A of the data to the network that writes such strands, by maximum likelihood.

import Kernels

/// Trains strand A's network on the next letter's cross-entropy, and keeps the weights that held-out strands like best.
///
/// The same strands, seed and plan give the same weights, whatever the number of threads.
final class StrandTrainer {
    /// Steps done.
    private(set) var step = 0
    /// The weights with the least loss on held-out strands so far.
    let best: FloatBuffer
    private let net: StrandNet
    private let pairs: Pairs
    private let training: [(strand: Int, label: Int)], held: [(strand: Int, label: Int)]
    private let state: NetState
    /// The mean of recent weights: what is judged, and kept.
    private let averaged: FloatBuffer
    private let workers: [WorkerCell<StrandNet.Tape>]
    private let kernels = LayerKernels()
    private let plan: GeneratorPlan
    private let losses: FloatBuffer
    /// Strands a step: many, where there are many to learn from.
    private let batch: Int
    private var least = 0.0
    /// Judgements since the best one.
    private var worse = 0

    private static let pieces = 16, patience = 10, mostHeld = 2_048
    /// Steps at most, and between two judgements.
    static let mostSteps = 3_000, interval = 100
    private static let rate: Float = 8e-3, averaging: Float = 0.99

    /// Learns strands A of `chosen[label]`.
    init(_ net: StrandNet, _ pairs: Pairs, chosen: [[Int]], plan: GeneratorPlan) {
        self.net = net
        self.pairs = pairs
        self.plan = plan
        var random = RandomSource(seed: plan.seed, .strandTraining)
        var order = Array(0..<chosen[0].count + chosen[1].count)
        random.shuffle(&order)
        let strands = order.map { k in
            k < chosen[0].count ? (chosen[0][k], 0) : (chosen[1][k - chosen[0].count], 1)
        }.map { (strand: 2 * $0.0, label: $0.1) }
        // Of very few strands all are learned, and judged.
        let heldCount = strands.count < 40 ? 0 : min(StrandTrainer.mostHeld, strands.count / 20)
        training = Array(strands.dropFirst(heldCount))
        held = heldCount == 0 ? strands : Array(strands.prefix(heldCount))
        batch = strands.count < 20_000 ? 64 : 256
        state = NetState(net.initialWeights(&random), pieces: StrandTrainer.pieces, betas: (0.9, 0.99))
        averaged = FloatBuffer(count: net.count)
        averaged[0..<net.count] = state.weights[0..<net.count]
        let share = batch / StrandTrainer.pieces
        workers = (0..<plan.threads).map { _ in WorkerCell(StrandNet.Tape(net, strands: share)) }
        losses = FloatBuffer(count: StrandTrainer.pieces)
        best = FloatBuffer(count: net.count)
        best.copy(0..<best.count, from: averaged, at: 0)
        if !training.isEmpty { least = judge(averaged) }
    }

    /// Whether the held-out strands are no better understood, or all steps are done.
    var isDone: Bool {
        training.isEmpty || step >= StrandTrainer.mostSteps || worse >= StrandTrainer.patience
    }

    /// One step, and now and then a judgement. Returns whether there was one.
    @discardableResult func runStep() -> Bool {
        learn(step)
        step += 1
        guard step % StrandTrainer.interval == 0 else { return false }
        let loss = judge(averaged)
        worse = loss < least ? 0 : worse + 1
        if loss < least {
            least = loss
            best.copy(0..<best.count, from: averaged, at: 0)
        }
        return true
    }

    private func learn(_ step: Int) {
        net.transpose(state.weights, into: state.transposed, kernels)
        let (net, state, kernels, pairs, training, plan) = (net, state, kernels, pairs, training, plan)
        let (batch, share, workers) = (batch, batch / StrandTrainer.pieces, workers)
        state.sum(threads: plan.threads) { piece, worker, part in
            workers[worker].work { tape in
                let strands = (piece * share..<(piece + 1) * share).map { row in
                    var random = RandomSource(seed: plan.seed, .strandRow(step * batch + row))
                    let (strand, label) = training[random.index(below: training.count)]
                    return (letters: pairs.strands[strand], label: label)
                }
                _ = net.loss(tape, strands, weights: state.weights, kernels)
                net.backward(
                    tape, strands, transposed: state.transposed, sums: state.gradients.parts, part: part, kernels)
            }
        }
        let done = Float(step) / Float(StrandTrainer.mostSteps)
        let rate = StrandTrainer.rate * Float(0.05 + 0.95 * 0.5 * (1 + cosine(.pi * Double(done))))
        state.learn(rate: rate, scale: 1 / Float(batch * net.length))
        let keep = min(StrandTrainer.averaging, Float(1 + step) / Float(10 + step))
        kernels.average(state.weights, keeping: keep, into: averaged)
    }

    /// The mean cross-entropy of the held-out strands.
    private func judge(_ weights: FloatBuffer) -> Double {
        let (net, kernels, pairs, held, losses, workers) = (net, kernels, pairs, held, losses, workers)
        let pieces = StrandTrainer.pieces
        Parallel.run(pieces: pieces, threads: plan.threads) { piece, worker in
            workers[worker].work { tape in
                var sum = 0.0
                let end = held.count * (piece + 1) / pieces
                for start in stride(from: held.count * piece / pieces, to: end, by: tape.strands) {
                    let strands = held[start..<min(end, start + tape.strands)].map {
                        (letters: pairs.strands[$0.strand], label: $0.label)
                    }
                    sum += net.loss(tape, strands, weights: weights, kernels)
                }
                losses[piece] = Float(sum)
            }
        }
        return losses[0..<pieces].reduce(0) { $0 + Double($1) } / Double(held.count)
    }
}

extension StrandTrainer {
    private var kept: [FloatBuffer] { [averaged, best] + state.buffers }

    /// Where training stands: counters and buffers.
    var checkpoint: (numbers: [String: Int], buffers: [[Float]]) {
        (["strand-step": step, "strand-worse": worse], kept.map { $0[0..<$0.count] })
    }

    /// Goes on from a checkpoint; false where it is none of this training's.
    func resume(_ checkpoint: TrainingCheckpoint) -> Bool {
        guard checkpoint.holds(kept.map(\.count)), let step = checkpoint.numbers["strand-step"],
            let worse = checkpoint.numbers["strand-worse"], step >= 1, step <= StrandTrainer.mostSteps,
            step % StrandTrainer.interval == 0, worse >= 0,
            worse <= min(StrandTrainer.patience, step / StrandTrainer.interval)
        else { return false }
        for (buffer, values) in zip(kept, checkpoint.buffers) { buffer[0..<buffer.count] = values }
        (self.step, self.worse, state.updates) = (step, worse, step)
        if !training.isEmpty { least = judge(best) }
        return true
    }
}
