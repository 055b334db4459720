// PreparedDesigns+Checks: whether a design binds itself, its partner, or others.

import Kernels
import Synchronization

extension PreparedDesigns {
    /// The greatest score of a strand of `design` with itself, or with another of its strands that it is not meant to
    /// bind. Scores of at most `limit` may be returned as 0.
    public func greatestOwnScore(of design: Int, above limit: Float, _ worker: CrosstalkScorer.Worker) -> Float {
        let strands = block.strands(of: design)
        var greatest: Float = 0
        for (place, strand) in strands.enumerated() {
            for row in block.variants(ofStrand: strand) {
                let own = row..<block.variants(ofStrand: strand).upperBound
                forEachScore(row, with: self, own, above: limit, worker) { greatest = max(greatest, $1) }
                for other in strands.dropFirst(place + 1) where !block.isPaired || place > 0 {
                    let columns = block.variants(ofStrand: other)
                    forEachScore(row, with: self, columns, above: limit, worker) { greatest = max(greatest, $1) }
                }
            }
        }
        return greatest
    }

    /// The least score of the two strands that are meant to bind, over the conditions. Of ambiguous strands, each
    /// variant of either counts with the variant of the other that it binds most.
    public func leastIntendedScore(of design: Int, _ worker: CrosstalkScorer.Worker) -> Float {
        precondition(block.isPaired)
        let strands = block.strands(of: design)
        let (rows, columns) = (
            block.variants(ofStrand: strands.lowerBound), block.variants(ofStrand: strands.lowerBound + 1)
        )
        var least: Float = 1
        for point in points {
            var ofRows = [Float](repeating: 0, count: rows.count)
            var ofColumns = [Float](repeating: 0, count: columns.count)
            for row in rows {
                score(row, with: self, columns, point, above: nil, worker)
                for column in columns {
                    let score = PairClassifier.score(worker.logits[column - columns.lowerBound])
                    ofRows[row - rows.lowerBound] = max(ofRows[row - rows.lowerBound], score)
                    ofColumns[column - columns.lowerBound] = max(ofColumns[column - columns.lowerBound], score)
                }
            }
            least = min(least, (ofRows + ofColumns).reduce(1, min))
        }
        return least
    }

    /// A design of `others`, among `range`, that `design` binds above `limit`, with the score; nil where there is none.
    ///
    /// Looks at a few of them at a time, in order, and only until it finds one that is bound above the limit: of those
    /// looked at together, the one that is bound most.
    public func firstConflict(
        of design: Int, with others: PreparedDesigns, _ range: Range<Int>, above limit: Float,
        _ worker: CrosstalkScorer.Worker
    ) -> ScoredDesign? {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: PreparedDesigns.together) {
            let part = start..<min(range.upperBound, start + PreparedDesigns.together)
            let columns = others.block.variants(of: part)
            var worst: ScoredDesign?
            for row in block.variants(of: design..<design + 1) {
                forEachScore(row, with: others, columns, above: limit, worker) { column, score in
                    guard score > limit, score > worst?.score ?? -1 else { return }
                    worst = ScoredDesign(design: Int(others.block.designs[column]), score: score)
                }
                if let worst { return worst }
            }
        }
        return nil
    }

    /// Designs that are looked at together.
    private static let together = 16

    /// Calls `body` with each design of `others`, among `range`, that `design` binds above `limit`, and the greatest
    /// score, in order.
    public func forEachConflict(
        of design: Int, with others: PreparedDesigns, _ range: Range<Int>, above limit: Float,
        _ worker: CrosstalkScorer.Worker,
        _ body: (ScoredDesign) -> Void
    ) {
        guard !range.isEmpty else { return }
        var found: [Int: Float] = [:]
        let columns = others.block.variants(of: range)
        for row in block.variants(of: design..<design + 1) {
            forEachScore(row, with: others, columns, above: limit, worker) { column, score in
                guard score > limit else { return }
                found[Int(others.block.designs[column]), default: score].raise(to: score)
            }
        }
        for (design, score) in found.sorted(by: { $0.key < $1.key }) {
            body(ScoredDesign(design: design, score: score))
        }
    }
}

extension PreparedDesigns {
    /// The pairs of designs that bind each other above `limit`, with the greatest score of each. `afterSome` is called
    /// from time to time with the number of designs that were compared with all later ones.
    public func conflicts(above limit: Float, afterSome: (Int) -> Void = { _ in }) -> [ConflictGraph.Edge] {
        var edges: [ConflictGraph.Edge] = []
        forEachConflict(above: limit, afterSome: afterSome) { edges.append($0) }
        return edges
    }

    /// Calls `body` with each of these pairs, in order. The memory is that of a few designs' conflicts at a time.
    func forEachConflict(
        above limit: Float, afterSome: (Int) -> Void, _ body: (ConflictGraph.Edge) -> Void
    ) {
        let reachable = reachablePairs(above: limit)
        let size = reachable == nil ? 1 : PreparedDesigns.groupSize
        let together = 32 * scorer.threads
        for start in stride(from: 0, to: block.count, by: together) {
            let rows = start..<min(block.count, start + together)
            let pieces = (rows.count + size - 1) / size
            let found = Mutex([[ConflictGraph.Edge]](repeating: [], count: pieces))
            scorer.run(pieces: pieces) { piece, worker in
                let first = rows.lowerBound + piece * size
                let group = first..<min(rows.upperBound, first + size)
                var own: [ConflictGraph.Edge] = []
                if let reachable {
                    own = conflicts(ofGroup: group, reachable, above: limit, worker)
                } else {
                    for row in group {
                        forEachConflict(of: row, with: self, row + 1..<block.count, above: limit, worker) {
                            own.append(.init(row, $0.design, $0.score))
                        }
                    }
                }
                found.withLock { [own] in $0[piece] = own }
            }
            for own in found.withLock({ $0 }) { own.forEach(body) }
            afterSome(rows.upperBound)
        }
    }

    /// Designs whose strands are bounded together.
    private static let groupSize = 8

    /// For each condition, the pairs of variants that need to be scored; nil where the classifier has no bound.
    private func reachablePairs(above limit: Float) -> [ReachablePairs]? {
        guard scorer.isSameForBothOrders, block.count > PreparedDesigns.groupSize else { return nil }
        let found = scorer.classifiers.compactMap {
            ReachablePairs($0, block.variants, above: limit, threads: scorer.threads)
        }
        return found.count == scorer.classifiers.count ? found : nil
    }

    /// The conflicts of the designs `group` with all later ones, in order.
    private func conflicts(
        ofGroup group: Range<Int>, _ reachable: [ReachablePairs], above limit: Float,
        _ worker: CrosstalkScorer.Worker
    ) -> [ConflictGraph.Edge] {
        var greatest: [SIMD2<Int32>: Float] = [:]
        var limits: [Float] = []
        let (own, others) = (block.variants(of: group), block.variants(of: group.lowerBound..<block.count))
        for point in points {
            for start in stride(from: own.lowerBound, to: own.upperBound, by: DuplexKernels.partnerLanes) {
                let lanes = Array(start..<min(own.upperBound, start + DuplexKernels.partnerLanes))
                reachable[point].forEach(others, with: lanes, ofRows: true, worker.workspace, &limits) { row, column in
                    let edge = SIMD2(block.designs[row], block.designs[column])
                    guard edge.x < edge.y else { return }
                    forEachScore(row, with: self, column..<column + 1, at: point, above: limit, worker) { _, score in
                        if score > limit { greatest[edge, default: score].raise(to: score) }
                    }
                }
            }
        }
        return greatest.sorted { ($0.key.x, $0.key.y) < ($1.key.x, $1.key.y) }.map {
            ConflictGraph.Edge(Int($0.key.x), Int($0.key.y), $0.value)
        }
    }
}

extension Float {
    fileprivate mutating func raise(to other: Float) { self = max(self, other) }
}
