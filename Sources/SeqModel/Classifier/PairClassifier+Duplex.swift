// PairClassifier+Duplex: what the duplexes of pairs look like, and scores by their 3' ends.

import Kernels

/// The duplex of two strands, re-exported.
public typealias DuplexPairing = Kernels.DuplexPairing
/// The 3' ends that count, re-exported.
public typealias ThreePrimeEnds = Kernels.ThreePrimeEnds

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

    /// The same classifier with scores that count only the duplexes in which `ends` are bound: the last letters of a
    /// strand are paired to its end, in one helix without bulges, so that a polymerase extends it.
    /// `hasThreePrimeScores` must be true.
    public func counting(_ ends: ThreePrimeEnds) -> PairClassifier {
        precondition(hasThreePrimeScores && ends.length > 0)
        guard case .duplex(let duplex) = self else { return self }
        return .duplex(duplex.counting(ends))
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
        for p in 0..<pairs.count {
            if points.width > 0, !here.values.elementsEqual(points[p]) { here = duplex.at(points[p]) }
            here.pairing(pairs, p, by: rule, workspace: workspace, into: &pairing)
            body(p, pairing)
        }
    }
}

extension DuplexClassifier {
    /// Writes the duplex of pair `p` to `pairing`; see `PairClassifier.forEachPairing`.
    func pairing(
        _ pairs: Pairs, _ p: Int, by rule: PairingRule, workspace: Workspace, into pairing: inout DuplexPairing
    ) {
        guard pairs.isAmbiguous else {
            self.pairing(pairs, p, workspace: workspace, into: &pairing)
            pairing.keep(rule, pairs.a(p), pairs.b(p))
            return
        }
        var (expansion, expanded) = (AmbiguityExpansion(like: pairs.strands), Pairs(like: pairs))
        var logits: [Float] = []
        let count = expansion.append(pairs.a(p), pairs.b(p), isSymmetric: configuration.isSymmetric, to: &expanded)
        self.logits(expanded, 0..<count, workspace: workspace, into: &logits)
        let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
        self.pairing(expanded, best, workspace: workspace, into: &pairing)
        pairing.keep(rule, expanded.a(best), expanded.b(best))
    }
}

extension DuplexPairing {
    /// The most probable duplex of strands of `n` and `m` letters in dots and brackets: an opening bracket for a letter
    /// of A and a closing one for the letter of B that it pairs with, `&` between the strands.
    public func dotBracket(_ n: Int, _ m: Int) -> [UInt8] {
        var text = [UInt8](repeating: UInt8(ascii: "."), count: n + 1 + m)
        text[n] = UInt8(ascii: "&")
        for pair in pairs { (text[pair.a], text[n + 1 + pair.b]) = (UInt8(ascii: "("), UInt8(ascii: ")")) }
        return text
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
