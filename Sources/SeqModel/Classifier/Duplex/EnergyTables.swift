// EnergyTables: the pairing and stacking energies that a duplex classifier learned, as tables for people.

import Kernels

/// Learned energies of one head, less the mean of their table, at the values of the classifier's conditions: of the
/// head whose strongest pairs make the duplex that scores highest, and of several such, the one whose stacking
/// energies vary most.
///
/// They are log Boltzmann weights, -dG/kT: positive values stabilise the duplex, opposite to the sign of a free energy.
public struct EnergyTables: Sendable {
    /// (K, K), a letter of A (row) and the letter of B that it faces, in units of kT: the logarithm of the mean
    /// Boltzmann weight of the stacks that end in this base pair.
    public let pairing: [Float]
    /// (K^2, K^2), two consecutive letters of A (row) and the letters of B that face them, in units of kT; empty where
    /// stacking energies depend on one base pair only.
    public let stacking: [Float]
    /// Whether the strands are antiparallel.
    let isAntiparallel: Bool
    /// The head whose energies these are.
    let head: Int

    /// The tables of the energies of `classifier`; of `head`, where given.
    public init(_ classifier: DuplexClassifier, head given: Int? = nil) {
        let s = classifier.shape
        let stackCount = s.contexts * s.contexts
        func energies(_ head: Int) -> [Float] {
            (0..<stackCount).map { classifier.energy(s.stack + $0 * s.heads + head) }
        }
        func aboveMean(_ table: [Float]) -> [Float] {
            let mean = table.reduce(0, +) / Float(max(1, table.count))
            return table.map { $0 - mean }
        }
        func spread(_ head: Int) -> Float { aboveMean(energies(head)).reduce(0) { $0 + $1 * $1 } }
        let k = s.letters
        func pairing(_ head: Int) -> [Float] {
            var pairing = [Float](repeating: 0, count: k * k)
            for (place, energy) in energies(head).enumerated() {
                let (row, column) = (place / s.contexts, place % s.contexts)
                pairing[row % k * k + column % k] += exponential(energy) * Float(k * k) / Float(stackCount)
            }
            return aboveMean(pairing.map { Float(logarithm(Double($0))) })
        }
        func best() -> Int {
            let scores = SampleDuplex.scores(classifier, ofPairings: (0..<s.heads).map(pairing))
            let highest = scores.max() ?? 0
            let heads = scores.indices.filter { scores[$0] == highest }
            return heads.max { spread($0) < spread($1) } ?? 0
        }
        let head = given ?? best()
        self.head = head
        self.pairing = pairing(head)
        stacking = s.order == 2 ? aboveMean(energies(head)) : []
        isAntiparallel = s.isAntiparallel
    }

    /// The names of the rows and columns of `stacking`, two of `letters` each; 5' to 3' for both strands where they are
    /// antiparallel.
    public func contexts(_ letters: [String]) -> (a: [String], b: [String]) {
        let k = letters.count
        let a = (0..<k * k).map { letters[$0 / k] + letters[$0 % k] }
        return (a, isAntiparallel ? (0..<k * k).map { letters[$0 % k] + letters[$0 / k] } : a)
    }
}
