// NegativeSampling: negatives made by pairing strands of different pairs of the data.

import Kernels

/// The positives of a training set, and the distinct strands A that negatives are drawn from.
struct NegativeSampling: Sendable {
    /// Indices of the positives.
    private let indices: [Int]
    /// An index of a pair for each distinct strand A.
    private let distinct: [Int]
    /// Keys of the known positives; see `Pairs.key`.
    private let known: Set<[UInt8]>

    /// Positives are the pairs of `pairs` with a target above `threshold`. With 0 negatives per positive nothing else
    /// is prepared, and `append` adds none.
    init(_ pairs: LabelledPairs, threshold: Float, perPositive negatives: Int) {
        indices = pairs.targets.indices.filter { pairs.targets[$0] > threshold }
        guard negatives > 0 else {
            (distinct, known) = ([], [])
            return
        }
        var seen = Set<ArraySlice<UInt8>>()
        distinct = pairs.targets.indices.filter { seen.insert(pairs.pairs.a($0)).inserted }
        known = Set(indices.map { pairs.pairs.key($0) })
    }

    /// Number of positives.
    var positives: Int { indices.count }

    /// For each positive, appends `perPositive` pairs of its strand B with a strand A drawn from the distinct ones,
    /// with target 0, at the positive's conditions; those that are known positives are left out. `pairs` must begin
    /// with the pairs given at the start.
    func append(perPositive each: Int, to pairs: inout LabelledPairs, random: inout RandomSource) {
        guard each > 0, distinct.count > 1 else { return }
        let given = pairs
        for positive in indices {
            for _ in 0..<each {
                let other = distinct[random.index(below: distinct.count)]
                if known.contains(Pairs.key(given.pairs.a(other), given.pairs.b(positive))) { continue }
                pairs.append(given, a: other, b: positive, target: 0)
            }
        }
    }
}
