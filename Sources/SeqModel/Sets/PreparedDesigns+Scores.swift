// PreparedDesigns+Scores: how strongly the designs of a set bind each other, and the strands that are meant to bind.

import Synchronization

extension PreparedDesigns {
    /// For each design, its greatest score with another of the block; 0 where all are at most `limit`. `afterSome` is
    /// called from time to time with the number of designs that were compared with all later ones.
    public func greatestCrosstalk(above limit: Float, afterSome: (Int) -> Void = { _ in }) -> [Float] {
        var greatest = [Float](repeating: 0, count: block.count)
        forEachConflict(above: limit, afterSome: afterSome) { edge in
            for design in [Int(edge.from), Int(edge.to)] { greatest[design] = max(greatest[design], edge.weight) }
        }
        return greatest
    }

    /// For each design, the score of the two strands that are meant to bind; see `leastIntendedScore`.
    public func intendedScores() -> [Float] {
        let found = Mutex([Float](repeating: 0, count: block.count))
        scorer.run(pieces: block.count) { design, worker in
            let score = leastIntendedScore(of: design, worker)
            found.withLock { $0[design] = score }
        }
        return found.withLock { $0 }
    }
}
