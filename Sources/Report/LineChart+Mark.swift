// LineChart+Mark: the ring around a marked point, with its text where it covers the least of the curves.

extension LineChart {
    /// Draws the ring and its text.
    func draw(_ mark: (x: Double, y: Double, text: [String]), _ drawing: inout Drawing, _ x: Axis, _ y: Axis) {
        let (px, py) = (x.place(mark.x), y.place(mark.y))
        drawing.circle(px, py, 4.5, "mark")
        let width = mark.text.map { Drawing.width(of: $0) }.max() ?? 0
        let height = 14 * Double(mark.text.count)
        // Towards the middle first: of places that are equally free, the first is taken.
        let isRight = px > (x.start + x.end) / 2
        let isHigh = py < (y.start + y.end) / 2
        let places = [(isRight, isHigh), (!isRight, isHigh), (isRight, !isHigh), (!isRight, !isHigh)].map {
            (left: $0 ? px - 9 - width : px + 9, top: $1 ? py + 9 : py - 9 - height, isRight: $0)
        }
        let inked = inkedPoints(x, y)
        // The names of curves are beyond the axis.
        let most = series.contains { !$0.name.isEmpty } ? x.end + 4 : 356
        func covered(_ place: (left: Double, top: Double, isRight: Bool)) -> Int {
            let (right, bottom) = (place.left + width, place.top + height)
            guard place.left >= x.start, right <= most, place.top >= 16, bottom <= y.start else { return .max }
            return inked.count { $0.x > place.left && $0.x < right && $0.y > place.top && $0.y < bottom }
        }
        let costs = places.map(covered)
        let best = places[costs.firstIndex(of: costs.min() ?? 0) ?? 0]
        for (k, text) in mark.text.enumerated() {
            drawing.label(
                text, best.isRight ? best.left + width : best.left, best.top + 11 + 14 * Double(k), "note",
                best.isRight ? .end : .start)
        }
    }

    /// Points along the curves, a few pixels apart.
    private func inkedPoints(_ x: Axis, _ y: Axis) -> [(x: Double, y: Double)] {
        var inked: [(x: Double, y: Double)] = []
        for series in series {
            let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }
                .map { (x: x.place($0.x), y: y.place($0.y)) }
            for (one, other) in zip(points, points.dropFirst()) {
                let (dx, dy) = (other.x - one.x, other.y - one.y)
                let steps = max(1, Int(max(abs(dx), abs(dy)) / 3))
                for step in 0...steps {
                    let share = Double(step) / Double(steps)
                    inked.append((one.x + share * dx, one.y + share * dy))
                }
            }
        }
        return inked
    }
}
