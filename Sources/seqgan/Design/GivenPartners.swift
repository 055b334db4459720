// GivenPartners: what has been found for the strands that partners are made to: no partner twice, and no search for ever.

/// The partners of the given strands under way. Each strand has so many places, one strand's behind another's.
struct GivenPartners {
    /// Places of a strand.
    private let each: Int
    /// Draws in a row without a new partner after which a strand is given up.
    private let mostMisses: Int
    /// By strand: the partners accepted, and the draws since the last of them.
    private var partners: [Int: Set<[UInt8]>] = [:]
    private var misses: [Int: Int] = [:]

    init(each: Int, mostMisses: Int) { (self.each, self.mostMisses) = (each, mostMisses) }

    /// Whether the strand of this place has no such partner yet.
    func isNew(_ partner: [UInt8], at place: Int) -> Bool {
        !(partners[place / each]?.contains(partner) ?? false)
    }

    /// Counts a draw for this place: a new partner, or none.
    mutating func count(_ partner: [UInt8]?, at place: Int) {
        let strand = place / each
        guard let partner else { return misses[strand, default: 0] += 1 }
        misses[strand] = 0
        // Where a strand has one place, there is nothing to compare with.
        if each > 1 { partners[strand, default: []].insert(partner) }
    }

    /// Whether no more is drawn for this place.
    func isGivenUp(_ place: Int) -> Bool { misses[place / each, default: 0] >= mostMisses }

    /// Forgets the strands whose places all lie before this one.
    mutating func forget(before place: Int) {
        let first = place / each
        partners = partners.filter { $0.key >= first }
        misses = misses.filter { $0.key >= first }
    }
}
