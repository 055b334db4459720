// IndependentSet: a large set of vertices of which no two are neighbours.

import Kernels

/// Searches a graph for a large set of vertices without an edge between any two of them.
///
/// The first set takes the vertex of smallest degree among those left, again and again. Then swaps enlarge it, after
/// the tabu search of Jin & Hao (Eng. Appl. Artif. Intell. 37:20, 2015): a vertex without neighbours in the set is
/// added; else one with a single neighbour there takes its place; else, now and then, one with two. Vertices that were
/// taken out do not come back for some moves.
public struct IndependentSetSearch {
    private let graph: ConflictGraph
    private var random: RandomSource
    private var isInside: [Bool]
    /// For each vertex, its neighbours in the set.
    private var tightness: [Int32]
    /// The vertices outside the set with no, one and two neighbours in it, and the place of each vertex there.
    private var loose: [[Int32]] = [[], [], []]
    private var places: [Int32]
    /// The move until which a vertex is not put into the set.
    private var tabuUntil: [Int]
    private var moves = 0
    private var size = 0
    private var best: [Bool]
    private var bestSize = 0

    /// A search with the random numbers of `seed`.
    public init(_ graph: ConflictGraph, seed: UInt64) {
        self.graph = graph
        random = RandomSource(seed: seed)
        isInside = Array(repeating: false, count: graph.count)
        tightness = Array(repeating: 0, count: graph.count)
        places = Array(repeating: 0, count: graph.count)
        tabuUntil = Array(repeating: 0, count: graph.count)
        best = isInside
        for vertex in 0..<graph.count { enlist(vertex) }
    }

    /// The largest set that was found so far, ascending.
    public var found: [Int] { best.indices.filter { best[$0] } }

    /// Starts from the set that smallest degrees give; of equal degrees, the lower vertex first.
    public mutating func startBySmallestDegree() {
        var degrees = (0..<graph.count).map { graph.degree($0) }
        var isLeft = Array(repeating: true, count: graph.count)
        var queue = DegreeQueue(degrees)
        while let vertex = queue.popLowest(where: { isLeft[$0] && degrees[$0] == $1 }) {
            isLeft[vertex] = false
            insert(vertex)
            for neighbour in graph.neighbours(of: vertex).map(Int.init) where isLeft[neighbour] {
                isLeft[neighbour] = false
                for other in graph.neighbours(of: neighbour).map(Int.init) where isLeft[other] {
                    degrees[other] -= 1
                    queue.push(other, degrees[other])
                }
            }
        }
        keepIfLargest()
    }

    /// Makes `count` moves, or fewer where the set has `enough` vertices before.
    public mutating func improve(moves count: Int, until enough: Int = .max) {
        var sinceBest = 0
        for _ in 0..<count where bestSize < enough {
            moves += 1
            let sizeBefore = bestSize
            move()
            keepIfLargest()
            sinceBest = bestSize > sizeBefore ? 0 : sinceBest + 1
            // Far from the best set for long: a few vertices of many neighbours shake it.
            if sinceBest > 0, sinceBest % IndependentSetSearch.patience == 0 { shake() }
        }
        complete()
    }

    /// Adds to the largest set what goes with it: the moves may have ended just when it was found.
    private mutating func complete() {
        for vertex in 0..<graph.count where !best[vertex] {
            guard !graph.neighbours(of: vertex).contains(where: { best[Int($0)] }) else { continue }
            best[vertex] = true
            bestSize += 1
        }
    }

    private static let patience = 20_000
    /// Candidates that are looked at for a move.
    private static let looks = 24
    /// Moves for which a vertex stays out, at least.
    private static let tenure = 7

    private mutating func move() {
        if let vertex = loose[0].isEmpty ? nil : Int(loose[0][random.index(below: loose[0].count)]) {
            return insert(vertex)
        }
        // Of some with one neighbour in the set, one that would let most others in: their neighbours with one, too.
        if let vertex = candidate(of: 1) { return exchange(vertex, tenure: random.index(below: 10 + loose[1].count)) }
        if let vertex = candidate(of: 2) { return exchange(vertex, tenure: 0) }
        shake()
    }

    /// One of the vertices with `count` neighbours in the set that is not tabu, of some looked at the one that waits
    /// longest.
    private mutating func candidate(of count: Int) -> Int? {
        guard !loose[count].isEmpty else { return nil }
        var found: Int?
        for _ in 0..<IndependentSetSearch.looks {
            let vertex = Int(loose[count][random.index(below: loose[count].count)])
            guard tabuUntil[vertex] < moves else { continue }
            if found.map({ tabuUntil[vertex] < tabuUntil[$0] }) ?? true { found = vertex }
        }
        return found
    }

    private mutating func shake() {
        guard size < graph.count else { return }
        for _ in 0..<4 {
            let vertex = random.index(below: graph.count)
            if !isInside[vertex] { exchange(vertex, tenure: 0) }
        }
    }

    /// Puts a vertex in and takes its neighbours out.
    private mutating func exchange(_ vertex: Int, tenure: Int) {
        for neighbour in graph.neighbours(of: vertex) where isInside[Int(neighbour)] {
            remove(Int(neighbour))
            tabuUntil[Int(neighbour)] = moves + IndependentSetSearch.tenure + tenure
        }
        insert(vertex)
    }

    private mutating func insert(_ vertex: Int) {
        delist(vertex)
        isInside[vertex] = true
        size += 1
        for neighbour in graph.neighbours(of: vertex).map(Int.init) {
            delist(neighbour)
            tightness[neighbour] += 1
            enlist(neighbour)
        }
    }

    private mutating func remove(_ vertex: Int) {
        isInside[vertex] = false
        size -= 1
        enlist(vertex)
        for neighbour in graph.neighbours(of: vertex).map(Int.init) {
            delist(neighbour)
            tightness[neighbour] -= 1
            enlist(neighbour)
        }
    }

    private mutating func enlist(_ vertex: Int) {
        let count = Int(tightness[vertex])
        guard !isInside[vertex], count < loose.count else { return }
        places[vertex] = Int32(loose[count].count)
        loose[count].append(Int32(vertex))
    }

    private mutating func delist(_ vertex: Int) {
        let count = Int(tightness[vertex])
        guard !isInside[vertex], count < loose.count else { return }
        let place = Int(places[vertex])
        let last = loose[count].removeLast()
        if place < loose[count].count {
            loose[count][place] = last
            places[Int(last)] = Int32(place)
        }
    }

    private mutating func keepIfLargest() {
        guard size > bestSize else { return }
        (best, bestSize) = (isInside, size)
    }
}

/// Vertices by degree, the lowest degree first and of equal ones the lower vertex; entries that no longer hold are left
/// in and passed over.
private struct DegreeQueue {
    private var heap: [Int64] = []

    init(_ degrees: [Int]) { for (vertex, degree) in degrees.enumerated() { push(vertex, degree) } }

    mutating func push(_ vertex: Int, _ degree: Int) {
        heap.append(Int64(degree) << 32 | Int64(vertex))
        var place = heap.count - 1
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Removes the first vertex for which `holds`, given it and its degree, is true.
    mutating func popLowest(where holds: (Int, Int) -> Bool) -> Int? {
        while let first = heap.first {
            let last = heap.removeLast()
            if !heap.isEmpty {
                heap[0] = last
                sink()
            }
            let (vertex, degree) = (Int(first & 0xffff_ffff), Int(first >> 32))
            if holds(vertex, degree) { return vertex }
        }
        return nil
    }

    private mutating func sink() {
        var place = 0
        while true {
            let (left, right) = (2 * place + 1, 2 * place + 2)
            var lowest = place
            if left < heap.count, heap[left] < heap[lowest] { lowest = left }
            if right < heap.count, heap[right] < heap[lowest] { lowest = right }
            if lowest == place { return }
            heap.swapAt(place, lowest)
            place = lowest
        }
    }
}
