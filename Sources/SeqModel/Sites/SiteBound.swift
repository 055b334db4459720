// SiteBound: the least sum of end weights with which a window of a target can reach the threshold.

import Kernels

/// The bound below which no window of a target can be called a site.
///
/// The logit of a window follows from the constants of the equilibrium (see `LogConstants`). That of the duplex is
/// the logarithm of the sum of all duplexes in the window, less what folding costs both strands, plus a correction by
/// the network. The folds and homodimers of the probe are known, those of the window can only lower the score.
enum SiteBound {
    /// The largest correction by the network that is allowed for, in kT.
    ///
    /// Over windows of every probability, at conditions over the whole range of the built-in models, it was at most
    /// 2.2: see `SiteBoundTests`. A window at the threshold that had a larger one would be missed.
    static let largestCorrection = 3.0

    /// For each probe, without ambiguity letters, the least sum of end weights of a window whose score may be above
    /// that of the logit `threshold`.
    static func leastWeights(
        _ classifier: DuplexClassifier, _ probes: StrandCodes, threshold: Float, workspace: Workspace
    ) -> [Float] {
        let (heads, threshold) = (classifier.shape.heads, Double(threshold))
        func energies(_ field: EquilibriumField) -> [Double] {
            (0..<heads).map { Double(classifier.energy(classifier.shape.equilibrium + field.rawValue * heads + $0)) }
        }
        let (ofFolds, ofHomodimers) = (energies(.fold), energies(.homodimer))
        let unfolded = logSum(ofFolds)
        return (0..<probes.count).map { p in
            var (fold, homodimer) = (0.0, -Double.infinity)
            if let sums = classifier.logSums(of: probes[p], like: probes, workspace: workspace) {
                fold = logSum(zip(ofFolds, sums.folds).map { $0 + $1 }) - unfolded
                homodimer =
                    logSum(zip(ofHomodimers, sums.homodimers).map { $0 + $1 }) - 2 * fold
                    + Double(classifier.logConcentration)
            }
            let least =
                leastConstant(threshold, homodimer: homodimer) + fold - Double(classifier.logConcentration)
                - largestCorrection - Double(DuplexKernels.endWeightShift)
            // Weights are clamped at 2^100.
            return Float(exponential(min(least, 69)))
        }
    }

    /// The least logarithm of the duplex's constant, times the concentration, at which the logit is `u`, the target
    /// having no homodimers.
    private static func leastConstant(_ u: Double, homodimer: Double) -> Double {
        let left = -softplus(u)
        // log of 2 left / (1 + sqrt(1 + 8 K left)).
        let free = left + logarithm(2.0) - softplus(0.5 * softplus(homodimer + left + logarithm(8.0)))
        return u - free
    }

    private static func logSum(_ terms: [Double]) -> Double {
        let largest = terms.max() ?? 0
        guard largest > -.infinity else { return largest }
        return largest + logarithm(terms.reduce(0) { $0 + exponential($1 - largest) })
    }
}

extension DuplexClassifier {
    /// The logarithms of the partition functions of a folded strand and of its homodimer, for each head; nil where the
    /// model has none.
    fileprivate func logSums(
        of strand: ArraySlice<UInt8>, like strands: StrandCodes, workspace: Workspace
    ) -> (folds: [Double], homodimers: [Double])? {
        guard shape.hasSelfMaps else { return nil }
        var pairs = Pairs(like: strands)
        pairs.append(strand, strand)
        let features = features(pairs, 0..<1, workspace: workspace)
        func sums(_ first: Int) -> [Double] {
            // The features are standardised.
            (first..<first + shape.heads).map { f in
                Double(features[f]) / Double(parameters[shape.scales + f]) + Double(parameters[shape.means + f])
            }
        }
        return (sums(shape.pairFeatures), sums(shape.pairFeatures + shape.heads))
    }
}
