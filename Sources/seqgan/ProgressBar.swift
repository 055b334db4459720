// ProgressBar: how far a run is, at what rate, and how long it will take, while a person looks on.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A line on stderr that is drawn anew at most five times a second; nothing where stderr is no terminal.
struct ProgressBar {
    private static let width = 24

    private let start = ContinuousClock.now
    private let unit: String
    private let isShown: Bool
    private let isColoured: Bool
    private var lastDrawn: ContinuousClock.Instant
    private var isDrawn = false

    /// - Parameter unit: what a record is, in the plural.
    init(_ options: RunOptions, unit: String = "pairs") {
        self.unit = unit
        let terminal = Self.environment("TERM") ?? ""
        isShown = !options.quiet && StandardError.isTerminal && terminal != "dumb"
        // no-color.org: any value but the empty one asks for text without colours.
        isColoured = (Self.environment("NO_COLOR") ?? "").isEmpty
        lastDrawn = start
    }

    /// Tells how far the run is.
    /// - Parameter fraction: the share of the work that is done, 0 to 1; nil where that is unknown.
    mutating func update(records: Int, fraction: Double?) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard now - lastDrawn >= .milliseconds(200) else { return }
        lastDrawn = now
        isDrawn = true
        let line = Self.line(
            records: records, unit: unit, seconds: (now - start) / .seconds(1), fraction: fraction,
            isColoured: isColoured)
        StandardError.write("\r\(line)\u{1B}[K")
    }

    /// Takes the bar away, before other text or the end.
    mutating func clear() {
        guard isDrawn else { return }
        isDrawn = false
        StandardError.write("\r\u{1B}[K")
    }

    /// The bar's text.
    static func line(records: Int, unit: String, seconds: Double, fraction: Double?, isColoured: Bool) -> String {
        let rate = seconds > 0 ? (Double(records) / seconds).fixed(0) : "-"
        let counts = "\(records) \(unit)  \(rate)/s"
        guard let fraction, fraction.isFinite else { return counts }
        let share = min(max(fraction, 0), 1)
        let filled = Int(share * Double(width))
        let (on, off) = isColoured ? ("\u{1B}[32m", "\u{1B}[0m") : ("", "")
        let bar = on + String(repeating: "#", count: filled) + off + String(repeating: ".", count: width - filled)
        let left = share > 0 ? duration(seconds / share - seconds) : "-"
        return "[\(bar)] \((share * 100).fixed(0))%  \(counts)  \(left) left"
    }

    private static func duration(_ seconds: Double) -> String {
        guard seconds < 1e9 else { return "-" }
        let whole = Int(seconds.rounded(.up))
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let tail = whole % 60 < 10 ? "0\(whole % 60)" : "\(whole % 60)"
        guard hours > 0 else { return "\(minutes):\(tail)" }
        return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
