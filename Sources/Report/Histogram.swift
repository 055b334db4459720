// Histogram: how many values fall into each of some bins, as bars over one axis.

/// A histogram of counts.
public struct Histogram: Sendable {
    /// The description for screen readers.
    public var title: String
    /// The labels of the axes.
    public var xLabel: String, yLabel: String
    /// The range of the axis, from the first bin to the last.
    public var range: ClosedRange<Double>
    /// The number of values in each bin.
    public var counts: [Int]
    /// A vertical line with its name.
    public var threshold: (value: Double, name: String)?

    /// Creates a histogram of `values` with `bins` bins of equal width over `range`, which must not be empty. Values
    /// outside the range count in the nearest bin; those that are not finite do not count.
    public init(
        title: String, x: String, y: String, range: ClosedRange<Double>, bins: Int, of values: some Sequence<Double>
    ) {
        precondition(bins > 0 && range.upperBound > range.lowerBound)
        (self.title, xLabel, yLabel, self.range) = (title, x, y, range)
        counts = [Int](repeating: 0, count: bins)
        for value in values where value.isFinite {
            let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
            counts[Int(min(max(share * Double(bins), 0), Double(bins - 1)))] += 1
        }
    }

    /// Draws the histogram.
    public func drawn() -> Drawing {
        var drawing = Drawing(title: title, width: 360, height: 240)
        let highest = Double(max(counts.max() ?? 0, 1))
        var x = Axis([], holding: range)
        var y = Axis([], holding: 0...highest)
        (x.start, x.end) = (42, 348)
        (y.start, y.end) = (202, 28)
        drawing.label(yLabel, 6, 13, "axis")
        drawing.label(xLabel, x.end, 234, "axis", .end)
        // Counts are whole numbers.
        for tick in y.ticks(4, areWhole: true) {
            let place = y.place(tick.value)
            drawing.line(x.start, place, x.end, place, "grid")
            drawing.label(tick.text, x.start - 6, place + 4, "tick", .end)
        }
        let width = (x.end - x.start) / Double(counts.count)
        for (bin, count) in counts.enumerated() where count > 0 {
            // One design among thousands is to be seen too.
            let height = max(1, y.start - y.place(Double(count)))
            drawing.rectangle(
                x.start + Double(bin) * width + 0.5, y.start - height, max(0.5, width - 1), height, "bar first",
                note: grouped(count))
        }
        for tick in x.ticks(4) {
            drawing.line(x.place(tick.value), y.start, x.place(tick.value), y.start + 4, "axisline")
            drawing.label(tick.text, x.place(tick.value), y.start + 17, "tick", .middle)
        }
        drawing.line(x.start, y.start, x.end, y.start, "axisline")
        if let threshold, range.contains(threshold.value) { drawing.threshold(threshold, on: x, from: 17, to: y.start) }
        return drawing
    }
}
