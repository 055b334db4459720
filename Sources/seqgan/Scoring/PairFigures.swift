// PairFigures: what classify adds to the score of a pair: its melting temperature and its binding energies.

import Kernels
import SeqModel

/// Which figures of a pair are written after its score.
struct PairFigures: Sendable {
    /// The temperature at which the score is one half.
    var hasMelting = false
    /// Free energy, enthalpy and entropy.
    var hasEnergies = false

    /// Whether there are none.
    var isEmpty: Bool { !hasMelting && !hasEnergies }

    /// The titles of their columns, each after a tab.
    var titles: String {
        (hasMelting ? "\tmelting" : "") + (hasEnergies ? "\tdG\tdH\tdS" : "")
    }

    /// The figures of the pairs of a batch.
    struct Values: Sendable {
        var melting: [Float?] = []
        var energies: [BindingEnergy?] = []
    }

    /// Computes the figures of `pairs`, each at its own conditions `points`.
    func values(
        _ classifier: PairClassifier, _ pairs: Pairs, at points: PairConditions, _ ambiguity: AmbiguityScore,
        _ workspace: Workspace
    ) -> Values {
        var values = Values()
        if hasMelting {
            values.melting = classifier.meltingTemperatures(
                pairs, 0..<pairs.count, at: points, workspace: workspace, ambiguity: ambiguity)
        }
        if hasEnergies {
            values.energies = classifier.bindingEnergies(
                pairs, 0..<pairs.count, at: points, workspace: workspace)
        }
        return values
    }

    /// Appends the figures of a pair, each after a tab; nothing after it for one that there is not.
    func write(_ values: Values, _ pair: Int, into output: inout [UInt8]) {
        if hasMelting {
            output.append(9)
            if let melting = values.melting[pair] { output.append(contentsOf: fixed(Double(melting), 2).utf8) }
        }
        guard hasEnergies else { return }
        let energy = values.energies[pair]
        for figure in [energy?.freeEnergy, energy?.enthalpy, energy?.entropy] {
            output.append(9)
            if let figure { output.append(contentsOf: fixed(figure, 2).utf8) }
        }
    }
}
