// SampleFacing: how well the facing letters of some pairs agree with those of the data.

import Kernels

/// The facing letters of some pairs, aligned as the data's pairs are, and their agreement with the data's partners.
public struct SampleFacing: Sendable {
    /// Counts of facing letters.
    public let table: ContingencyTable
    /// Fraction of the facing letters where A's letter faces its most frequent partner in the data, 0 to 1; NaN where
    /// no letters face each other.
    public let agreement: Double
    /// The same for each position of A that at least half of the strands A reach.
    public let columns: [Double]

    /// Counts the letters of `pairs`; `reference` gives the alignment and the partners.
    public init(_ pairs: Pairs, reference: ContingencyTable) {
        table = ContingencyTable(pairs, chosen: 0..<pairs.count, alignedAs: reference)
        let partners = reference.partners
        agreement = table.agreement(with: partners)
        var (seen, right) = ([Int](repeating: 0, count: pairs.longest), [Int](repeating: 0, count: pairs.longest))
        var reached = 0
        for p in 0..<pairs.count {
            table.forEachFacing(pairs.a(p), pairs.b(p)) { place, x, y in
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

    /// The table of the data's pairs at their best offset in `orientation`. It is at offset 0 where no offset has any
    /// information, or where at the best one less than half of the shorter strands' letters face another: the
    /// information of few letters is chance, or that of a letter facing itself.
    public static func reference(_ pairs: Pairs, _ orientation: Orientation) -> ContingencyTable {
        let best = ContingencyTable.best(pairs, chosen: Array(0..<pairs.count), orientation)
        let some = (0..<pairs.count).prefix(ContingencyTable.mostPairs)
        let most = some.reduce(0) { $0 + min(pairs.a($1).count, pairs.b($1).count) }
        guard best.total == 0 || 2 * best.total < most else { return best }
        let flush = ContingencyTable(letters: pairs.letters, orientation: orientation, offset: 0)
        return ContingencyTable(pairs, chosen: some, alignedAs: flush)
    }
}
