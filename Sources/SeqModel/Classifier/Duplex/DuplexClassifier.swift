// DuplexClassifier: a configuration with parameters, which gives pairs their logits.

import Kernels

/// The 3' ends that must be bound, and which letters pair.
private struct ThreePrimeEnd: Sendable {
    let ends: ThreePrimeEnds
    let rule: PairingRule
}

/// A trained duplex classifier. Immutable: many threads may score with it at once, each with its own workspace.
public struct DuplexClassifier: Sendable {
    /// Sizes, orientation, symmetry and threshold.
    public let configuration: DuplexConfiguration
    /// Energies (log Boltzmann weights), network and standards, as in `shape`.
    let parameters: FloatBuffer
    /// The values of its conditions, in their units, at which it scores.
    let values: [Float]
    /// Where it is there: scores count only the duplexes in which the 3' end of a strand is bound; see
    /// `countEnds`.
    private let threePrime: ThreePrimeEnd?
    private let weights: DuplexWeights
    private let kernels: DuplexKernels

    /// A classifier with a copy of `parameters`, at the usual values of its conditions.
    init(_ configuration: DuplexConfiguration, parameters: FloatBuffer, kernels: DuplexKernels = .init()) {
        let copy = FloatBuffer(count: parameters.count)
        copy.copy(0..<copy.count, from: parameters, at: 0)
        self.init(configuration, copy, kernels, at: configuration.conditions.map { Float($0.usual) })
    }

    private init(
        _ configuration: DuplexConfiguration, _ parameters: FloatBuffer, _ kernels: DuplexKernels,
        at values: some Collection<Float>, dilution: Float? = nil, threePrime: ThreePrimeEnd? = nil
    ) {
        (self.configuration, self.parameters, self.kernels) = (configuration, parameters, kernels)
        (self.values, self.threePrime) = (Array(values), threePrime)
        weights = DuplexWeights(configuration.shape)
        kernels.fill(weights, from: parameters, at: configuration.point(values, dilution: dilution))
    }

    /// The same classifier at other values of its conditions; see `DuplexConfiguration.point` for `dilution`.
    func at(_ values: some Collection<Float>, dilution: Float? = nil) -> DuplexClassifier {
        DuplexClassifier(configuration, parameters, kernels, at: values, dilution: dilution, threePrime: threePrime)
    }

    /// The same classifier, counting only duplexes in which `ends` are bound; nil: all duplexes.
    func counting(_ ends: ThreePrimeEnds?) -> DuplexClassifier {
        DuplexClassifier(
            configuration, parameters, kernels, at: values,
            threePrime: ends.map { ThreePrimeEnd(ends: $0, rule: PairingRule(self)) })
    }

    /// The same classifier with a bound.
    func bounded(by bound: DuplexBound) -> DuplexClassifier {
        var bounded = configuration
        bounded.bound = bound
        return DuplexClassifier(bounded, parameters, kernels, at: values, threePrime: threePrime)
    }

    /// The energy, a log Boltzmann weight, at an offset of the shape, at the values of its conditions.
    func energy(_ offset: Int) -> Float {
        let inputs = configuration.point(values).inputs
        var energy = parameters[offset]
        var place = 0
        for condition in 0..<shape.conditions where condition != shape.concentration {
            energy += inputs[condition] * parameters[shape.conditionEnergies + place * shape.energyEnd + offset]
            place += 1
        }
        return energy
    }

    /// The layout of its parameters.
    public var shape: DuplexShape { weights.shape }

    /// Replaces `logits` by those of the pairs `range`; strands are in codes of the configuration's alphabet.
    public func logits(_ pairs: Pairs, _ range: Range<Int>, workspace: Workspace, into logits: inout [Float]) {
        kernels.logits(weights, pairs, range, workspace: workspace, into: &logits)
        guard threePrime != nil else { return }
        for p in range {
            countEnds(2 * p, of: pairs.strands, 2 * p + 1, of: pairs.strands, workspace, &logits[p - range.lowerBound])
        }
    }

    /// Replaces `logits` by those of the pairs `range`, each at its own conditions.
    ///
    /// Pairs are scored in the order of their conditions, as energies are computed anew where those change. For
    /// `dilution` see `DuplexConfiguration.point`.
    func logits(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, dilution: Float? = nil, workspace: Workspace,
        into logits: inout [Float]
    ) {
        let shape = weights.shape
        let scratch = workspace.keep {
            DuplexWeights(shape)
        } where: {
            $0.shape == shape
        }
        let order = points.sorted(range, last: shape.concentration)
        let isInOrder = order.elementsEqual(range)
        let sorted = isInOrder ? pairs : pairs.gathered(order[...], threads: 1)
        let first = isInOrder ? range.lowerBound : 0
        let inputs = configuration.inputs(points, order)
        let concentrations = order.map { p in
            dilution ?? shape.concentration.map { Float(logarithm(Double(points[p][p * points.width + $0]))) } ?? 0
        }
        var parts: [Float] = []
        kernels.logits(
            parameters, scratch: scratch, sorted, first..<first + order.count, inputs: inputs,
            logConcentrations: concentrations, workspace: workspace, into: &parts)
        if logits.count != range.count { logits = [Float](repeating: 0, count: range.count) }
        for (p, logit) in zip(order, parts) { logits[p - range.lowerBound] = logit }
        guard threePrime != nil else { return }
        var there = self
        for p in order {
            if !there.values.elementsEqual(points[p]) { there = at(points[p], dilution: dilution) }
            there.countEnds(
                2 * p, of: pairs.strands, 2 * p + 1, of: pairs.strands, workspace, &logits[p - range.lowerBound])
        }
    }

    /// The duplex of pair `p`, without ambiguity letters.
    func pairing(_ pairs: Pairs, _ p: Int, workspace: Workspace, into pairing: inout DuplexPairing) {
        kernels.pairing(weights, pairs, p, workspace: workspace, into: &pairing)
    }

    /// Replaces the logit of the whole duplex of strand `a` of one list with strand `b` of another by that of the part
    /// in which 3' ends are bound, where such ends count.
    private func countEnds(
        _ a: Int, of first: StrandCodes, _ b: Int, of second: StrandCodes, _ workspace: Workspace, _ x: inout Float
    ) {
        guard let threePrime else { return }
        let share = kernels.threePrimeShare(
            weights, a, of: first, b, of: second, ends: threePrime.ends, rule: threePrime.rule.pairs,
            workspace: workspace)
        x = logit(of: share, ofLogit: x)
    }

    /// Replaces `ends` by the weights of the duplexes of probes that end at each letter of `part` of a target; see
    /// `DuplexKernels.endWeights`.
    func endWeights(
        _ probes: StrandCodes, _ range: Range<Int>, _ target: [UInt8], _ part: Range<Int>, workspace: Workspace,
        into ends: inout [Float]
    ) {
        kernels.endWeights(weights, probes, range, target, part, workspace: workspace, into: &ends)
    }

    /// Replaces `limits` by upper bounds for strands of one list with up to 8 of another; see `DuplexKernels.limits`.
    func limits(
        of rows: StrandCodes, _ range: Range<Int>, against columns: StrandCodes, partners: [Int], workspace: Workspace,
        into limits: inout [Float]
    ) {
        kernels.limits(
            weights, of: rows, range, against: columns, partners: partners, workspace: workspace, into: &limits)
    }

    /// The standardised features of the pairs `range`; see `DuplexKernels.features`.
    func features(_ pairs: Pairs, _ range: Range<Int>, workspace: Workspace) -> [Float] {
        kernels.features(weights, pairs, range, workspace: workspace)
    }

    /// The natural logarithm of the concentration of each strand in mol/l, where that is a condition; else what the
    /// model has in its place.
    var logConcentration: Float { parameters[shape.logConcentration] + configuration.point(values).logConcentration }

    /// Prepares strands as A, or as B, of pairs; see `DuplexKernels.prepare`.
    func prepare(_ strands: PreparedStrands, _ part: Range<Int>, isB: Bool, workspace: Workspace) {
        kernels.prepare(weights, strands, part, isB: isB, workspace: workspace)
    }

    /// Writes the logits of a prepared strand against others; see `DuplexKernels.logits`. Where 3' ends are to be
    /// counted, they are only where the logit of the whole duplex, which is no less, is above `bound`; nowhere if nil.
    func logits(
        _ a: Int, of rows: PreparedStrands, against columns: PreparedStrands, _ part: Range<Int>,
        above bound: Float? = -.infinity, workspace: Workspace, into logits: FloatBuffer, at place: Int
    ) {
        kernels.logits(
            weights, a, of: rows, against: columns, part, workspace: workspace, into: logits,
            at: place)
        guard threePrime != nil, let bound else { return }
        for (k, b) in part.enumerated() where logits[place + k] > bound {
            countEnds(a, of: rows.codes, b, of: columns.codes, workspace, &logits[place + k])
        }
    }
}
