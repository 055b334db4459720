// Page: an HTML page of pictures and tables, in one self-contained file.

/// A picture with a heading and a caption.
public struct Figure: Sendable {
    let heading: String, drawing: Drawing, caption: String
    /// Whether two smaller figures go beside it, one below the other.
    let isTall: Bool

    /// Creates a figure; an empty caption is omitted.
    public init(_ heading: String, _ drawing: Drawing, caption: String, isTall: Bool = false) {
        (self.heading, self.drawing, self.caption, self.isTall) = (heading, drawing, caption, isTall)
    }

    var markup: Markup {
        let parts = [Markup("h3", text: heading), drawing.inline]
        return Markup(
            "figure", isTall ? ["class": "tall"] : [:],
            parts + (caption.isEmpty ? [] : [Markup("figcaption", text: caption)]))
    }
}

/// A table; the first row is its header.
public struct Table: Sendable {
    let rows: [[String]]
    /// Whether the last column is of names or words, which may be long: the table may be as wide as the page, and on
    /// narrow screens the last column of more than two is placed below the others.
    let isWide: Bool

    /// Creates a table. All rows have the same number of cells. The first column is aligned left, as text, the others
    /// right, as numbers; the last of a wide table is text, too.
    public init(_ rows: [[String]], isWide: Bool = false) { (self.rows, self.isWide) = (rows, isWide) }

    var markup: Markup {
        let lines = rows.enumerated().map { index, row in
            Markup("tr", [:], row.map { Markup(index == 0 ? "th" : "td", text: $0) })
        }
        let parts = [Markup("thead", [:], Array(lines.prefix(1))), Markup("tbody", [:], Array(lines.dropFirst()))]
        let columns = rows.first?.count ?? 0
        let style = isWide ? columns > 2 ? "words stacked" : "words" : ""
        let table =
            style.isEmpty
            ? Markup("table", [:], parts)
            : Markup("table", ["class": style, "style": "--numbers:\(max(1, columns - 1))"], parts)
        return Markup("div", isWide ? ["class": "wide"] : [:], [table])
    }
}

/// A section of a page.
public struct Section: Sendable {
    let heading: String, lead: String, figures: [Figure], tables: [Table]

    /// Creates a section; `lead` is a sentence on what a good result looks like.
    public init(_ heading: String, lead: String, figures: [Figure] = [], tables: [Table] = []) {
        (self.heading, self.lead, self.figures, self.tables) = (heading, lead, figures, tables)
    }

    var isEmpty: Bool { figures.isEmpty && tables.isEmpty }

    var markup: Markup {
        // Tables are placed beside the pictures.
        let cells = tables.map(\.markup) + figures.map(\.markup)
        let content = isEmpty ? [] : [Markup("div", ["class": "figures"], cells)]
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
        let listed = facts.map { name, value in
            let style: KeyValuePairs = value.count > 16 ? ["class": "long"] : [:]
            return Markup("div", [:], [Markup("dt", text: name), Markup("dd", style, text: value)])
        }
        let header = Markup(
            "header", [:],
            [Markup("h1", text: title), Markup("p", ["class": "lead"], text: lead)]
                + (listed.isEmpty ? [] : [Markup("dl", [:], listed)]))
        let parts = sections.filter { !$0.isEmpty }.map(\.markup)
        let main = Markup("main", [:], [header] + parts + [Markup("footer", text: footer)])
        return "<!DOCTYPE html>\n"
            + Markup("html", ["lang": "en"], [head, Markup("body", [:], [main])]).text + "\n"
    }
}
