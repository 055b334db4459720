// ContingencyTable: how often each letter of A faces each letter of B, and the mutual information of facing letters.

import Kernels

/// The contingency table of facing letters over some pairs, for one alignment of the strands without gaps.
///
/// Letter i of A faces letter i + offset of B, where B is counted from its end if the strands are antiparallel.
public struct ContingencyTable: Sendable, Equatable {
    /// Letters K of the alphabet.
    public let letters: Int
    /// How the strands face each other.
    public let orientation: Orientation
    /// Letters that B is shifted by.
    public let offset: Int
    /// (K, K): how often each letter of A (row) faces each letter of B (column).
    public private(set) var counts: [Int]

    /// The largest offset, in letters either way, in the search for the best one.
    private static let largestOffset = 40
    /// The most pairs that the best offset is searched on.
    public static let mostPairs = 20_000

    private init(letters: Int, orientation: Orientation, offset: Int, counts: [Int]) {
        (self.letters, self.orientation, self.offset, self.counts) = (letters, orientation, offset, counts)
    }

    /// An empty table.
    public init(letters: Int, orientation: Orientation, offset: Int) {
        self.init(
            letters: letters, orientation: orientation, offset: offset,
            counts: [Int](repeating: 0, count: letters * letters))
    }

    /// The table of the pairs `chosen` of `pairs`, with the orientation and offset of `other`.
    public init(_ pairs: Pairs, chosen: some Sequence<Int>, alignedAs other: ContingencyTable) {
        self.init(letters: other.letters, orientation: other.orientation, offset: other.offset)
        for p in chosen { add(pairs.a(p), pairs.b(p)) }
    }

    /// Adds a pair; ambiguous letters are skipped.
    public mutating func add(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) {
        // Taken out meanwhile: the closure would otherwise share the counts with `self`, and every pair would copy
        // them.
        var counts = [Int]()
        swap(&counts, &self.counts)
        forEachFacing(a, b) { _, x, y in counts[x * letters + y] += 1 }
        swap(&counts, &self.counts)
    }

    /// Calls `body` with the position in A and the codes of both letters, wherever unambiguous letters face each other.
    @inline(__always)
    func forEachFacing(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ body: (Int, Int, Int) -> Void) {
        ContingencyTable.forEachFacing(a, b, letters: letters, orientation, offset: offset, body)
    }

    /// The same for strands that face each other like this.
    @inline(__always)
    static func forEachFacing(
        _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, letters: Int, _ orientation: Orientation, offset: Int,
        _ body: (Int, Int, Int) -> Void
    ) {
        let first = max(0, -offset)
        for place in first..<max(first, min(a.count, b.count - offset)) {
            let along = place + offset
            let x = Int(a[a.startIndex + place])
            let y = Int(b[orientation == .parallel ? b.startIndex + along : b.endIndex - 1 - along])
            if x < letters, y < letters { body(place, x, y) }
        }
    }

    /// Number of facing letters counted.
    public var total: Int { counts.reduce(0, +) }

    /// Mutual information of facing letters in bits, less its bias for a sample of this size (Miller 1955); not below
    /// 0.
    public var mutualInformation: Double {
        guard total > 0 else { return 0 }
        let bias = Double((letters - 1) * (letters - 1)) / (2 * Double(total) * logarithm(2.0))
        return max(0, ContingencyTable.mutualInformation(counts, letters: letters) - bias)
    }

    /// The conditional entropy in bits of B's letter, given the letter of A that it faces, 0 to log2 K, plus its bias
    /// for a sample of this size (Miller 1955); NaN for an empty table.
    ///
    /// 0 where each letter of A has one partner; less than the data's where a generator has settled on few of several.
    /// It sees single facing letters at one offset: not whether positions vary together, nor what is beyond an
    /// insertion.
    public var conditionalEntropy: Double {
        guard total > 0 else { return .nan }
        var (nats, free) = (0.0, 0)
        for a in 0..<letters {
            let row = counts[a * letters..<(a + 1) * letters]
            let sum = Double(row.reduce(0, +))
            for count in row where count > 0 { nats -= Double(count) / Double(total) * logarithm(Double(count) / sum) }
            // The bias is that of the cells in use: a letter with one partner is not taken for two.
            free += max(0, row.count { $0 > 0 } - 1)
        }
        let most = logarithm(Double(letters))
        return max(0, min(most, nats + Double(free) / (2 * Double(total)))) / logarithm(2.0)
    }

    /// Mutual information in bits of a (K, K) table of counts, without a correction; 0 for an empty table.
    static func mutualInformation(_ counts: [Int], letters: Int) -> Double {
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

    /// The conditional frequency of letter `b` of B, given that letter `a` of A faces it, 0 to 1; NaN where `a` was not
    /// counted.
    public func conditionalFrequency(of b: Int, given a: Int) -> Double {
        Double(counts[a * letters + b]) / Double(counts[a * letters..<(a + 1) * letters].reduce(0, +))
    }

    /// Pointwise mutual information in bits of letter `a` of A and letter `b` of B that it faces, with a pseudocount of
    /// one half in each cell; above 0 where they face each other more often than by chance.
    public func pointwiseMutualInformation(_ a: Int, _ b: Int) -> Double {
        let row = counts[a * letters..<(a + 1) * letters].reduce(0, +)
        let column = (0..<letters).reduce(0) { $0 + counts[$1 * letters + b] }
        let half = Double(letters) / 2
        let expected = (Double(row) + half) * (Double(column) + half) / (Double(total) + half * Double(letters))
        return logarithm((Double(counts[a * letters + b]) + 0.5) / expected) / logarithm(2.0)
    }

    /// For each letter of A, the letter of B that it faces most often; of equals, the first.
    public var partners: [Int] {
        (0..<letters).map { a in
            (0..<letters).reduce(0) { counts[a * letters + $1] > counts[a * letters + $0] ? $1 : $0 }
        }
    }

    /// Fraction of the facing letters where B's letter is the one that `partners` has for A's, 0 to 1; NaN for an empty
    /// table.
    public func agreement(with partners: [Int]) -> Double {
        Double((0..<letters).reduce(0) { $0 + counts[$1 * letters + partners[$1]] }) / Double(total)
    }

    /// The same for the facing letters of `pairs`, aligned as in this table, with this table's partners.
    func agreement(of pairs: Pairs) -> Double {
        ContingencyTable(pairs, chosen: 0..<pairs.count, alignedAs: self).agreement(with: partners)
    }

    /// The table at the offset with the largest weighted information, searched on the first `mostPairs` of `chosen`; an
    /// empty table at offset 0 where no offset has any.
    public static func best(_ pairs: Pairs, chosen: [Int], _ orientation: Orientation) -> ContingencyTable {
        var best = ContingencyTable(letters: pairs.letters, orientation: orientation, offset: 0)
        let some = chosen.prefix(mostPairs)
        // Shifted by the longest strand or further, no letters face each other.
        let reach = min(largestOffset, max(0, pairs.longest - 1))
        // The tables of all offsets are filled in one pass over the pairs.
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
            return ContingencyTable(
                letters: pairs.letters, orientation: orientation, offset: $0,
                counts: Array(counts[start..<start + cells]))
        }
        for table in tables where table.total > 100 {
            if table.weightedInformation(pairs: some.count) > best.weightedInformation(pairs: some.count) {
                best = table
            }
        }
        return best
    }

    /// Mutual information in bits, scaled down in proportion where fewer than ten letters of each of `pairs` pairs face
    /// another: few letters can have much information by chance.
    func weightedInformation(pairs: Int) -> Double {
        mutualInformation * min(1, Double(total) / Double(10 * max(1, pairs)))
    }
}
