// PairClassifier: a trained classifier of any kind, as everything but its own training sees it.

import Kernels

/// A trained classifier of any kind. Immutable: many workers may score with it at once.
public enum PairClassifier: Sendable {
    /// A learned pair partition function.
    case duplex(DuplexClassifier)
    /// A convolutional net on the one-hot images of both strands.
    case convolutional(ConvolutionalClassifier)

    /// What it is described by, whatever its kind.
    var properties: any ClassifierProperties {
        switch self {
        case .duplex(let classifier): classifier.configuration
        case .convolutional(let classifier): classifier.configuration
        }
    }

    /// The letters that it knows.
    public var alphabet: Alphabet { properties.alphabet }

    /// A score above it is predicted as 1.
    public var threshold: Float { properties.threshold }

    /// How the strands face each other.
    public var orientation: Orientation { properties.orientation }

    /// Whether the strands may be swapped: a duplex then gives the same score, a net has learned from both orders.
    public var isSymmetric: Bool { properties.isSymmetric }

    /// The lengths of the strands it was trained on.
    public var trainedLengths: ClosedRange<Int> { properties.trainedLengths }

    /// The lengths of strands at which it holds, as far as that was measured.
    public var scoredLengths: ClosedRange<Int> { properties.scoredLengths }

    /// The longest strand that it takes, in letters.
    public var longestStrand: Int { properties.longestStrand }

    /// Whether a score is that of A and B beside their homodimers, so that two equal strands share what binds with these.
    public var countsHomodimers: Bool {
        switch self {
        case .duplex(let classifier):
            classifier.configuration.isSymmetric && classifier.configuration.hasSelfMaps
        case .convolutional: false
        }
    }

    /// Writes the logits of the pairs `range`; the strands must be in codes of its alphabet and no longer than `longestStrand`.
    ///
    /// Where a pair has ambiguity letters, its score is the mean, or the largest, of the scores of what it stands for (see
    /// `AmbiguityExpansion`).
    public func logits(
        _ pairs: Pairs, _ range: Range<Int>, workspace: Workspace, ambiguity: AmbiguityScore = .mean,
        into logits: inout [Float]
    ) {
        if pairs.isAmbiguous {
            expandedLogits(pairs, range, workspace: workspace, ambiguity: ambiguity, into: &logits)
        } else {
            plainLogits(pairs, range, workspace: workspace, into: &logits)
        }
    }

    /// The same for pairs without ambiguity letters.
    func plainLogits(_ pairs: Pairs, _ range: Range<Int>, workspace: Workspace, into logits: inout [Float]) {
        switch self {
        case .duplex(let classifier):
            classifier.logits(pairs, range, workspace: workspace, into: &logits)
        case .convolutional(let classifier):
            classifier.logits(pairs, range, workspace: workspace, into: &logits)
        }
    }

    /// The score of a logit: the probability of label 1, or the expected soft label, 0 to 1.
    public static func score(_ logit: Float) -> Float { logistic(logit) }

    /// The logit of a threshold, which is held at 1e-4 from 0 and 1 so that it is finite.
    static func logit(ofThreshold threshold: Float) -> Float { SeqModel.logit(min(max(threshold, 1e-4), 1 - 1e-4)) }

    /// The logit of its own threshold; see `logit(ofThreshold:)`.
    var thresholdLogit: Float { PairClassifier.logit(ofThreshold: threshold) }
}

extension PairClassifier {
    /// The logits of all pairs, on as many threads as there are workspaces. `afterSome` is told now and then how many are
    /// done.
    public func logits(
        of pairs: Pairs, workspaces: [Workspace], afterSome: (Int) -> Void = { _ in }
    ) -> [Float] {
        let (size, piecesARound) = (512, 8 * workspaces.count)
        let all = FloatBuffer(count: pairs.count)
        for start in stride(from: 0, to: pairs.count, by: size * piecesARound) {
            let end = min(pairs.count, start + size * piecesARound)
            Parallel.run(pieces: (end - start + size - 1) / size, threads: workspaces.count) { piece, worker in
                let range = start + piece * size..<min(start + (piece + 1) * size, end)
                var part: [Float] = []
                logits(pairs, range, workspace: workspaces[worker], into: &part)
                all[range] = part
            }
            afterSome(end)
        }
        return all[0..<pairs.count]
    }
}
