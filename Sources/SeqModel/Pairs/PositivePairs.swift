// PositivePairs: the pairs that interact, and the fresh negatives made by pairing them anew.

import Kernels

/// The positives of a training set, and the distinct strands A that negatives are drawn from.
struct PositivePairs: Sendable {
    /// Indices of the positives.
    private let indices: [Int]
    /// An index of a pair for each distinct strand A.
    private let distinct: [Int]
    /// Known positives, as A's number among the distinct and B's codes.
    private let known: Set<[UInt8]>

    /// The pairs whose target is above `threshold`. What negatives are made from is gathered only where some are to be: with
    /// `negatives` 0, `addNegatives` adds none.
    init(_ pairs: LabelledPairs, threshold: Float, negatives: Int) {
        indices = pairs.targets.indices.filter { pairs.targets[$0] > threshold }
        guard negatives > 0 else {
            (distinct, known) = ([], [])
            return
        }
        var seen = Set<ArraySlice<UInt8>>()
        distinct = pairs.targets.indices.filter { seen.insert(pairs.pairs.a($0)).inserted }
        known = Set(indices.map { PositivePairs.key(pairs.pairs, a: $0, b: $0) })
    }

    var count: Int { indices.count }

    private static func key(_ strands: Pairs, a: Int, b: Int) -> [UInt8] {
        Array(strands.a(a)) + [255] + Array(strands.b(b))
    }

    /// For every positive, adds `each` pairs of its strand B with a strand A drawn from the distinct ones; known
    /// positives are left out.
    func addNegatives(_ each: Int, to pairs: inout LabelledPairs, random: inout RandomSource) {
        guard each > 0, distinct.count > 1 else { return }
        let strands = pairs.pairs
        for positive in indices {
            for _ in 0..<each {
                let other = distinct[random.index(below: distinct.count)]
                if known.contains(PositivePairs.key(strands, a: other, b: positive)) { continue }
                pairs.append(strands, a: other, b: positive, target: 0)
            }
        }
    }
}
