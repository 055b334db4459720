// WindowSites: sites as windows of one length at every offset, for classifiers that say nothing of places.

import Kernels

/// Scores the windows of `length` letters at every offset of a strand; a shorter run of letters is one window.
struct WindowSites: Sendable {
    private let scorer: SiteScorer
    let length: Int
    /// Windows that are scored at a time.
    private static let batch = 256

    init(_ scorer: SiteScorer, length: Int) { (self.scorer, self.length) = (scorer, length) }

    func find(
        _ probes: Range<Int>, _ segment: TargetSegment, _ codes: [UInt8], _ part: Range<Int>, _ workspace: Workspace,
        _ found: inout [Site]
    ) {
        let width = min(length, part.count)
        let count = part.count - width + 1
        for probe in probes {
            for first in stride(from: 0, to: count, by: WindowSites.batch) {
                let candidates = (first..<min(count, first + WindowSites.batch)).map { offset in
                    let start = segment.start + offset
                    let site = Site(probe: probe, target: segment.target, start: start, end: start + width)
                    let window = part.lowerBound + offset..<part.lowerBound + offset + width
                    return SiteScorer.Candidate(site: site, letters: window, window: window)
                }
                let known = found.count
                scorer.score(candidates, codes, workspace, into: &found)
                for k in known..<found.count { found[k].strength = found[k].logit }
            }
        }
    }
}
