// PreparedDesigns+Scores: how strongly the designs of a set bind each other, and the strands that are meant to bind.

import Synchronization

extension PreparedDesigns {
    /// For each design, its greatest score with another of the block; 0 where all are at most `limit`. `afterSome` is
    /// called from time to time with the number of designs that were compared with all later ones.
    public func greatestCrosstalk(above limit: Float, afterSome: (Int) -> Void = { _ in }) -> [Float] {
        var greatest = [Float](repeating: 0, count: block.count)
        let together = 32 * scorer.threads
        for start in stride(from: 0, to: block.count, by: together) {
            let rows = start..<min(block.count, start + together)
            let found = Mutex([[Float]](repeating: [], count: rows.count))
            scorer.run(pieces: rows.count) { piece, worker in
                let scores = self.scores(of: rows.lowerBound + piece, above: limit, worker)
                found.withLock { $0[piece] = scores }
            }
            for (row, scores) in zip(rows, found.withLock({ $0 })) {
                for (offset, score) in scores.enumerated() {
                    greatest[row] = max(greatest[row], score)
                    greatest[row + 1 + offset] = max(greatest[row + 1 + offset], score)
                }
            }
            afterSome(rows.upperBound)
        }
        return greatest
    }

    /// The greatest score of a design with each later one.
    private func scores(of design: Int, above limit: Float, _ worker: CrosstalkScorer.Worker) -> [Float] {
        let others = design + 1..<block.count
        var scores = [Float](repeating: 0, count: others.count)
        guard !others.isEmpty else { return scores }
        let columns = block.variants(of: others)
        for row in block.variants(of: design..<design + 1) {
            forEachScore(row, with: self, columns, above: limit, worker) { column, score in
                let other = Int(block.designs[column]) - others.lowerBound
                if score > limit { scores[other] = max(scores[other], score) }
            }
        }
        return scores
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
