// RowLearner: the gradients of critic and generator for one row of a batch.

import Kernels

/// The buffers in which one thread computes its rows.
final class StepWorker {
    fileprivate let strand: any StrandDrawer
    fileprivate let partner: PartnerNet.Tape
    fileprivate let real: PairCritic.Tape, fake: PairCritic.Tape, other: PairCritic.Tape
    fileprivate let noisyReal: PairCritic.Tape, noisyFake: PairCritic.Tape
    fileprivate var sampler: LetterSampler
    fileprivate var teacher: SubstitutionTeacher
    fileprivate var a: [UInt8] = [], b: [UInt8] = []

    init(_ net: PartnerNet, _ critic: PairCritic, _ strands: any StrandDrawer, _ classifier: PairClassifier) {
        strand = strands
        partner = PartnerNet.Tape(net)
        func tape() -> PairCritic.Tape { PairCritic.Tape(critic) }
        (real, fake, other, noisyReal, noisyFake) = (tape(), tape(), tape(), tape(), tape())
        sampler = LetterSampler(net.layout)
        teacher = SubstitutionTeacher(classifier)
    }
}

/// Computes the gradients for a row of a batch: a pair of the data and a generated one with the same label.
///
/// The random numbers of a row depend on seed, step and row alone, so the result does not depend on the threads.
struct RowLearner: Sendable {
    let net: PartnerNet
    let critic: PairCritic
    let pairs: Pairs
    let chosen: [[Int]]
    let labels: [Int]
    let generatorState: NetState, criticState: NetState
    let kernels: LayerKernels
    /// Four numbers of each row, written here: see `StepFigures.add`.
    let figures: FloatBuffer
    /// The weight of the gradient penalty.
    let penalty: Float
    let loss: AdversarialLoss
    let seed: UInt64
    let step: Int, batch: Int

    /// The standard deviation of the noise in the finite differences of the gradient penalty.
    private static let penaltyNoise: Float = 0.05

    /// Draws a row's pair of the data. The labels alternate.
    private func drawReal(_ row: Int, _ random: inout RandomSource) -> (label: Int, pair: Int) {
        let label = labels[row % labels.count]
        return (label, chosen[label][random.index(below: chosen[label].count)])
    }

    /// The random source of a row: phase 0 for the critic, 1 for the generator.
    private func source(_ row: Int, phase: Int) -> RandomSource {
        RandomSource(seed: seed, .generatorRow((step * batch + row) * 2 + Int(phase)))
    }

    /// Generates a pair with the lengths of the pair `pair`; for half of the rows also with its strand A.
    private func makeFake(_ row: Int, label: Int, pair: Int, _ worker: StepWorker, _ random: inout RandomSource) {
        let a = pairs.a(pair)
        if row / labels.count % 2 == 0 {
            worker.a.removeAll(keepingCapacity: true)
            worker.a.append(contentsOf: a)
        } else {
            var sources = [random]
            let drawn = worker.strand.draw(
                label: label, inputs: .none, lengths: [a.count], &sources, kernels, canGrow: { _, _ in true })
            worker.a = drawn[0] ?? []
            random = sources[0]
        }
        let length = pairs.b(pair).count
        net.load(worker.partner, a: worker.a[...], b: length, label: label, &random)
        net.forward(worker.partner, length: length, weights: generatorState.weights, kernels)
        worker.sampler.draw(worker.partner.logits, length: length, &random, into: &worker.b)
    }

    /// Runs the critic on a pair and returns D with `label`.
    private func value(
        _ tape: PairCritic.Tape, _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, label: Int, noise: Float = 0,
        _ random: inout RandomSource
    ) -> Float {
        critic.load(tape, a: a, b: b, noise: noise, &random)
        critic.forward(tape, weights: criticState.weights, kernels)
        return critic.value(tape, weights: criticState.weights, label: label)
    }

    /// Adds the critic's gradient for a row. In pre-training, `isAlone`, the wrong pair replaces the generated one.
    func learnCritic(_ row: Int, _ worker: StepWorker, part: Int, isPenalised: Bool, isAlone: Bool) {
        var random = source(row, phase: 0)
        let (label, pair) = drawReal(row, &random)
        let (a, b) = (pairs.a(pair), pairs.b(pair))
        let sign: Float = label == 1 ? 1 : -1
        let real = value(worker.real, a, b, label: label, &random)
        if !isAlone { makeFake(row, label: label, pair: pair, worker, &random) }
        // The wrong pair: the same one with the other label, which needs no further pass, or with another pair's B.
        let wrong: Float
        if labels.count > 1 {
            wrong = critic.value(worker.real, weights: criticState.weights, label: 1 - label)
        } else {
            let stranger = chosen[label][random.index(below: chosen[label].count)]
            wrong = value(worker.other, a, pairs.b(stranger), label: label, &random)
        }
        let fake = isAlone ? wrong : value(worker.fake, worker.a[...], worker.b[...], label: label, &random)
        var learned = loss.critic(real: real, fake: fake, wrong: wrong)
        if isAlone { (learned.wrong, learned.fake) = (learned.wrong + learned.fake, 0) }
        var slopes = (real: learned.real, fake: learned.fake)
        if labels.count == 1 { learn(worker.other, learned.wrong, sign * learned.wrong, part) }
        if isPenalised {
            let noise = RowLearner.penaltyNoise
            // The weight is doubled, as only every second step is penalised: d/dD of 2 (penalty / 2) ((D' - D) /
            // noise)^2.
            func penalise(_ tape: PairCritic.Tape, _ moved: Float, from value: Float, _ slope: inout Float) {
                let onMoved = 2 * penalty * (moved - value) / (noise * noise)
                learn(tape, onMoved, sign * onMoved, part)
                slope -= onMoved
            }
            let moved = value(worker.noisyReal, a, b, label: label, noise: noise, &random)
            penalise(worker.noisyReal, moved, from: real, &slopes.real)
            if !isAlone {
                let moved = value(
                    worker.noisyFake, worker.a[...], worker.b[...], label: label, noise: noise, &random)
                penalise(worker.noisyFake, moved, from: fake, &slopes.fake)
            }
        }
        if labels.count > 1 {
            // The wrong pair has the same features and the opposite sign of the label.
            learn(
                worker.real, slopes.real + learned.wrong, sign * (slopes.real - learned.wrong), part)
        } else {
            learn(worker.real, slopes.real, sign * slopes.real, part)
        }
        if !isAlone { learn(worker.fake, slopes.fake, sign * slopes.fake, part) }
        figures[row * 4] = real
        figures[row * 4 + 1] = fake
        figures[row * 4 + 2] = learned.loss
    }

    /// Adds the gradient of the critic's weights.
    private func learn(_ tape: PairCritic.Tape, _ slope: Float, _ labelSlope: Float, _ part: Int) {
        critic.backward(
            tape, slope: slope, labelSlope: labelSlope, weights: criticState.weights,
            transposed: criticState.transposed, sums: (criticState.gradients.parts, part), needsB: false, kernels)
    }

    /// Adds the generator's gradient for a row.
    func learnGenerator(_ row: Int, _ worker: StepWorker, part: Int, teacherWeight: Float) {
        var random = source(row, phase: 1)
        let (label, pair) = drawReal(row, &random)
        makeFake(row, label: label, pair: pair, worker, &random)
        let real = value(worker.real, pairs.a(pair), pairs.b(pair), label: label, &random)
        let fake = value(worker.fake, worker.a[...], worker.b[...], label: label, &random)
        let (lost, slope) = loss.generator(real: real, fake: fake)
        critic.backward(
            worker.fake, slope: slope, labelSlope: label == 1 ? slope : -slope, weights: criticState.weights,
            transposed: criticState.transposed, sums: nil, needsB: true, kernels)
        let tape = worker.partner
        tape.logitGradient.clear()
        worker.sampler.backward(
            worker.fake.bGradient, logits: tape.logits, length: worker.b.count, into: tape.logitGradient)
        if teacherWeight > 0 {
            _ = worker.teacher.teach(
                a: worker.a[...], b: worker.b[...], label: label, logits: tape.logits, layout: net.layout,
                weight: teacherWeight, into: tape.logitGradient)
        }
        net.backward(
            tape, transposed: generatorState.transposed, sums: generatorState.gradients.parts, part: part, kernels)
        figures[row * 4 + 3] = lost
    }
}
