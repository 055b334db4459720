// DuplexConfiguration: the configuration of a duplex classifier.

import Kernels

/// All of a duplex classifier but its parameters.
public struct DuplexConfiguration: ClassifierProperties, Sendable, Equatable {
    /// The letters of its strands.
    public var alphabet: Alphabet
    /// Number of heads H, each with energies of its own: 4, 8 or 16.
    public var heads = 8
    /// How the strands face each other.
    public var orientation = Orientation.antiparallel
    /// Whether swapping the strands leaves the score unchanged.
    public var isSymmetric = true
    /// Whether the partition functions of each strand with itself (homodimers, hairpins) are features too.
    public var hasSelfMaps = true
    /// Whether there are bulges in them.
    public var hasSelfBulges = true
    /// Number of positions of A, and of B, with energies of their own; 0 where energies do not depend on the position.
    public var rowPositions = 0, columnPositions = 0
    /// Units of each hidden layer: a multiple of 8.
    public var hidden = 64
    /// What turns the log partition functions into a logit.
    public var head = DuplexHead.network
    /// A bound of the duplex's constant by one head, for screens; nil: none.
    public var bound: DuplexBound?
    /// The conditions on which energies and yields depend; none where pairs have no conditions.
    public var conditions: [Condition] = []
    /// A score (0 to 1) above it is predicted as 1.
    public var threshold: Float = 0.5
    /// The lengths, in letters, of the strands it was trained on; setting them sets `scoredLengths`.
    public var trainedLengths = 1...1 {
        didSet {
            scoredLengths = ScoredLengths.of(trained: trainedLengths, longest: longestStrand)
        }
    }
    /// The lengths, in letters, at which its scores are valid; see `ScoredLengths`.
    public internal(set) var scoredLengths = 1...1

    var longestStrand: Int { DuplexShape.maximumLength }

    /// A configuration with the default sizes.
    public init(alphabet: Alphabet) { self.alphabet = alphabet }

    /// For alphabets of more letters, stacking energies depend on one base pair instead of two: K^2 instead of K^4 of
    /// them.
    public static let largestStackedAlphabet = 6

    /// The point that the kernels compute with, at the given values of the conditions. `dilution`, where given,
    /// replaces the logarithm of the concentration in the equilibrium, but not in the network that corrects it.
    func point(_ values: some Collection<Float>, dilution: Float? = nil) -> DuplexPoint {
        let concentration = zip(conditions, values).first { $0.0.isConcentration }.map { Double($0.1) }
        return DuplexPoint(
            inputs: zip(conditions, values).map { $0.standardised(Double($1)) },
            logConcentration: dilution ?? concentration.map { Float(logarithm($0)) } ?? 0)
    }

    /// The standardised values of the conditions of the pairs `order`, pair by pair.
    func inputs(_ points: PairConditions, _ order: [Int]) -> [Float] {
        var inputs = [Float](repeating: 0, count: order.count * conditions.count)
        for (c, condition) in conditions.enumerated() {
            for (k, p) in order.enumerated() {
                inputs[k * conditions.count + c] = condition.standardised(Double(points.values[p * points.width + c]))
            }
        }
        return inputs
    }

    /// The layout of its parameters.
    public var shape: DuplexShape {
        DuplexShape(
            heads: heads, letters: alphabet.count,
            order: alphabet.count <= DuplexConfiguration.largestStackedAlphabet ? 2 : 1,
            isAntiparallel: orientation == .antiparallel, isSymmetric: isSymmetric, hasSelfMaps: hasSelfMaps,
            hasSelfBulges: hasSelfBulges, rowPositions: rowPositions, columnPositions: columnPositions, hidden: hidden,
            head: head, conditions: conditions.count, concentration: conditions.firstIndex { $0.isConcentration },
            bound: bound)
    }
}
