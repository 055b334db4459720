// ComparedPairs+Variety: whether generated pairs are like real ones, whether they cover them, and their structures.

import Report
import SeqModel

extension ComparedPairs {
    /// Precision and recall, and the structures of both sets.
    var variety: Section {
        func row(_ name: String, _ value: (PairSetFigures) -> Double) -> [String] {
            [name, figure(value(generated), 3), figure(value(real), 3)]
        }
        let orientation = comparison.orientation
        let table = Table([
            ["", "generated", "real"], row("precision: like pairs of the other set") { $0.precision },
            row("recall: share of the other set that is covered") { $0.recall },
            row("entropy of B\u{2019}s letter given A\u{2019}s, bits") {
                $0.facing[orientation]?.table.conditionalEntropy ?? .nan
            },
            row("with a bulge, share") { $0.structures.bulge },
            row("with an interior loop, share") { $0.structures.interiorLoop },
            row("with an overhang, share") { $0.structures.overhang },
            row("every letter paired, share") { $0.structures.exactPartner },
            row("paired letters, mean") { $0.structures.pairedLetters },
        ])
        return Section(
            "Variety: like real pairs, and like all of them",
            lead:
                "Low precision means pairs of kinds that real pairs do not have; low recall means kinds of real pairs "
                + "that are not generated. The column of real pairs, of one half of them against the other, is the "
                + "most to be expected. In a good result the halves of the picture mirror each other.",
            figures: [pairedLetters].compactMap { $0 }, tables: [table])
    }

    /// How many letters of the pairs are paired.
    private var pairedLetters: Figure? {
        let (above, below) = (generated.structures, real.structures)
        let bins = max(above.pairedCounts.count, below.pairedCounts.count)
        guard bins > 1 else { return nil }
        func shares(_ structures: StructureShares) -> [Double] {
            (0..<bins).map { letters in
                let counts = structures.pairedCounts
                return letters < counts.count ? Double(counts[letters]) / Double(structures.pairs) : 0
            }
        }
        let chart = MirroredHistogram(
            title: "Paired letters of generated and real pairs", x: "paired letters", range: 0...Double(bins),
            above: ("generated", shares(above), .first), below: ("real", shares(below), .reference))
        return Figure(
            "Paired letters, generated above and real below", chart.drawn(),
            caption:
                "Share of the pairs with so many letters of A that are paired, on a square-root scale, by the "
                + "alignment that the single pairs below show.")
    }
}
