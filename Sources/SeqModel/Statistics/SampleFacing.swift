// SampleFacing: the relation between the strands of some pairs as counting shows it, beside that of the data.

import Kernels

/// Which letters face each other in some pairs, laid as the data's pairs are laid best.
public struct SampleFacing: Sendable {
    /// The counts.
    public let table: FacingTable
    /// Share of facing letters that are the data's most frequent partners; NaN where no letters face.
    public let agreement: Double
    /// The same for each place of A that at least half the strands A reach.
    public let columns: [Double]

    /// Looks at `pairs`; `reference` says how they are laid and which letters are partners.
    public init(_ pairs: Pairs, reference: FacingTable) {
        table = FacingTable(pairs, chosen: 0..<pairs.count, laidAs: reference)
        let partners = reference.partners
        agreement = table.agreement(with: partners)
        var (seen, right) = ([Int](repeating: 0, count: pairs.longest), [Int](repeating: 0, count: pairs.longest))
        var reached = 0
        for p in 0..<pairs.count {
            table.eachFacing(pairs.a(p), pairs.b(p)) { place, x, y in
                seen[place] += 1
                if y == partners[x] { right[place] += 1 }
            }
        }
        while reached < pairs.longest,
            (0..<pairs.count).count(where: { pairs.a($0).count > reached }) * 2 >= pairs.count
        {
            reached += 1
        }
        columns = (0..<reached).map { Double(right[$0]) / Double(seen[$0]) }
    }

    /// The best way to lay the pairs of the data in `orientation`; flush where no offset tells anything, or only one at
    /// which less than half of the shorter strands face any letter: what few letters tell is chance, or a letter that faces
    /// itself.
    public static func reference(_ pairs: Pairs, _ orientation: Orientation) -> FacingTable {
        let best = FacingTable.best(pairs, chosen: Array(0..<pairs.count), orientation)
        let some = (0..<pairs.count).prefix(FacingTable.mostPairs)
        let most = some.reduce(0) { $0 + min(pairs.a($1).count, pairs.b($1).count) }
        guard best.total == 0 || 2 * best.total < most else { return best }
        let flush = FacingTable(letters: pairs.letters, orientation: orientation, offset: 0)
        return FacingTable(pairs, chosen: some, laidAs: flush)
    }
}
