// GraphColouring: the fewest pools without a conflict that are found.

/// Shares the vertices of a graph out among as few pools as possible, none with two neighbours.
public enum GraphColouring {
    /// The pool of each vertex, from 0, after DSATUR (Brélaz, Commun. ACM 22:251, 1979): next is the vertex whose
    /// neighbours are in most pools, of those the one with most neighbours, then the lower; it goes to the first pool
    /// that takes it. `rules.pools` is the least number of pools; there are more where they are needed.
    public static func bySaturation(_ graph: ConflictGraph, _ rules: PoolSearch.Rules) -> [Int] {
        var pools = [Int](repeating: -1, count: graph.count)
        var fill = [Int](repeating: 0, count: rules.pools)
        /// The pools of each vertex's neighbours.
        var near = [Set<Int>](repeating: [], count: graph.count)
        func put(_ vertex: Int, _ pool: Int) {
            while fill.count <= pool { fill.append(0) }
            pools[vertex] = pool
            fill[pool] += rules.sizes[vertex]
            for neighbour in graph.neighbours(of: vertex) { near[Int(neighbour)].insert(pool) }
        }
        for vertex in 0..<graph.count { if let fixed = rules.fixed[vertex] { put(vertex, fixed) } }
        let order = (0..<graph.count).sorted { (-graph.degree($0), $0) < (-graph.degree($1), $1) }
        for _ in order where pools.contains(-1) {
            var next: Int?
            for vertex in order where pools[vertex] < 0 && near[vertex].count > next.map({ near[$0].count }) ?? -1 {
                next = vertex
            }
            guard let next else { break }
            let pool = (0...fill.count).first { pool in
                let isFull = rules.mostInPool.map {
                    (fill.indices.contains(pool) ? fill[pool] : 0) + rules.sizes[next] > $0
                }
                return !near[next].contains(pool) && !(isFull ?? false)
            }
            put(next, pool ?? fill.count)
        }
        return pools
    }

    /// A colouring with fewer pools than `pools` has, where a search of `moves` moves finds one for each number of
    /// pools less by one; else `pools` itself.
    public static func reduced(_ pools: [Int], _ graph: ConflictGraph, _ rules: PoolSearch.Rules, moves: Int) -> [Int] {
        var pools = pools
        var rules = rules
        let least = max(1, (rules.fixed.compactMap { $0 }.max() ?? 0) + 1)
        while let most = pools.max(), most >= least {
            rules.pools = most
            guard var search = PoolSearch(graph, rules) else { return pools }
            search.improve(moves: moves)
            guard search.isClear else { return pools }
            pools = search.found
        }
        return pools
    }
}
