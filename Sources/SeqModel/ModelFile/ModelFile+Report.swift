// ModelFile+Report: the description and the energies of a model as rows of text.

import Kernels

extension ModelFile {
    /// Rows of name and value: format version, classifier, generator, tensors, training record.
    public func description() -> [[String]] {
        var rows = [["format version", "\(version)"]]
        switch classifier {
        case .duplex(let duplex): rows += ModelFile.description(of: duplex)
        case .convolutional(let net): rows += ModelFile.description(of: net)
        }
        switch generator {
        case .paired(let generator): rows += ModelFile.description(of: generator)
        case .images(let generator): rows += ModelFile.description(of: generator)
        case nil: break
        }
        rows += record.sorted { $0.key < $1.key }.map { ["training \($0.key)", $0.value] }
        return rows
    }

    private static func description(of generator: PairGenerator) -> [[String]] {
        let labels = [0, 1].filter { generator.knows(label: $0) }.map { "\($0)" }
        return [
            ["generator", generator.method.rawValue], ["generator longest strand", "\(generator.longestStrand)"],
            ["generator labels", labels.joined(separator: " and ")],
        ] + tensors(of: generator).map(row)
    }

    private static func description(of generator: ImageGenerator) -> [[String]] {
        [
            ["generator", generator.kind.rawValue], ["generator longest strand", "\(generator.length)"],
            ["generator orientation", generator.orientation.rawValue], ["generator labels", "1"],
        ] + tensors(of: generator).map(row)
    }

    private static func row(of tensor: WeightArchive.Tensor) -> [String] {
        Metadata.row(ofTensor: tensor.name, tensor.shape)
    }

    private static func description(of duplex: DuplexClassifier) -> [[String]] {
        let c = duplex.configuration
        let s = duplex.shape
        var rows = [["kind", "duplex"], ["alphabet", c.alphabet.name], ["heads", "\(c.heads)"]]
        rows += Metadata.strandRows(c)
        rows += [
            ["self maps", !c.hasSelfMaps ? "no" : c.hasSelfBulges ? "yes" : "without bulges"],
            ["positions", s.hasPositions ? "\(c.rowPositions) and \(c.columnPositions)" : "none"],
        ]
        if c.head != .network || !c.conditions.isEmpty { rows.append(["head", c.head.rawValue]) }
        if let bound = c.bound { rows.append(["bound", "head \(bound.head + 1), margin \(bound.margin) kT"]) }
        rows += c.conditions.map { ["condition \($0.name)", $0.summary] }
        rows += Metadata.rangeRows(c)
        rows += tensors(of: s).map { Metadata.row(ofTensor: $0.name, $0.shape) }
        rows.append(["parameters", "\(tensors(of: s).reduce(0) { $0 + $1.count })"])
        return rows
    }

    /// Learned energies, the strongest binding first in each table: dG in kT relative to the mean of the table;
    /// negative binds.
    ///
    /// A header, then rows of table (`pair` or `stack`), letters, dG. Where temperature is a condition, also dG and dH
    /// in kcal/mol and dS in cal/(mol K), relative to the means of their tables. The letters are `A-T` for a pair, and
    /// `AC-GT` for a stack: two letters of A, then the two letters of B that face them, 5' to 3' if the strands are
    /// antiparallel. Empty if the classifier is not a duplex.
    public func energies() -> [[String]] {
        guard case .duplex(let duplex) = classifier else { return [] }
        let tables = EnergyTables(duplex)
        let letters = classifier.alphabet.letters.map { String(UnicodeScalar($0)) }
        let k = letters.count
        let contexts = tables.contexts(letters)
        let heat = classifier.temperatureIndex.map { HeatTables(duplex, tables, temperature: $0) }
        func rows(_ name: String, _ table: [Float], _ heat: [[Float]]?, _ letters: (Int) -> String) -> [[String]] {
            table.indices.map { (letters($0), $0) }.sorted { (table[$1.1], $0.0) < (table[$0.1], $1.0) }.map { row in
                [name, row.0, rounded(-table[row.1])] + (heat ?? []).map { rounded($0[row.1]) }
            }
        }
        return [["table", "letters", "dG_kT"] + (heat == nil ? [] : ["dG_kcal/mol", "dH_kcal/mol", "dS_cal/mol/K"])]
            + rows("pair", tables.pairing, heat?.pairing) { letters[$0 / k] + "-" + letters[$0 % k] }
            + rows("stack", tables.stacking, heat?.stacking) { place in
                contexts.a[place / (k * k)] + "-" + contexts.b[place % (k * k)]
            }
    }

    /// `value` with two decimals; as Swift writes it if it is not finite or at least 1e12 in absolute value.
    private func rounded(_ value: Float) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let hundredths = Int((abs(value) * 100).rounded())
        let rest = hundredths % 100
        return "\(value < 0 && hundredths > 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
