// EnergyTables: the pairing and stacking energies that a duplex classifier learned, for people to look at.

import Kernels

/// Energies of the head whose stacks differ most, in kT above the mean of their table: what is above 0 holds together.
public struct EnergyTables: Sendable {
    /// (K, K), a letter of A and the letter of B that it faces: the Boltzmann mean of the stacks that end in them.
    public let pairing: [Float]
    /// (K^2, K^2), two letters of A that follow each other and those of B that face them; empty where stacks know only the
    /// pair that they end in.
    public let stacking: [Float]
    /// Whether the strands are antiparallel.
    let isAntiparallel: Bool

    /// The tables of a classifier.
    public init(_ classifier: DuplexClassifier) {
        let s = classifier.shape
        let p = classifier.parameters
        let stackCount = s.contexts * s.contexts
        func energies(_ head: Int) -> [Float] { (0..<stackCount).map { p[s.stack + $0 * s.heads + head] } }
        func aboveMean(_ table: [Float]) -> [Float] {
            let mean = table.reduce(0, +) / Float(max(1, table.count))
            return table.map { $0 - mean }
        }
        func spread(_ head: Int) -> Float { aboveMean(energies(head)).reduce(0) { $0 + $1 * $1 } }
        let head = (0..<s.heads).max { spread($0) < spread($1) } ?? 0
        let k = s.letters
        var pairing = [Float](repeating: 0, count: k * k)
        for (place, energy) in energies(head).enumerated() {
            let (row, column) = (place / s.contexts, place % s.contexts)
            pairing[row % k * k + column % k] += exponential(energy) * Float(k * k) / Float(stackCount)
        }
        self.pairing = aboveMean(pairing.map { Float(logarithm(Double($0))) })
        stacking = s.order == 2 ? aboveMean(energies(head)) : []
        isAntiparallel = s.isAntiparallel
    }

    /// The names of the stacks' rows and columns: two letters each, both 5' to 3' where the strands are antiparallel.
    public func contexts(_ letters: [String]) -> (a: [String], b: [String]) {
        let k = letters.count
        let a = (0..<k * k).map { letters[$0 / k] + letters[$0 % k] }
        return (a, isAntiparallel ? (0..<k * k).map { letters[$0 % k] + letters[$0 / k] } : a)
    }
}
