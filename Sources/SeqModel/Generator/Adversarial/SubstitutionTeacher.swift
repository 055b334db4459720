// SubstitutionTeacher: the gradient of the classifier's score by single-letter substitutions of a generated strand B.

import Kernels

/// The classifier as a second teacher of the generator, beside the critic. It only acts on pairs for which it does not
/// predict the requested label.
///
/// For such a pair, the classifier scores every strand B with one letter replaced. The loss is the expected hinge loss
/// under the softmax p of the logits (without noise), sum over columns i and letters k of p(i, k) h(i, k). Its exact
/// gradient with respect to the logits is p (h - sum p h). h is 0 if the classifier's logit is on the right side of the
/// threshold's by `margin` or more.
struct SubstitutionTeacher {
    let classifier: PairClassifier
    /// The margin of the hinge loss for label 1, in logits above the threshold's.
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

    /// The hinge loss of the classifier's logit for the requested label.
    private func hinge(_ logit: Float, label: Int) -> Float {
        label == 1 ? max(0, SubstitutionTeacher.margin - logit - offset) : max(0, logit + offset)
    }

    /// Adds `weight` times the gradient with respect to the network's logits to `gradient`. Returns the hinge loss of
    /// the unchanged pair.
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

    /// Appends a pair whose B has `letter` at index `changing`; -1 changes nothing.
    private mutating func append(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, changing: Int, to letter: UInt8) {
        changed.strands.append(a)
        for (index, code) in b.enumerated() { changed.strands.append(index == changing ? letter : code) }
        changed.strands.endStrand()
    }
}
