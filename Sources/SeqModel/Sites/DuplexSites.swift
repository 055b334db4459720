// DuplexSites: sites by the recurrence run along the target: its peaks are scored as pairs.

import Kernels

/// Finds sites where the recurrence says that duplexes of a probe end.
///
/// The sum of the weights of all duplexes that end in a window bounds the score of that window (`SiteBound`). Where
/// the bound reaches the threshold, the letters at which most of the weight ends are the ends of candidates, each is
/// given its other end, and is scored as the pair of the probe and the site with `flank` letters on either side.
struct DuplexSites: Sendable {
    private let classifier: DuplexClassifier
    private let scorer: SiteScorer
    private let lengths: ClosedRange<Int>
    /// The probes without ambiguity letters, all expansions of the first one first, and where those of each begin.
    private let expansions: StrandCodes
    private let starts: [Int]
    /// The bound of each expansion.
    private let least: [Float]

    /// Letters on either side of a site with which it is scored.
    static let flank = 10
    /// Letters by which a site may be longer than its probe.
    static let slack = 20
    /// Expansions whose weights are computed at a time, so that they stay in the cache.
    private static let batch = 4

    /// `least`, where given, replaces the bound of all expansions.
    init(_ classifier: DuplexClassifier, _ scorer: SiteScorer, lengths: ClosedRange<Int>, least given: Float? = nil) {
        (self.classifier, self.scorer, self.lengths) = (classifier, scorer, lengths)
        var (expansions, starts) = (StrandCodes(like: scorer.probes), [0])
        var expansion = AmbiguityExpansion(like: scorer.probes)
        for p in 0..<scorer.probes.count {
            precondition(expansion.count(scorer.probes[p], []) <= AmbiguityExpansion.limit)
            expansion.append(scorer.probes[p], to: &expansions)
            starts.append(expansions.count)
        }
        (self.expansions, self.starts) = (expansions, starts)
        if let given {
            least = Array(repeating: given, count: expansions.count)
            return
        }
        let threshold = logit(min(max(scorer.threshold, 1e-6), 1 - 1e-6))
        least = SiteBound(classifier, threshold: threshold).leastWeights(expansions)
    }

    /// The most letters of a site of a probe of `count` letters.
    private func reach(_ count: Int) -> Int { min(count + DuplexSites.slack, lengths.upperBound) }

    /// Letters that neighbouring segments share: any site and its flanks are within one of them.
    var overlap: Int { reach(expansions.longest) + 2 * DuplexSites.flank + 12 }

    func find(
        _ probes: Range<Int>, _ segment: TargetSegment, _ codes: [UInt8], _ part: Range<Int>, _ workspace: Workspace,
        _ found: inout [Site]
    ) {
        var ends: [Float] = []
        var candidates: [SiteScorer.Candidate] = []
        var peaks = DuplexPeaks()
        var probe = probes.lowerBound
        let all = starts[probes.lowerBound]..<starts[probes.upperBound]
        for first in stride(from: all.lowerBound, to: all.upperBound, by: DuplexSites.batch) {
            let range = first..<min(all.upperBound, first + DuplexSites.batch)
            classifier.endWeights(expansions, range, codes, part, workspace: workspace, into: &ends)
            for (place, number) in range.enumerated() {
                while number >= starts[probe + 1] { probe += 1 }
                let (row, length) = (place * part.count, expansions.length(number))
                peaks.find(
                    ends, row..<row + part.count, least: least[number], span: reach(length),
                    apart: max(1, length / 2))
                for peak in peaks.found {
                    let end = part.lowerBound + peak - row
                    let site = self.place(of: number, endingAt: end, codes, part, workspace)
                    guard let window = window(around: site, part, segment) else { continue }
                    let start = segment.start + site.lowerBound - part.lowerBound
                    candidates.append(
                        SiteScorer.Candidate(
                            site: Site(
                                probe: probe, target: segment.target, start: start, end: start + site.count,
                                strength: ends[peak]), letters: site, window: window))
                }
            }
            if candidates.count >= 64 {
                scorer.score(candidates, codes, workspace, into: &found)
                candidates.removeAll(keepingCapacity: true)
            }
        }
        scorer.score(candidates, codes, workspace, into: &found)
    }

    /// The site whose last pair, in the order of the probe, holds letter `end` of `codes`: its other end is where half
    /// of the weight of all duplexes that end there begins.
    func place(
        of number: Int, endingAt end: Int, _ codes: [UInt8], _ part: Range<Int>, _ workspace: Workspace
    ) -> Range<Int> {
        let reach = reach(expansions.length(number))
        let isAntiparallel = classifier.configuration.orientation == .antiparallel
        let most = isAntiparallel ? min(reach, part.upperBound - end) : min(reach, end + 1 - part.lowerBound)
        var weights: [Float] = []
        /// The weight of the duplexes within `count` letters.
        func weight(within count: Int) -> Float {
            let letters = isAntiparallel ? end..<end + count : end + 1 - count..<end + 1
            classifier.endWeights(
                expansions, number..<number + 1, codes, letters, workspace: workspace, into: &weights)
            return weights[isAntiparallel ? 0 : count - 1]
        }
        let half = weight(within: most) / 2
        var (low, high) = (1, most)
        while low < high {
            let middle = (low + high) / 2
            if weight(within: middle) < half { low = middle + 1 } else { high = middle }
        }
        return isAntiparallel ? end..<end + low : end + 1 - low..<end + 1
    }

    /// The site with its flanks, cut at the ends of the segment; nil where the segment is cut there, as a neighbouring
    /// one has all of it, and where the model is not valid for it.
    func window(around site: Range<Int>, _ part: Range<Int>, _ segment: TargetSegment) -> Range<Int>? {
        guard site.count <= lengths.upperBound else { return nil }
        // A shorter flank where the model takes no longer strands, less before the site than behind it.
        let room = lengths.upperBound - site.count
        let (before, behind) = (min(DuplexSites.flank, room / 2), min(DuplexSites.flank, room - room / 2))
        let (start, end) = (site.lowerBound - before, site.upperBound + behind)
        if start < part.lowerBound, segment.isCutBefore { return nil }
        if end > part.upperBound, segment.isCutBehind { return nil }
        let window = max(start, part.lowerBound)..<min(end, part.upperBound)
        return window.count >= lengths.lowerBound ? window : nil
    }
}

/// The letters at which most weight ends, where there is enough of it.
struct DuplexPeaks {
    /// The indices of the peaks found, the largest first.
    private(set) var found: [Int] = []
    private var order: [Int] = []
    private var rest: [Float] = []
    /// Weights are summed in blocks of this size before single ones are looked at.
    private static let block = 32

    /// Finds the peaks of `ends` in `range` such that each window of `span` weights whose sum is `least` or more has
    /// one within `apart` of the weights that make it so: the largest first, and what is less than `apart` from it does
    /// not count any more.
    mutating func find(_ ends: [Float], _ range: Range<Int>, least: Float, span: Int, apart: Int) {
        found.removeAll(keepingCapacity: true)
        let block = DuplexPeaks.block
        let blocks = (range.count + block - 1) / block
        // The blocks that a window may touch.
        let wide = (span + block - 1) / block + 1
        var sums = [Float](repeating: 0, count: blocks)
        for b in 0..<blocks {
            var sum: Float = 0
            for k in range.lowerBound + b * block..<min(range.upperBound, range.lowerBound + (b + 1) * block) {
                sum += ends[k]
            }
            sums[b] = sum
        }
        var isSearched = [Bool](repeating: false, count: blocks)
        for b in 0..<blocks where sums[b..<min(blocks, b + wide)].reduce(0, +) >= least {
            for k in b..<min(blocks, b + wide) { isSearched[k] = true }
        }
        var b = 0
        while b < blocks {
            guard isSearched[b] else {
                b += 1
                continue
            }
            let next = isSearched[b...].firstIndex(of: false) ?? blocks
            let (start, end) = (range.lowerBound + b * block, min(range.upperBound, range.lowerBound + next * block))
            search(ends, start..<end, least: least, span: span, apart: apart)
            b = next
        }
    }

    private mutating func search(_ ends: [Float], _ range: Range<Int>, least: Float, span: Int, apart: Int) {
        rest = Array(ends[range])
        // Of the weights of such a window one at least is as large as their mean.
        order = rest.indices.filter { rest[$0] * Float(span) >= least }.sorted {
            rest[$0] != rest[$1] ? rest[$0] > rest[$1] : $0 < $1
        }
        for k in order where rest[k] > 0 {
            let around = max(0, k - span + 1)..<min(rest.count, k + span)
            guard rest[around].reduce(0, +) >= least else { continue }
            found.append(range.lowerBound + k)
            for near in max(0, k - apart + 1)..<min(rest.count, k + apart) { rest[near] = 0 }
        }
    }
}
