// SiteFinder: the sites of probes in a segment of a target, for classifiers of any kind.

import Kernels

/// Which strands of a target probes may bind.
public enum TargetStrands: Sendable {
    /// The target as written, its reverse complement, or both.
    case written, opposite, both
}

/// A run of letters of a target, in the codes of an alphabet without ambiguity letters.
public struct TargetSegment: Sendable {
    /// The number of the target.
    public var target: Int
    /// Where its first letter is in the target, from 0.
    public var start: Int
    /// Whether the target goes on before or behind it, and a neighbouring segment shares `SiteFinder.overlap` letters.
    public var isCutBefore: Bool, isCutBehind: Bool

    /// A segment; see the properties.
    public init(target: Int, start: Int, isCutBefore: Bool, isCutBehind: Bool) {
        (self.target, self.start, self.isCutBefore, self.isCutBehind) = (target, start, isCutBefore, isCutBehind)
    }
}

/// Finds the sites of probes in segments of targets. Immutable: many threads may search with it at once, each with its
/// own workspace.
///
/// With the equilibrium head and no position weights the recurrence runs along the target (`DuplexSites`); otherwise
/// windows at every offset are scored (`WindowSites`).
public struct SiteFinder: Sendable {
    /// What finds the sites of probes in one strand.
    private enum Search: Sendable {
        case duplex(DuplexSites)
        case windows(WindowSites)
    }

    private let search: Search
    private let opposite: PartnerRule?
    private let strands: TargetStrands
    /// Letters that neighbouring segments of a target must share.
    public let overlap: Int

    /// A finder of sites with a score above `threshold`.
    ///
    /// Windows have only lengths of `lengths`. A probe must not have more than `Pairs.mostExpansions` expansions.
    /// `strands` other than those as written need an alphabet with a complement: `hasOpposite`. `hasDuplexes`: whether
    /// sites have their duplexes.
    public init(
        _ classifier: PairClassifier, probes: StrandCodes, threshold: Float, lengths: ClosedRange<Int>,
        strands: TargetStrands, ambiguity: AmbiguityScore = .mean, hasDuplexes: Bool = false
    ) {
        let scorer = SiteScorer(
            classifier: classifier, probes: probes, threshold: threshold, ambiguity: ambiguity,
            rule: hasDuplexes ? PairingRule(classifier) : nil)
        // A nucleic acid's other strand is antiparallel, whatever the strands of a pair are.
        opposite = PartnerRule(classifier.alphabet, .antiparallel)
        precondition(strands == .written || opposite != nil)
        self.strands = strands
        if let duplex = classifier.recurrence {
            let sites = DuplexSites(duplex, scorer, lengths: lengths)
            (search, overlap) = (.duplex(sites), sites.overlap)
        } else {
            let sites = WindowSites(scorer, length: min(classifier.trainedLengths.upperBound, lengths.upperBound))
            (search, overlap) = (.windows(sites), sites.length)
        }
    }

    /// The length of the windows that are scored at every offset; nil where sites have lengths of their own.
    public var windowLength: Int? {
        guard case .windows(let sites) = search else { return nil }
        return sites.length
    }

    /// Appends to `found` the sites of `probes` in `segment`, whose letters are the codes `part` of `codes`. Sites may
    /// overlap each other; see `Site.merged`.
    public func find(
        _ probes: Range<Int>, in segment: TargetSegment, _ codes: [UInt8], _ part: Range<Int>, workspace: Workspace,
        into found: inout [Site]
    ) {
        guard !part.isEmpty else { return }
        if strands != .opposite { search(probes, segment, codes, part, workspace, &found) }
        guard strands != .written, let opposite else { return }
        var turned = segment
        (turned.isCutBefore, turned.isCutBehind) = (segment.isCutBehind, segment.isCutBefore)
        let first = found.count
        search(probes, turned, opposite.partner(of: codes[part]), 0..<part.count, workspace, &found)
        for k in first..<found.count {
            let (start, end) = (found[k].start - segment.start, found[k].end - segment.start)
            found[k].start = segment.start + part.count - end
            found[k].end = segment.start + part.count - start
            found[k].isOpposite = true
        }
    }

    private func search(
        _ probes: Range<Int>, _ segment: TargetSegment, _ codes: [UInt8], _ part: Range<Int>, _ workspace: Workspace,
        _ found: inout [Site]
    ) {
        switch search {
        case .duplex(let sites): sites.find(probes, segment, codes, part, workspace, &found)
        case .windows(let sites): sites.find(probes, segment, codes, part, workspace, &found)
        }
    }
}

extension PairClassifier {
    /// The classifier, of whole duplexes, where its recurrence tells where in a target a probe binds: with the
    /// equilibrium head and without position weights.
    fileprivate var recurrence: DuplexClassifier? {
        guard case .duplex(let duplex) = self, duplex.configuration.head == .equilibrium,
            !duplex.shape.hasPositions
        else { return nil }
        // Any duplex bounds those with a bound end.
        return duplex.counting(nil)
    }

    /// Whether targets in its letters have an opposite strand.
    public var hasOpposite: Bool { PartnerRule(alphabet, .antiparallel) != nil }
}

/// Scores windows of targets against probes, as pairs.
struct SiteScorer: Sendable {
    let classifier: PairClassifier
    let probes: StrandCodes
    let threshold: Float
    let ambiguity: AmbiguityScore
    /// Which letters pair, where sites have duplexes.
    var rule: PairingRule?

    /// A site to be scored: its letters, and those of the window that it is scored in, in the codes of its strand.
    struct Candidate {
        var site: Site
        var letters: Range<Int>
        var window: Range<Int>
    }

    /// Appends those of `candidates` to `found` that are above the threshold, whose letters are in `codes`.
    func score(
        _ candidates: [Candidate], _ codes: [UInt8], _ workspace: Workspace, into found: inout [Site]
    ) {
        guard !candidates.isEmpty else { return }
        var pairs = Pairs(like: probes)
        for candidate in candidates { pairs.append(probes[candidate.site.probe], codes[candidate.window]) }
        var logits: [Float] = []
        classifier.logits(pairs, 0..<pairs.count, workspace: workspace, ambiguity: ambiguity, into: &logits)
        for (candidate, logit) in zip(candidates, logits) where PairClassifier.score(logit) > threshold {
            var site = candidate.site
            site.logit = logit
            site.duplex = duplex(candidate, codes, workspace)
            found.append(site)
        }
    }

    /// The duplex of a probe with its site alone; empty where it is not wanted.
    private func duplex(_ candidate: Candidate, _ codes: [UInt8], _ workspace: Workspace) -> [UInt8] {
        guard let rule, case .duplex(let duplex) = classifier else { return [] }
        var (pairs, pairing) = (Pairs(like: probes), DuplexPairing())
        pairs.append(probes[candidate.site.probe], codes[candidate.letters])
        duplex.pairing(pairs, 0, by: rule, workspace: workspace, into: &pairing)
        return pairing.dotBracket(pairs.a(0).count, candidate.letters.count)
    }
}
