// PairClassifier+Ambiguity: the scores of pairs with ambiguity letters, from those of their expansions.

import Kernels

extension PairClassifier {
    /// Expansions are scored once there are this many, so that the memory does not grow with the number of pairs.
    private static let expansionsPerBatch = 2_048

    /// The logits of pairs of which some may have ambiguity letters.
    func expandedLogits(
        _ pairs: Pairs, _ range: Range<Int>, workspace: Workspace, ambiguity: AmbiguityScore,
        into logits: inout [Float]
    ) {
        logits.removeAll(keepingCapacity: true)
        var expansion = AmbiguityExpansion(like: pairs.strands)
        var expanded = Pairs(like: pairs)
        var counts: [Int] = []
        func score() {
            guard !counts.isEmpty else { return }
            var parts: [Float] = []
            plainLogits(expanded, 0..<expanded.count, workspace: workspace, into: &parts)
            var start = 0
            for count in counts {
                logits.append(PairClassifier.combined(parts[start..<start + count], ambiguity))
                start += count
            }
            expanded.removeAll()
            counts.removeAll(keepingCapacity: true)
        }
        for p in range {
            let (a, b) = (pairs.a(p), pairs.b(p))
            let isDrawn = expansion.count(a, b) > AmbiguityExpansion.limit
            if isDrawn, ambiguity == .largest {
                score()
                logits.append(largestLogitByHillClimbing(a, b, &expansion, workspace))
                continue
            }
            counts.append(expansion.append(a, b, isSymmetric: isSymmetric, to: &expanded))
            if expanded.count >= PairClassifier.expansionsPerBatch { score() }
        }
        score()
    }

    /// A local maximum of the logit for a pair with too many expansions to list them: hill climbing from the best drawn
    /// one by changes of one letter or, where none is better, of two.
    private func largestLogitByHillClimbing(
        _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, _ expansion: inout AmbiguityExpansion, _ workspace: Workspace
    ) -> Float {
        var top = Pairs(alphabet: alphabet)
        _ = expansion.append(a, b, isSymmetric: isSymmetric, to: &top)
        var (best, largest) = (0, -Float.infinity)
        var parts: [Float] = []
        /// Moves to the best of `pairs`, if it is better.
        func climbs(to pairs: Pairs) -> Bool {
            plainLogits(pairs, 0..<pairs.count, workspace: workspace, into: &parts)
            guard let next = parts.indices.max(by: { parts[$0] < parts[$1] }), parts[next] > largest else {
                return false
            }
            (top, best, largest) = (pairs, next, parts[next])
            return true
        }
        _ = climbs(to: top)
        while climbs(to: expansion.neighbours(ofPair: best, in: top, isDouble: false))
            || climbs(to: expansion.neighbours(ofPair: best, in: top, isDouble: true))
        {}
        return largest
    }

    /// The logit of a pair from those of its expansions.
    private static func combined(_ parts: ArraySlice<Float>, _ ambiguity: AmbiguityScore) -> Float {
        guard parts.count > 1, ambiguity == .mean else { return parts.max() ?? 0 }
        // By logarithms of the mean score and of its complement: neither is rounded to 0 where the other is nearly 1.
        func mean(_ sign: Double) -> Double {
            let logs = parts.map { -softplus(-sign * Double($0)) }
            let largest = logs.max() ?? 0
            return largest + logarithm(logs.reduce(0) { $0 + exponential($1 - largest) })
        }
        return Float(mean(1) - mean(-1))
    }
}

extension DuplexClassifier {
    /// The logits of pairs of which some may have ambiguity letters, each at its own conditions.
    func expandedLogits(
        _ pairs: Pairs, _ range: Range<Int>, at points: PairConditions, dilution: Float?, workspace: Workspace,
        ambiguity: AmbiguityScore, into logits: inout [Float]
    ) {
        func isPlain(_ p: Int) -> Bool {
            !pairs.a(p).contains { Int($0) >= pairs.letters } && !pairs.b(p).contains { Int($0) >= pairs.letters }
        }
        let chosen = range.filter(isPlain)
        var plain = Pairs(like: pairs)
        for p in chosen { plain.append(pairs.a(p), pairs.b(p)) }
        var parts: [Float] = []
        self.logits(
            plain, 0..<plain.count, at: points.gathered(chosen[...]), dilution: dilution, workspace: workspace,
            into: &parts)
        logits = [Float](repeating: 0, count: range.count)
        for (p, logit) in zip(chosen, parts) { logits[p - range.lowerBound] = logit }
        for p in range where !isPlain(p) {
            PairClassifier.duplex(at(points[p], dilution: dilution)).expandedLogits(
                pairs, p..<p + 1, workspace: workspace, ambiguity: ambiguity, into: &parts)
            logits[p - range.lowerBound] = parts[0]
        }
    }
}
