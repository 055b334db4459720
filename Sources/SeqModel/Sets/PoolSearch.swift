// PoolSearch: shares vertices out among pools so that little weight is left within them.

import Kernels

/// Shares the vertices of a graph out among a number of pools, so that the sum of the weights between vertices of the
/// same pool is small.
///
/// Heaviest vertex first, each goes where it adds least; then a tabu search moves the vertex, or swaps the two, that
/// lowers the sum most or raises it least, and keeps the best of all. It draws no random numbers, and ties go to the
/// lower vertex and pool.
public struct PoolSearch {
    /// What the pools must hold.
    public struct Rules: Sendable {
        /// Number of pools.
        public var pools: Int
        /// The size of each vertex, such as its number of strands.
        public var sizes: [Int]
        /// The greatest sum of sizes in a pool; nil: any.
        public var mostInPool: Int?
        /// The pool that a vertex is fixed to; nil: any.
        public var fixed: [Int?]

        /// Rules for pools of any size without fixed vertices.
        public init(pools: Int, sizes: [Int]) {
            (self.pools, self.sizes) = (pools, sizes)
            fixed = sizes.map { _ in nil }
        }
    }

    private let graph: ConflictGraph
    private let rules: Rules
    private let pools: Int
    /// The weights of the graph in the order of its neighbours, as whole numbers: their sums are exact in any order.
    private let weights: [[Int]]
    /// The pool of each vertex, and the best so far.
    private var pool: [Int]
    private var best: [Int]
    /// For each vertex and pool, the sum of the weights to the vertices of that pool.
    private var sums: [Int]
    private var fill: [Int]
    private var total = 0, leastTotal = 0
    private var tabuUntil: [Int]
    private var moves = 0

    private static let unit: Float = 10_000, greatestWeight: Float = 1e10
    /// Moves for which a vertex does not come back: at least, and up to as many more.
    private static let tenure = 80, more = 97

    /// Starts with `pools`, or by placing one vertex after the other; nil where these do not fit into the pools.
    public init?(_ graph: ConflictGraph, _ rules: Rules, from pools: [Int]? = nil) {
        precondition(rules.sizes.count == graph.count && rules.fixed.count == graph.count && rules.pools > 0)
        (self.graph, self.rules, self.pools) = (graph, rules, rules.pools)
        weights = (0..<graph.count).map { vertex in
            graph.weights(of: vertex).map { Int((min($0, PoolSearch.greatestWeight) * PoolSearch.unit).rounded()) }
        }
        pool = Array(repeating: -1, count: graph.count)
        best = pool
        sums = Array(repeating: 0, count: graph.count * rules.pools)
        fill = Array(repeating: 0, count: rules.pools)
        tabuUntil = Array(repeating: 0, count: graph.count * rules.pools)
        for vertex in 0..<graph.count {
            if let fixed = rules.fixed[vertex] {
                guard fits(vertex, fixed) else { return nil }
                put(vertex, fixed)
            }
        }
        if let pools {
            for vertex in 0..<graph.count where pool[vertex] < 0 { put(vertex, pools[vertex]) }
        } else {
            guard placeAll() else { return nil }
        }
        (best, leastTotal) = (pool, total)
    }

    /// The pool of each vertex, from 0, with the least weight within pools that was found.
    public var found: [Int] { best }

    /// Whether no weight is left within the pools that were found.
    public var isClear: Bool { leastTotal == 0 }

    /// Places the vertices that are not fixed, heaviest first; where pools are limited, the large ones first.
    private mutating func placeAll() -> Bool {
        let heaviness = weights.map { $0.reduce(0, +) }
        let isLimited = rules.mostInPool != nil
        let order = (0..<graph.count).filter { pool[$0] < 0 }.sorted {
            (isLimited ? -rules.sizes[$0] : 0, -heaviness[$0], $0) < (
                isLimited ? -rules.sizes[$1] : 0, -heaviness[$1], $1
            )
        }
        for vertex in order {
            let open = (0..<pools).filter { fits(vertex, $0) }
            guard let least = open.min(by: { (sum(vertex, $0), fill[$0], $0) < (sum(vertex, $1), fill[$1], $1) }) else {
                return false
            }
            put(vertex, least)
        }
        return true
    }

    /// Makes up to `count` moves; stops where no weight is left.
    public mutating func improve(moves count: Int) {
        for _ in 0..<count where leastTotal > 0 {
            moves += 1
            guard let step = bestStep() else { return }
            take(step.vertex, to: step.pool)
            if let other = step.other { take(other, to: step.from) }
            if total < leastTotal { (best, leastTotal) = (pool, total) }
        }
    }

    private struct Step {
        var change: Int
        var vertex: Int, from: Int, pool: Int
        /// The vertex that goes the other way, of a swap.
        var other: Int?
    }

    /// The step that lowers the total most, or raises it least, of those that are not tabu or lead below the least
    /// total so far.
    private func bestStep() -> Step? {
        var best: Step?
        // For each two pools, what moves best from the one to the other, for swaps.
        var movers = [Step?](repeating: nil, count: rules.mostInPool == nil ? 0 : pools * pools)
        for vertex in 0..<graph.count where rules.fixed[vertex] == nil {
            let from = pool[vertex]
            let own = sum(vertex, from)
            guard own > 0 || rules.mostInPool != nil else { continue }
            for to in 0..<pools where to != from {
                let change = sum(vertex, to) - own
                let isTabu = tabuUntil[vertex * pools + to] >= moves && total + change >= leastTotal
                guard !isTabu else { continue }
                let step = Step(change: change, vertex: vertex, from: from, pool: to)
                if !movers.isEmpty, change < movers[from * pools + to]?.change ?? .max {
                    movers[from * pools + to] = step
                }
                if own > 0, change < best?.change ?? .max, fits(vertex, to) { best = step }
            }
        }
        for (place, one) in movers.enumerated() where place / pools < place % pools {
            guard var step = one, let other = movers[step.pool * pools + step.from] else { continue }
            step.change += other.change - 2 * weight(step.vertex, other.vertex)
            step.other = other.vertex
            if step.change < best?.change ?? .max, fitSwapped(step.vertex, other.vertex) { best = step }
        }
        return best
    }

    private func sum(_ vertex: Int, _ pool: Int) -> Int { sums[vertex * pools + pool] }

    private func fits(_ vertex: Int, _ pool: Int) -> Bool {
        rules.mostInPool.map { fill[pool] + rules.sizes[vertex] <= $0 } ?? true
    }

    private func fitSwapped(_ one: Int, _ other: Int) -> Bool {
        guard let most = rules.mostInPool else { return true }
        let more = rules.sizes[one] - rules.sizes[other]
        return fill[pool[other]] + more <= most && fill[pool[one]] - more <= most
    }

    private func weight(_ one: Int, _ other: Int) -> Int {
        graph.neighbours(of: one).firstIndex(of: Int32(other)).map {
            weights[one][$0 - graph.neighbours(of: one).startIndex]
        } ?? 0
    }

    /// Moves a vertex to another pool and keeps it from coming back for a while.
    private mutating func take(_ vertex: Int, to other: Int) {
        let from = pool[vertex]
        tabuUntil[vertex * pools + from] = moves + tenure(of: vertex)
        total -= sum(vertex, from)
        fill[from] -= rules.sizes[vertex]
        for (neighbour, weight) in zip(graph.neighbours(of: vertex), weights[vertex]) {
            sums[Int(neighbour) * pools + from] -= weight
        }
        put(vertex, other)
    }

    /// No two moves in a row have the same, or the search could go round in a circle.
    private func tenure(of vertex: Int) -> Int { PoolSearch.tenure + (7_919 * vertex + 31 * moves) % PoolSearch.more }

    private mutating func put(_ vertex: Int, _ other: Int) {
        pool[vertex] = other
        total += sum(vertex, other)
        fill[other] += rules.sizes[vertex]
        for (neighbour, weight) in zip(graph.neighbours(of: vertex), weights[vertex]) {
            sums[Int(neighbour) * pools + other] += weight
        }
    }
}
