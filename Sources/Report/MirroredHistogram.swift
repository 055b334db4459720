// MirroredHistogram: two spreads back to back over one axis, so that they need no legend and no second colour.

/// Two histograms, one above the axis and one below.
public struct MirroredHistogram: Sendable {
    /// What it shows, for a screen reader.
    public var title: String
    /// What the axis counts.
    public var xLabel: String
    /// The numbers from the left end of the first bin to the right end of the last.
    public var range: ClosedRange<Double>
    /// Shares of each bin, 0 to 1, and their name, above and below; both of the same length.
    public var above: (name: String, shares: [Double], role: Role), below: (name: String, shares: [Double], role: Role)
    /// A line across, with its name.
    public var threshold: (value: Double, name: String)?

    /// Two histograms over the same bins.
    public init(
        title: String, x: String, range: ClosedRange<Double>, above: (name: String, shares: [Double], role: Role),
        below: (name: String, shares: [Double], role: Role)
    ) {
        (self.title, xLabel, self.range, self.above, self.below) = (title, x, range, above, below)
    }

    /// The picture; heights grow with the square root of the shares, so that rare scores are seen beside common ones.
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
        for share in [0.01, 0.05, 0.1, 0.25, 0.5, 1] where share <= highest * 1.001 {
            guard up.start - up.place(share) > 14, share == 1 || up.place(share) - up.end > 10 || share * 2 > highest
            else {
                continue
            }
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
        drawing.label(above.name, 6, 13, "name \(above.role.rawValue)")
        drawing.label(below.name, 6, 234, "name \(below.role.rawValue)")
        for tick in x.ticks(4) { drawing.label(tick.text, x.place(tick.value), 217, "tick", .middle) }
        drawing.label(xLabel, x.end, 234, "axis", .end)
        if let threshold, range.contains(threshold.value) {
            let at = x.place(threshold.value)
            drawing.line(at, 22, at, 204, "threshold")
            let isRight = at > (x.start + x.end) / 2
            drawing.label(threshold.name, at + (isRight ? -4 : 4), 20, "name", isRight ? .end : .start)
        }
        return drawing
    }
}
