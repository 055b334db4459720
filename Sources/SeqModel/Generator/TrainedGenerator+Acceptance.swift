// TrainedGenerator+Acceptance: the rejection sampler for the pairs of a label at a point.

import Kernels
import Synchronization

extension TrainedGenerator {
    /// Pairs that are drawn to see what the generator makes at a point, and those of a task of a thread.
    private static let counted = 8_192, piece = 256

    /// The sampler that decides which of the pairs of `label` are kept at `point`, the values of the conditions in
    /// order and in their units.
    ///
    /// How frequent scores and facing letters are among the generator's pairs depends on the conditions in ways that no
    /// function fitted in advance follows closely. So some pairs are drawn at the point, always the same ones, and
    /// scored by `classifier`, which is the one at the point; early model files have fitted functions.
    public func acceptance(
        at point: [Float], label: Int, judgedBy classifier: PairClassifier, threads: Int
    ) -> RejectionSampler {
        guard case .paired(let generator) = self else { return .everything(letters: classifier.alphabet.count) }
        let inputs = zip(generator.conditions, point).map { $0.standardised(Double($1)) }
        guard generator.acceptance.counts(label: label) else { return generator.acceptance.at(inputs[...]) }
        let (size, given) = (TrainedGenerator.piece, [[UInt8]?](repeating: nil, count: TrainedGenerator.piece))
        let pieces = TrainedGenerator.counted / size
        let workers = (0..<min(threads, pieces)).map { _ in WorkerCell((drawing: Worker(self), workspace: Workspace()))
        }
        let drawn = Mutex([RejectionSampler.Scored?](repeating: nil, count: pieces))
        Parallel.run(pieces: pieces, threads: threads) { piece, worker in
            workers[worker].work { worker in
                var sources = (0..<size).map { RandomSource(seed: 0, .countedPair(piece * size + $0)) }
                var pairs = Pairs(alphabet: classifier.alphabet)
                for pair in draw(
                    label: label, at: point, given: given, lengths: 1...DuplexShape.maximumLength, &sources,
                    worker.drawing)
                {
                    if let pair { pairs.append(pair.a[...], pair.b[...]) }
                }
                var logits: [Float] = []
                classifier.logits(pairs, 0..<pairs.count, workspace: worker.workspace, into: &logits)
                let scored = RejectionSampler.Scored(pairs: pairs, logits: logits)
                drawn.withLock { $0[piece] = scored }
            }
        }
        var pairs = Pairs(alphabet: classifier.alphabet)
        var logits: [Float] = []
        for part in drawn.withLock({ $0 }).compactMap({ $0 }) {
            for p in 0..<part.pairs.count { pairs.append(pair: p, of: part.pairs) }
            logits += part.logits
        }
        return generator.acceptance.at(
            inputs[...], label: label, generated: RejectionSampler.Scored(pairs: pairs, logits: logits))
    }
}
