// LabelledScores: the logits of labelled pairs, each at its own conditions.

import Kernels
import SeqModel

extension PairClassifier {
    /// The logits of all pairs, each at its own conditions where the classifier knows some, computed on as many threads
    /// as there are workspaces. `afterSome` is called from time to time with the number of pairs done.
    func logits(
        ofLabelled pairs: LabelledPairs, workspaces: [Workspace], afterSome: (Int) -> Void
    ) -> [Float] {
        guard !conditions.isEmpty else {
            return logits(of: pairs.pairs, workspaces: workspaces, afterSome: afterSome)
        }
        // Large pieces, so that pairs at equal conditions are found in one.
        let (size, piecesARound) = (2_048, 4 * workspaces.count)
        let all = FloatBuffer(count: pairs.count)
        for start in stride(from: 0, to: pairs.count, by: size * piecesARound) {
            let end = min(pairs.count, start + size * piecesARound)
            Parallel.run(pieces: (end - start + size - 1) / size, threads: workspaces.count) { piece, worker in
                let range = start + piece * size..<min(start + (piece + 1) * size, end)
                var part: [Float] = []
                logits(pairs.pairs, range, at: pairs.conditions, workspace: workspaces[worker], into: &part)
                all[range] = part
            }
            afterSome(end)
        }
        return all[0..<pairs.count]
    }
}
