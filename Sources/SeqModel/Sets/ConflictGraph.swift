// ConflictGraph: which vertices may not stand together, and how much each pair weighs. It knows no strands.

/// An undirected graph with a weight for each edge: vertices are designs, edges are conflicts between two of them.
public struct ConflictGraph: Sendable {
    /// An edge from one vertex to another.
    public struct Edge: Sendable, Equatable {
        /// The vertices; `from` is not `to`.
        public var from: Int32, to: Int32
        /// The weight, such as a score.
        public var weight: Float

        /// An edge between two vertices.
        public init(_ from: Int, _ to: Int, _ weight: Float) {
            (self.from, self.to, self.weight) = (Int32(from), Int32(to), weight)
        }
    }

    /// Number of vertices.
    public let count: Int
    /// The neighbours of vertex v, ascending, are at `starts[v] ..< starts[v + 1]` of `neighbours` and of `weights`.
    private let starts: [Int]
    private let neighbours: [Int32]
    private let weights: [Float]

    /// How the weights of several edges between the same two vertices make one.
    public enum Merging: Sendable {
        /// The greatest of them.
        case heaviest
        /// Their sum.
        case sum
    }

    /// A graph of `count` vertices, with the edges in whichever direction and order.
    public init(count: Int, edges: [Edge], merging: Merging = .heaviest) {
        self.count = count
        var ends = [Int](repeating: 0, count: count + 1)
        for edge in edges {
            precondition(edge.from != edge.to)
            ends[Int(edge.from) + 1] += 1
            ends[Int(edge.to) + 1] += 1
        }
        for vertex in 0..<count { ends[vertex + 1] += ends[vertex] }
        var next = ends
        var all = [(to: Int32, weight: Float)](repeating: (0, 0), count: 2 * edges.count)
        func add(_ from: Int32, _ to: Int32, _ weight: Float) {
            all[next[Int(from)]] = (to, weight)
            next[Int(from)] += 1
        }
        for edge in edges {
            add(edge.from, edge.to, edge.weight)
            add(edge.to, edge.from, edge.weight)
        }
        var (starts, neighbours, weights) = ([0], [Int32](), [Float]())
        for vertex in 0..<count {
            let start = neighbours.count
            for (to, weight) in all[ends[vertex]..<ends[vertex + 1]].sorted(by: {
                ($0.to, $0.weight) < ($1.to, $1.weight)
            }) {
                if neighbours.count > start, neighbours[neighbours.count - 1] == to {
                    let before = weights[weights.count - 1]
                    weights[weights.count - 1] = merging == .sum ? before + weight : max(before, weight)
                } else {
                    neighbours.append(to)
                    weights.append(weight)
                }
            }
            starts.append(neighbours.count)
        }
        (self.starts, self.neighbours, self.weights) = (starts, neighbours, weights)
    }

    /// Number of edges.
    public var edgeCount: Int { neighbours.count / 2 }

    /// Number of neighbours of a vertex.
    public func degree(_ vertex: Int) -> Int { starts[vertex + 1] - starts[vertex] }

    /// The neighbours of a vertex, ascending.
    public func neighbours(of vertex: Int) -> ArraySlice<Int32> { neighbours[starts[vertex]..<starts[vertex + 1]] }

    /// The weights of the edges to the neighbours of a vertex, in the same order.
    public func weights(of vertex: Int) -> ArraySlice<Float> { weights[starts[vertex]..<starts[vertex + 1]] }
}
