// TrainingChoices: the options of a classifier and its training, and the defaults that follow from the data.

import Kernels

/// The options of a classifier and its training; where one is nil, its default follows from the data.
public struct TrainingChoices: Sendable {
    /// A target or a score (0 to 1) above it counts as 1.
    public var threshold: Float = 0.5
    /// Whether the strands of a pair may be swapped.
    public var isSymmetric: Bool?
    /// How the strands face each other.
    public var orientation: Orientation?
    /// Whether positions have energies of their own.
    public var hasPositions: Bool?
    /// Heads of a duplex: 4, 8 or 16.
    public var heads: Int?
    /// Negatives made per positive in each epoch.
    public var negatives: Int?
    /// What turns log partition functions into a logit.
    public var head: DuplexHead?
    /// The conditions, whose means, deviations and ranges follow from the data.
    public var conditions: [Condition] = []
    /// The usual value of each condition; nil where it follows from the data.
    public var usualValues: [Double?] = []
    /// Passes over all pairs; pairs per step; the peak learning rate.
    public var epochs: Int?, batch: Int?, learningRate: Float?

    /// All from the data.
    public init() {}
}

extension DuplexConfiguration {
    /// A fraction of distinct strands A below this suggests a few probes against many targets.
    private static let fewStrands = 0.2

    /// The configuration and the plan that follow from `choices` and from the data, `pairs` pairs with these
    /// properties and conditions.
    public static func resolved(
        _ choices: TrainingChoices, _ survey: DataSurvey, pairs: Int, alphabet: Alphabet,
        values: PairConditions = PairConditions(width: 0)
    ) -> (configuration: DuplexConfiguration, plan: TrainingPlan) {
        var configuration = DuplexConfiguration(alphabet: alphabet)
        configuration.conditions = choices.conditions.enumerated().map { place, condition in
            var measured = condition.measured(values.column(place))
            if place < choices.usualValues.count, let usual = choices.usualValues[place] { measured.usual = usual }
            return measured
        }
        configuration.threshold = choices.threshold
        configuration.orientation = choices.orientation ?? survey.orientation
        // Yields of two strands that fold and bind themselves: mass balance extrapolates, and gives energies in units.
        let hasEquilibrium =
            !configuration.conditions.isEmpty && survey.hasSoftLabels && configuration.orientation == .antiparallel
        configuration.head = choices.head ?? (hasEquilibrium ? .equilibrium : .network)
        configuration.isSymmetric = choices.isSymmetric ?? survey.isSymmetric
        // In parallel orientation every strand matches itself: homodimers carry no information there.
        configuration.hasSelfMaps = configuration.orientation == .antiparallel
        if configuration.head == .equilibrium {
            // The network only corrects: more units and bulges of single strands take time, and gain next to nothing.
            (configuration.hidden, configuration.hasSelfBulges) = (16, !configuration.hasSelfMaps)
        }
        // Few distinct strands A with many B of another length: positions matter, as in microRNA target sites.
        let hasRegister = !configuration.isSymmetric && !survey.hasSoftLabels && survey.distinctFractionA < fewStrands
        let hasPositions = choices.hasPositions ?? hasRegister
        configuration.heads = choices.heads ?? (hasPositions ? 16 : 8)
        if hasPositions {
            configuration.isSymmetric = false
            configuration.rowPositions = survey.longestA
            configuration.columnPositions = survey.longestB
        }
        configuration.trainedLengths = survey.lengths
        var plan = TrainingPlan()
        plan.negatives = choices.negatives ?? (survey.negatives == 0 || hasRegister ? 4 : 0)
        // Small sets need smaller batches, for enough steps.
        let hasConditions = !configuration.conditions.isEmpty
        let fewPairs = hasConditions ? 100_000 : 20_000
        plan.batch = choices.batch ?? (pairs < 2_000 ? 32 : hasPositions || pairs < fewPairs ? 128 : 256)
        plan.learningRate = choices.learningRate ?? (hasPositions ? 0.02 : 0.03)
        plan.decay = hasPositions ? 1e-2 : 1e-4
        if hasConditions { plan.networkRate = 0.2 }
        plan.dropout = hasPositions ? 0.2 : 0
        let seen = pairs + plan.negatives * survey.positives
        // About two million pairs in all, but 12 to 60 epochs; with conditions no more than 25 of many pairs, all of
        // which are run: the loss falls until the learning rate has.
        let most = hasConditions && pairs >= 10_000 ? 25 : 60
        plan.epochs = choices.epochs ?? (hasPositions ? 12 : max(12, min(most, 2_000_000 / max(1, seen))))
        plan.patience = hasConditions ? plan.epochs : plan.patience
        return (configuration, plan)
    }
}

extension ConvolutionalConfiguration {
    /// The configuration and the plan that follow from `choices` and from the data, `pairs` pairs with these
    /// properties, for a net of `size` on images of `layout` with at least `length` columns.
    public static func resolved(
        _ choices: TrainingChoices, _ survey: DataSurvey, pairs: Int, alphabet: Alphabet, size: Size,
        layout: PairImageLayout, length: Int
    ) -> (configuration: ConvolutionalConfiguration, plan: TrainingPlan) {
        var configuration = ConvolutionalConfiguration(alphabet: alphabet, size: size, length: length)
        configuration.layout = layout
        configuration.threshold = choices.threshold
        configuration.orientation = choices.orientation ?? survey.orientation
        configuration.isSymmetric = choices.isSymmetric ?? survey.isSymmetric
        configuration.trainedLengths = survey.lengths
        var plan = TrainingPlan()
        plan.negatives = choices.negatives ?? (survey.negatives == 0 ? 4 : 0)
        plan.batch = choices.batch ?? (pairs < 5_000 ? 32 : 64)
        plan.learningRate = choices.learningRate ?? (size == .full ? 0.001 : 0.002)
        plan.decay = 1e-2
        // About 300,000 pairs in all, but 8 to 40 epochs.
        let seen = pairs + plan.negatives * survey.positives
        plan.epochs = choices.epochs ?? max(8, min(40, 300_000 / max(1, seen)))
        return (configuration, plan)
    }
}
