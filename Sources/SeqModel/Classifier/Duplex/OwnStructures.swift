// OwnStructures: what a strand loses to its folds and homodimers, of an equilibrium with a partner.

import Kernels

/// What a strand does without its partner: its folds, and the logarithm of the constant of its homodimer times the
/// concentration.
///
/// A pair has a logit u where the logarithm of the constant of its duplex is
///
///     u - log(1 + exp(u)) - free(A) - free(B) - log concentration
///
/// and that constant is the sum of its duplexes, times a correction, less what the folds of both strands take.
struct OwnStructures {
    /// The logarithm of the strand's partition function relative to the unfolded strand.
    private(set) var fold = 0.0
    private var homodimer = -Double.infinity

    /// Those of a strand of a classifier with the equilibrium head, by the standardised features of a pair; `first` is
    /// the place of the strand's own.
    init(_ classifier: DuplexClassifier, _ features: [Float], first: Int) {
        let shape = classifier.shape
        guard shape.hasSelfMaps else { return }
        let folds = HeadSums(classifier, .fold, features, first: first)
        let dimers = HeadSums(classifier, .homodimer, features, first: first + shape.heads)
        fold = folds.total - OwnStructures.logSum(folds.energies)
        homodimer = dimers.total - 2 * fold + Double(classifier.logConcentration)
    }

    /// Those of one strand.
    init(_ classifier: DuplexClassifier, _ strand: ArraySlice<UInt8>, like strands: StrandCodes, _ workspace: Workspace)
    {
        var pairs = Pairs(like: strands)
        pairs.append(strand, strand)
        self.init(
            classifier, classifier.features(pairs, 0..<1, workspace: workspace), first: classifier.shape.pairFeatures)
    }

    /// What the bound of the duplex's constant must exceed for the strand's own structures, where the logit is `u`.
    func boundCost(atLogit u: Double) -> Double { min(fold, Double(DuplexBound.largestFold)) - free(atLogit: u) }

    /// The logarithm of the share of the strand that is in no dimer where the logit is `u`: of a strand without
    /// homodimers, -log(1 + exp(u)).
    func free(atLogit u: Double) -> Double {
        let left = -softplus(u)
        // 2 left / (1 + sqrt(1 + 8 K left)), see `LogConstants`.
        return left + logarithm(2.0) - softplus(0.5 * softplus(homodimer + left + logarithm(8.0)))
    }

    fileprivate static func logSum(_ terms: [Double]) -> Double {
        let largest = terms.max() ?? 0
        guard largest > -.infinity else { return largest }
        return largest + logarithm(terms.reduce(0) { $0 + exponential($1 - largest) })
    }
}

/// The heads' terms of one sum of the equilibrium.
struct HeadSums {
    /// The logarithms of the heads' weights, and of their weighted partition functions.
    let energies: [Double], terms: [Double]

    /// The terms of `field`, whose features begin at `first`.
    init(_ classifier: DuplexClassifier, _ field: EquilibriumField, _ features: [Float], first: Int) {
        let shape = classifier.shape
        let energies = (0..<shape.heads).map {
            Double(classifier.energy(shape.equilibrium + field.rawValue * shape.heads + $0))
        }
        self.energies = energies
        // The features are standardised.
        terms = (0..<shape.heads).map { h in
            let f = first + h
            return energies[h] + Double(features[f]) / Double(classifier.parameters[shape.scales + f])
                + Double(classifier.parameters[shape.means + f])
        }
    }

    /// The logarithm of the sum.
    var total: Double { OwnStructures.logSum(terms) }
}
