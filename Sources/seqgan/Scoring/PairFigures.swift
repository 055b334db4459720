// PairFigures: what classify adds to the score of a pair: its melting temperature, its binding energies, its duplex.

import Kernels
import SeqIO
import SeqModel

/// Which figures of a pair are written after its score.
struct PairFigures: Sendable {
    /// The melting temperature in degrees Celsius: the one at which half of the strands are bound in the duplex, that
    /// is, the score is one half.
    var hasMelting = false
    /// Free energy and enthalpy in kcal/mol, entropy in cal/(mol K).
    var hasEnergies = false
    /// Degrees by which formamide lowers melting temperatures.
    var meltingShift: Float = 0
    /// The most probable duplex, its place on both strands, and the expected number of its pairs.
    var hasDuplex = false
    /// Whether the probabilities of all pairs of letters are kept.
    var keepsProbabilities = false
    /// Which letters pair.
    var rule: PairingRule?
    /// What stands before each of them.
    var delimiter = Delimiter.tab

    /// Whether there are none.
    var isEmpty: Bool { !hasMelting && !hasEnergies && !hasDuplex && !keepsProbabilities }

    /// The titles of the columns before them.
    static let scoreTitles = ["predicted", "score"]

    /// The titles of their columns.
    var titles: [String] {
        (hasMelting ? ["melting"] : []) + (hasEnergies ? ["dG", "dH", "dS"] : [])
            + (hasDuplex ? DuplexColumns.titles : [])
    }

    /// The figures of the pairs of a batch.
    struct Values: Sendable {
        var melting: [Float?] = []
        var energies: [BindingEnergy?] = []
        var duplexes = DuplexColumns()
        var probabilities = PairProbabilities()
    }

    /// Computes the figures of `pairs`, each at its own conditions `points`.
    func values(
        _ classifier: PairClassifier, _ pairs: Pairs, at points: PairConditions, _ ambiguity: AmbiguityScore,
        _ workspace: Workspace
    ) -> Values {
        var values = Values()
        if hasMelting {
            values.melting = classifier.meltingTemperatures(
                pairs, 0..<pairs.count, at: points, workspace: workspace, ambiguity: ambiguity
            ).map { melting in melting.map { $0 - meltingShift }.flatMap { $0 >= 0 ? $0 : nil } }
        }
        if hasEnergies {
            values.energies = classifier.bindingEnergies(
                pairs, 0..<pairs.count, at: points, workspace: workspace, ambiguity: ambiguity)
        }
        if let rule, hasDuplex || keepsProbabilities {
            classifier.forEachPairing(pairs, by: rule, at: points, workspace: workspace) { p, pairing in
                let (n, m) = (pairs.a(p).count, pairs.b(p).count)
                if hasDuplex { values.duplexes.append(pairing, n, m, delimiter) }
                if keepsProbabilities { values.probabilities.append(pairing, n, m) }
            }
        }
        return values
    }

    /// Appends the figures of a pair, each after a delimiter; nothing after it for one that there is not.
    func write(_ values: Values, _ pair: Int, into output: inout [UInt8]) {
        if hasMelting {
            output.append(delimiter.byte)
            if let melting = values.melting[pair] { output.append(contentsOf: fixed(Double(melting), 2).utf8) }
        }
        if hasEnergies {
            let energy = values.energies[pair]
            for figure in [energy?.freeEnergy, energy?.enthalpy, energy?.entropy] {
                output.append(delimiter.byte)
                if let figure { output.append(contentsOf: fixed(figure, 2).utf8) }
            }
        }
        if hasDuplex { values.duplexes.write(pair, into: &output) }
    }
}

/// Counts of the pairs without a figure, for remarks at the end of a run.
struct FigureRemarks: Sendable {
    /// Those without a melting temperature, and those whose strands bind or fold too strongly for energies.
    private var unmelted = 0, tooStrong = 0

    static func += (sum: inout FigureRemarks, more: FigureRemarks) {
        sum.unmelted += more.unmelted
        sum.tooStrong += more.tooStrong
    }

    /// Counts the pairs of a batch.
    mutating func count(_ values: PairFigures.Values) {
        unmelted += values.melting.count { $0 == nil }
        tooStrong += values.energies.count { $0 == nil }
    }

    /// Prints the counts.
    func report() {
        if unmelted > 0 {
            printMessage(
                "\(counted(unmelted, "pairs")) \(unmelted == 1 ? "does" : "do") not melt between 0C and 100C: "
                    + (unmelted == 1 ? "its melting temperature is" : "their melting temperatures are") + " left empty")
        }
        if tooStrong > 0 {
            printMessage(
                "\(counted(tooStrong, "pairs")) \(tooStrong == 1 ? "binds" : "bind") too strongly to compute energies: "
                    + (tooStrong == 1 ? "its dG, dH and dS are" : "their dG, dH and dS are") + " left empty")
        }
    }
}
