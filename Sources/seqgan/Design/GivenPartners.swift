// GivenPartners: the partners found for the given strands: none twice, and no endless search.

/// The partners of the current given strands. Each strand has `each` consecutive places.
struct GivenPartners {
    /// The number of places of a strand.
    private let each: Int
    /// The number of draws in a row without a new partner after which a strand is given up.
    private let mostMisses: Int
    /// For each strand, the accepted partners, and the draws since the last of them.
    private var partners: [Int: Set<[UInt8]>] = [:]
    private var misses: [Int: Int] = [:]

    init(each: Int, mostMisses: Int) { (self.each, self.mostMisses) = (each, mostMisses) }

    /// Whether `partner` is new for the strand of this place.
    func isNew(_ partner: [UInt8], at place: Int) -> Bool {
        !(partners[place / each]?.contains(partner) ?? false)
    }

    /// Counts a draw for this place: a new partner, or nil.
    mutating func count(_ partner: [UInt8]?, at place: Int) {
        let strand = place / each
        guard let partner else { return misses[strand, default: 0] += 1 }
        misses[strand] = 0
        // With a single place there is nothing to compare with.
        if each > 1 { partners[strand, default: []].insert(partner) }
    }

    /// Whether the strand of this place was given up.
    func isGivenUp(_ place: Int) -> Bool { misses[place / each, default: 0] >= mostMisses }

    /// Removes the strands whose places all lie before this one.
    mutating func forget(before place: Int) {
        let first = place / each
        partners = partners.filter { $0.key >= first }
        misses = misses.filter { $0.key >= first }
    }
}
