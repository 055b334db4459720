// DuplexBinding: the duplex of a pair by the model, as columns of facing letters.

import Kernels
import SeqModel

/// A classifier that knows which letters of a pair bind, at some conditions.
struct DuplexBinding {
    private let classifier: PairClassifier
    private let rule: PairingRule

    /// Nil where `classifier` does not pair letters.
    init?(_ classifier: PairClassifier) {
        guard let rule = PairingRule(classifier) else { return nil }
        (self.classifier, self.rule) = (classifier, rule)
    }

    /// A column: the positions of its letters in A and B as written, counted from 0; nil where a letter faces none.
    typealias Column = (a: Int?, b: Int?, isPair: Bool)

    /// The columns of pair `p`, from A's first letter on, at its own conditions `point` where there are any.
    func columns(_ pairs: Pairs, _ p: Int, at point: ArraySlice<Float>) -> [Column] {
        var (pair, points) = (Pairs(like: pairs), PairConditions(width: point.count))
        pair.append(pair: p, of: pairs)
        if !point.isEmpty { points.append(point) }
        var columns: [Column] = []
        classifier.forEachPairing(pair, by: rule, at: points, workspace: Workspace()) { _, duplex in
            columns = DuplexBinding.columns(
                duplex.pairs, pairs.a(p).count, pairs.b(p).count,
                isAntiparallel: classifier.orientation == .antiparallel)
        }
        return columns
    }

    /// The columns of strands of `n` and `m` letters whose `pairs` are in the order of A.
    ///
    /// Letters in a loop face each other from its left end on, those before the first pair towards it.
    static func columns(_ pairs: [DuplexPairing.LetterPair], _ n: Int, _ m: Int, isAntiparallel: Bool) -> [Column] {
        /// The position of the letter of B that is `j` letters along A.
        func place(_ j: Int) -> Int { isAntiparallel ? m - 1 - j : j }
        var columns: [Column] = []
        var (i, j) = (0, 0)
        /// Adds the letters up to `a` and `b`, which do not pair.
        func addLoop(to a: Int, _ b: Int) {
            let (ofA, ofB) = (a - i, b - j)
            let shift = columns.isEmpty ? (max(0, ofB - ofA), max(0, ofA - ofB)) : (0, 0)
            for k in 0..<max(ofA, ofB) {
                let (x, y) = (k - shift.0, k - shift.1)
                columns.append(
                    (
                        a: (0..<ofA).contains(x) ? i + x : nil, b: (0..<ofB).contains(y) ? place(j + y) : nil,
                        isPair: false
                    ))
            }
            (i, j) = (a, b)
        }
        for pair in pairs {
            addLoop(to: pair.a, place(pair.b))
            columns.append((a: pair.a, b: pair.b, isPair: true))
            (i, j) = (i + 1, j + 1)
        }
        addLoop(to: n, m)
        return columns
    }
}
