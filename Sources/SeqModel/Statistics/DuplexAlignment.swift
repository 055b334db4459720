// DuplexAlignment: how the letters of two strands lie opposite each other, for people to look at.

/// Two strands laid against each other by which letters seek each other in the data, with gaps where that helps.
public struct DuplexAlignment: Sendable {
    /// A column: the places of the letters in A and B as written; nil in a gap.
    public struct Column: Sendable, Equatable {
        /// The letters' places.
        public let a: Int?, b: Int?
        /// Whether the two letters face each other more often than by chance.
        public let isPair: Bool
    }

    /// From A's first letter; B's letters run backwards where the strands are antiparallel.
    public let columns: [Column]

    /// What a letter in a gap costs, in the bits of `FacingTable.affinity`; at the ends of a strand nothing.
    private static let gap = 3.0

    /// Lays `b` against `a` so that the sum of their letters' affinities in `table`, less gaps, is largest (Needleman
    /// and Wunsch 1970). Ambiguous letters have none.
    public init(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ table: FacingTable) {
        let turned = table.orientation == .antiparallel ? Array(b.reversed()) : Array(b)
        let a = Array(a)
        let (n, m, k) = (a.count, turned.count, table.letters)
        let affinities = (0..<k * k).map { table.affinity($0 / k, $0 % k) }
        func affinity(_ i: Int, _ j: Int) -> Double {
            Int(a[i]) < k && Int(turned[j]) < k ? affinities[Int(a[i]) * k + Int(turned[j])] : 0
        }
        var sums = [Double](repeating: 0, count: (n + 1) * (m + 1))
        func across(_ i: Int) -> Double { i == 0 || i == n ? 0 : DuplexAlignment.gap }
        func down(_ j: Int) -> Double { j == 0 || j == m ? 0 : DuplexAlignment.gap }
        for i in 1..<max(1, n + 1) {
            for j in 1..<max(1, m + 1) {
                sums[i * (m + 1) + j] = max(
                    sums[(i - 1) * (m + 1) + j - 1] + affinity(i - 1, j - 1), sums[(i - 1) * (m + 1) + j] - down(j),
                    sums[i * (m + 1) + j - 1] - across(i))
            }
        }
        var columns: [Column] = []
        var (i, j) = (n, m)
        func place(_ j: Int) -> Int { table.orientation == .antiparallel ? m - 1 - j : j }
        while i > 0 || j > 0 {
            let here = sums[i * (m + 1) + j]
            if i > 0, j > 0, here == sums[(i - 1) * (m + 1) + j - 1] + affinity(i - 1, j - 1) {
                (i, j) = (i - 1, j - 1)
                columns.append(Column(a: i, b: place(j), isPair: affinity(i, j) > 0))
            } else if i > 0, j == 0 || here == sums[(i - 1) * (m + 1) + j] - down(j) {
                i -= 1
                columns.append(Column(a: i, b: nil, isPair: false))
            } else {
                j -= 1
                columns.append(Column(a: nil, b: place(j), isPair: false))
            }
        }
        self.columns = columns.reversed()
    }
}
