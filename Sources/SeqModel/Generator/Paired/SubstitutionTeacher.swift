// SubstitutionTeacher: what the classifier says of every single-letter change of a generated strand B.

import Kernels

/// The classifier as the generator's second teacher, gated: it speaks only of pairs that it would not give the label asked
/// for.
///
/// For such a pair it scores B with each letter replaced by each other, and the loss is the mean hinge under the
/// letters' softmax without noise: sum over i, k of p(i, k) h(i, k), whose gradient p (h - sum p h) needs no
/// straight-through. The hinge is 0 from a margin beyond the threshold on.
struct SubstitutionTeacher {
    let classifier: PairClassifier
    /// How far beyond the threshold, in logits, a pair of label 1 has to be.
    static let margin: Float = 0

    private let offset: Float
    private let workspace = Workspace()
    private var changed: Pairs
    private var logits: [Float] = []

    init(_ classifier: PairClassifier) {
        self.classifier = classifier
        changed = Pairs(alphabet: classifier.alphabet)
        offset = -classifier.thresholdLogit
    }

    private func hinge(_ logit: Float, label: Int) -> Float {
        label == 1 ? max(0, SubstitutionTeacher.margin - logit - offset) : max(0, logit + offset)
    }

    /// Adds `weight` times the gradient by the network's logits of B, and returns the hinge of the pair as it is.
    mutating func teach(
        a: ArraySlice<UInt8>, b: ArraySlice<UInt8>, label: Int, logits network: FeatureMap, layout: PairLayout,
        weight: Float, into gradient: FeatureMap
    ) -> Float {
        changed.removeAll()
        append(a, b, changing: -1, to: 0)
        classifier.logits(changed, 0..<1, workspace: workspace, into: &logits)
        let own = hinge(logits[0], label: label)
        guard own > 0, weight > 0 else { return own }
        changed.removeAll()
        for index in 0..<b.count {
            for letter in 0..<layout.letters where letter != Int(b[b.startIndex + index]) {
                append(a, b, changing: index, to: UInt8(letter))
            }
        }
        classifier.logits(changed, 0..<changed.count, workspace: workspace, into: &logits)
        var at = 0
        var hinges = [Float](repeating: own, count: layout.letters)
        var shares = hinges
        for index in 0..<b.count {
            let column = layout.facing(index, b: b.count)
            var total: Float = 0
            for letter in 0..<layout.letters {
                hinges[letter] = own
                if letter != Int(b[b.startIndex + index]) {
                    hinges[letter] = hinge(logits[at], label: label)
                    at += 1
                }
                shares[letter] = exponential(LetterSampler.bounded(network[column, letter]))
                total += shares[letter]
            }
            let mean = (0..<layout.letters).reduce(Float(0)) { $0 + shares[$1] / total * hinges[$1] }
            for letter in 0..<layout.letters {
                let slope = LetterSampler.slope(LetterSampler.bounded(network[column, letter]))
                gradient[column, letter] += weight * shares[letter] / total * (hinges[letter] - mean) * slope
            }
        }
        return own
    }

    private mutating func append(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, changing: Int, to letter: UInt8) {
        changed.strands.append(a)
        for (index, code) in b.enumerated() { changed.strands.append(index == changing ? letter : code) }
        changed.strands.endStrand()
    }
}
