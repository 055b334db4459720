// FacingTable: how often each letter of A faces each letter of B, and how much the one tells of the other.

import Kernels

/// Counts of facing letters over some pairs, for one way to lay the strands beside each other.
///
/// Letter i of A faces letter i + offset of B, where B is counted from its end if the strands are antiparallel.
public struct FacingTable: Sendable, Equatable {
    /// Letters K of the alphabet.
    public let letters: Int
    /// How the strands face each other.
    public let orientation: Orientation
    /// Letters that B is moved by.
    public let offset: Int
    /// (K, K): how often a letter of A (row) faces a letter of B.
    public private(set) var counts: [Int]

    /// How far strands are moved in search of the best offset.
    private static let reach = 40
    /// Pairs that the best offset is sought on.
    public static let mostPairs = 20_000

    private init(letters: Int, orientation: Orientation, offset: Int, counts: [Int]) {
        (self.letters, self.orientation, self.offset, self.counts) = (letters, orientation, offset, counts)
    }

    /// Nothing counted yet.
    public init(letters: Int, orientation: Orientation, offset: Int) {
        self.init(
            letters: letters, orientation: orientation, offset: offset,
            counts: [Int](repeating: 0, count: letters * letters))
    }

    /// The table of the pairs `chosen`, laid as in `other`.
    public init(_ pairs: Pairs, chosen: some Sequence<Int>, laidAs other: FacingTable) {
        self.init(letters: other.letters, orientation: other.orientation, offset: other.offset)
        for p in chosen { add(pairs.a(p), pairs.b(p)) }
    }

    /// Adds a pair; ambiguous letters are skipped.
    public mutating func add(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) {
        // Taken out meanwhile: what the places are read from would hold the counts too, and every pair copy them.
        var counts = [Int]()
        swap(&counts, &self.counts)
        eachFacing(a, b) { _, x, y in counts[x * letters + y] += 1 }
        swap(&counts, &self.counts)
    }

    /// Calls `body` with the place in A and both letters, wherever plain letters face each other.
    @inline(__always)
    func eachFacing(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ body: (Int, Int, Int) -> Void) {
        let first = max(0, -offset)
        for place in first..<max(first, min(a.count, b.count - offset)) {
            let along = place + offset
            let x = Int(a[a.startIndex + place])
            let y = Int(b[orientation == .parallel ? b.startIndex + along : b.endIndex - 1 - along])
            if x < letters, y < letters { body(place, x, y) }
        }
    }

    /// Facing letters counted.
    public var total: Int { counts.reduce(0, +) }

    /// What a facing letter tells of the other, in bits, less what the same number of independent letters would seem to
    /// tell (Miller 1955); not below 0.
    public var information: Double {
        guard total > 0 else { return 0 }
        let chance = Double((letters - 1) * (letters - 1)) / (2 * Double(total) * logarithm(2.0))
        return max(0, FacingTable.information(counts, letters: letters) - chance)
    }

    /// Mutual information in bits of the two letters counted in a (K, K) table; 0 where nothing was counted.
    static func information(_ counts: [Int], letters: Int) -> Double {
        let total = Double(counts.reduce(0, +))
        let columns = (0..<letters).map { b in (0..<letters).reduce(0) { $0 + counts[$1 * letters + b] } }
        var sum = 0.0
        for a in 0..<letters {
            let row = counts[a * letters..<(a + 1) * letters].reduce(0, +)
            for b in 0..<letters where counts[a * letters + b] > 0 {
                let joint = Double(counts[a * letters + b])
                sum += joint / total * logarithm(joint * total / (Double(row) * Double(columns[b])))
            }
        }
        return sum / logarithm(2.0)
    }

    /// Of the times that letter `a` of A faces any letter, the share in which it faces `b`; NaN where it never does.
    public func share(_ a: Int, facing b: Int) -> Double {
        Double(counts[a * letters + b]) / Double(counts[a * letters..<(a + 1) * letters].reduce(0, +))
    }

    /// How many times as often as by chance `a` faces `b`, in bits, each cell seen half a time more than it was.
    public func affinity(_ a: Int, _ b: Int) -> Double {
        let row = counts[a * letters..<(a + 1) * letters].reduce(0, +)
        let column = (0..<letters).reduce(0) { $0 + counts[$1 * letters + b] }
        let half = Double(letters) / 2
        let expected = (Double(row) + half) * (Double(column) + half) / (Double(total) + half * Double(letters))
        return logarithm((Double(counts[a * letters + b]) + 0.5) / expected) / logarithm(2.0)
    }

    /// For each letter of A, the letter of B that it faces most often; the first of equals.
    public var partners: [Int] {
        (0..<letters).map { a in
            (0..<letters).reduce(0) { counts[a * letters + $1] > counts[a * letters + $0] ? $1 : $0 }
        }
    }

    /// Share of the facing letters where B's is the one in `partners` for A's; NaN where nothing was counted.
    public func agreement(with partners: [Int]) -> Double {
        Double((0..<letters).reduce(0) { $0 + counts[$1 * letters + partners[$1]] }) / Double(total)
    }

    /// The same of the facing letters of `pairs`, laid as this table is, for the partners in this table.
    func agreement(of pairs: Pairs) -> Double {
        FacingTable(pairs, chosen: 0..<pairs.count, laidAs: self).agreement(with: partners)
    }

    /// The table at the offset where facing letters tell most of each other, found on the first `mostPairs` of `chosen`;
    /// a table of nothing at offset 0 where they tell nothing.
    public static func best(_ pairs: Pairs, chosen: [Int], _ orientation: Orientation) -> FacingTable {
        var best = FacingTable(letters: pairs.letters, orientation: orientation, offset: 0)
        let some = chosen.prefix(mostPairs)
        // Moved by the longest strand or further, nothing faces anything.
        let reach = min(reach, max(0, pairs.longest - 1))
        // All offsets at once: whatever faces whatever at any.
        let cells = pairs.letters * pairs.letters
        var counts = [Int](repeating: 0, count: (2 * reach + 1) * cells)
        let (letters, codes, starts) = (pairs.letters, pairs.strands.codes, pairs.strands.starts)
        for p in some {
            let (start, middle, end) = (starts[2 * p], starts[2 * p + 1], starts[2 * p + 2])
            let (firstB, step) = orientation == .parallel ? (middle, 1) : (end - 1, -1)
            for place in 0..<middle - start {
                let x = Int(codes[start + place])
                guard x < letters else { continue }
                let first = max(0, place - reach)
                for along in first..<max(first, min(end - middle, place + reach + 1)) {
                    let y = Int(codes[firstB + step * along])
                    if y < letters { counts[(along - place + reach) * cells + x * letters + y] += 1 }
                }
            }
        }
        let tables = (-reach...reach).map {
            let start = ($0 + reach) * cells
            return FacingTable(
                letters: pairs.letters, orientation: orientation, offset: $0,
                counts: Array(counts[start..<start + cells]))
        }
        for table in tables where table.total > 100 {
            if table.weight(pairs: some.count) > best.weight(pairs: some.count) { best = table }
        }
        return best
    }

    /// The information, less where few letters of each pair face any.
    func weight(pairs: Int) -> Double { information * min(1, Double(total) / Double(10 * max(1, pairs))) }
}
