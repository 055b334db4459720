// BindingEnergy: the free energy, enthalpy and entropy with which two strands bind, in kcal/mol.

import Kernels

/// What the equilibrium constant K = [AB] / ([A] [B]), with concentrations in mol/l, says of a pair. A strand that is
/// folded on itself counts as free.
public struct BindingEnergy: Sendable, Equatable {
    /// -RT ln K at the pair's temperature, in kcal/mol: negative binds.
    public var freeEnergy: Double
    /// -R d(ln K)/d(1/T), in kcal/mol.
    public var enthalpy: Double
    /// (enthalpy - freeEnergy) / T, in cal/(mol K).
    public var entropy: Double

    /// The gas constant in kcal/(mol K).
    static let gasConstant = 1.987_204e-3
    /// Half of the difference of the temperatures that the enthalpy is computed from, in kelvin.
    fileprivate static let halfStep: Float = 2.5
    /// Log partition functions up to this are certain: the recurrence clamps its terms from 113 kT on.
    fileprivate static let largestLogSum: Float = 100
    /// The logarithm of a concentration at which no homodimers form and next to nothing is bound: the logit is then
    /// that of the concentration plus ln K.
    fileprivate static let dilution: Float = -200
}

extension PairClassifier {
    /// Whether `bindingEnergies` can be computed: there is an equilibrium, and temperature is a condition.
    public var hasBindingEnergies: Bool {
        guard case .duplex(let duplex) = self else { return false }
        return duplex.configuration.head == .equilibrium && temperatureIndex != nil
    }

    /// The binding energies of the pairs `range`, each at its own conditions, `points` having those of all pairs; nil
    /// for a pair whose strands bind or fold too strongly for the recurrence. `hasBindingEnergies` must be true.
    ///
    /// Those of a pair with ambiguity letters are of the mean, or the largest, K of its expansions.
    public func bindingEnergies(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, workspace: Workspace,
        ambiguity: AmbiguityScore = .mean
    ) -> [BindingEnergy?] {
        guard let index = temperatureIndex, case .duplex(let duplex) = self else { return range.map { _ in nil } }
        func logConstants(shiftedBy step: Float) -> [Float] {
            let points = points.shifted(index, by: step, range)
            var logits: [Float] = []
            self.logits(
                pairs, range, at: points, dilution: BindingEnergy.dilution, workspace: workspace,
                ambiguity: ambiguity, into: &logits)
            return logits.map { $0 - BindingEnergy.dilution }
        }
        let step = BindingEnergy.halfStep
        let (own, lower, upper) = (
            logConstants(shiftedBy: 0), logConstants(shiftedBy: -step), logConstants(shiftedBy: step)
        )
        let largest = duplex.largestLogSums(
            pairs, range, at: points.shifted(index, by: -step, range), workspace: workspace)
        return range.enumerated().map { k, p in
            guard largest[k] <= BindingEnergy.largestLogSum else { return nil }
            let kelvin = Double(points[p][p * points.width + index]) + Condition.absoluteZero
            let (cold, warm) = (kelvin - Double(step), kelvin + Double(step))
            let r = BindingEnergy.gasConstant
            let free = -r * kelvin * Double(own[k])
            let enthalpy = -r * Double(lower[k] - upper[k]) / (1 / cold - 1 / warm)
            return BindingEnergy(
                freeEnergy: free, enthalpy: enthalpy, entropy: 1000 * (enthalpy - free) / kelvin)
        }
    }
}

extension PairConditions {
    /// The same with `step` added to the condition `index` of the pairs `range`.
    fileprivate func shifted(_ index: Int, by step: Float, _ range: Range<Int>) -> PairConditions {
        var points = self
        for p in range { points.set(index, of: p, to: self[p][p * width + index] + step) }
        return points
    }
}

extension DuplexClassifier {
    /// For each of the pairs `range`, at its own conditions, the largest log partition function of its duplex and of
    /// its folded strands, in any head; with ambiguity letters, of all expansions.
    fileprivate func largestLogSums(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, workspace: Workspace
    ) -> [Float] {
        let (s, kernels) = (shape, DuplexKernels())
        let strands = [0, 1].map { s.pairFeatures + $0 * s.strandFeatures }
        let sums = ([0] + (s.hasSelfMaps ? strands : [])).flatMap { $0..<$0 + s.heads }
        let weights = DuplexWeights(s)
        var expansion = AmbiguityExpansion(like: pairs.strands)
        var expanded = Pairs(like: pairs)
        var filled: Int?
        return range.map { p in
            if filled.map({ points[$0].elementsEqual(points[p]) }) != true {
                kernels.fill(weights, from: parameters, at: configuration.point(points[p]))
                filled = p
            }
            expanded.removeAll()
            let count = expansion.append(pairs.a(p), pairs.b(p), isSymmetric: configuration.isSymmetric, to: &expanded)
            let features = kernels.features(weights, expanded, 0..<count, workspace: workspace)
            return (0..<count).reduce(-.infinity) { largest, k in
                sums.reduce(largest) { largest, f in
                    // The features are standardised.
                    max(largest, features[k * s.features + f] / parameters[s.scales + f] + parameters[s.means + f])
                }
            }
        }
    }
}
