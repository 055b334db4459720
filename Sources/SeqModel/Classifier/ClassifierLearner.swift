// ClassifierLearner: what each kind of classifier implements for its training: parameters, and one step.

import Kernels

/// A classifier of one kind in training, run by `ClassifierTrainer`. The same data, plan and seed give the same
/// parameters, whatever the number of threads.
protocol ClassifierLearner: AnyObject {
    /// The current parameters.
    var parameters: FloatBuffer { get }
    /// The optimiser with its moments of the gradients.
    var adam: Adam { get }
    /// The stream of random numbers that the data of an epoch are drawn from.
    func stream(ofEpoch epoch: Int) -> RandomStream
    /// Splits the `count` pairs of an epoch into batches: ranges of their shuffled order.
    func batches(of count: Int) -> [Range<Int>]
    /// One step on the pairs `batch` of `data`, which have no ambiguity letters. Returns the sum of their
    /// cross-entropies in nats.
    func learn(_ data: LabelledPairs, _ batch: ArraySlice<Int>, at moment: TrainingMoment) -> Double
    /// The classifier with these parameters.
    func classifier(_ parameters: FloatBuffer) -> PairClassifier
}

/// The point that a training has reached.
struct TrainingMoment {
    /// The current step, counted from 1.
    var step: Int
    /// The most steps that an epoch has: those when no negative is left out.
    var stepsPerEpoch: Int
    /// The completed fraction of all epochs, 0 to 1.
    var progress: Double
}

/// The configuration of a classifier of either kind.
public enum ClassifierConfiguration: Sendable {
    /// A duplex classifier.
    case duplex(DuplexConfiguration)
    /// A convolutional net on one-hot images.
    case convolutional(ConvolutionalConfiguration)

    /// The properties that both kinds have.
    var properties: any ClassifierProperties {
        switch self {
        case .duplex(let configuration): configuration
        case .convolutional(let configuration): configuration
        }
    }

    /// A learner with initial parameters.
    func learner(_ plan: TrainingPlan, _ training: LabelledPairs) -> any ClassifierLearner {
        switch self {
        case .duplex(let configuration): DuplexLearner(configuration, plan: plan, training: training)
        case .convolutional(let configuration): ConvolutionalLearner(configuration, plan: plan)
        }
    }
}
