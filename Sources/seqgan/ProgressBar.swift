// ProgressBar: how far a run is, at what rate, and how long it will take, while a person looks on.

import SeqIO
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whether a bar stands on the terminal's last line, which other text has to take away first.
private let isDrawn = Atomic<Bool>(false)

/// A line on standard error, drawn anew at most five times a second; nothing where that is no terminal.
struct ProgressBar: Sendable {
    private static let width = 24
    private static let secondsBetweenDrawings = 0.2

    private let isShown: Bool
    private let isColoured: Bool
    /// What is counted.
    private let noun: String
    /// All that there is to do: records, steps, or bytes of the inputs; nil where nobody knows, as at a pipe.
    private let total: Int?
    /// What was counted before, in the run that this one goes on with.
    private let first: Int
    private let start = ClosingLine.now()
    private var lastDrawn = ClosingLine.now()

    /// A bar for a run that reads these inputs (none: standard input).
    init(inputs: [String], isQuiet: Bool) {
        var total: Int? = 0
        for input in inputs.isEmpty ? ["-"] : inputs {
            guard let sum = total, let size = ByteSource.size(of: input) else {
                total = nil
                break
            }
            total = sum + size
        }
        self.init(total: total, noun: "pairs", isQuiet: isQuiet)
    }

    /// A bar for a run that has so many things to do, of which `first` were done before.
    init(total: Int?, noun: String, from first: Int = 0, isQuiet: Bool) {
        isShown = !isQuiet && isatty(2) == 1 && Self.environment("TERM") != "dumb"
        // no-color.org: any value but the empty one asks for text without colours.
        isColoured = (Self.environment("NO_COLOR") ?? "").isEmpty
        self.total = total
        self.first = first
        self.noun = noun
    }

    /// Tells how far the run is: what has been counted, and how much of the total is done (the count itself unless told).
    mutating func update(_ count: Int, done: Int? = nil) {
        guard isShown else { return }
        let now = ClosingLine.now()
        guard now - lastDrawn >= Self.secondsBetweenDrawings else { return }
        lastDrawn = now
        isDrawn.store(true, ordering: .relaxed)
        func share(_ done: Int) -> Double? { total.map { $0 > 0 ? Double(done) / Double($0) : 1 } }
        let line = Self.line(
            count, noun, seconds: now - start, share: share(done ?? count), from: (first, share(first) ?? 0),
            isColoured: isColoured)
        writeToStandardError("\r\(line)\u{1B}[K")
    }

    /// Takes the bar away, before other text.
    static func clear() {
        if isDrawn.exchange(false, ordering: .relaxed) { writeToStandardError("\r\u{1B}[K") }
    }

    /// The bar's text; without a share, the counts alone.
    static func line(
        _ count: Int, _ noun: String, seconds: Double, share: Double?, from first: (count: Int, share: Double) = (0, 0),
        isColoured: Bool
    ) -> String {
        let rate = seconds > 0 ? Double(count - first.count) / seconds : .nan
        let counts = "\(count) \(noun)  \(rate.isNaN ? "-" : fixed(rate, rate < 10 ? 1 : 0))/s"
        guard let share else { return counts }
        let held = min(max(share, 0), 1)
        let filled = Int(held * Double(width))
        let (on, off) = isColoured ? ("\u{1B}[32m", "\u{1B}[0m") : ("", "")
        let bar = on + String(repeating: "#", count: filled) + off + String(repeating: ".", count: width - filled)
        let left = held > first.share ? duration(seconds * (1 - held) / (held - first.share)) : "-"
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

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
