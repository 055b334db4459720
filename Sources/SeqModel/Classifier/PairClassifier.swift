// PairClassifier: a trained classifier of any kind.

import Kernels

/// A trained classifier of any kind. Immutable: many threads may score with it at once, each with its own workspace.
public enum PairClassifier: Sendable {
    /// A learned partition function of the pair.
    case duplex(DuplexClassifier)
    /// A convolutional net on the one-hot images of both strands.
    case convolutional(ConvolutionalClassifier)

    /// The properties that both kinds have.
    var properties: any ClassifierProperties {
        switch self {
        case .duplex(let classifier): classifier.configuration
        case .convolutional(let classifier): classifier.configuration
        }
    }

    /// The letters of its strands.
    public var alphabet: Alphabet { properties.alphabet }

    /// A score (0 to 1) above it is predicted as 1.
    public var threshold: Float { properties.threshold }

    /// How the strands face each other.
    public var orientation: Orientation { properties.orientation }

    /// Whether the strands may be swapped: a duplex classifier then gives the same score, a net was trained on both
    /// orders.
    public var isSymmetric: Bool { properties.isSymmetric }

    /// The lengths, in letters, of the strands it was trained on.
    public var trainedLengths: ClosedRange<Int> { properties.trainedLengths }

    /// The lengths, in letters, of the strands that it may score; see `ScoredLengths`.
    public var scoredLengths: ClosedRange<Int> { properties.scoredLengths }

    /// The longest strand that it takes, in letters.
    public var longestStrand: Int { properties.longestStrand }

    /// Whether homodimers compete with the pair in a score, so that for two equal strands the pair is itself one of
    /// them.
    public var countsHomodimers: Bool {
        switch self {
        case .duplex(let classifier):
            classifier.configuration.isSymmetric && classifier.configuration.hasSelfMaps
        case .convolutional: false
        }
    }

    /// Replaces `logits` by those of the pairs `range`; strands are in codes of its alphabet, none longer than
    /// `longestStrand`.
    ///
    /// The score of a pair with ambiguity letters is the mean, or the largest, of the scores of its expansions (see
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

    /// The score of a logit, 0 to 1: the probability of label 1, or the expected soft label.
    public static func score(_ logit: Float) -> Float { logistic(logit) }

    /// The logit of a threshold, which is held at 1e-4 from 0 and 1 so that it is finite.
    static func logit(ofThreshold threshold: Float) -> Float { SeqModel.logit(min(max(threshold, 1e-4), 1 - 1e-4)) }

    /// The logit of its own threshold; see `logit(ofThreshold:)`.
    var thresholdLogit: Float { PairClassifier.logit(ofThreshold: threshold) }
}

extension PairClassifier {
    /// The logits of all pairs, computed on as many threads as there are workspaces. `afterSome` is called from time to
    /// time with the number of pairs done.
    ///
    /// `points`, where given, are the conditions of each pair.
    public func logits(
        of pairs: Pairs, at points: PairConditions? = nil, workspaces: [Workspace],
        afterSome: (Int) -> Void = { _ in }
    ) -> [Float] {
        // Larger pieces with conditions, so that pairs at equal conditions are found in one.
        let size = points == nil || points?.width == 0 ? 512 : 2_048
        let piecesARound = 8 * workspaces.count
        let all = FloatBuffer(count: pairs.count)
        for start in stride(from: 0, to: pairs.count, by: size * piecesARound) {
            let end = min(pairs.count, start + size * piecesARound)
            Parallel.run(pieces: (end - start + size - 1) / size, threads: workspaces.count) { piece, worker in
                let range = start + piece * size..<min(start + (piece + 1) * size, end)
                var part: [Float] = []
                if let points {
                    logits(pairs, range, at: points, workspace: workspaces[worker], into: &part)
                } else {
                    logits(pairs, range, workspace: workspaces[worker], into: &part)
                }
                all[range] = part
            }
            afterSome(end)
        }
        return all[0..<pairs.count]
    }
}
