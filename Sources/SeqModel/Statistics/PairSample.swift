// PairSample: pairs drawn from the data, and the same strands paired by chance, for the surveys of generators.

import Kernels

/// Pairs drawn from the data with replacement, and pairs of unrelated strands beside them.
struct PairSample {
    /// Pairs of the data.
    private(set) var pairs: Pairs
    /// The same strands A, each with the strand B of another pair drawn at random.
    private(set) var shuffled: Pairs
    /// The pair of the data from which each strand A is, in both.
    private(set) var ofStrandsA: [Int] = []

    /// Draws as many pairs as there are in `chosen`, at most `count`, from the pairs `chosen` of `data`.
    init(of data: Pairs, chosen: some RandomAccessCollection<Int>, count: Int, _ random: inout RandomSource) {
        (pairs, shuffled) = (Pairs(like: data), Pairs(like: data))
        func draw() -> Int {
            chosen[chosen.index(chosen.startIndex, offsetBy: random.index(below: chosen.count))]
        }
        for _ in 0..<min(count, chosen.count) {
            let (p, q) = (draw(), draw())
            pairs.append(pair: p, of: data)
            ofStrandsA.append(p)
            shuffled.append(data.a(p), data.b(q))
        }
    }
}
