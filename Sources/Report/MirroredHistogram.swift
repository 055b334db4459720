// MirroredHistogram: two distributions back to back over one axis, which needs no legend.

/// Two histograms, one above the axis and one below.
public struct MirroredHistogram: Sendable {
    /// The description for screen readers.
    public var title: String
    /// The label of the axis.
    public var xLabel: String
    /// The range of the axis, from the first bin to the last.
    public var range: ClosedRange<Double>
    /// The shares of the bins, 0 to 1, with a name and a role, above and below the axis. Both have the same number of
    /// bins.
    public var above: (name: String, shares: [Double], role: Role), below: (name: String, shares: [Double], role: Role)
    /// A vertical line with its name.
    public var threshold: (value: Double, name: String)?

    /// Creates two histograms over the same bins.
    public init(
        title: String, x: String, range: ClosedRange<Double>, above: (name: String, shares: [Double], role: Role),
        below: (name: String, shares: [Double], role: Role)
    ) {
        (self.title, xLabel, self.range, self.above, self.below) = (title, x, range, above, below)
    }

    /// Draws the histograms on a square-root scale, so that rare scores are visible beside common ones.
    public func drawn() -> Drawing {
        var drawing = Drawing(title: title, width: 360, height: 240)
        var x = Axis([], holding: range)
        (x.start, x.end) = (42, 348)
        let highest = max(above.shares.max() ?? 0, below.shares.max() ?? 0, 0.01)
        let middle = 115.0
        var up = Axis([], holding: 0...highest, scale: .root)
        (up.start, up.end) = (middle, 30)
        var down = up
        down.end = 200
        for share in MirroredHistogram.ticks(up, highest: highest) {
            for axis in [up, down] {
                drawing.line(x.start, axis.place(share), x.end, axis.place(share), "grid")
                drawing.label("\(Int((share * 100).rounded())) %", x.start - 6, axis.place(share) + 4, "tick", .end)
            }
        }
        for (side, axis) in [(above, up), (below, down)] {
            let width = (x.end - x.start) / Double(max(1, side.shares.count))
            for (bin, share) in side.shares.enumerated() where share > 0 {
                let (low, high) = (min(middle, axis.place(share)), max(middle, axis.place(share)))
                drawing.rectangle(
                    x.start + Double(bin) * width + 0.5, low, max(0.5, width - 1), high - low,
                    "bar \(side.role.rawValue)")
            }
        }
        drawing.line(x.start, middle, x.end, middle, "axisline")
        // The name of the upper half is at the left, but not where that of the threshold is.
        let isTaken = threshold.map { x.place($0.value) < 14 + Drawing.width(of: above.name) } ?? false
        drawing.label(
            above.name, isTaken ? x.end : 6, 13, "name \(above.role.rawValue)", isTaken ? .end : .start)
        drawing.label(below.name, 6, 234, "name \(below.role.rawValue)")
        for tick in x.ticks(4) { drawing.label(tick.text, x.place(tick.value), 217, "tick", .middle) }
        drawing.label(xLabel, x.end, 234, "axis", .end)
        if let threshold, range.contains(threshold.value) { drawing.threshold(threshold, on: x, from: 22, to: 204) }
        return drawing
    }

    /// Tick values up to `highest` whose labels do not overlap, the largest first.
    private static func ticks(_ axis: Axis, highest: Double) -> [Double] {
        var chosen: [Double] = []
        for share in [1, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01] where share <= highest * 1.001 {
            let place = axis.place(share)
            if axis.start - place > 9, chosen.allSatisfy({ abs(axis.place($0) - place) > 13 }) { chosen.append(share) }
        }
        return chosen
    }
}
