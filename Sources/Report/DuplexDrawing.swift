// DuplexDrawing: two strands laid beside each other in letters, with bars between those that pair.

/// A pair as a duplex.
public struct DuplexDrawing: Sendable {
    /// A column of the duplex; nil in a gap.
    public struct Column: Sendable {
        let a: Character?, b: Character?, isPair: Bool

        /// Two letters that lie opposite each other.
        public init(a: Character?, b: Character?, isPair: Bool) { (self.a, self.b, self.isPair) = (a, b, isPair) }
    }

    /// What it shows, for a screen reader.
    public var title: String
    /// From A's first letter on.
    public var columns: [Column]
    /// What stands before and behind each strand, such as 5' and 3'; empty: nothing.
    public var endsA: (String, String), endsB: (String, String)

    private static let pitch = 10.2, columnsInARow = 30, rowHeight = 62.0

    /// A duplex.
    public init(title: String, columns: [Column], endsA: (String, String), endsB: (String, String)) {
        (self.title, self.columns, self.endsA, self.endsB) = (title, columns, endsA, endsB)
    }

    /// The picture; long duplexes go on in further rows.
    public func drawn() -> Drawing {
        let wide = DuplexDrawing.columnsInARow
        let rows = max(1, (columns.count + wide - 1) / wide)
        var drawing = Drawing(title: title, width: 360, height: Double(rows) * DuplexDrawing.rowHeight)
        for row in 0..<rows {
            let part = columns[row * wide..<min(columns.count, (row + 1) * wide)]
            let top = Double(row) * DuplexDrawing.rowHeight
            for (place, column) in part.enumerated() {
                let x = 26 + Double(place) * DuplexDrawing.pitch
                let style = column.isPair ? "base" : "base loose"
                if let a = column.a { drawing.label(String(a), x, top + 16, style, .middle) }
                if let b = column.b { drawing.label(String(b), x, top + 45, style, .middle) }
                if column.isPair { drawing.line(x, top + 21, x, top + 33, "bond") }
            }
            let right = 26 + Double(part.count) * DuplexDrawing.pitch
            if row == 0 {
                drawing.label(endsA.0, 14, top + 16, "tick", .end)
                drawing.label(endsB.0, 14, top + 45, "tick", .end)
            }
            if row == rows - 1 {
                drawing.label(endsA.1, right, top + 16, "tick")
                drawing.label(endsB.1, right, top + 45, "tick")
            }
        }
        return drawing
    }
}
