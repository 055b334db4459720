// StructureShares: how many pairs of a set have bulges, interior loops and overhangs, or are exact.

/// Shares of pairs whose alignment has an element of a structure, as `DuplexStructure` defines them.
public struct StructureShares: Sendable {
    /// Pairs that were aligned.
    public let pairs: Int
    private var bulges = 0, interiorLoops = 0, overhangs = 0, exacts = 0, paired = 0
    /// How many pairs have each number of paired letters, from 0 on.
    public private(set) var pairedCounts: [Int] = []

    init(pairs: Int) { self.pairs = pairs }

    mutating func add(
        pairedLetters: Int, hasBulge: Bool, hasInteriorLoop: Bool, hasOverhang: Bool, isExact: Bool
    ) {
        if hasBulge { bulges += 1 }
        if hasInteriorLoop { interiorLoops += 1 }
        if hasOverhang { overhangs += 1 }
        if isExact { exacts += 1 }
        paired += pairedLetters
        while pairedCounts.count <= pairedLetters { pairedCounts.append(0) }
        pairedCounts[pairedLetters] += 1
    }

    private func share(_ count: Int) -> Double { Double(count) / Double(pairs) }

    /// The share of pairs with a bulge, 0 to 1; NaN without pairs, as all figures.
    public var bulge: Double { share(bulges) }
    /// The share of pairs with an interior loop, 0 to 1.
    public var interiorLoop: Double { share(interiorLoops) }
    /// The share of pairs with an unpaired end of one strand or both, 0 to 1.
    public var overhang: Double { share(overhangs) }
    /// The share of pairs of which every letter is paired, 0 to 1.
    public var exactPartner: Double { share(exacts) }
    /// The mean number of letters of A that are paired.
    public var pairedLetters: Double { share(paired) }
}
