// Page: sections of pictures and tables as one HTML file that needs nothing else.

/// A picture with its heading and what to see in it.
public struct Figure: Sendable {
    let heading: String, drawing: Drawing, caption: String

    /// A picture to be put on a page.
    public init(_ heading: String, _ drawing: Drawing, caption: String) {
        (self.heading, self.drawing, self.caption) = (heading, drawing, caption)
    }

    var markup: Markup {
        let parts = [Markup("h3", text: heading), drawing.inline]
        return Markup("figure", [:], parts + (caption.isEmpty ? [] : [Markup("figcaption", text: caption)]))
    }
}

/// A table, the first row its header.
public struct Table: Sendable {
    let rows: [[String]]
    /// Whether its cells are words, not numbers.
    let isOfWords: Bool

    /// A table.
    public init(_ rows: [[String]], isOfWords: Bool = false) { (self.rows, self.isOfWords) = (rows, isOfWords) }

    var markup: Markup {
        let lines = rows.enumerated().map { index, row in
            Markup("tr", [:], row.map { Markup(index == 0 ? "th" : "td", text: $0) })
        }
        return Markup("table", isOfWords ? ["class": "words"] : [:], [Markup("tbody", [:], lines)])
    }
}

/// A part of a page.
public struct Section: Sendable {
    let heading: String, lead: String, figures: [Figure], table: Table?

    /// A part with a sentence on what a good picture looks like.
    public init(_ heading: String, lead: String, figures: [Figure], table: Table? = nil) {
        (self.heading, self.lead, self.figures, self.table) = (heading, lead, figures, table)
    }

    var markup: Markup {
        Markup(
            "section", [:],
            [Markup("h2", text: heading), Markup("p", ["class": "lead"], text: lead)]
                + (table.map { [$0.markup] } ?? [])
                + (figures.isEmpty ? [] : [Markup("div", ["class": "figures"], figures.map(\.markup))]))
    }
}

/// A page: a title, the figures that matter most, and sections.
public struct Page: Sendable {
    /// The heading, and a sentence on what the page is of.
    public var title: String, lead: String
    /// Names and values.
    public var facts: [(name: String, value: String)]
    /// The parts; those without a figure or table are left out.
    public var sections: [Section]
    /// The last line.
    public var footer: String

    /// A page.
    public init(
        title: String, lead: String, facts: [(name: String, value: String)], sections: [Section], footer: String
    ) {
        (self.title, self.lead, self.facts, self.sections, self.footer) = (title, lead, facts, sections, footer)
    }

    /// The file. It is well-formed XML too, so that any tool can read it.
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
