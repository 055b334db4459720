// HeatMap: a table of numbers as shaded cells: one hue for shares, two for numbers of both signs.

/// A table of shaded cells.
public struct HeatMap: Sendable {
    /// A cell: the strength of its shade, from -1 to 1 (negative: the other hue; not finite: no cell), its text where
    /// there is room, and its tooltip.
    public struct Cell: Sendable {
        let strength: Double, text: String, note: String

        /// Creates a cell.
        public init(strength: Double, text: String, note: String) {
            (self.strength, self.text, self.note) = (strength, text, note)
        }
    }

    /// The description for screen readers.
    public var title: String
    /// The labels of rows and columns, and the titles of both.
    public var rows: [String], columns: [String], rowTitle: String, columnTitle: String
    /// The cells, row by row.
    public var cells: [[Cell]]
    /// The number of rows and columns between two gaps; 0: no gaps.
    public var group = 0
    /// The values of the strongest shade of each sign; nil where the cells show their values.
    public var legend: (low: String, high: String)?

    private static let gap = 3.0, swatch = 28.0

    /// Creates a heat map of `cells`, which has a row for each of `rows` and a column for each of `columns`.
    public init(
        title: String, rows: [String], columns: [String], rowTitle: String, columnTitle: String, cells: [[Cell]]
    ) {
        self.title = title
        (self.rows, self.columns, self.rowTitle, self.columnTitle) = (rows, columns, rowTitle, columnTitle)
        self.cells = cells
    }

    /// The offset of a row or column in pixels.
    private func offset(_ index: Int, _ size: Double) -> Double {
        Double(index) * size + (group > 0 ? Double(index / group) * HeatMap.gap : 0)
    }

    /// Draws the heat map, as wide as other pictures of a page or, with `isNarrow`, only as wide as needed.
    public func drawn(isNarrow: Bool = false) -> Drawing {
        let most = Double(max(rows.count, columns.count, 1))
        let size = min(48, (310 - 4 * HeatMap.gap) / most)
        let tall = size > 40 ? 36 : size
        let (left, top) = (36.0, 42.0)
        let bottom = top + offset(rows.count, tall)
        var drawing = Drawing(
            title: title, width: isNarrow ? narrowWidth(left, size) : 360, height: bottom + (legend == nil ? 8 : 40))
        let rowText = rowTitle + " \u{2193}"
        drawing.label(rowText, 4, 13, "axis")
        drawing.label(columnTitle + " \u{2192}", 4 + Drawing.width(of: rowText) + 16, 13, "axis")
        let style = size < 11.5 ? "tick tiny" : "tick letter"
        for (column, name) in columns.enumerated() {
            // Names that are wider than their columns stand upright, letter by letter.
            let parts = Drawing.width(of: name) > size ? name.map(String.init) : [name]
            for (line, part) in parts.enumerated() {
                let above = 7 + 9 * Double(parts.count - 1 - line)
                drawing.label(part, left + offset(column, size) + size / 2, top - above, style, .middle)
            }
        }
        for (row, name) in rows.enumerated() {
            drawing.label(name, left - 7, top + offset(row, tall) + tall / 2 + 4, style, .end)
            for (column, cell) in cells[row].enumerated() where cell.strength.isFinite {
                let (x, y) = (left + offset(column, size), top + offset(row, tall))
                let strength = min(1, abs(cell.strength))
                drawing.rectangle(
                    x, y, size - 1, tall - 1, cell.strength < 0 ? "cell second" : "cell first", strength: strength,
                    note: cell.note)
                guard size >= 34 else { continue }
                drawing.label(
                    cell.text, x + size / 2, y + tall / 2 + 4, HeatMap.textStyle(cell.strength), .middle)
            }
        }
        if let legend { draw(legend, at: bottom + 12, left: left, &drawing) }
        return drawing
    }

    /// The style of text on a shade: in the colour of the page on the strongest shades, of which those of the second
    /// hue are lighter; dark, on light and on dark pages, on those of medium lightness.
    private static func textStyle(_ strength: Double) -> String {
        if strength > 0.78 || strength < -0.88 { return "value on" }
        return abs(strength) > 0.6 ? "value mid" : "value"
    }

    private func narrowWidth(_ left: Double, _ size: Double) -> Double {
        let heading = Drawing.width(of: rowTitle + columnTitle) + 60
        return max(left + offset(columns.count, size), left + 9 * HeatMap.swatch, heading) + 8
    }

    private func draw(
        _ legend: (low: String, high: String), at y: Double, left: Double, _ drawing: inout Drawing
    ) {
        drawing.label(legend.low, left, y + 22, "tick")
        drawing.label(legend.high, left + 9 * HeatMap.swatch, y + 22, "tick", .end)
        for step in -4...4 {
            let x = left + Double(step + 4) * HeatMap.swatch
            drawing.rectangle(
                x, y, HeatMap.swatch - 1, 9, step < 0 ? "cell second" : "cell first", strength: abs(Double(step)) / 4)
        }
    }
}
