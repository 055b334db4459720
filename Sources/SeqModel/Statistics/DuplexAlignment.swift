// DuplexAlignment: a global alignment of two strands by which letters face each other in the data.

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
    public internal(set) var columns: [Column]
    /// The sum of the facing letters' pointwise mutual information, less the gap penalties, in bits.
    public internal(set) var bits: Double

    init(columns: [Column], bits: Double) { (self.columns, self.bits) = (columns, bits) }

    /// The best alignment by `table`, as `DuplexAligner` finds it. Strands are in codes.
    public init(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ table: ContingencyTable) {
        var aligner = DuplexAligner(table)
        self = aligner.align(a, b)
    }
}

/// Aligns the strands of pairs one after the other, with the same table and memory.
///
/// An alignment has the largest sum of the facing letters' pointwise mutual information in the table, less the
/// penalties of gaps, which depend on their lengths (Gotoh 1982): a bulge of four letters is one gap, not two with a
/// chance pair between. Gaps at the ends of a strand are free. Facing letters score no less than a gap of one letter;
/// ambiguous ones score 0.
public struct DuplexAligner: Sendable {
    private let letters: Int
    private let orientation: Orientation
    /// (K, K): the scores in bits.
    private let scores: [Double]
    /// The best sums of the row before and of this one, for each place in B and each kind of the last column.
    private var above: [SIMD4<Double>] = [], here: [SIMD4<Double>] = []
    /// For each place in A and B and each kind of column, the kind of the column before.
    private var before: [SIMD4<UInt8>] = []

    /// The penalties in bits of the first letter of a gap and of each further one.
    private static let openPenalty = 3.0, extensionPenalty = 1.0
    /// The kinds of a column: two letters, one of A alone, one of B alone.
    private static let both: UInt8 = 0, aAlone: UInt8 = 1, bAlone: UInt8 = 2

    /// An aligner by the pointwise mutual information of `table`.
    public init(_ table: ContingencyTable) {
        (letters, orientation) = (table.letters, table.orientation)
        scores = (0..<letters * letters).map {
            // Letters that never face each other in the data are a mismatch, not two bulges beside each other.
            max(-Self.openPenalty, table.pointwiseMutualInformation($0 / table.letters, $0 % table.letters))
        }
    }

    /// The best alignment of two strands in codes.
    public mutating func align(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> DuplexAlignment {
        let (n, m) = (a.count, b.count)
        let none = SIMD4(repeating: -Double.infinity)
        above = [SIMD4<Double>](repeating: none, count: m + 1)
        here = above
        if before.count < (n + 1) * (m + 1) {
            before = [SIMD4<UInt8>](repeating: SIMD4(), count: (n + 1) * (m + 1))
        }
        for i in 0...n {
            for j in 0...m {
                var (sums, kinds) = (none, SIMD4<UInt8>())
                if i == 0, j == 0 { sums[0] = 0 }
                if i > 0, j > 0 {
                    (sums[0], kinds[0]) = Self.best(above[j - 1])
                    sums[0] += score(a, i - 1, b, j - 1)
                }
                if i > 0 { (sums[1], kinds[1]) = Self.best(above[j] - Self.penalties(isFree: j == 0 || j == m, 1)) }
                if j > 0 { (sums[2], kinds[2]) = Self.best(here[j - 1] - Self.penalties(isFree: i == 0 || i == n, 2)) }
                here[j] = sums
                before[i * (m + 1) + j] = kinds
            }
            swap(&above, &here)
        }
        let (bits, kind) = Self.best(above[m])
        return DuplexAlignment(columns: columns(a, b, last: kind), bits: bits)
    }

    /// The largest of the sums and its kind; of equals, the first.
    @inline(__always) private static func best(_ sums: SIMD4<Double>) -> (Double, UInt8) {
        var (sum, kind) = (sums[0], both)
        if sums[1] > sum { (sum, kind) = (sums[1], aAlone) }
        if sums[2] > sum { (sum, kind) = (sums[2], bAlone) }
        return (sum, kind)
    }

    /// What a letter alone costs after each kind of column, where `kind` is its own.
    @inline(__always) private static func penalties(isFree: Bool, _ kind: Int) -> SIMD4<Double> {
        if isFree { return SIMD4() }
        var penalties = SIMD4(repeating: openPenalty)
        penalties[kind] = extensionPenalty
        return penalties
    }

    /// The code of B's letter `j`, counted along A.
    @inline(__always) private func place(_ j: Int, _ b: ArraySlice<UInt8>) -> Int {
        orientation == .antiparallel ? b.count - 1 - j : j
    }

    @inline(__always)
    private func score(_ a: ArraySlice<UInt8>, _ i: Int, _ b: ArraySlice<UInt8>, _ j: Int) -> Double {
        let (x, y) = (Int(a[a.startIndex + i]), Int(b[b.startIndex + place(j, b)]))
        return x < letters && y < letters ? scores[x * letters + y] : 0
    }

    /// The columns from the first to the last, whose kind is `last`.
    private func columns(
        _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, last: UInt8
    ) -> [DuplexAlignment.Column] {
        var columns: [DuplexAlignment.Column] = []
        columns.reserveCapacity(a.count + b.count)
        var (i, j, kind) = (a.count, b.count, last)
        while i > 0 || j > 0 {
            let next = before[i * (b.count + 1) + j][Int(kind)]
            if kind != Self.bAlone { i -= 1 }
            if kind != Self.aAlone { j -= 1 }
            columns.append(
                .init(
                    a: kind == Self.bAlone ? nil : i, b: kind == Self.aAlone ? nil : place(j, b),
                    isPair: kind == Self.both && score(a, i, b, j) > 0))
            kind = next
        }
        return columns.reversed()
    }
}
