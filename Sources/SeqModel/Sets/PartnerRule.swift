// PartnerRule: which letter faces which in a perfect pair, and so the exact partner of a strand.

import Kernels

/// The letters that pair, and the direction of the strands: what makes a strand's exact partner.
public struct PartnerRule: Sendable, Equatable {
    /// The partner of each code, those of ambiguity letters included.
    private let partners: [UInt8]
    private let orientation: Orientation

    /// The rule of DNA and RNA: A pairs with T or U, C with G. Nil for any other alphabet, which has none by itself.
    public init?(_ alphabet: Alphabet, _ orientation: Orientation) {
        guard alphabet == .dna || alphabet == .rna else { return nil }
        self.init([3, 2, 1, 0], alphabet, orientation)
    }

    /// The rule that `text` lists as pairs of letters, such as `AT,CG`; a letter may pair with itself (`SS`). Nil
    /// where a letter of the alphabet is missing or has two partners, or for other text.
    public init?(_ text: String, _ alphabet: Alphabet, _ orientation: Orientation) {
        var partners = [UInt8?](repeating: nil, count: alphabet.count)
        for pair in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let codes = pair.map { alphabet.codes[Int($0)] }
            guard codes.count == 2, codes.allSatisfy({ Int($0) < alphabet.count }) else { return nil }
            for (one, other) in [(codes[0], codes[1]), (codes[1], codes[0])] {
                if let known = partners[Int(one)], known != other { return nil }
                partners[Int(one)] = other
            }
        }
        let found = partners.compactMap { $0 }
        guard found.count == alphabet.count else { return nil }
        self.init(found, alphabet, orientation)
    }

    private init(_ letters: [UInt8], _ alphabet: Alphabet, _ orientation: Orientation) {
        // An ambiguity letter has as partner the one that stands for the partners of its letters.
        let sets = alphabet.codeLetters.indices.map { Set(alphabet.members(of: UInt8($0))) }
        partners = sets.map { set in
            let mapped = Set(set.map { letters[Int($0)] })
            return UInt8(sets.firstIndex(of: mapped) ?? 0)
        }
        self.orientation = orientation
    }

    /// The exact partner of a strand in codes, written in its own direction: the reverse complement, for DNA.
    public func partner(of strand: some BidirectionalCollection<UInt8>) -> [UInt8] {
        orientation == .antiparallel
            ? strand.reversed().map { partners[Int($0)] } : strand.map { partners[Int($0)] }
    }
}
