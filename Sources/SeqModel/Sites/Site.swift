// Site: a place in a target to which a probe binds, and which of overlapping places are reported.

/// A place in a target to which a probe binds.
public struct Site: Sendable, Equatable {
    /// The number of the probe, and that of the target.
    public var probe: Int, target: Int
    /// The first letter and the one after the last, from 0, in the target as written.
    public var start: Int, end: Int
    /// Whether the probe binds the opposite strand, the reverse complement of the target as written.
    public var isOpposite: Bool
    /// The logit of the score.
    public var logit: Float
    /// What decides between sites that overlap: the weight of the duplexes of the site itself, without those of its
    /// surroundings; the logit where only whole windows are known.
    public var strength: Float
    /// The duplex of the probe and the letters of the site, in the direction of its strand, in dots and brackets; empty
    /// where it was not asked for.
    public var duplex: [UInt8] = []

    /// A site; see the properties.
    public init(
        probe: Int, target: Int, start: Int, end: Int, isOpposite: Bool = false, logit: Float = 0, strength: Float = 0
    ) {
        (self.probe, self.target, self.start, self.end) = (probe, target, start, end)
        (self.isOpposite, self.logit, self.strength) = (isOpposite, logit, strength)
    }

    /// The letters of the target that it has.
    private var letters: Range<Int> { start..<end }

    /// Whether both are sites of one probe on one strand of a target.
    private func isBeside(_ other: Site) -> Bool {
        probe == other.probe && target == other.target && isOpposite == other.isOpposite
    }

    /// The order of the output: by probe, target, start, end; the target as written before the opposite strand.
    public static func isInOrder(_ a: Site, _ b: Site) -> Bool {
        (a.probe, a.target, a.start, a.end, a.isOpposite ? 1 : 0)
            < (b.probe, b.target, b.start, b.end, b.isOpposite ? 1 : 0)
    }

    /// Whether `a` stays where it overlaps `b`: the stronger one, else the leftmost, else the shorter.
    private static func isStronger(_ a: Site, _ b: Site) -> Bool {
        a.strength != b.strength ? a.strength > b.strength : (a.start, a.end) < (b.start, b.end)
    }

    /// `sites` in the order of the output, without those that overlap a stronger one of the same probe and strand by
    /// half or more of the shorter. The strongest come first: a site that gives way takes no further ones with it.
    public static func merged(_ sites: [Site]) -> [Site] {
        let sorted = sites.sorted { a, b in
            (a.probe, a.target, a.isOpposite ? 1 : 0, a.start) < (b.probe, b.target, b.isOpposite ? 1 : 0, b.start)
        }
        var kept: [Site] = []
        var first = 0
        while first < sorted.count {
            // A run of sites of which each overlaps one before it.
            var (next, reach) = (first + 1, sorted[first].end)
            while next < sorted.count, sorted[next].isBeside(sorted[first]), sorted[next].start < reach {
                reach = max(reach, sorted[next].end)
                next += 1
            }
            kept += strongestOfRun(sorted[first..<next])
            first = next
        }
        return kept.sorted(by: isInOrder)
    }

    private static func strongestOfRun(_ run: ArraySlice<Site>) -> [Site] {
        guard run.count > 1 else { return Array(run) }
        let longest = run.reduce(0) { max($0, $1.end - $1.start) }
        // By start, so that only neighbours are compared.
        var kept: [Site] = []
        for site in run.sorted(by: isStronger) {
            var (low, high) = (0, kept.count)
            while low < high {
                let middle = (low + high) / 2
                if kept[middle].start < site.start - longest { low = middle + 1 } else { high = middle }
            }
            var place = low
            var gives = false
            while place < kept.count, kept[place].start < site.end {
                if kept[place].letters.overlapsByHalf(site.letters) {
                    gives = true
                    break
                }
                place += 1
            }
            guard !gives else { continue }
            kept.insert(site, at: kept[low...].firstIndex { $0.start > site.start } ?? kept.count)
        }
        return kept
    }

    /// The best `count` sites of each probe of `sites`, which are in the order of the output and stay in it. Of equal
    /// scores the first ones stay.
    public static func best(_ count: Int, ofEachProbe sites: [Site]) -> [Site] {
        var kept: [Site] = []
        var first = 0
        while first < sites.count {
            let next = sites[first...].firstIndex { $0.probe != sites[first].probe } ?? sites.count
            let order = (first..<next).sorted {
                sites[$0].logit != sites[$1].logit ? sites[$0].logit > sites[$1].logit : $0 < $1
            }
            kept += order.prefix(count).sorted().map { sites[$0] }
            first = next
        }
        return kept
    }
}

extension Range<Int> {
    /// Whether both share at least half of the letters of the shorter one.
    func overlapsByHalf(_ other: Range<Int>) -> Bool {
        2 * clamped(to: other).count >= Swift.min(count, other.count)
    }
}
