// EnergyPictures: draws the learned pairing and stacking energies as heat maps.

import Report
import SeqModel

/// Draws the energies of a classifier.
struct EnergyPictures {
    private let tables: EnergyTables
    private let letters: [String]
    /// Whether letters of B are listed from its 5' end, as those of A are.
    private let isFrom5: Bool

    /// Nil where the classifier has no energies.
    init?(_ classifier: PairClassifier) {
        guard case .duplex(let classifier) = classifier else { return nil }
        tables = EnergyTables(classifier)
        letters = classifier.configuration.alphabet.letters.map { String(UnicodeScalar($0)) }
        let configuration = classifier.configuration
        isFrom5 =
            configuration.orientation == .antiparallel
            && (configuration.alphabet == .dna || configuration.alphabet == .rna)
    }

    /// The pairing energies as a picture of its own.
    var pairing: Drawing { pairingMap.drawn(isNarrow: true) }

    private var pairingMap: HeatMap {
        map("Learned pairing energies, dG in kT", tables.pairing, rows: letters, columns: letters, between: "-")
    }

    /// The stacking energies.
    private var stacking: Drawing {
        let names = tables.contexts(letters)
        var map = map(
            "Learned stacking energies, dG in kT", tables.stacking, rows: names.a, columns: names.b, between: "-")
        map.group = letters.count
        map.columnTitle = "two letters of B" + (isFrom5 ? ", 5\u{2032} to 3\u{2032}" : "")
        map.rowTitle = "of A"
        return map.drawn()
    }

    private func map(
        _ title: String, _ logWeights: [Float], rows: [String], columns: [String], between: String
    ) -> HeatMap {
        let largest = Double(max(logWeights.map { abs($0) }.max() ?? 0, 0.01))
        let cells = rows.indices.map { row in
            columns.indices.map { column in
                // The energy of a Boltzmann weight w is -ln w.
                let energy = -Double(logWeights[row * columns.count + column])
                return HeatMap.Cell(
                    strength: -energy / largest, text: signed(energy, 1),
                    note: "\(rows[row])\(between)\(columns[column]): \(signed(energy, 2)) kT")
            }
        }
        var map = HeatMap(
            title: title, rows: rows, columns: columns, rowTitle: "letter of A",
            columnTitle: "letter of B that it faces", cells: cells)
        map.legend = (signed(largest, 1) + " kT, repels", "binds, " + signed(-largest, 1) + " kT")
        return map
    }

    private func signed(_ value: Double, _ decimals: Int) -> String {
        let text = fixed(abs(value), decimals)
        let isZero = text.allSatisfy { $0 == "0" || $0 == "." }
        return isZero ? text : (value < 0 ? "\u{2212}" : "+") + text
    }

    var section: Section {
        var figures = [
            Figure(
                "Pairing", pairingMap.drawn(),
                caption:
                    "The mean over all stacks that end in the pair: dG in kT relative to the mean of the table. Blue "
                    + "(negative) binds, orange repels.")
        ]
        if !tables.stacking.isEmpty {
            figures.append(
                Figure(
                    "Stacking", stacking,
                    caption:
                        "Stacks of two adjacent pairs: rows are two letters of A, columns the two of B that they "
                        + "face" + (isFrom5 ? ", each 5\u{2032} to 3\u{2032}" : "")
                        + ". Isolated strong cells are the stacks that matter; point at a cell for its letters."))
        }
        return Section(
            "Learned energies",
            lead:
                "Nothing about pairing is built in. A good table has a few cells that are much stronger than all "
                + "others. For DNA these are A\u{2011}T, C\u{2011}G, G\u{2011}C and T\u{2011}A, and C\u{2011}G is "
                + "stronger than A\u{2011}T.",
            figures: figures)
    }
}
