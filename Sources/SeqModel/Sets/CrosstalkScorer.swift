// CrosstalkScorer: how strongly designs bind each other and themselves, at one or several conditions.

import Kernels

/// A design and a score, such as the one that another design binds most.
public struct ScoredDesign: Sendable, Equatable {
    /// The number of the design in its block.
    public var design: Int
    /// 0 to 1.
    public var score: Float

    /// Pairs the two.
    public init(design: Int, score: Float) { (self.design, self.score) = (design, score) }
}

/// Scores designs against each other. The score of two strands is the greatest over the conditions, over the variants
/// of both and, with a model that tells strand A from strand B, over both orders.
///
/// Two equal strands count with the whole share that is bound, as pair and as homodimers: twice the score, where the
/// model counts homodimers (see `PairClassifier.countsHomodimers`).
public final class CrosstalkScorer: Sendable {
    /// The same classifier at each of the conditions.
    public let classifiers: [PairClassifier]
    /// Number of threads.
    public let threads: Int
    private let workers: [WorkerCell<Worker>]

    /// The most variants that are scored against another at a time.
    static let mostColumns = 2_048

    /// The working memory of a thread.
    public final class Worker {
        let workspace = Workspace()
        let logits = FloatBuffer(count: CrosstalkScorer.mostColumns)
        var pairs: Pairs
        var scored: [Float] = []
        var shared = SimilarityIndex.Counts()

        fileprivate init(_ alphabet: Alphabet) { pairs = Pairs(alphabet: alphabet) }
    }

    /// Scores by `classifiers`, at least one, on `threads` threads.
    public init(_ classifiers: [PairClassifier], threads: Int) {
        precondition(!classifiers.isEmpty && threads > 0)
        (self.classifiers, self.threads) = (classifiers, threads)
        workers = (0..<threads).map { _ in WorkerCell(Worker(classifiers[0].alphabet)) }
    }

    /// The letters of the strands.
    public var alphabet: Alphabet { classifiers[0].alphabet }

    /// Whether a score is the same, to the bit, for both orders of the strands.
    var isSameForBothOrders: Bool {
        if case .duplex = classifiers[0] { return classifiers[0].isSymmetric }
        return false
    }

    /// Calls `body` for each of `pieces` pieces, on all threads.
    public func run(pieces: Int, _ body: @Sendable (_ piece: Int, _ worker: Worker) -> Void) {
        Parallel.run(pieces: pieces, threads: threads) { piece, index in
            workers[index].work { body(piece, $0) }
        }
    }
}

/// Designs with what depends on a single strand of them computed, once for all others.
public final class PreparedDesigns: Sendable {
    /// The designs.
    public let block: DesignBlock
    let scorer: CrosstalkScorer
    /// For each condition, the variants as strand A, and as strand B; none for other kinds of classifiers.
    private let prepared: [(first: PreparedStrands, second: PreparedStrands)]

    /// Prepares the designs of `block` on the threads of `scorer`.
    public init(_ block: DesignBlock, _ scorer: CrosstalkScorer) {
        (self.block, self.scorer) = (block, scorer)
        let codes = block.variants
        prepared = scorer.classifiers.compactMap { classifier in
            guard case .duplex(let duplex) = classifier else { return nil }
            func strands() -> PreparedStrands {
                let strands = PreparedStrands(duplex.shape, codes, capacity: codes.count)
                strands.begin(0..<codes.count)
                return strands
            }
            let first = strands()
            return (first, scorer.isSameForBothOrders ? first : strands())
        }
        let size = 64
        let pieces = (codes.count + size - 1) / size
        scorer.run(pieces: pieces) { [prepared] piece, worker in
            let part = piece * size..<min(codes.count, (piece + 1) * size)
            for (classifier, strands) in zip(scorer.classifiers, prepared) {
                guard case .duplex(let duplex) = classifier else { continue }
                duplex.prepare(strands.first, part, isB: false, workspace: worker.workspace)
                if strands.second !== strands.first {
                    duplex.prepare(strands.second, part, isB: true, workspace: worker.workspace)
                }
            }
        }
    }

    /// The conditions.
    var points: Range<Int> { scorer.classifiers.indices }

    /// Replaces the logits of `worker` by those of variant `row` as strand A with the variants `columns` of `others`,
    /// at most `mostColumns`, at condition `point`. Logits of at most `bound` may be larger than they are; where it is
    /// nil, whole duplexes are scored, even by a classifier that counts 3' ends alone.
    func score(
        _ row: Int, with others: PreparedDesigns, _ columns: Range<Int>, _ point: Int, above bound: Float?,
        _ worker: CrosstalkScorer.Worker
    ) {
        let classifier = scorer.classifiers[point]
        if case .duplex(let duplex) = classifier {
            duplex.logits(
                row, of: prepared[point].first, against: others.prepared[point].second, columns, above: bound,
                workspace: worker.workspace, into: worker.logits, at: 0)
            return
        }
        worker.pairs.removeAll()
        for column in columns { worker.pairs.append(block.variants[row], others.block.variants[column]) }
        classifier.logits(
            worker.pairs, 0..<worker.pairs.count, workspace: worker.workspace, into: &worker.scored)
        worker.logits[0..<columns.count] = worker.scored
    }

    /// Calls `body` with each of the variants `columns` of `others` and its score with variant `row`, more than once
    /// where there are several conditions or orders. Scores of at most `limit` may be left out.
    func forEachScore(
        _ row: Int, with others: PreparedDesigns, _ columns: Range<Int>, above limit: Float,
        _ worker: CrosstalkScorer.Worker, _ body: (_ column: Int, _ score: Float) -> Void
    ) {
        for point in points {
            forEachScore(row, with: others, columns, at: point, above: limit, worker, body)
        }
    }

    /// The same at one condition.
    func forEachScore(
        _ row: Int, with others: PreparedDesigns, _ columns: Range<Int>, at point: Int, above limit: Float,
        _ worker: CrosstalkScorer.Worker, _ body: (_ column: Int, _ score: Float) -> Void
    ) {
        // What is far below the limit, nearly everything, is seen by its logit.
        let doubles = scorer.classifiers[0].countsHomodimers
        // Near 1 the logit of a rounded limit says little.
        let low = min(logit(doubles ? limit / 2 : limit) - 0.01, 4)
        let strand = block.variants[row]
        func take(_ logit: Float, _ column: Int) {
            guard logit > low else { return }
            var score = PairClassifier.score(logit)
            if doubles, others.block.variants[column] == strand { score = min(1, 2 * score) }
            body(column, score)
        }
        for start in stride(from: columns.lowerBound, to: columns.upperBound, by: CrosstalkScorer.mostColumns) {
            let part = start..<min(columns.upperBound, start + CrosstalkScorer.mostColumns)
            score(row, with: others, part, point, above: low, worker)
            for column in part { take(worker.logits[column - start], column) }
        }
        guard !scorer.isSameForBothOrders else { return }
        for column in columns {
            others.score(column, with: self, row..<row + 1, point, above: low, worker)
            take(worker.logits[0], column)
        }
    }
}
