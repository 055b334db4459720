// DuplexDrawing: two aligned strands in letters, with bars between letters that pair.

/// A pair of strands, drawn as a duplex.
public struct DuplexDrawing: Sendable {
    /// A column of the duplex.
    public struct Column: Sendable {
        let a: Character?, b: Character?, isPair: Bool

        /// Creates a column of opposite letters; nil stands for a gap.
        public init(a: Character?, b: Character?, isPair: Bool) { (self.a, self.b, self.isPair) = (a, b, isPair) }
    }

    /// The description for screen readers.
    public var title: String
    /// The columns, from the first letter of A on.
    public var columns: [Column]
    /// The labels before and after each strand, such as 5' and 3'; empty for none.
    public var endsA: (String, String), endsB: (String, String)

    private static let room = 312.0, rowHeight = 56.0
    /// Distances between letters in pixels: the loosest, the least for letters of full size, for small ones, and for
    /// narrow ones.
    private static let loose = 10.2, full = 9.4, small = 8.2, narrow = 7.2

    /// Creates a duplex; all columns are given from left to right.
    public init(title: String, columns: [Column], endsA: (String, String), endsB: (String, String)) {
        (self.title, self.columns, self.endsA, self.endsB) = (title, columns, endsA, endsB)
    }

    /// Draws the duplex; a long one is continued in further rows of about equal length.
    public func drawn() -> Drawing {
        // Strands slightly too long for a row are set closer, so that no row has only their last letters.
        let most = Int(DuplexDrawing.room / DuplexDrawing.small)
        let isOne = columns.count <= Int(DuplexDrawing.room / DuplexDrawing.narrow)
        let rows = isOne ? 1 : (columns.count + most - 1) / most
        let wide = max(1, (columns.count + rows - 1) / rows)
        let pitch = min(DuplexDrawing.room / Double(wide), DuplexDrawing.loose)
        let size = pitch >= DuplexDrawing.full ? "" : pitch >= DuplexDrawing.small ? " small" : " narrow"
        var drawing = Drawing(title: title, width: 360, height: Double(rows) * DuplexDrawing.rowHeight)
        for row in 0..<rows {
            let part = columns[row * wide..<min(columns.count, (row + 1) * wide)]
            let top = Double(row) * DuplexDrawing.rowHeight
            for (place, column) in part.enumerated() {
                let x = 26 + Double(place) * pitch
                let style = (column.isPair ? "base" : "base loose") + size
                if let a = column.a { drawing.label(String(a), x, top + 16, style, .middle) }
                if let b = column.b { drawing.label(String(b), x, top + 45, style, .middle) }
                if column.isPair { drawing.line(x, top + 21, x, top + 33, "bond") }
            }
        }
        nameEnds(endsA, columns.indices.filter { columns[$0].a != nil }, pitch, wide, below: 16, &drawing)
        nameEnds(endsB, columns.indices.filter { columns[$0].b != nil }, pitch, wide, below: 45, &drawing)
        return drawing
    }

    /// Draws the labels of the ends beside the first and last letter of a strand.
    private func nameEnds(
        _ ends: (String, String), _ places: [Int], _ pitch: Double, _ wide: Int, below: Double,
        _ drawing: inout Drawing
    ) {
        guard let first = places.first, let last = places.last else { return }
        func x(_ place: Int) -> Double { 26 + Double(place % wide) * pitch }
        func y(_ place: Int) -> Double { Double(place / wide) * DuplexDrawing.rowHeight + below }
        drawing.label(ends.0, x(first) - 8, y(first), "tick", .end)
        drawing.label(ends.1, x(last) + 8, y(last), "tick")
    }
}
