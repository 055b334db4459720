// Markup: text of HTML and SVG that is well-formed XML, whatever it is made of.

/// A piece of markup. Names are those of the program; all other text is escaped.
public struct Markup: Sendable, Equatable {
    /// The text.
    public let text: String

    private init(trusted text: String) { self.text = text }

    /// Plain text, escaped; characters that XML cannot hold become U+FFFD.
    public init(_ plain: String) { text = Markup.escaped(plain) }

    /// An element with its attributes, in their order, and what is in it.
    public init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [Markup] = []) {
        let listed = attributes.map { " \($0.key)=\"\(Markup.escaped($0.value))\"" }.joined()
        let inner = content.map(\.text).joined()
        let isBlock = Markup.blocks.contains(name)
        text =
            (content.isEmpty && !Markup.neverEmpty.contains(name)
                ? "<\(name)\(listed)/>" : "<\(name)\(listed)>\(inner)</\(name)>") + (isBlock ? "\n" : "")
    }

    /// An element with plain text in it.
    public init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
        self.init(name, attributes, [Markup(text)])
    }

    /// The program's own style sheet, which holds nothing that would have to be escaped.
    static func style(_ sheet: String) -> Markup {
        precondition(!sheet.utf8.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") })
        return Markup(trusted: "<style>\n\(sheet)</style>\n")
    }

    /// Elements that end a line, so that the file can be read by people too.
    private static let blocks: Set = [
        "p", "h1", "h2", "h3", "dt", "dd", "tr", "table", "section", "figure", "figcaption", "svg", "header", "footer",
        "main", "head", "title", "div", "g", "dl",
    ]

    /// HTML reads `<p/>` as an opening tag: these are closed in full.
    private static let neverEmpty: Set = ["p", "td", "th", "div", "section", "figure", "figcaption", "dd", "dt", "h2"]

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
