// Page: an HTML page of pictures and tables, in one self-contained file.

/// A picture with a heading and a caption.
public struct Figure: Sendable {
    let heading: String, drawing: Drawing, caption: String

    /// Creates a figure; an empty caption is omitted.
    public init(_ heading: String, _ drawing: Drawing, caption: String) {
        (self.heading, self.drawing, self.caption) = (heading, drawing, caption)
    }

    var markup: Markup {
        let parts = [Markup("h3", text: heading), drawing.inline]
        return Markup("figure", [:], parts + (caption.isEmpty ? [] : [Markup("figcaption", text: caption)]))
    }
}

/// A table; the first row is its header.
public struct Table: Sendable {
    let rows: [[String]]
    /// Whether the cells are text, which is aligned left, not numbers.
    let isOfWords: Bool

    /// Creates a table. All rows have the same number of cells.
    public init(_ rows: [[String]], isOfWords: Bool = false) { (self.rows, self.isOfWords) = (rows, isOfWords) }

    var markup: Markup {
        let lines = rows.enumerated().map { index, row in
            Markup("tr", [:], row.map { Markup(index == 0 ? "th" : "td", text: $0) })
        }
        return Markup("table", isOfWords ? ["class": "words"] : [:], [Markup("tbody", [:], lines)])
    }
}

/// A section of a page.
public struct Section: Sendable {
    let heading: String, lead: String, figures: [Figure], table: Table?

    /// Creates a section; `lead` is a sentence on what a good result looks like.
    public init(_ heading: String, lead: String, figures: [Figure], table: Table? = nil) {
        (self.heading, self.lead, self.figures, self.table) = (heading, lead, figures, table)
    }

    var markup: Markup {
        let pictures = figures.map(\.markup)
        // The table is placed beside the pictures.
        let cells = (table.map { [Markup("div", [:], [$0.markup])] } ?? []) + pictures
        let content = cells.isEmpty ? [] : [Markup("div", ["class": "figures"], cells)]
        return Markup(
            "section", [:], [Markup("h2", text: heading), Markup("p", ["class": "lead"], text: lead)] + content)
    }
}

/// A page: a title, the most important figures, and sections.
public struct Page: Sendable {
    /// The heading, and a sentence on the contents.
    public var title: String, lead: String
    /// The most important figures, as names and values.
    public var facts: [(name: String, value: String)]
    /// The sections; those without a figure or table are omitted.
    public var sections: [Section]
    /// The last line.
    public var footer: String

    /// Creates a page.
    public init(
        title: String, lead: String, facts: [(name: String, value: String)], sections: [Section], footer: String
    ) {
        (self.title, self.lead, self.facts, self.sections, self.footer) = (title, lead, facts, sections, footer)
    }

    /// The HTML text. It is well-formed XML too, so that any tool can read it.
    public var html: String {
        let head = Markup(
            "head", [:],
            [
                Markup("meta", ["charset": "utf-8"]),
                Markup("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                Markup("title", text: title),
                Markup.style(StyleSheet.colours + StyleSheet.page + StyleSheet.figures),
            ])
        let listed = facts.map { Markup("div", [:], [Markup("dt", text: $0.name), Markup("dd", text: $0.value)]) }
        let header = Markup(
            "header", [:],
            [Markup("h1", text: title), Markup("p", ["class": "lead"], text: lead)]
                + (listed.isEmpty ? [] : [Markup("dl", [:], listed)]))
        let parts = sections.filter { !$0.figures.isEmpty || $0.table != nil }.map(\.markup)
        let main = Markup("main", [:], [header] + parts + [Markup("footer", text: footer)])
        return "<!DOCTYPE html>\n"
            + Markup("html", ["lang": "en"], [head, Markup("body", [:], [main])]).text + "\n"
    }
}
