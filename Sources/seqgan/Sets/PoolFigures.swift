// PoolFigures: what a division among pools leaves in each pool, and what there would be in a single one.

import SeqIO
import SeqModel

/// What binds what in the pools of a division.
struct PoolFigures {
    /// A pool.
    struct Pool {
        var designs = 0, strands = 0
        /// Pairs of its strands above the limit.
        var above = 0
        /// The two strands with the greatest score; nil where nothing binds.
        var worst: ConflictGraph.Edge?
    }

    /// The greatest score that is wished for.
    let limit: Float
    /// The pools, by their numbers.
    private(set) var pools: [Pool]
    /// Pairs of strands above the limit in a single pool of all strands, and in the pools; and those whose strands
    /// belong together.
    private(set) var before = 0, after = 0, together = 0
    /// Strands that bind themselves above the limit, in any pool.
    let ownAbove: Int
    /// For each strand, its greatest score with another of all strands, and with another of its pool.
    private(set) var greatestOfAll: [Float], greatestInPool: [Float]
    /// The names of the strands.
    let names: [[UInt8]]

    init(_ pooling: Pooling, ownAbove: Int) {
        (limit, self.ownAbove, names) = (pooling.limit, ownAbove, pooling.designs.strandNames())
        pools = Array(repeating: Pool(), count: pooling.count)
        for pool in pooling.pools where pool >= 0 { pools[pool].designs += 1 }
        let designs = pooling.designOfStrand
        for strand in designs.indices where pooling.isIn[strand] { pools[pooling.pools[designs[strand]]].strands += 1 }
        (greatestOfAll, greatestInPool) = ([], [])
        var greatest = [(all: Float, inPool: Float)](repeating: (0, 0), count: designs.count)
        for edge in pooling.edgesOfKept {
            let ends = (Int(edge.from), Int(edge.to))
            let pool = pooling.pools[designs[ends.0]]
            let isSame = pool == pooling.pools[designs[ends.1]]
            for end in [ends.0, ends.1] {
                greatest[end].all = max(greatest[end].all, edge.weight)
                if isSame { greatest[end].inPool = max(greatest[end].inPool, edge.weight) }
            }
            if isSame, edge.weight > pools[pool].worst?.weight ?? 0 { pools[pool].worst = edge }
            guard edge.weight > limit else { continue }
            before += 1
            if isSame {
                after += 1
                pools[pool].above += 1
            }
            if designs[ends.0] == designs[ends.1] { together += 1 }
        }
        for strand in designs.indices where pooling.isIn[strand] {
            greatestOfAll.append(greatest[strand].all)
            greatestInPool.append(greatest[strand].inPool)
        }
    }

    /// The worst pair of all pools; of equal ones that which was found first.
    private var worst: ConflictGraph.Edge? {
        pools.compactMap(\.worst).max { ($0.weight, $1.from, $1.to) < ($1.weight, $0.from, $0.to) }
    }

    /// How many pairs of strands are above the limit before and after, and which is the worst that is left.
    var summary: String {
        var text =
            "pairs of strands above \(limit): \(before) in one pool, \(after) in \(counted(pools.count, "pools"))"
            + (together > 0 ? " (\(together) of them of strands that belong together)" : "")
        if let worst {
            text +=
                "; worst pair \(excerpt(names[Int(worst.from)])) and \(excerpt(names[Int(worst.to)])), "
                + fixed(Double(worst.weight), 4)
        }
        if ownAbove > 0 { text += "; \(counted(ownAbove, "strands")) bind themselves above it, in any pool" }
        return text
    }
}
