// LikelihoodTrainer: trains a network for strand B on pairs of the data by maximum likelihood.

import Kernels

/// Trains a network for strand B on the cross-entropy of B's length and letters given strand A, the label and the
/// conditions: the second phase of `PairGeneratorTrainer`.
///
/// The same pairs, seed and plan give the same weights, for any number of threads.
final class LikelihoodTrainer<Net: LikelihoodNet> {
    /// Steps done.
    private(set) var step = 0
    let net: Net
    /// Exponential moving average of the weights: what is evaluated and kept.
    let averaged: FloatBuffer
    private let pairs: Pairs
    /// The numbers of each pair's conditions.
    private let inputs: PairConditions
    /// The indices of the pairs that are trained on, by label, and those held out with their labels.
    private let training: [[Int]], held: [(pair: Int, label: Int)]
    /// The labels of the pairs that are trained on.
    private let labels: [Int]
    private let state: NetState
    /// Pairs that a worker has memory for.
    private let pairsAtATime: Int
    private let workers: [WorkerCell<Net.Memory>]
    private let kernels = LayerKernels()
    private let plan: PairGeneratorPlan
    /// The cross-entropy of each part of a batch or of the held-out pairs.
    private let losses: FloatBuffer
    private var (lossSum, letterSum) = (0.0, 0)

    /// Parts of a batch: their number is fixed, so that sums do not depend on the number of threads.
    private static var pieces: Int { 16 }
    /// The maximum number of held-out pairs.
    private static var mostHeld: Int { 1_024 }
    /// Steps in which the learning rate increases linearly; it also decreases along a cosine to 2 %.
    private static var warmUp: Int { 100 }
    /// The bound of the fraction below which letters are not drawn.
    private static var mostLeastFraction: Float { 0.1 }
    /// Decay of the moving average.
    private static var averaging: Float { 0.99 }

    /// Creates a trainer on the pairs `data.chosen[label]`; 5 % of them are held out.
    init(_ data: GeneratorData, _ net: Net, plan: PairGeneratorPlan) {
        (pairs, inputs, self.plan, self.net) = (data.pairs, data.inputs, plan, net)
        var random = data.random
        var order = data.chosen.enumerated().flatMap { label, members in members.map { 2 * $0 + label } }
        random.shuffle(&order)
        // Very few pairs are all used both for training and for evaluation.
        let heldCount = order.count < 40 ? 0 : min(LikelihoodTrainer.mostHeld, order.count / 20)
        held = (heldCount == 0 ? order[...] : order.prefix(heldCount)).map { ($0 / 2, $0 % 2) }
        let rest = order.dropFirst(heldCount)
        let training = (0...1).map { label in rest.filter { $0 % 2 == label }.map { $0 / 2 } }
        (self.training, labels) = (training, [0, 1].filter { !training[$0].isEmpty })
        state = NetState(
            net.initialWeights(&random), pieces: LikelihoodTrainer.pieces, betas: (0.9, 0.98))
        averaged = FloatBuffer(count: net.count)
        averaged.copy(0..<net.count, from: state.weights, at: 0)
        let share = (plan.batch + LikelihoodTrainer.pieces - 1) / LikelihoodTrainer.pieces
        pairsAtATime = share
        workers = (0..<plan.threads).map { _ in WorkerCell(net.memory(pairs: share)) }
        losses = FloatBuffer(count: LikelihoodTrainer.pieces)
    }

    private func pair(_ index: Int, _ label: Int) -> TrainingPair {
        TrainingPair(a: pairs.a(index), b: pairs.b(index), label: label, inputs: inputs[index])
    }

    /// The pair of a row of a step. Where both labels occur, three of four rows have label 1: pairs that do not
    /// interact have no rule to learn.
    private func drawn(_ row: Int, _ random: inout RandomSource) -> TrainingPair {
        let label = labels.count == 2 ? (row % 4 == 0 ? 0 : 1) : labels[0]
        let members = training[label]
        return pair(members[random.index(below: members.count)], label)
    }

    /// The part of the plan that is done (0 to 1) as far as the learning rate is concerned: that of the steps or, where
    /// these are clearly too slow to be done in time, that of the time.
    private func progress(timeUsed: Double) -> Double {
        let done = Double(step) / Double(plan.steps)
        return timeUsed > 1.1 * done + 0.02 ? min(1, timeUsed) : done
    }

    /// Runs one step: the gradient of a batch, and a step of AdamW. `timeUsed` is the part of the time that has passed.
    func runStep(timeUsed: Double = 0) {
        net.transpose(state.weights, into: state.transposed, kernels)
        var random = RandomSource(seed: plan.seed, .partnerStep(step))
        let batch = (0..<plan.batch).map { drawn($0, &random) }
        let (net, state, kernels, workers, losses) = (net, state, kernels, workers, losses)
        let (step, plan) = (self.step, plan)
        state.sum(threads: plan.threads) { piece, worker, part in
            workers[worker].work { tape in
                let own = LikelihoodTrainer.share(piece, of: batch[...])
                losses[piece] = 0
                guard !own.isEmpty else { return }
                losses[piece] = Float(
                    net.learn(tape, Array(own), state, part: part, kernels) { s in
                        RandomSource(seed: plan.seed, .partnerDropout(step * plan.batch + own.startIndex + s))
                    })
            }
        }
        let count = batch.reduce(0) { $0 + $1.b.count + 1 }
        lossSum += sumOfLosses
        letterSum += count
        self.step += 1
        let done = progress(timeUsed: timeUsed)
        let warm = min(1, Float(self.step) / Float(LikelihoodTrainer.warmUp))
        let rate = plan.rate * warm * Float(0.02 + 0.98 * 0.5 * (1 + cosine(.pi * done)))
        state.learn(
            rate: rate, scale: 1 / Float(count), decay: Net.decay, largestNorm: Net.largestNorm)
        let keep = min(LikelihoodTrainer.averaging, Float(self.step) / Float(10 + self.step))
        kernels.average(state.weights, keeping: keep, into: averaged)
    }

    private var sumOfLosses: Double { losses[0..<losses.count].reduce(0) { $0 + Double($1) } }

    /// The elements of a piece of a batch.
    private static func share<T>(_ piece: Int, of batch: ArraySlice<T>) -> ArraySlice<T> {
        batch[batch.count * piece / pieces..<batch.count * (piece + 1) / pieces]
    }

    /// The mean cross-entropy of a letter or length since the last call, in nats.
    func takeLoss() -> Double {
        defer { (lossSum, letterSum) = (0, 0) }
        return lossSum / Double(max(1, letterSum))
    }

    /// The held-out pairs by the averaged weights: the mean cross-entropy of a letter or length in nats, and the
    /// probability of a letter, relative to that of the most probable one, below which one of a thousand letters lies.
    func validation() -> (loss: Float, leastFraction: Float) {
        let (net, kernels, workers, losses, averaged) = (net, kernels, workers, losses, averaged)
        let held = held.map { pair($0.pair, $0.label) }
        var ends = [0]
        for pair in held { ends.append(ends[ends.count - 1] + pair.b.count) }
        let fractions = FloatBuffer(count: ends[held.count])
        let (firsts, size) = (ends, pairsAtATime)
        Parallel.run(pieces: LikelihoodTrainer.pieces, threads: plan.threads) { piece, worker in
            workers[worker].work { tape in
                let own = LikelihoodTrainer.share(piece, of: held[...])
                var (sum, at) = (0.0, firsts[own.startIndex])
                for start in stride(from: own.startIndex, to: own.endIndex, by: size) {
                    let group = Array(own[start..<min(own.endIndex, start + size)])
                    sum += net.crossEntropy(tape, group, weights: averaged, kernels) {
                        fractions[at] = $0
                        at += 1
                    }
                }
                losses[piece] = Float(sum)
            }
        }
        let sorted = fractions[0..<fractions.count].sorted()
        return (
            Float(sumOfLosses / Double(fractions.count + held.count)),
            min(LikelihoodTrainer.mostLeastFraction, sorted[sorted.count / 1_000])
        )
    }

    /// What strand A tells of strand B in held-out pairs of label 1, in nats a pair by `weights`: the mean
    /// cross-entropy of B given the A of another pair, minus that given its own.
    func information(_ weights: FloatBuffer) -> Double {
        let positives = held.filter { $0.label == 1 }.map { pair($0.pair, 1) }
        let size = pairsAtATime
        return workers[0].work { tape in
            var difference = 0.0
            for start in stride(from: 0, to: positives.count, by: size) {
                let own = Array(positives[start..<min(positives.count, start + size)])
                let other = own.indices.map { k in
                    TrainingPair(
                        a: positives[(start + k + 1) % positives.count].a, b: own[k].b, label: 1, inputs: own[k].inputs)
                }
                difference += net.crossEntropy(tape, other, weights: weights, kernels) { _ in }
                difference -= net.crossEntropy(tape, own, weights: weights, kernels) { _ in }
            }
            return difference / Double(max(1, positives.count))
        }
    }

    /// The weights, their averages and Adam's moments, of a checkpoint.
    var buffers: [FloatBuffer] { [averaged] + state.buffers }

    /// Restores the values of `buffers` after `step` steps.
    func restore(step: Int, _ values: [[Float]]) {
        for (buffer, values) in zip(buffers, values) { buffer[0..<buffer.count] = values }
        (self.step, state.updates) = (step, step)
    }
}
