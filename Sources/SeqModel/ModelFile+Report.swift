// ModelFile+Report: what a model is, in rows for people and tables.

import Kernels

extension ModelFile {
    /// Rows of name and value.
    public func description() -> [[String]] {
        var rows = [["format version", "\(WeightArchive.version)"]]
        switch classifier {
        case .duplex(let duplex): rows += ModelFile.description(of: duplex)
        case .convolutional(let net): rows += ModelFile.description(of: net)
        }
        if let generator {
            rows.append(["generator", "paired"])
            rows.append(["generator longest strand", "\(generator.layout.length)"])
            let labels = [0, 1].filter { generator.knows(label: $0) }.map { "\($0)" }
            rows.append(["generator labels", labels.joined(separator: " and ")])
            for tensor in ModelFile.tensors(of: generator) {
                rows.append(["tensor \(tensor.name)", tensor.shape.map(String.init).joined(separator: " x ")])
            }
        }
        rows += record.sorted { $0.key < $1.key }.map { ["training \($0.key)", $0.value] }
        return rows
    }

    private static func description(of duplex: DuplexClassifier) -> [[String]] {
        let c = duplex.configuration
        let s = duplex.shape
        var rows = [
            ["kind", "duplex"], ["alphabet", c.alphabet.name],
            ["heads", "\(c.heads)"], ["orientation", c.orientation.rawValue],
            ["strands", c.isSymmetric ? "symmetric" : "ordered"], ["self maps", c.hasSelfMaps ? "yes" : "no"],
            ["positions", s.hasPositions ? "\(c.rowPositions) and \(c.columnPositions)" : "none"],
            ["threshold", "\(c.threshold)"],
            ["trained lengths", "\(c.trainedLengths.lowerBound) to \(c.trainedLengths.upperBound)"],
            ["longest strand", "\(DuplexShape.maximumLength)"],
        ]
        rows += sections(s).map { ["tensor \($0.name)", $0.shape.map(String.init).joined(separator: " x ")] }
        rows.append(["parameters", "\(sections(s).reduce(0) { $0 + $1.count })"])
        return rows
    }

    /// Energies of the head whose stacks differ most, largest first: in kT, above the mean of their table. A pair is the
    /// Boltzmann mean of the stacks that end in it.
    ///
    /// Rows: table, letters (`A-T`; for a stack `AC-GT`: A's two letters, then those of B that face them, 5' to 3'
    /// where the strands are antiparallel), energy.
    ///
    /// No rows where the classifier is none of energies.
    public func energies() -> [[String]] {
        guard case .duplex(let classifier) = classifier else { return [] }
        let s = classifier.shape
        let p = classifier.parameters
        let stackCount = s.contexts * s.contexts
        func spread(_ head: Int) -> Float {
            let energies = (0..<stackCount).map { p[s.stack + $0 * s.heads + head] }
            let mean = energies.reduce(0, +) / Float(stackCount)
            return energies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        guard let head = (0..<s.heads).max(by: { spread($0) < spread($1) }) else { return [] }
        let letters = classifier.configuration.alphabet.letters.map { String(UnicodeScalar($0)) }
        let k = s.letters
        var stacks: [(String, Float)] = []
        var pairing = [Float](repeating: 0, count: k * k)
        for row in 0..<s.contexts {
            for column in 0..<s.contexts {
                let energy = p[s.stack + (row * s.contexts + column) * s.heads + head]
                let (a, b) = (row % k, column % k)
                pairing[a * k + b] += exponential(energy) * Float(k * k) / Float(stackCount)
                guard s.order == 2 else { continue }
                let (x, z) = (row / k, column / k)
                let facing = s.isAntiparallel ? letters[b] + letters[z] : letters[z] + letters[b]
                stacks.append((letters[x] + letters[a] + "-" + facing, energy))
            }
        }
        let pairs = (0..<k * k).map { (letters[$0 / k] + "-" + letters[$0 % k], Float(logarithm(Double(pairing[$0])))) }
        func rows(_ name: String, _ table: [(String, Float)]) -> [[String]] {
            let mean = table.reduce(0) { $0 + $1.1 } / Float(max(1, table.count))
            return table.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { [name, $0.0, rounded($0.1 - mean)] }
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
