// SetGraphTests: sets, colourings and pools of small graphs against all that there are.

import Kernels
import TestSupport
import Testing

@testable import SeqModel

@Suite(.timed) struct SetGraphTests {
    /// A graph with each edge there by a chance of `density`, its weights in steps of 1/8, which are exact.
    private static func graph(_ count: Int, density: Float, seed: UInt64) -> ConflictGraph {
        var random = RandomSource(seed: seed)
        var edges: [ConflictGraph.Edge] = []
        for i in 0..<count {
            for j in i + 1..<count where random.uniform() < density {
                edges.append(.init(i, j, Float(1 + random.index(below: 40)) / 8))
            }
        }
        return ConflictGraph(count: count, edges: edges)
    }

    private static func isIndependent(_ chosen: [Int], _ graph: ConflictGraph) -> Bool {
        let set = Set(chosen)
        return chosen.allSatisfy { vertex in !graph.neighbours(of: vertex).contains { set.contains(Int($0)) } }
    }

    private static func weight(within pools: [Int], _ graph: ConflictGraph) -> Float {
        (0..<graph.count).reduce(Float(0)) { sum, vertex in
            zip(graph.neighbours(of: vertex), graph.weights(of: vertex)).reduce(sum) {
                pools[Int($1.0)] == pools[vertex] ? $0 + $1.1 / 2 : $0
            }
        }
    }

    /// Calls `body` with every way to share `count` vertices out among `pools`.
    private static func forEachDivision(_ count: Int, _ pools: Int, _ body: ([Int]) -> Void) {
        var division = [Int](repeating: 0, count: count)
        while true {
            body(division)
            var place = 0
            while place < count, division[place] == pools - 1 {
                division[place] = 0
                place += 1
            }
            if place == count { return }
            division[place] += 1
        }
    }

    @Test func edgesAreMergedWhateverTheirOrderAndDirection() {
        let edges: [ConflictGraph.Edge] = [.init(2, 0, 0.5), .init(0, 1, 0.25), .init(0, 2, 0.75), .init(2, 0, 0.125)]
        for merging in [ConflictGraph.Merging.heaviest, .sum] {
            let graph = ConflictGraph(count: 4, edges: edges, merging: merging)
            #expect(graph.edgeCount == 2 && (0..<4).map { graph.degree($0) } == [2, 1, 1, 0])
            #expect(Array(graph.neighbours(of: 0)) == [1, 2] && Array(graph.neighbours(of: 2)) == [0])
            let both: Float = merging == .sum ? 1.375 : 0.75
            #expect(Array(graph.weights(of: 0)) == [0.25, both] && Array(graph.weights(of: 2)) == [both])
        }
        #expect(ConflictGraph(count: 0, edges: []).edgeCount == 0)
    }

    @Test(arguments: [Float(0.1), 0.3, 0.6, 1]) func theLargestSetIsFoundOnSmallGraphs(density: Float) {
        for seed in UInt64(1)...22 {
            let count = 1 + Int(seed) % 11
            let graph = Self.graph(count, density: density, seed: seed)
            var largest = 0
            for bits in 0..<1 << count {
                let chosen = (0..<count).filter { bits >> $0 & 1 == 1 }
                if chosen.count > largest, Self.isIndependent(chosen, graph) { largest = chosen.count }
            }
            var search = IndependentSetSearch(graph, seed: seed)
            search.startBySmallestDegree()
            #expect(Self.isIndependent(search.found, graph))
            let first = search.found.count
            search.improve(moves: 2_000)
            #expect(search.found.count == largest && first <= largest && Self.isIndependent(search.found, graph))
        }
    }

    @Test func swapsEnlargeTheSetOfALargeGraphAndASeedGivesTheSameSet() {
        let graph = Self.graph(400, density: 0.05, seed: 3)
        func found(moves: Int, until enough: Int = .max) -> [Int] {
            var search = IndependentSetSearch(graph, seed: 7)
            search.startBySmallestDegree()
            search.improve(moves: moves, until: enough)
            return search.found
        }
        let (first, best) = (found(moves: 0), found(moves: 40_000))
        #expect(best.count > first.count && Self.isIndependent(best, graph))
        // Nothing can be added to it.
        let set = Set(best)
        #expect(
            (0..<400).allSatisfy { v in set.contains(v) || graph.neighbours(of: v).contains { set.contains(Int($0)) } })
        #expect(best == found(moves: 40_000) && found(moves: 40_000, until: first.count + 1).count > first.count)
    }

    @Test(arguments: [2, 3]) func poolsOfSmallGraphsHoldTheLeastWeight(pools: Int) throws {
        for seed in UInt64(1)...20 {
            let count = 2 + Int(seed) % 7
            let graph = Self.graph(count, density: 0.7, seed: seed)
            var rules = PoolSearch.Rules(pools: pools, sizes: (0..<count).map { 1 + ($0 + Int(seed)) % 2 })
            if seed % 2 == 0 { rules.mostInPool = (rules.sizes.reduce(0, +) + pools - 1) / pools + 1 }
            if seed % 3 == 0 { rules.fixed[1] = pools - 1 }
            func areKept(_ division: [Int]) -> Bool {
                let fill = (0..<pools).map { pool in
                    rules.sizes.indices.reduce(0) { division[$1] == pool ? $0 + rules.sizes[$1] : $0 }
                }
                return fill.allSatisfy { $0 <= rules.mostInPool ?? .max }
                    && division.indices.allSatisfy { rules.fixed[$0] == nil || rules.fixed[$0] == division[$0] }
            }
            var least = Float.infinity
            Self.forEachDivision(count, pools) { division in
                if areKept(division) { least = min(least, Self.weight(within: division, graph)) }
            }
            var search = try #require(PoolSearch(graph, rules))
            #expect(areKept(search.found))
            search.improve(moves: 3_000)
            #expect(areKept(search.found))
            #expect(Self.weight(within: search.found, graph) == least, "seed \(seed)")
            #expect(search.isClear == (least == 0))
        }
    }

    @Test func poolsThatAreTooSmallAreRefused() {
        let graph = Self.graph(5, density: 0.5, seed: 1)
        var rules = PoolSearch.Rules(pools: 2, sizes: [1, 1, 1, 1, 2])
        rules.mostInPool = 2
        #expect(PoolSearch(graph, rules) == nil)
        rules.mostInPool = 3
        #expect(PoolSearch(graph, rules) != nil)
        rules.fixed = [1, 1, 1, nil, nil]
        #expect(PoolSearch(graph, rules) != nil)
        rules.fixed = [1, 1, 1, 1, nil]
        #expect(PoolSearch(graph, rules) == nil)
    }

    @Test func colouringsOfSmallGraphsHaveTheFewestPools() {
        for seed in UInt64(1)...15 {
            let count = 2 + Int(seed) % 5
            let graph = Self.graph(count, density: 0.6, seed: 100 + seed)
            var fewest = count
            for pools in stride(from: count, to: 0, by: -1) {
                Self.forEachDivision(count, pools) { if Self.weight(within: $0, graph) == 0 { fewest = pools } }
            }
            let rules = PoolSearch.Rules(pools: 1, sizes: Array(repeating: 1, count: count))
            let first = GraphColouring.bySaturation(graph, rules)
            let reduced = GraphColouring.reduced(first, graph, rules, moves: 2_000)
            #expect(Self.weight(within: first, graph) == 0 && Self.weight(within: reduced, graph) == 0)
            #expect((reduced.max() ?? 0) + 1 == fewest, "seed \(seed)")
        }
    }

    @Test func aColouringKeepsFixedVerticesAndTheSizesOfPools() {
        let graph = Self.graph(30, density: 0.2, seed: 9)
        var rules = PoolSearch.Rules(pools: 3, sizes: Array(repeating: 2, count: 30))
        rules.mostInPool = 6
        rules.fixed[4] = 2
        rules.fixed[5] = 2
        let pools = GraphColouring.bySaturation(graph, rules)
        // Two that are fixed to one pool may be neighbours; nothing else may.
        #expect(pools[4] == 2 && pools[5] == 2)
        for pool in 0...(pools.max() ?? 0) { #expect(pools.count { $0 == pool } <= 3) }
        for vertex in 0..<30 {
            for other in graph.neighbours(of: vertex) where pools[vertex] == pools[Int(other)] {
                #expect(Set([vertex, Int(other)]) == [4, 5])
            }
        }
    }
}
