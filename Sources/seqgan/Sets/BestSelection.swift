// BestSelection: a large set of designs that go together, out of all of them.

import Kernels
import SeqModel
import Synchronization

/// Finds, among all designs within the limits, a large set of which no two bind each other.
struct BestSelection {
    let scorer: CrosstalkScorer
    let limits: SelectionLimits
    let seed: UInt64
    /// The most designs to keep; nil: any number.
    let most: Int?

    /// Moves of the search for each design, and the most in all.
    private static let movesEach = 500, mostMoves = 20_000_000
    /// The weight of two designs whose strands are too near: beyond any score.
    private static let tooNear: Float = 2

    /// For each design of `block`, nil where it is kept, or why not. A blocker is numbered after the strands of
    /// `owned` by its place among the kept. `didCompare` is called with the number of designs compared with all others.
    func run(_ block: DesignBlock, clearOf owned: DesignBlock?, didCompare: (Int) -> Void) -> [Rejection?] {
        var results = brokenByThemselves(block, clearOf: owned)
        let open = results.indices.filter { results[$0] == nil }
        let designs = PreparedDesigns(block.only(open), scorer)
        let edges = designs.conflicts(above: limits.crosstalk, afterSome: didCompare) + near(designs.block)
        let graph = ConflictGraph(count: open.count, edges: edges)
        var search = IndependentSetSearch(graph, seed: seed)
        search.startBySmallestDegree()
        let moves = min(BestSelection.mostMoves, BestSelection.movesEach * open.count)
        search.improve(moves: moves, until: most ?? .max)
        let chosen = search.found
        // Those that more were found than wanted for count as not looked at: nothing blocked them.
        let kept = chosen.prefix(most ?? .max)
        var numbers: [Int: Int] = [:]
        for (number, vertex) in kept.enumerated() { numbers[vertex] = (owned?.count ?? 0) + number }
        for (vertex, design) in open.enumerated() where numbers[vertex] == nil {
            results[design] = blocked(vertex, in: graph, numbers)
        }
        return results
    }

    /// What each design breaks by itself or with the strands to stay clear of; nil for nothing.
    func brokenByThemselves(_ block: DesignBlock, clearOf owned: DesignBlock?) -> [Rejection?] {
        FirstCome(scorer, limits, clearOf: owned, nil, most: nil).screened(block)
    }

    /// Number of strands of designs that are not `rejected` which bind themselves above `limit`.
    func countOfOwn(in designs: LoadedDesigns, above limit: Float, _ rejected: [Rejection?]) -> Int {
        let block = designs.strandBlock()
        let strands = PreparedDesigns(block, scorer)
        let count = Mutex(0)
        let places = designs.designOfStrand
        scorer.run(pieces: block.count) { strand, worker in
            guard rejected[places[strand]] == nil,
                strands.greatestOwnScore(of: strand, above: limit, worker) > limit
            else { return }
            count.withLock { $0 += 1 }
        }
        return count.withLock { $0 }
    }

    /// The pairs of designs with strands that are too near.
    private func near(_ block: DesignBlock) -> [ConflictGraph.Edge] {
        guard limits.leastDistance > 0 else { return [] }
        let found = Mutex([[ConflictGraph.Edge]](repeating: [], count: block.count))
        scorer.run(pieces: block.count) { [limits] design, _ in
            var own = DistantStrands(least: limits.leastDistance)
            for variant in block.variants(of: design..<design + 1) { own.append(Array(block.variants[variant])) }
            let near = (design + 1..<block.count).filter { other in
                block.variants(of: other..<other + 1).contains { own.nearest(to: Array(block.variants[$0])) != nil }
            }
            let edges = near.map { ConflictGraph.Edge(design, $0, BestSelection.tooNear) }
            found.withLock { $0[design] = edges }
        }
        return found.withLock { Array($0.joined()) }
    }

    /// Which of the kept designs, by their `numbers`, a vertex binds most; nothing where none does.
    private func blocked(_ vertex: Int, in graph: ConflictGraph, _ numbers: [Int: Int]) -> Rejection {
        var worst = Rejection(reason: .enough)
        for (neighbour, weight) in zip(graph.neighbours(of: vertex), graph.weights(of: vertex)) {
            guard let number = numbers[Int(neighbour)], weight > worst.score ?? -1 else { continue }
            worst = Rejection(reason: .crosstalk, blocker: number, score: weight)
        }
        if worst.score == BestSelection.tooNear {
            worst = Rejection(reason: .minDistance, blocker: worst.blocker)
        }
        return worst
    }
}
