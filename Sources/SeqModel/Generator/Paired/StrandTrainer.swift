// StrandTrainer: strands A of the data to the network that writes such strands, by maximum likelihood.

import Kernels

/// Trains strand A's network on the next letter's cross-entropy, and keeps the weights that held-out strands like best.
///
/// The same strands, seed and plan give the same weights, whatever the number of threads.
struct StrandTrainer {
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

    private static let pieces = 16, mostSteps = 3_000
    private static let interval = 100, patience = 10, mostHeld = 2_048
    private static let rate: Float = 8e-3, averaging: Float = 0.99

    /// Learns strands A of `chosen[label]`.
    init(_ net: StrandNet, _ pairs: Pairs, chosen: [[Int]], plan: GeneratorPlan) {
        self.net = net
        self.pairs = pairs
        self.plan = plan
        var random = RandomSource(seed: plan.seed, stream: 33)
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
    }

    /// Trains until the held-out strands are no better understood, and returns the best weights.
    func run() -> FloatBuffer {
        let best = FloatBuffer(count: net.count)
        best[0..<net.count] = averaged[0..<net.count]
        guard !training.isEmpty else { return best }
        var least = judge()
        var worse = 0
        for step in 0..<StrandTrainer.mostSteps where worse < StrandTrainer.patience {
            learn(step)
            guard (step + 1) % StrandTrainer.interval == 0 else { continue }
            let loss = judge()
            worse = loss < least ? 0 : worse + 1
            if loss < least {
                least = loss
                best[0..<net.count] = averaged[0..<net.count]
            }
        }
        return best
    }

    private func learn(_ step: Int) {
        net.transpose(state.weights, into: state.transposed, kernels)
        let (net, state, kernels, pairs, training, plan) = (net, state, kernels, pairs, training, plan)
        let (batch, share) = (batch, batch / StrandTrainer.pieces)
        state.sum(threads: plan.threads) { piece, worker, part in
            workers[worker].work { tape in
                let strands = (piece * share..<(piece + 1) * share).map { row in
                    let stream = UInt64(step * batch + row) | 3 << 60
                    var random = RandomSource(seed: plan.seed, stream: stream)
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
    private func judge() -> Double {
        let (net, averaged, kernels, pairs, held, losses) = (net, averaged, kernels, pairs, held, losses)
        let pieces = StrandTrainer.pieces
        Parallel.run(pieces: pieces, threads: plan.threads) { piece, worker in
            workers[worker].work { tape in
                var sum = 0.0
                let end = held.count * (piece + 1) / pieces
                for start in stride(from: held.count * piece / pieces, to: end, by: tape.strands) {
                    let strands = held[start..<min(end, start + tape.strands)].map {
                        (letters: pairs.strands[$0.strand], label: $0.label)
                    }
                    sum += net.loss(tape, strands, weights: averaged, kernels)
                }
                losses[piece] = Float(sum)
            }
        }
        return losses[0..<pieces].reduce(0) { $0 + Double($1) } / Double(held.count)
    }
}
