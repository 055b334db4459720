// PairClassifier+Duplex: what the duplexes of pairs look like, and scores by their 3' ends.

import Kernels

/// The duplex of two strands, re-exported.
public typealias DuplexPairing = Kernels.DuplexPairing

extension PairClassifier {
    /// Whether it knows which letters pair: it sums over the structures of a duplex.
    public var hasPairings: Bool {
        if case .duplex = self { return true }
        return false
    }

    /// Whether it can score by 3' ends: strands are antiparallel, and the score is a share of strands.
    public var hasThreePrimeScores: Bool {
        guard case .duplex(let duplex) = self else { return false }
        return duplex.shape.isAntiparallel && duplex.configuration.head == .equilibrium
    }

    /// The same classifier with scores that count only the duplexes in which the last `threePrime` letters of either
    /// strand are paired to its end, in one helix without bulges: those that a polymerase extends.
    /// `hasThreePrimeScores` must be true.
    public func counting(threePrime: Int) -> PairClassifier {
        precondition(hasThreePrimeScores && threePrime > 0)
        guard case .duplex(let duplex) = self else { return self }
        return .duplex(duplex.counting(threePrime: threePrime))
    }

    /// Calls `body` with the index of each of `pairs` and its duplex, at its own conditions `points`. `hasPairings`
    /// must be true. The duplex is the whole one, also where scores count 3' ends; letters that do not pair by `rule`
    /// are left out of it.
    ///
    /// The duplex of a pair with ambiguity letters is that of the expansion with the largest score (see
    /// `AmbiguityExpansion`).
    public func forEachPairing(
        _ pairs: Pairs, by rule: PairingRule, at points: PairConditions, workspace: Workspace,
        _ body: (Int, DuplexPairing) -> Void
    ) {
        guard case .duplex(let duplex) = self else { return }
        var (here, pairing) = (duplex, DuplexPairing())
        var expansion = AmbiguityExpansion(like: pairs.strands)
        var (expanded, logits) = (Pairs(like: pairs), [Float]())
        for p in 0..<pairs.count {
            if points.width > 0, !here.values.elementsEqual(points[p]) { here = duplex.at(points[p]) }
            guard pairs.isAmbiguous else {
                here.pairing(pairs, p, workspace: workspace, into: &pairing)
                pairing.keep(rule, pairs.a(p), pairs.b(p))
                body(p, pairing)
                continue
            }
            expanded.removeAll()
            let count = expansion.append(pairs.a(p), pairs.b(p), isSymmetric: isSymmetric, to: &expanded)
            here.logits(expanded, 0..<count, workspace: workspace, into: &logits)
            let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
            here.pairing(expanded, best, workspace: workspace, into: &pairing)
            pairing.keep(rule, expanded.a(best), expanded.b(best))
            body(p, pairing)
        }
    }
}

extension DuplexPairing {
    /// Leaves out the letters that do not pair by `rule`; the strands are in codes.
    fileprivate mutating func keep(_ rule: PairingRule, _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) {
        pairs.removeAll { !rule(a[a.startIndex + $0.a], b[b.startIndex + $0.b]) }
        var place = 0
        for x in a {
            for y in b {
                if !rule(x, y) { probabilities[place] = 0 }
                place += 1
            }
        }
    }
}
