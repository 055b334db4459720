// PairingRule: which letters pair. The recurrence also counts letters that face each other in a helix and do not.

import Kernels

/// Which letters of A pair with which of B.
///
/// In the recurrence a mismatch within a helix is a pair with a weak stack. Where strands are nucleic acids, and the
/// strongest pairs of the classifier are those of Watson and Crick, these and the wobble pair of G with T or U are
/// pairs. With any other classifier it is the letters whose pairing energy is better than the mean of all (see
/// `EnergyTables`).
public struct PairingRule: Sendable {
    private let letters: Int
    /// (K, K): 1 where a letter of A pairs with one of B, else 0.
    let pairs: [UInt8]

    /// Whether letter `a` of strand A pairs with letter `b` of strand B, both in codes.
    func callAsFunction(_ a: UInt8, _ b: UInt8) -> Bool { pairs[Int(a) * letters + Int(b)] != 0 }

    /// The rule of `classifier`; nil for one that does not pair letters.
    public init?(_ classifier: PairClassifier) {
        guard case .duplex(let duplex) = classifier else { return nil }
        self.init(duplex)
    }

    /// The rule of `classifier`.
    init(_ classifier: DuplexClassifier) {
        // Which letters pair is one rule at all conditions. At some no pair is stable, and their order says nothing.
        let usual = classifier.at(classifier.configuration.conditions.map { Float($0.usual) })
        let (k, energies) = (classifier.shape.letters, EnergyTables(usual).pairing)
        letters = k
        let alphabet = classifier.configuration.alphabet
        let isNucleic = alphabet == .dna || alphabet == .rna
        // Codes are in the order A, C, G, T or U: complements add up to 3.
        let isComplementary = (0..<k).allSatisfy { a in
            (0..<k).allSatisfy { energies[a * k + $0] <= energies[a * k + k - 1 - a] }
        }
        pairs = (0..<k * k).map { place in
            let (a, b) = (place / k, place % k)
            return (isNucleic && isComplementary ? a + b == 3 || a + b == 5 : energies[place] > 0) ? 1 : 0
        }
    }
}
