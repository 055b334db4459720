// Pooling: shares designs out among pools, and writes which strand is in which.

import Kernels
import SeqIO
import SeqModel

/// The number of pools that is asked for.
enum PoolCount: Sendable, Equatable {
    case number(Int)
    /// As few as leave no conflict.
    case auto

    /// Parses a number or `auto`; nil for other text.
    init?(_ text: String) {
        if text == "auto" {
            self = .auto
        } else if let number = Int(text), (1...10_000).contains(number) {
            self = .number(number)
        } else {
            return nil
        }
    }
}

/// A division of designs among pools.
struct Pooling {
    /// The strands, a record each, and those that bind each other, with their scores.
    let designs: LoadedDesigns
    private let strandEdges: [ConflictGraph.Edge]
    let limit: Float
    /// The design of each strand, in the order of the records; and the strands that belong to designs which were not
    /// rejected.
    let designOfStrand: [Int]
    let isIn: [Bool]
    /// The pool of each design, from 0.
    private(set) var pools: [Int]
    private(set) var count: Int

    /// Scores below this are written as 0.
    static let leastScore: Float = 0.00005
    /// What a conflict adds where none may be left.
    private static let conflictWeight: Float = 1e6
    private static let movesEach = 10, leastMoves = 10_000, mostMoves = 200_000

    /// Pools that hold at most `mostInPool` strands each. Designs with a result in `rejected` are left out.
    init(
        _ designs: LoadedDesigns, _ scorer: CrosstalkScorer, limit: Float, rejected: [Rejection?],
        count asked: PoolCount,
        mostInPool: Int?, progress: ProgressBar
    ) throws {
        (self.designs, self.limit) = (designs, limit)
        var progress = progress
        let block = designs.strandBlock()
        let edges = PreparedDesigns(block, scorer).conflicts(above: Pooling.leastScore) { progress.update($0) }
        ProgressBar.clear()
        let places = designs.designOfStrand
        strandEdges =
            designs.isIntended ? edges.filter { places[Int($0.from)] != places[Int($0.to)] } : edges
        designOfStrand = places
        isIn = places.map { rejected[$0] == nil }
        // Vertices are the designs that were not rejected.
        let kept = rejected.indices.filter { rejected[$0] == nil }
        var vertices = [Int](repeating: -1, count: designs.count)
        for (vertex, design) in kept.enumerated() { vertices[design] = vertex }
        var (weights, conflicts) = ([ConflictGraph.Edge](), [ConflictGraph.Edge]())
        for edge in strandEdges {
            let (one, other) = (vertices[places[Int(edge.from)]], vertices[places[Int(edge.to)]])
            guard one >= 0, other >= 0, one != other else { continue }
            weights.append(.init(one, other, Pooling.weight(ofScore: edge.weight)))
            if edge.weight > limit { conflicts.append(.init(one, other, edge.weight)) }
        }
        var rules = PoolSearch.Rules(pools: 1, sizes: kept.map { designs.members[$0].count })
        rules.mostInPool = mostInPool
        rules.fixed = try kept.map { try designs.fixedPool(of: $0) }
        let moves = min(Pooling.mostMoves, max(Pooling.leastMoves, Pooling.movesEach * kept.count))
        let found = try Pooling.divide(
            (weights, conflicts), rules, asked, moves: moves, strands: isIn.count { $0 }, designs, kept)
        pools = [Int](repeating: -1, count: designs.count)
        for (vertex, design) in kept.enumerated() { pools[design] = found.pools[vertex] }
        count = found.count
    }

    /// What two strands with this score in one pool add to the sum that is made small: by the odds s / (1 - s), so that
    /// a strong pair is not left for the sake of a few weak ones. But up to odds of 0.3 a pair counts ten times as
    /// much: by the odds alone, many pairs of 0.1 to 0.5 would be left for the sake of a single strong one.
    private static func weight(ofScore score: Float) -> Float {
        let odds = score / max(1e-6, 1 - score)
        return min(odds, 0.3) + min(odds, 100) / 10
    }

    /// Divides the vertices among pools.
    private static func divide(
        _ edges: (weights: [ConflictGraph.Edge], conflicts: [ConflictGraph.Edge]), _ rules: PoolSearch.Rules,
        _ asked: PoolCount, moves: Int, strands: Int, _ designs: LoadedDesigns, _ kept: [Int]
    ) throws -> (pools: [Int], count: Int) {
        var rules = rules
        let vertices = rules.sizes.count
        let lastFixed = rules.fixed.compactMap { $0 }.max() ?? 0
        switch asked {
        case .number(let count):
            rules.pools = count
            if let vertex = rules.fixed.firstIndex(where: { $0 ?? 0 >= count }) {
                throw Failure(
                    message: "\(excerpt(designs.name(of: kept[vertex]))) is fixed to pool "
                        + "\((rules.fixed[vertex] ?? 0) + 1), expected at most \(count)", code: ExitCodes.badData)
            }
            let graph = ConflictGraph(count: vertices, edges: edges.weights, merging: .sum)
            guard var search = PoolSearch(graph, rules) else {
                throw Failure(
                    message: "\(counted(strands, "strands")) do not fit into \(counted(count, "pools")) of at most "
                        + "\(rules.mostInPool ?? 0)", code: ExitCodes.badData)
            }
            search.improve(moves: moves)
            return (search.found, count)
        case .auto:
            if let most = rules.mostInPool, let design = rules.sizes.firstIndex(where: { $0 > most }) {
                throw Failure(
                    message:
                        "\(excerpt(designs.name(of: kept[design]))) has \(rules.sizes[design]) strands that belong "
                        + "together, more than --max-count \(most)", code: ExitCodes.badData)
            }
            rules.pools = lastFixed + 1
            let conflicts = ConflictGraph(
                count: vertices, edges: edges.conflicts.map { .init(Int($0.from), Int($0.to), 1) })
            var pools = GraphColouring.bySaturation(conflicts, rules)
            pools = GraphColouring.reduced(pools, conflicts, rules, moves: moves)
            rules.pools = max(lastFixed, pools.max() ?? 0) + 1
            // What is left below the limit is made small, and no conflict comes back.
            let heavy = edges.weights + edges.conflicts.map { .init(Int($0.from), Int($0.to), conflictWeight) }
            let graph = ConflictGraph(count: vertices, edges: heavy, merging: .sum)
            guard var search = PoolSearch(graph, rules, from: pools) else { return (pools, rules.pools) }
            search.improve(moves: moves)
            return (search.found, rules.pools)
        }
    }

    /// The lines of the table: the strand's name, its pool from 1, the strand of the same pool that it binds most, and
    /// their score.
    func write(to sink: ByteSink, _ delimiter: Delimiter) throws {
        var worst = [(partner: Int, score: Float)?](repeating: nil, count: designOfStrand.count)
        for edge in edgesOfKept {
            let (one, other) = (Int(edge.from), Int(edge.to))
            guard pools[designOfStrand[one]] == pools[designOfStrand[other]] else { continue }
            for (strand, partner) in [(one, other), (other, one)] where edge.weight > worst[strand]?.score ?? 0 {
                worst[strand] = (partner, edge.weight)
            }
        }
        let names = designs.strandNames()
        try sink.write(delimiter.line(["name", "pool", "worst", "score"]) + [10])
        var line: [UInt8] = []
        for strand in designOfStrand.indices where isIn[strand] {
            line.removeAll(keepingCapacity: true)
            delimiter.append(names[strand][...], to: &line)
            line.append(delimiter.byte)
            line.append(contentsOf: "\(pools[designOfStrand[strand]] + 1)".utf8)
            line.append(delimiter.byte)
            if let worst = worst[strand] { delimiter.append(names[worst.partner][...], to: &line) }
            line.append(delimiter.byte)
            writeFixed(worst[strand]?.score ?? 0, decimals: 4, into: &line)
            line.append(10)
            try sink.write(line)
        }
    }

    /// The pairs of strands that bind each other, of designs that were not rejected.
    var edgesOfKept: some Sequence<ConflictGraph.Edge> {
        strandEdges.lazy.filter { isIn[Int($0.from)] && isIn[Int($0.to)] }
    }
}
