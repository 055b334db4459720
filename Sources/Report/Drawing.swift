// Drawing: builds an SVG picture of lines, rectangles, circles and text at pixel coordinates.

/// The role of a mark; each role has one colour on every page.
public enum Role: String, Sendable {
    /// Learned or generated values, or label 1.
    case first
    /// The counterpart: the critic, or label 0.
    case second
    /// The reference to compare with: the data.
    case reference
}

/// An SVG picture.
public struct Drawing: Sendable {
    let width: Double, height: Double
    /// The description for screen readers.
    let title: String
    private var marks: [Markup] = []

    init(title: String, width: Double, height: Double) {
        (self.title, self.width, self.height) = (title, width, height)
    }

    enum Anchor: String { case start, middle, end }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        marks.append(
            Markup("line", ["class": style, "x1": px(x1), "y1": px(y1), "x2": px(x2), "y2": px(y2)]))
    }

    /// A line through `points`, interrupted where one of them is not finite.
    mutating func path(_ points: [(x: Double, y: Double)], _ style: String) {
        var steps: [String] = []
        var isPenDown = false
        for point in points {
            guard point.x.isFinite, point.y.isFinite else {
                isPenDown = false
                continue
            }
            steps.append("\(isPenDown ? "L" : "M")\(px(point.x)) \(px(point.y))")
            isPenDown = true
        }
        guard steps.count > 0 else { return }
        marks.append(Markup("path", ["class": style, "d": steps.joined()]))
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, strength: Double = 1,
        note: String? = nil
    ) {
        marks.append(
            Markup(
                "rect",
                [
                    "class": style, "x": px(x), "y": px(y), "width": px(width), "height": px(height),
                    "fill-opacity": hundredths(strength),
                ], note.map { [Markup("title", text: $0)] } ?? []))
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String, note: String? = nil) {
        marks.append(
            Markup(
                "circle", ["class": style, "cx": px(x), "cy": px(y), "r": px(radius)],
                note.map { [Markup("title", text: $0)] } ?? []))
    }

    mutating func label(_ text: String, _ x: Double, _ y: Double, _ style: String = "", _ anchor: Anchor = .start) {
        marks.append(
            Markup("text", ["class": style, "x": px(x), "y": px(y), "text-anchor": anchor.rawValue], text: text))
    }

    /// The picture as an element of a page.
    var inline: Markup {
        Markup(
            "svg",
            [
                "role": "img", "aria-label": title, "viewBox": "0 0 \(px(width)) \(px(height))",
                "style": "max-width:\(px(width * 1.1))px",
            ], marks)
    }

    /// The picture as the text of an SVG file.
    public var file: String {
        let svg = Markup(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-label": title, "width": px(width),
                "height": px(height), "viewBox": "0 0 \(px(width)) \(px(height))",
            ],
            [Markup.style(StyleSheet.colours + StyleSheet.figures)]
                + [Markup("rect", ["class": "paper", "width": px(width), "height": px(height)])] + marks)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg.text
    }

    /// The approximate width of small text in pixels, in the widest common fonts.
    static func width(of text: String) -> Double { Double(text.count) * 6.7 }
}

/// A number of pixels with at most one decimal; 0 where it is not finite.
func px(_ value: Double) -> String { short(value, perUnit: 10) }

private func hundredths(_ value: Double) -> String { short(value, perUnit: 100) }

private func short(_ value: Double, perUnit: Int) -> String {
    guard value.isFinite, abs(value) < 1e6 else { return "0" }
    return decimal(Int((value * Double(perUnit)).rounded()), decimals: perUnit == 10 ? 1 : 2, keepsZeros: false)
}

/// The number `digits` * 10^-`decimals` as text.
func decimal(_ digits: Int, decimals: Int, keepsZeros: Bool, minus: String = "-") -> String {
    let unit = (0..<decimals).reduce(1) { n, _ in n * 10 }
    var rest = String(digits.magnitude % UInt(unit))
    rest = String(repeating: "0", count: max(0, decimals - rest.count)) + rest
    if !keepsZeros { while rest.last == "0" { rest.removeLast() } }
    let whole = "\(digits < 0 ? minus : "")\(digits.magnitude / UInt(unit))"
    return decimals == 0 || rest.isEmpty ? whole : whole + "." + rest
}

extension Drawing {
    /// Draws a vertical line at a value of the horizontal axis `x`, with its name on the side of the middle.
    mutating func threshold(_ threshold: (value: Double, name: String), on x: Axis, from top: Double, to bottom: Double)
    {
        let at = x.place(threshold.value)
        line(at, top, at, bottom, "threshold")
        let isRight = at > (x.start + x.end) / 2
        label(threshold.name, at + (isRight ? -4 : 4), 20, "name", isRight ? .end : .start)
    }
}
