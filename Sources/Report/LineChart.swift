// LineChart: curves, dots and a marked point over two axes; curves are labelled at their ends.

/// A chart of curves or dots.
public struct LineChart: Sendable {
    /// A curve.
    public struct Series: Sendable {
        let name: String, points: [(x: Double, y: Double)], role: Role, isDashed: Bool

        /// Creates a curve through `points`; it is interrupted where one is not finite.
        public init(_ name: String, _ points: [(x: Double, y: Double)], _ role: Role, isDashed: Bool = false) {
            (self.name, self.points, self.role, self.isDashed) = (name, points, role, isDashed)
        }
    }

    /// A dot with a size and a tooltip.
    public struct Dot: Sendable {
        let x: Double, y: Double, radius: Double, note: String

        /// Creates a dot at axis values `x` and `y`; `radius` is in pixels, `note` the tooltip.
        public init(x: Double, y: Double, radius: Double, note: String) {
            (self.x, self.y, self.radius, self.note) = (x, y, radius, note)
        }
    }

    /// The description for screen readers.
    public var title: String
    /// The labels of the axes.
    public var xLabel: String, yLabel: String
    /// The curves.
    public var series: [Series] = []
    /// The dots, in the colour of the first role.
    public var dots: [Dot] = []
    /// The ranges of the axes; those of the data where nil.
    public var xRange: ClosedRange<Double>?, yRange: ClosedRange<Double>?
    /// Whether the values of the horizontal axis are whole numbers, such as epochs.
    public var hasWholeX = false
    /// Whether to draw the diagonal.
    public var hasDiagonal = false
    /// A marked point with lines of text beside it.
    public var mark: (x: Double, y: Double, text: [String])?

    /// Creates an empty chart with labelled axes.
    public init(title: String, x: String, y: String) { (self.title, xLabel, yLabel) = (title, x, y) }

    /// Whether there is nothing to draw.
    public var isEmpty: Bool {
        dots.isEmpty && !series.contains { $0.points.contains { $0.x.isFinite && $0.y.isFinite } }
    }

    /// Draws the chart.
    public func drawn() -> Drawing {
        let labelRoom = series.map { Drawing.width(of: $0.name) }.max() ?? 0
        var drawing = Drawing(title: title, width: 360, height: 240)
        let points = series.flatMap(\.points) + dots.map { ($0.x, $0.y) }
        var x = Axis(points.map(\.x), holding: xRange)
        var y = Axis(points.map(\.y), holding: yRange, hasRoom: true)
        // A ring at the end of a curve does not touch its name.
        let isMarkedAtEnd = mark.map { $0.x >= points.map(\.x).max() ?? .infinity } ?? false
        (x.start, x.end) = (42, 348 - labelRoom - (isMarkedAtEnd && labelRoom > 0 ? 5 : 0))
        (y.start, y.end) = (202, 28)
        drawAxes(&drawing, x, y)
        if hasDiagonal { drawing.path([(x.start, y.start), (x.end, y.end)], "diagonal") }
        for dot in dots {
            drawing.circle(x.place(dot.x), y.place(dot.y), dot.radius, "dot first", note: dot.note)
        }
        for series in series { draw(series, &drawing, x, y) }
        nameCurves(&drawing, at: x.end + (isMarkedAtEnd ? 10 : 5), y)
        if let mark, mark.x.isFinite, mark.y.isFinite { draw(mark, &drawing, x, y) }
        return drawing
    }

    private func draw(_ series: Series, _ drawing: inout Drawing, _ x: Axis, _ y: Axis) {
        let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }
        // A line through a single point would not be seen.
        if points.count == 1 {
            drawing.circle(x.place(points[0].x), y.place(points[0].y), 3, "point \(series.role.rawValue)")
            return
        }
        drawing.path(
            series.points.map { (x.place($0.x), y.place($0.y)) },
            "curve \(series.role.rawValue)\(series.isDashed ? " dashed" : "")")
    }

    private func drawAxes(_ drawing: inout Drawing, _ x: Axis, _ y: Axis) {
        drawing.label(yLabel, 6, 13, "axis")
        drawing.label(xLabel, x.end, 234, "axis", .end)
        for tick in y.ticks(4) {
            drawing.line(x.start, y.place(tick.value), x.end, y.place(tick.value), "grid")
            drawing.label(tick.text, x.start - 6, y.place(tick.value) + 4, "tick", .end)
        }
        for tick in x.ticks(x.end - x.start < 250 ? 3 : 4, areWhole: hasWholeX) {
            drawing.line(x.place(tick.value), y.start, x.place(tick.value), y.start + 4, "axisline")
            drawing.label(tick.text, x.place(tick.value), y.start + 17, "tick", .middle)
        }
        drawing.line(x.start, y.start, x.end, y.start, "axisline")
    }

    /// Draws the names beside the last points, moved apart where they would overlap.
    private func nameCurves(_ drawing: inout Drawing, at left: Double, _ y: Axis) {
        let named = series.filter { !$0.name.isEmpty }
            .compactMap { series in series.points.last { $0.y.isFinite }.map { (series, y.place($0.y)) } }
            .sorted { $0.1 < $1.1 }
        var places = named.map(\.1)
        for k in places.indices.dropFirst() { places[k] = max(places[k], places[k - 1] + 14) }
        let excess = (places.last ?? 0) - y.start
        if excess > 0 {
            for k in places.indices.reversed() {
                places[k] = min(
                    places[k] - (k == places.count - 1 ? excess : 0),
                    k + 1 < places.count ? places[k + 1] - 14 : .infinity)
            }
        }
        for (k, (series, _)) in named.enumerated() {
            drawing.label(series.name, left, places[k] + 4, "name \(series.role.rawValue)")
        }
    }
}
