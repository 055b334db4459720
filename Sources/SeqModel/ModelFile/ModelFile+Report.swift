// ModelFile+Report: what a model is, in rows for people and tables.

import Kernels

extension ModelFile {
    /// Rows of name and value.
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
            ["generator", "paired"], ["generator longest strand", "\(generator.layout.length)"],
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
            ["self maps", c.hasSelfMaps ? "yes" : "no"],
            ["positions", s.hasPositions ? "\(c.rowPositions) and \(c.columnPositions)" : "none"],
        ]
        rows += Metadata.rangeRows(c)
        rows += tensors(of: s).map { Metadata.row(ofTensor: $0.name, $0.shape) }
        rows.append(["parameters", "\(tensors(of: s).reduce(0) { $0 + $1.count })"])
        return rows
    }

    /// Learned energies, largest first: in kT, above the mean of their table.
    ///
    /// Rows: table, letters (`A-T`; for a stack `AC-GT`: A's two letters, then those of B that face them, 5' to 3'
    /// where the strands are antiparallel), energy.
    ///
    /// No rows where the classifier is none of energies.
    public func energies() -> [[String]] {
        guard case .duplex(let duplex) = classifier else { return [] }
        let tables = EnergyTables(duplex)
        let letters = classifier.alphabet.letters.map { String(UnicodeScalar($0)) }
        func rows(_ name: String, _ table: [(String, Float)]) -> [[String]] {
            table.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { [name, $0.0, rounded($0.1)] }
        }
        let k = letters.count
        let pairs = tables.pairing.enumerated().map { (letters[$0 / k] + "-" + letters[$0 % k], $1) }
        var stacks: [(String, Float)] = []
        let contexts = tables.contexts(letters)
        for (place, energy) in tables.stacking.enumerated() {
            stacks.append((contexts.a[place / (k * k)] + "-" + contexts.b[place % (k * k)], energy))
        }
        return [["table", "letters", "energy_kT"]] + rows("pair", pairs) + rows("stack", stacks)
    }

    /// Two decimals; a number that is not finite, or 1e12 or more in size, as Swift writes it.
    private func rounded(_ value: Float) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let hundredths = Int((abs(value) * 100).rounded())
        let rest = hundredths % 100
        return "\(value < 0 && hundredths > 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
