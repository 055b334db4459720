// ProgressBar: how far a run is, at what rate, and how long it will take, while a person looks on.

import SeqIO

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A line on standard error, drawn anew at most five times a second; nothing where that is no terminal.
struct ProgressBar: Sendable {
    private static let width = 24
    private static let secondsBetweenDrawings = 0.2

    private let isShown: Bool
    private let isColoured: Bool
    /// Bytes of all inputs; nil where one is a pipe, whose end nobody knows.
    private let totalBytes: Int?
    private let start = ClosingLine.now()
    private var lastDrawn = ClosingLine.now()
    private var isDrawn = false

    /// A bar for a run that reads these inputs (none: standard input).
    init(inputs: [String], isQuiet: Bool) {
        isShown = !isQuiet && isatty(2) == 1 && Self.environment("TERM") != "dumb"
        // no-color.org: any value but the empty one asks for text without colours.
        isColoured = (Self.environment("NO_COLOR") ?? "").isEmpty
        var total: Int? = 0
        for input in inputs.isEmpty ? ["-"] : inputs {
            guard let sum = total, let size = ByteSource.size(of: input) else {
                total = nil
                break
            }
            total = sum + size
        }
        totalBytes = total
    }

    /// Tells how far the run is: pairs written, and the bytes of the inputs behind them.
    mutating func update(records: Int, bytesDone: Int) {
        guard isShown else { return }
        let now = ClosingLine.now()
        guard now - lastDrawn >= Self.secondsBetweenDrawings else { return }
        lastDrawn = now
        isDrawn = true
        let share = totalBytes.map { $0 > 0 ? Double(bytesDone) / Double($0) : 1 }
        let line = Self.line(records: records, seconds: now - start, share: share, isColoured: isColoured)
        writeToStandardError("\r\(line)\u{1B}[K")
    }

    /// Takes the bar away, before other text.
    mutating func clear() {
        guard isDrawn else { return }
        isDrawn = false
        writeToStandardError("\r\u{1B}[K")
    }

    /// The bar's text; without a share, the counts alone.
    static func line(records: Int, seconds: Double, share: Double?, isColoured: Bool) -> String {
        let rate = seconds > 0 ? fixed(Double(records) / seconds, 0) : "-"
        let counts = "\(records) pairs  \(rate)/s"
        guard let share else { return counts }
        let held = min(max(share, 0), 1)
        let filled = Int(held * Double(width))
        let (on, off) = isColoured ? ("\u{1B}[32m", "\u{1B}[0m") : ("", "")
        let bar = on + String(repeating: "#", count: filled) + off + String(repeating: ".", count: width - filled)
        let left = held > 0 ? duration(seconds / held - seconds) : "-"
        return "[\(bar)] \(fixed(held * 100, 0))%  \(counts)  \(left) left"
    }

    private static func duration(_ seconds: Double) -> String {
        guard seconds < 1e9 else { return "-" }
        let whole = Int(seconds.rounded(.up))
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let head = hours > 0 ? "\(hours):\(twoDigits(minutes))" : "\(minutes)"
        return "\(head):\(twoDigits(whole % 60))"
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
