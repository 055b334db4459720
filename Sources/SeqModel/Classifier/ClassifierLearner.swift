// ClassifierLearner: what a kind of classifier brings to its training: parameters, and one step.

import Kernels

/// A kind of classifier under training. `ClassifierTrainer` runs it; the same data, plan and seed give the same parameters,
/// whatever the number of threads.
protocol ClassifierLearner: AnyObject {
    /// The parameters as they stand.
    var parameters: FloatBuffer { get }
    /// What the optimiser keeps of the gradients.
    var adam: Adam { get }
    /// The stream of random numbers that makes the data of an epoch.
    func stream(ofEpoch epoch: Int) -> RandomStream
    /// Cuts the pairs of an epoch into batches, as places in their order.
    func batches(of count: Int) -> [Range<Int>]
    /// One step on the pairs `batch` of `data`, which hold no ambiguity letters; returns the sum of their losses.
    func learn(_ data: LabelledPairs, _ batch: ArraySlice<Int>, at moment: TrainingMoment) -> Double
    /// The classifier of some parameters.
    func classifier(_ parameters: FloatBuffer) -> PairClassifier
}

/// How far a training has come.
struct TrainingMoment {
    /// The step under way, counted from 1.
    var step: Int
    /// Steps that an epoch has when no fresh negative is left out.
    var stepsPerEpoch: Int
    /// The share of all epochs that is done.
    var progress: Double
}

/// What a classifier is to be, apart from its parameters.
public enum ClassifierConfiguration: Sendable {
    /// By the energies of helices.
    case duplex(DuplexConfiguration)
    /// By a convolutional net on one-hot images.
    case convolutional(ConvolutionalConfiguration)

    /// What it is described by, whatever its kind.
    var properties: any ClassifierProperties {
        switch self {
        case .duplex(let configuration): configuration
        case .convolutional(let configuration): configuration
        }
    }

    /// A learner with fresh parameters.
    func learner(_ plan: TrainingPlan, _ training: LabelledPairs) -> any ClassifierLearner {
        switch self {
        case .duplex(let configuration): DuplexLearner(configuration, plan: plan, training: training)
        case .convolutional(let configuration): ConvolutionalLearner(configuration, plan: plan)
        }
    }
}
