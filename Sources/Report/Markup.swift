// Markup: HTML and SVG text that is well-formed XML, whatever its contents.

/// A piece of markup. Element names come from the program; all other text is escaped.
public struct Markup: Sendable, Equatable {
    /// The markup as text.
    public let text: String

    private init(trusted text: String) { self.text = text }

    /// Escapes plain text; characters that XML does not allow become U+FFFD.
    public init(_ plain: String) { text = Markup.escaped(plain) }

    /// Creates an element with attributes, in this order, and contents.
    public init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [Markup] = []) {
        let listed = attributes.map { " \($0.key)=\"\(Markup.escaped($0.value))\"" }.joined()
        let inner = content.map(\.text).joined()
        let isBlock = Markup.blocks.contains(name)
        text =
            (content.isEmpty && !Markup.neverEmpty.contains(name)
                ? "<\(name)\(listed)/>" : "<\(name)\(listed)>\(inner)</\(name)>") + (isBlock ? "\n" : "")
    }

    /// Creates an element with plain text, which is escaped.
    public init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
        self.init(name, attributes, [Markup(text)])
    }

    /// A style element. The sheet is the program's own and must have no character that needs escaping.
    static func style(_ sheet: String) -> Markup {
        precondition(!sheet.utf8.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") })
        return Markup(trusted: "<style>\n\(sheet)</style>\n")
    }

    /// Elements that end with a line break, so that people can read the file.
    private static let blocks: Set = [
        "p", "h1", "h2", "h3", "dt", "dd", "tr", "table", "section", "figure", "figcaption", "svg", "header", "footer",
        "main", "head", "title", "div", "g", "dl",
    ]

    /// HTML reads `<p/>` as an opening tag, so these get a closing tag.
    private static let neverEmpty: Set = [
        "p", "td", "th", "div", "section", "figure", "figcaption", "dd", "dt", "h2", "tbody",
    ]

    private static func escaped(_ plain: String) -> String {
        var result = ""
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
