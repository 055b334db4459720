// DuplexAlignment: a global alignment of two strands by which letters face each other in the data, to be drawn.

/// A global alignment of the two strands of a pair, with gaps, scored by the pointwise mutual information of letters.
public struct DuplexAlignment: Sendable {
    /// A column: the positions of its letters in A and B as written, counted from 0; nil in a gap.
    public struct Column: Sendable, Equatable {
        /// The letters' positions.
        public let a: Int?, b: Int?
        /// Whether the two letters face each other more often than by chance.
        public let isPair: Bool
    }

    /// The columns, from A's first letter on; B's positions descend where the strands are antiparallel.
    public let columns: [Column]

    /// The penalty of a letter in a gap, in bits; gaps at the ends of a strand are free.
    private static let gapPenalty = 3.0

    /// The alignment with the largest sum of the facing letters' pointwise mutual information in `table`, less the gap
    /// penalties (Needleman and Wunsch 1970). Ambiguous letters score 0. Strands are in codes.
    public init(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ table: ContingencyTable) {
        let turned = table.orientation == .antiparallel ? Array(b.reversed()) : Array(b)
        let a = Array(a)
        let (n, m, k) = (a.count, turned.count, table.letters)
        let bits = (0..<k * k).map { table.pointwiseMutualInformation($0 / k, $0 % k) }
        func score(_ i: Int, _ j: Int) -> Double {
            Int(a[i]) < k && Int(turned[j]) < k ? bits[Int(a[i]) * k + Int(turned[j])] : 0
        }
        var sums = [Double](repeating: 0, count: (n + 1) * (m + 1))
        func across(_ i: Int) -> Double { i == 0 || i == n ? 0 : DuplexAlignment.gapPenalty }
        func down(_ j: Int) -> Double { j == 0 || j == m ? 0 : DuplexAlignment.gapPenalty }
        for i in 1..<max(1, n + 1) {
            for j in 1..<max(1, m + 1) {
                sums[i * (m + 1) + j] = max(
                    sums[(i - 1) * (m + 1) + j - 1] + score(i - 1, j - 1), sums[(i - 1) * (m + 1) + j] - down(j),
                    sums[i * (m + 1) + j - 1] - across(i))
            }
        }
        var columns: [Column] = []
        var (i, j) = (n, m)
        func place(_ j: Int) -> Int { table.orientation == .antiparallel ? m - 1 - j : j }
        while i > 0 || j > 0 {
            let here = sums[i * (m + 1) + j]
            if i > 0, j > 0, here == sums[(i - 1) * (m + 1) + j - 1] + score(i - 1, j - 1) {
                (i, j) = (i - 1, j - 1)
                columns.append(Column(a: i, b: place(j), isPair: score(i, j) > 0))
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
