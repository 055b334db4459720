// HeatMap: a table of numbers as shaded cells, one hue for shares, two for what lies above and below nought.

/// A table of shaded cells.
public struct HeatMap: Sendable {
    /// A cell: how strong its shade is, -1 to 1 (below 0 in the other hue; not finite: no cell), what is written in it
    /// where there is room, and what it says when pointed at.
    public struct Cell: Sendable {
        let strength: Double, text: String, note: String

        /// A cell.
        public init(strength: Double, text: String, note: String) {
            (self.strength, self.text, self.note) = (strength, text, note)
        }
    }

    /// What it shows, for a screen reader.
    public var title: String
    /// Names of rows and columns, and what they are.
    public var rows: [String], columns: [String], rowTitle: String, columnTitle: String
    /// Row by row.
    public var cells: [[Cell]]
    /// Rows and columns between two gaps; 0: no gaps.
    public var group = 0
    /// What the strongest shades of each sign stand for; none where the cells say it.
    public var legend: (low: String, high: String)?

    private static let gap = 3.0

    /// A table of `cells`.
    public init(
        title: String, rows: [String], columns: [String], rowTitle: String, columnTitle: String, cells: [[Cell]]
    ) {
        self.title = title
        (self.rows, self.columns, self.rowTitle, self.columnTitle) = (rows, columns, rowTitle, columnTitle)
        self.cells = cells
    }

    /// Left of a row or column.
    private func offset(_ index: Int, _ size: Double) -> Double {
        Double(index) * size + (group > 0 ? Double(index / group) * HeatMap.gap : 0)
    }

    /// The picture.
    public func drawn() -> Drawing {
        let most = Double(max(rows.count, columns.count, 1))
        let size = min(48, (300 - 4 * HeatMap.gap) / most)
        let tall = size > 40 ? 36 : size
        let (left, top) = (46.0, 44.0)
        let bottom = top + offset(rows.count, tall)
        var drawing = Drawing(title: title, width: 360, height: bottom + (legend == nil ? 8 : 40))
        drawing.label(columnTitle, left, 13, "axis")
        drawing.label(rowTitle, 4, top - 9, "axis")
        let style = size < 15 ? "tick tiny" : "tick letter"
        for (column, name) in columns.enumerated() {
            drawing.label(name, left + offset(column, size) + size / 2, top - 7, style, .middle)
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
                    cell.text, x + size / 2, y + tall / 2 + 4, strength > 0.55 ? "value on" : "value", .middle)
            }
        }
        if let legend { draw(legend, at: bottom + 12, left: left, &drawing) }
        return drawing
    }

    private func draw(
        _ legend: (low: String, high: String), at y: Double, left: Double, _ drawing: inout Drawing
    ) {
        drawing.label(legend.low, left, y + 22, "tick")
        drawing.label(legend.high, left + 9 * 20, y + 22, "tick", .end)
        for step in -4...4 {
            let x = left + Double(step + 4) * 20
            drawing.rectangle(x, y, 19, 9, step < 0 ? "cell second" : "cell first", strength: abs(Double(step)) / 4)
        }
    }
}
