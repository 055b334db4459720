// DuplexLearner: a duplex classifier in training.

import Kernels

/// A duplex classifier in training: the gradient of a batch is summed over its parts, and Adam takes a step.
final class DuplexLearner: ClassifierLearner {
    let parameters: FloatBuffer
    let adam: Adam
    private let configuration: DuplexConfiguration
    private let plan: TrainingPlan
    private let shape: DuplexShape
    private let kernels = DuplexKernels()
    private let ties: TiedRows
    /// The gradient of a batch.
    private let total: FloatBuffer
    private let weights: DuplexWeights
    private let gradients: PairwiseSum
    private let losses = FloatBuffer(count: DuplexLearner.pieces)
    private let workspaces: [Workspace]
    /// Where there are conditions, the gradient of pairs at their own conditions, for each thread.
    private let atConditions: [ConditionGradient]

    /// Parts of a batch: a fixed number, so that the sum does not depend on the number of threads.
    private static let pieces = 32
    /// Steps of the linear warm-up of the learning rate.
    private static let warmUpSteps = 100
    /// The gradient is clipped to this norm.
    private static let gradientNorm = 5.0
    /// Number of pairs that the means and scales of the features are computed from.
    private static let standardPairs = 2_000

    /// A learner with initial parameters; the standardisation of the features is computed from `training`.
    init(_ configuration: DuplexConfiguration, plan: TrainingPlan, training: LabelledPairs) {
        (self.configuration, self.plan) = (configuration, plan)
        shape = configuration.shape
        ties = TiedRows(shape.tensors)
        (parameters, total) = (FloatBuffer(count: shape.count), FloatBuffer(count: shape.gradientCount))
        weights = DuplexWeights(shape)
        adam = Adam(count: shape.conditions > 0 ? shape.count : shape.trainedEnd)
        gradients = kernels.gradientSum(shape, pieces: DuplexLearner.pieces)
        workspaces = (0..<max(1, plan.threads)).map { _ in Workspace() }
        atConditions =
            shape.conditions > 0 ? workspaces.map { [kernels] _ in ConditionGradient(configuration, kernels) } : []
        var random = RandomSource(seed: plan.seed, .duplexParameters)
        parameters.initialise(shape.tensors, &random)
        ties.average(parameters)
        standardise(training)
    }

    func stream(ofEpoch epoch: Int) -> RandomStream { .duplexEpoch(epoch) }

    func batches(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: plan.batch).map { $0..<min($0 + plan.batch, count) }
    }

    func classifier(_ parameters: FloatBuffer) -> PairClassifier {
        .duplex(DuplexClassifier(configuration, parameters: parameters, kernels: kernels))
    }

    /// Sets the means and scales of the features, which are not trained, from the first pairs.
    private func standardise(_ training: LabelledPairs) {
        for f in 0..<shape.features { parameters[shape.scales + f] = 1 }
        // Conditions add nothing yet.
        let origin = DuplexPoint(inputs: [Float](repeating: 0, count: shape.conditions))
        kernels.fill(weights, from: parameters, at: origin)
        let count = min(DuplexLearner.standardPairs, training.count)
        var random = RandomSource(seed: plan.seed, .duplexStandards)
        let pairs = training.resolved(&random, alphabet: configuration.alphabet).pairs
        let features = kernels.features(
            weights, pairs, 0..<count, workspace: workspaces[0])
        for f in 0..<shape.features {
            let values = (0..<count).map { Double(features[$0 * shape.features + f]) }
            let mean = values.reduce(0, +) / Double(count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            parameters[shape.means + f] = Float(mean)
            parameters[shape.scales + f] = variance > 1e-6 ? Float(1 / variance.squareRoot()) : 1
        }
        if shape.head == .equilibrium { centre(training.conditions) }
        let lookup = shape.strandFeatures - (shape.hasPositions ? DuplexShape.lookupWidth : 0)
        for strand in 0..<2 {
            let start = shape.pairFeatures + strand * shape.strandFeatures
            for f in start..<start + shape.strandFeatures {
                if f >= start + lookup {
                    parameters[shape.means + f] = 0
                    parameters[shape.scales + f] = 1
                } else if shape.isSymmetric, strand == 1 {
                    // Both strands of a symmetric pair are standardised alike.
                    parameters[shape.means + f] = parameters[shape.means + f - shape.strandFeatures]
                    parameters[shape.scales + f] = parameters[shape.scales + f - shape.strandFeatures]
                }
            }
        }
    }

    /// Sets the first weights of the heads in the equilibrium: the mean logarithm of the duplex's constant, times the
    /// concentration, is about 0 in each head, and homodimers weigh as much as the duplex.
    private func centre(_ conditions: PairConditions) {
        let concentration = shape.concentration.map { place in
            let column = conditions.column(place)
            return column.reduce(0) { $0 + Float(logarithm(Double($1))) } / Float(max(1, column.count))
        }
        for head in 0..<shape.heads {
            let weight = -(concentration ?? 0) - parameters[shape.means + head] - Float(logarithm(Double(shape.heads)))
            for field in [EquilibriumField.duplex, .homodimer] {
                parameters[shape.equilibrium + field.rawValue * shape.heads + head] = weight
            }
        }
    }

    func learn(_ data: LabelledPairs, _ batch: ArraySlice<Int>, at moment: TrainingMoment) -> Double {
        let step = moment.step
        let hasConditions = shape.conditions > 0
        if !hasConditions { kernels.fill(weights, from: parameters) }
        // Pairs at the same conditions are neighbours, since energies are computed anew where conditions change.
        let batch = hasConditions ? data.conditions.sorted(batch, last: shape.concentration)[...] : batch
        let weight = 1 / Float(batch.count)
        let pieces = DuplexLearner.pieces
        let size = (batch.count + pieces - 1) / pieces
        let (weights, gradients, losses) = (weights, gradients, losses)
        let (kernels, plan, workspaces) = (kernels, plan, workspaces)
        let (parameters, atConditions) = (parameters, atConditions)
        gradients.run(threads: plan.threads, into: total) { piece, worker, part in
            losses[piece] = 0
            let start = min(batch.startIndex + piece * size, batch.endIndex)
            let order = batch[start..<min(start + size, batch.endIndex)]
            guard !order.isEmpty else { return }
            let terms = order.map {
                LossTerm(
                    target: data.targets[$0], weight: weight,
                    dropoutSeed: plan.seed &+ UInt64(step) << 32 &+ UInt64($0))
            }
            if hasConditions {
                losses[piece] = Float(
                    atConditions[worker].add(
                        data, order, terms, parameters: parameters, dropout: plan.dropout, workspaces[worker],
                        to: gradients.parts, part: part))
                return
            }
            losses[piece] = Float(
                kernels.gradient(
                    weights, data.pairs, order: order, terms: terms[...],
                    dropoutRate: plan.dropout, workspace: workspaces[worker], adding: gradients.parts, part: part))
        }
        if !hasConditions { kernels.gradientByEnergies(weights, gradient: total) }
        ties.sum(total)
        let trained = [0..<shape.trainedEnd, shape.conditionEnergies..<shape.count]
        let norm = trained.reduce(0) { $0 + total.sumOfSquares($1) }.squareRoot()
        let scale = norm > DuplexLearner.gradientNorm ? Float(DuplexLearner.gradientNorm / norm) : 1
        let rate = plan.learningRate * DuplexLearner.schedule(step, of: moment.stepsPerEpoch * plan.epochs)
        for energies in [0..<shape.energyEnd, shape.conditionEnergies..<shape.conditionInputs] where !energies.isEmpty {
            adam.step(parameters, gradient: total, range: energies, number: step, rate: rate, scale: scale)
        }
        for network in [shape.energyEnd..<shape.trainedEnd, shape.conditionInputs..<shape.count] where !network.isEmpty
        {
            adam.step(
                parameters, gradient: total, range: network, number: step, rate: rate * plan.networkRate,
                decay: plan.decay, scale: scale)
        }
        clampLoopExtensions()
        return losses[0..<pieces].reduce(0) { $0 + Double($1) } * Double(batch.count)
    }

    /// Clamps the loop extension energies just below the bound of the recurrence, beyond which they have no gradient.
    private func clampLoopExtensions() {
        let bound = Float(logarithm(LoopTables.largestExtension)) - 0.001
        let at = shape.gaps + GapField.extend.rawValue * shape.heads
        for k in at..<at + shape.heads { parameters[k] = min(parameters[k], bound) }
    }

    /// The factor of the learning rate: a linear warm-up (over a tenth of short runs), times a cosine from 1 down to
    /// 0.005.
    private static func schedule(_ step: Int, of steps: Int) -> Float {
        let all = Double(max(1, steps))
        let progress = min(1, Double(step) / all)
        let warm = min(1, Double(step) / min(Double(DuplexLearner.warmUpSteps), max(1, all / 10)))
        return Float(warm * (0.005 + 0.995 * 0.5 * (1 + cosine(.pi * progress))))
    }
}
