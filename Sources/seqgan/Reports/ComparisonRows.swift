// ComparisonRows: the figures of generated and real pairs as rows of a table.

import SeqModel

extension SampleComparison {
    /// Names and figures, in the order of the output; NaN where there is none. `alphabet` names the letters; scores
    /// are omitted where no classifier gave any.
    func rows(_ alphabet: Alphabet, threshold: Double) -> [(name: String, generated: Double, real: Double)] {
        func row(_ name: String, _ figure: (PairSetFigures) -> Double) -> (String, Double, Double) {
            (name, figure(generated), figure(real))
        }
        var rows = [
            row("pairs") { Double($0.count) }, row("unique") { $0.unique }, row("new") { $0.new },
            row("identity") { $0.identity }, row("entropy_least") { $0.entropy.bits.isEmpty ? .nan : $0.entropy.least },
            row("entropy_mean") { $0.entropy.mean }, row("entropy_mean_a") { $0.entropy.means.a },
            row("entropy_mean_b") { $0.entropy.means.b }, row("kmer_distance") { $0.kmerDistance },
            row("length_distance") { $0.lengthDistance }, row("nearest_mean") { $0.nearestMean },
            row("nearest_least") { $0.nearestLeast }, ("nearest_among", Double(nearestAmong), Double(nearestAmong)),
        ]
        rows += [
            row("precision") { $0.precision }, row("recall") { $0.recall },
            row("aligned_pairs") { Double($0.structures.pairs) }, row("bulge") { $0.structures.bulge },
            row("interior_loop") { $0.structures.interiorLoop }, row("overhang") { $0.structures.overhang },
            row("exact_partner") { $0.structures.exactPartner }, row("paired_letters") { $0.structures.pairedLetters },
        ]
        if !generated.scores.isEmpty {
            rows += [
                row("score_mean") { $0.meanScore }, row("score_quartile_1") { $0.quantile(0.25) },
                row("score_median") { $0.quantile(0.5) }, row("score_quartile_3") { $0.quantile(0.75) },
                row("score_above_threshold") { $0.accepted(above: threshold) },
            ]
        }
        for orientation in Orientation.allCases { rows += facingRows(orientation, alphabet) }
        return rows
    }

    private func facingRows(_ orientation: Orientation, _ alphabet: Alphabet) -> [(String, Double, Double)] {
        guard let made = generated.facing[orientation], let known = real.facing[orientation] else { return [] }
        let prefix = "facing_\(orientation.rawValue)"
        let offset = Double(known.table.offset)
        var rows = [
            ("\(prefix)_offset", offset, offset),
            (
                "\(prefix)_letters", Double(made.table.total) / Double(generated.count),
                Double(known.table.total) / Double(real.count)
            ),
            ("\(prefix)_bits", made.table.mutualInformation, known.table.mutualInformation),
            ("\(prefix)_conditional_bits", made.table.conditionalEntropy, known.table.conditionalEntropy),
            ("\(prefix)_agreement", made.agreement, known.agreement),
        ]
        let letters = alphabet.letters.map { String(UnicodeScalar($0)) }
        for (a, first) in letters.enumerated() {
            for (b, second) in letters.enumerated() {
                rows.append(
                    (
                        "\(prefix)_\(first)-\(second)", made.table.conditionalFrequency(of: b, given: a),
                        known.table.conditionalFrequency(of: b, given: a)
                    ))
            }
        }
        for column in 0..<max(made.columns.count, known.columns.count) {
            func figure(_ columns: [Double]) -> Double { column < columns.count ? columns[column] : .nan }
            rows.append(("\(prefix)_column_\(column + 1)", figure(made.columns), figure(known.columns)))
        }
        return rows
    }
}
